/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between packets: signals, the clock, heartbeats, progress, files that were moved away. What is
 * to be done is noted where packets are read, and done where lines are written.
 */
#ifndef APP_RUN_TICK_H
#define APP_RUN_TICK_H

#include "app/run_state.h"

nstime run_tick_clock(void);
/* After every packet, of this time. */
void run_tick_packet(struct run *r, nstime time);
/* Live: nothing came for a while. */
void run_tick_idle(struct run *r);

/* How pipeline_config.posted takes it; a note is a struct run_tick. */
void run_tick_posted(void *run, const void *note);

#endif
