/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From TCP segments to connections: who opened it, which of them are SMTP, when it ends. Holds the
 * flow table, the deadlines, the reassembly and the guess together and calls the sink.
 *
 * - A SYN, a SYN-ACK or a payload makes a flow; nothing else does. The sink sees it at its first
 *   payload (a SYN to a mail port by `connect` before).
 * - No handshake seen: the server is the side with a mail port, else the lower port; where that
 *   does not tell it for sure and the first bytes do, they are believed.
 * - A SYN with another sequence number starts a new flow where the old one is closing, silent or
 *   has had no payload; else only when a segment that follows agrees with it.
 * - A reset ends a flow where its receiver would take it (tcp_stream_reset_fits()).
 * - An ended flow leaves a stub for FLOW_TRACKER_LINGER, so that what comes late opens nothing.
 */
#ifndef CAPTURE_FLOW_TRACKER_H
#define CAPTURE_FLOW_TRACKER_H

#include "capture/capture.h"
#include "capture/segment.h"

#define FLOW_TRACKER_LINGER (10 * NS_PER_S)
#define FLOW_TRACKER_HALF_CLOSED (60 * NS_PER_S)
#define FLOW_TRACKER_HALF_CLOSED_ONE (5 * NS_PER_S)

struct flow_tracker;

/* `stats` is kept up to date and must outlive it. NULL where memory is short. */
struct flow_tracker *flow_tracker_create(const struct capture_config *config,
	const struct flow_sink *sink, struct capture_stats *stats);
void flow_tracker_destroy(struct flow_tracker *t);
uint64_t flow_tracker_bytes(const struct flow_tracker *t);
/* Bytes held for reassembly now. */
uint64_t flow_tracker_held(const struct flow_tracker *t);

/* Is there a flow whose deadline may be before `now`? Cheap. */
bool flow_tracker_due(const struct flow_tracker *t, nstime now);
/* Ends the flows whose deadline is before `now`, in the order of their deadlines. */
void flow_tracker_advance(struct flow_tracker *t, nstime now);
/* `hash` is flow_hash() of its endpoints; its shard must be among those held. */
void flow_tracker_segment(struct flow_tracker *t, uint64_t hash, const struct segment *seg);
/* Whoever has several segments at hand may ask for the memory of each ahead of its turn: the slot
 * first, some segments later the flow. */
void flow_tracker_prefetch_slot(const struct flow_tracker *t, uint64_t hash);
void flow_tracker_prefetch_flow(const struct flow_tracker *t, uint64_t hash);
/* Ends all that is left, in the order of their last packets, at the time it was advanced to last.
 */
void flow_tracker_finish(struct flow_tracker *t);

#endif
