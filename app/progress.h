/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a replay has come: on a terminal a line that is rewritten twice a second, elsewhere a
 * line each 30 s. Wall-clock time goes nowhere else.
 */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "app/options.h"
#include "app/pipeline.h"
#include "capture/packet_source.h"

struct progress {
	enum progress_form form;
	bool terminal, shown;
	int64_t start_ns, next_ns;
};

void progress_start(struct progress *p, enum progress_form form, int verbosity);
/* Shows it where it is time to; to be called every few thousand packets. */
void progress_show(struct progress *p, const struct packet_source_stats *in, const struct pipeline *l);
/* Removes the line from the terminal. */
void progress_finish(struct progress *p);

#endif
