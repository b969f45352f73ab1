/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include <stdlib.h>

#include "base/hash.h"
#include "capture/decap.h"
#include "capture/duplicates.h"
#include "capture/flow_hash.h"
#include "capture/flow_tracker.h"
#include "capture/segment_queue.h"
#include "capture/tunnels.h"

#define DNS_PORT 53
#define QUEUE_TIME NS_PER_S /* a segment waits for others at the most */

struct capture {
	struct decap *decap;
	struct flow_tracker *flows;
	struct flow_sink sink;
	uint64_t seed;
	struct segment_queue queue;
	struct duplicates duplicates;
	struct tunnels tunnels;
	nstime last_time;           /* of a packet of whatever kind, or capture_advance()'s */
	struct capture_stats stats; /* what decap counts is added when asked for */
};

struct capture *capture_create(const struct capture_config *config, const struct flow_sink *sink)
{
	struct capture *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->sink = *sink;
	c->seed = config->seed;
	c->decap = decap_create(config->seed);
	if (c->decap) {
		decap_set_checksums(c->decap, config->checksums);
		c->flows = flow_tracker_create(config, sink, &c->stats);
	}
	if (!c->flows) {
		capture_destroy(c);
		return NULL;
	}
	segment_queue_init(&c->queue, c->flows);
	return c;
}

void capture_destroy(struct capture *c)
{
	if (!c)
		return;
	flow_tracker_destroy(c->flows);
	decap_destroy(c->decap);
	free(c);
}

static bool is_duplicate(struct capture *c, uint64_t hash, uint64_t fingerprint, nstime time)
{
	bool seen = duplicates_seen(&c->duplicates, hash, fingerprint, time);

	c->stats.duplicates += seen;
	return seen;
}

/* Copies go on too: their flow counts them. */
static void take_segment(struct capture *c, struct segment *s, const struct flow_tunnel *tunnel)
{
	uint64_t hash = flow_hash(&s->src, s->src_port, &s->dst, s->dst_port, c->seed);

	s->duplicate = is_duplicate(c, hash, s->fingerprint, s->time);
	if (tunnel->depth > 0) {
		s->tunnel = tunnels_find(&c->tunnels, flow_hash_shard(hash), tunnel);
		c->stats.tunnels_capped += !s->tunnel;
	}
	segment_queue_put(&c->queue, hash, s);
}

static void take_datagram(struct capture *c, const struct datagram *d)
{
	if (d->src_port != DNS_PORT && d->dst_port != DNS_PORT)
		return;
	if (is_duplicate(c, flow_hash(&d->src, d->src_port, &d->dst, d->dst_port, c->seed),
		    hash64_seed(d->payload.p, d->payload.len, c->seed ^ d->src_port), d->time))
		return;
	capture_advance(c, d->time);
	c->sink.datagram(c->sink.cookie, d);
}

/* A packet that is no TCP still moves time, for deadlines and for what is queued. */
static void take_time(struct capture *c, nstime now)
{
	if (flow_tracker_due(c->flows, now) || segment_queue_since(&c->queue) < now - QUEUE_TIME)
		capture_advance(c, now);
}

void capture_packet(struct capture *c, const struct packet *p)
{
	struct decap_result r;

	c->last_time = p->time;
	switch (decap_packet(c->decap, p, &r)) {
	case DECAP_TCP:
		take_segment(c, &r.segment, &r.tunnel);
		break;
	case DECAP_UDP:
		take_datagram(c, &r.datagram);
		break;
	case DECAP_NOTHING:
		take_time(c, p->time);
		break;
	}
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
	struct decap_stats d = decap_get_stats(c->decap);

	s.packets = d.packets;
	s.ip_packets = d.ip;
	s.tcp_segments = d.tcp;
	s.udp_datagrams = d.udp;
	s.unknown_link = d.nothing[DECAP_UNKNOWN_LINK];
	s.malformed = d.nothing[DECAP_MALFORMED];
	s.not_ip = d.nothing[DECAP_NOT_IP];
	s.fragments = d.fragments;
	s.too_deep = d.nothing[DECAP_TOO_DEEP];
	s.truncated = d.truncated;
	s.checksum_bad += d.nothing[DECAP_BAD_CHECKSUM];
	s.bytes_held = flow_tracker_held(c->flows);
	s.memory = sizeof(*c) + decap_bytes(c->decap) + flow_tracker_bytes(c->flows);
	return s;
}
