/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include <stdlib.h>

#include "base/hash.h"
#include "capture/duplicates.h"
#include "capture/flow_hash.h"
#include "capture/flow_tracker.h"
#include "capture/segment_queue.h"
#include "capture/tunnels.h"

#define QUEUE_TIME NS_PER_S /* a segment waits for others at the most */

struct capture {
	struct flow_tracker *flows;
	struct flow_sink sink;
	struct segment_queue queue;
	struct duplicates duplicates;
	struct tunnels tunnels;
	nstime last_time; /* of a packet of whatever kind, or capture_advance()'s */
	struct capture_stats stats;
};

struct capture *capture_create(const struct capture_config *config, const struct flow_sink *sink)
{
	struct capture *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->sink = *sink;
	c->flows = flow_tracker_create(config, sink, &c->stats);
	if (!c->flows) {
		free(c);
		return NULL;
	}
	segment_queue_init(&c->queue, c->flows, &c->duplicates);
	return c;
}

void capture_destroy(struct capture *c)
{
	if (!c)
		return;
	flow_tracker_destroy(c->flows);
	free(c);
}

void capture_segment(struct capture *c, uint64_t hash, struct segment *seg)
{
	c->last_time = seg->time;
	if (seg->tunnel) {
		seg->tunnel = tunnels_find(&c->tunnels, flow_hash_shard(hash), seg->tunnel);
		c->stats.tunnels_capped += !seg->tunnel;
	}
	segment_queue_put(&c->queue, hash, seg);
}

void capture_datagram(struct capture *c, uint64_t hash, const struct datagram *d)
{
	uint64_t fingerprint = hash64_seed(d->payload.p, d->payload.len, hash ^ d->src_port);

	capture_advance(c, d->time);
	if (!duplicates_seen(&c->duplicates, hash, fingerprint, d->time))
		c->sink.datagram(c->sink.cookie, d);
}

void capture_time(struct capture *c, nstime now)
{
	c->last_time = now;
	if (flow_tracker_due(c->flows, now) || segment_queue_since(&c->queue) < now - QUEUE_TIME)
		capture_advance(c, now);
}

void capture_advance(struct capture *c, nstime now)
{
	segment_queue_drain(&c->queue);
	flow_tracker_advance(c->flows, now);
	if (now > c->last_time)
		c->last_time = now;
}

void capture_finish(struct capture *c)
{
	capture_advance(c, c->last_time);
	flow_tracker_finish(c->flows);
}

struct capture_stats capture_get_stats(const struct capture *c)
{
	struct capture_stats s = c->stats;

	s.duplicates = c->duplicates.copies;
	s.bytes_held = flow_tracker_held(c->flows);
	s.memory = sizeof(*c) + flow_tracker_bytes(c->flows);
	return s;
}
