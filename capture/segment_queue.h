/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of a large flow table is far away, and what a segment wants of it is known only when its
 * headers have been read. So segments wait here until a few more have come, while the memory for
 * them is on its way. Those with a longer payload do not wait, to spare the copy: they are taken at
 * once, after all that came before them.
 */
#ifndef CAPTURE_SEGMENT_QUEUE_H
#define CAPTURE_SEGMENT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/duplicates.h"
#include "capture/flow_tracker.h"
#include "capture/segment.h"

#define SEGMENT_QUEUE 8
#define SEGMENT_QUEUE_PAYLOAD 256

struct queued_segment {
	struct segment seg;
	uint64_t hash;
	uint8_t payload[SEGMENT_QUEUE_PAYLOAD];
};

struct segment_queue {
	struct flow_tracker *flows;
	struct duplicates *duplicates;
	uint32_t first, count;
	uint32_t prefetched; /* of those, from the first on, the flow was asked for */
	struct queued_segment queue[SEGMENT_QUEUE];
};

void segment_queue_init(
	struct segment_queue *q, struct flow_tracker *flows, struct duplicates *duplicates);

/* Takes a segment of this flow_hash(): copied, or handed on before it returns. */
void segment_queue_put(struct segment_queue *q, uint64_t hash, struct segment *seg);
/* Hands all on; each after what is due before its time. */
void segment_queue_drain(struct segment_queue *q);

/* Time of the segment that has waited longest; NSTIME_MAX where there is none. */
static inline nstime segment_queue_since(const struct segment_queue *q)
{
	return q->count > 0 ? q->queue[q->first].seg.time : NSTIME_MAX;
}

#endif
