/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INT, TERM: stop and say what is known; a second one leaves at once. HUP: reopen outputs. USR1:
 * a stats record now.
 */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <stdbool.h>

#include "capture/packet_source.h"

/* `source` is told to break by INT and TERM. */
void signals_install(struct packet_source *source);
bool signals_stop(void);
/* True once for each HUP and USR1. */
bool signals_take_reopen(void);
bool signals_take_stats(void);

#endif
