/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of flow_tracker.h: what it holds, and how the chunks of a flow reach the sink: at once
 * on ports that tell the protocol, else after their first bytes have told it (smtp_guess.h).
 */
#ifndef CAPTURE_FLOW_DELIVERY_H
#define CAPTURE_FLOW_DELIVERY_H

#include "capture/capture.h"
#include "capture/flow_handshake.h"
#include "capture/flow_roles.h"
#include "capture/flow_table.h"
#include "capture/flow_timer.h"
#include "capture/reorder.h"
#include "capture/smtp_guess.h"
#include "capture/tcp_stream.h"

struct flow_tracker {
	struct flow_table *table;
	struct flow_timers timers;
	struct smtp_guess *guess;
	uint32_t first_shard, shards;
	struct reorder_pool *pools[CAPTURE_SHARDS]; /* from first_shard on */
	struct flow_sink sink;
	struct capture_stats *stats;
	nstime now;
	uint32_t sessions; /* open in each shard before a new flow drives one out */
	/* Of the last flow that was told to have ended: the packet, and its id. */
	uint64_t ended_packet, ended_id;
	struct flow_ports ports;
	struct flow_handshake handshake;
};

/* What made us look at a flow: a packet or a deadline. */
struct flow_event {
	nstime time;
	uint64_t packet;
	bool timer;
};

/* The cookie of a flow's chunks. */
struct flow_delivery {
	struct flow_tracker *t;
	struct flow *f;
};

static inline struct reorder_pool *flow_tracker_pool(
	const struct flow_tracker *t, const struct flow *f)
{
	return t->pools[f->info.shard - t->first_shard];
}

/* What tcp_stream.h needs to give the chunks of d->f to the sink. */
struct tcp_stream_context flow_delivery_context(
	struct flow_delivery *d, const struct flow_event *e);

#endif
