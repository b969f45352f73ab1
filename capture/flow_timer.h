/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The deadlines of flows: which one has been silent for its timeout, in the order of (deadline,
 * last packet). A packet only stamps its flow; the place in the wheel is a lower bound of the
 * deadline and is mended when it comes up. Buckets are about a second wide; the flows of the
 * bucket that is due lie in a heap, which gives the exact order.
 */
#ifndef CAPTURE_FLOW_TIMER_H
#define CAPTURE_FLOW_TIMER_H

#include "base/nstime.h"
#include "capture/flow_table.h"

enum flow_timer_place {
	FLOW_TIMER_NOWHERE,
	FLOW_TIMER_WHEEL,
	FLOW_TIMER_HEAP,
};

struct flow_timers {
	struct flow_table *table;
	nstime timeouts[FLOW_TIMEOUTS];
	nstime next; /* nothing is due before anything later than this comes */
	struct flow_timer_wheel *wheel;
};

/* `table` must outlive it. 0, or -1 where memory is short. */
int flow_timers_init(
	struct flow_timers *t, struct flow_table *table, const nstime timeouts[FLOW_TIMEOUTS]);
void flow_timers_finish(struct flow_timers *t);
uint64_t flow_timers_bytes(const struct flow_timers *t);

/* Last packet plus timeout. */
nstime flow_timers_deadline(const struct flow_timers *t, const struct flow *f);

/* A new flow. */
void flow_timers_start(struct flow_timers *t, struct flow *f);
/* The flow's timeout may have become shorter. */
void flow_timers_sooner(struct flow_timers *t, struct flow *f);
/* The flow is about to be removed. */
void flow_timers_stop(struct flow_timers *t, struct flow *f);

/* Whether flow_timers_pop(now) need be called: one comparison. */
static inline bool flow_timers_due(const struct flow_timers *t, nstime now)
{
	return now > t->next;
}

/* The next flow whose deadline is before `now`, stopped; NULL where there is none left. */
struct flow *flow_timers_pop(struct flow_timers *t, nstime now);

/* For the end of the input: stops all; from then on flow_timers_pop_last() gives every flow of the
 * table in the order of their last packets. */
void flow_timers_stop_all(struct flow_timers *t);
struct flow *flow_timers_pop_last(struct flow_timers *t);

#endif
