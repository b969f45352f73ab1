/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/segment_queue.h"

#include <string.h>

#define FLOW_AFTER 4 /* a flow is asked for when so many segments have followed */

void segment_queue_init(
	struct segment_queue *q, struct flow_tracker *flows, struct duplicates *duplicates)
{
	q->duplicates = duplicates;
	q->flows = flows;
	q->first = q->count = q->prefetched = 0;
}

static struct queued_segment *at(struct segment_queue *q, uint32_t i)
{
	return &q->queue[(q->first + i) % SEGMENT_QUEUE];
}

/* Copies go on too: their flow counts them. */
static void hand_on(struct segment_queue *q, uint64_t hash, struct segment *seg)
{
	seg->duplicate = duplicates_seen(q->duplicates, hash, seg->fingerprint, seg->time);
	flow_tracker_advance(q->flows, seg->time);
	flow_tracker_segment(q->flows, hash, seg);
}

static void prefetch_flows(struct segment_queue *q, uint32_t count)
{
	for (; q->prefetched < count; q->prefetched++)
		flow_tracker_prefetch_flow(q->flows, at(q, q->prefetched)->hash);
}

static void hand_on_first(struct segment_queue *q)
{
	struct queued_segment *s = at(q, 0);

	q->first = (q->first + 1) % SEGMENT_QUEUE;
	q->count--;
	q->prefetched--;
	hand_on(q, s->hash, &s->seg);
}

void segment_queue_drain(struct segment_queue *q)
{
	prefetch_flows(q, q->count);
	while (q->count > 0)
		hand_on_first(q);
}

void segment_queue_put(struct segment_queue *q, uint64_t hash, struct segment *seg)
{
	struct queued_segment *s;

	duplicates_prefetch(q->duplicates, hash, seg->fingerprint);
	flow_tracker_prefetch_slot(q->flows, hash);
	if (seg->payload.len > SEGMENT_QUEUE_PAYLOAD) {
		segment_queue_drain(q);
		hand_on(q, hash, seg);
		return;
	}
	if (q->count == SEGMENT_QUEUE)
		hand_on_first(q);
	s = at(q, q->count++);
	s->seg = *seg;
	s->hash = hash;
	if (seg->payload.len > 0) {
		memcpy(s->payload, seg->payload.p, seg->payload.len);
		s->seg.payload.p = s->payload;
	}
	if (q->count > FLOW_AFTER)
		prefetch_flows(q, q->count - FLOW_AFTER);
}
