/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From segments to byte streams: the flow table, TCP reassembly, and the guess which flows are
 * SMTP. Bounded memory; flow state lies in 64 shards chosen by a symmetric hash (flow_hash.h), each
 * with its own table and caps, so that what a shard gives up does not depend on who runs it.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/flow.h"
#include "capture/segment.h"

#define CAPTURE_SHARDS FLOW_SHARDS
#define CAPTURE_DNS_PORT 53

struct capture;

enum flow_protocol {
	FLOW_SMTP,
	FLOW_DNS, /* TCP port 53 */
};

/*
 * What capture hands on. Calls of one flow come in order: open, chunks, end. A flow whose protocol
 * is guessed from its bytes is opened late; its chunks are then given from the first. Flows of no
 * interest are never opened. Called in the order of (time, packet before timer, packet, flow).
 */
struct flow_sink {
	void *cookie;
	/* A SYN to a mail port, before anything else of that flow. */
	void (*connect)(void *cookie, const struct flow_info *f);
	/* Returns the decoder's state of this flow; NULL: nothing more of it is wanted. */
	void *(*open)(void *cookie, enum flow_protocol protocol, const struct flow_info *f);
	void (*chunk)(void *cookie, enum flow_protocol protocol, void *state,
		const struct flow_info *f, const struct stream_chunk *c);
	void (*end)(void *cookie, enum flow_protocol protocol, void *state,
		const struct flow_info *f, const struct flow_ending *e);
	void (*datagram)(void *cookie, const struct datagram *d); /* UDP from or to port 53 */
	/* Should an SMTP flow of this shard be ended before another is opened, to make room for it?
	 * NULL: a fixed number has room. */
	bool (*crowded)(void *cookie, uint8_t shard);
};

/* Is it one that capture_datagram() takes? */
static inline bool capture_wants(const struct datagram *d)
{
	return d->src_port == CAPTURE_DNS_PORT || d->dst_port == CAPTURE_DNS_PORT;
}

struct capture_config {
	uint64_t memory;   /* bytes of all of heloscope; capture takes its share (contract 6.2) */
	nstime smtp_idle;  /* default 660 s at least (contract 4.1) */
	nstime other_idle; /* flows not (yet) known to be SMTP, default 60 s */
	const uint16_t *smtp_ports; /* NULL: 25, 465, 587, 2525 */
	size_t smtp_port_count;
	/* The shards that are held, `shards` of them from `first_shard` on; 0: all. What each may
	 * hold does not depend on it. */
	uint32_t first_shard, shards;
};

struct capture_stats {
	uint64_t checksum_bad;    /* segments dropped because of it */
	uint64_t checksum_unmade; /* wrong too, but by the sensor's place, and taken */
	uint64_t duplicates; /* copies of a packet that came just before, dropped */
	uint64_t tunnels_capped; /* segments of a tunnel that is not told of, for lack of room */
	uint64_t flows, flows_active, flows_smtp, flows_not_smtp, flows_undecided;
	uint64_t flows_evicted, flows_idle;
	uint64_t sessions_evicted, sessions_refused; /* by others; for lack of room */
	uint64_t out_of_order, retransmitted_bytes, overlap_bytes; /* overlap: other content */
	uint64_t payload_bytes;  /* handed on to the guess or the sink */
	uint64_t lost_bytes;     /* of gaps: acknowledged, in a direction that was seen */
	uint64_t gaps, gap_bytes, reassembly_capped;
	uint64_t out_of_window, after_fin_bytes; /* segments and bytes outside the connection */
	uint64_t resets_ignored, syns_ignored;   /* outside the window; in the middle of a flow */
	uint64_t guess_capped, ndpi_asked, ndpi_smtp;
	uint64_t bytes_held, memory; /* reassembly now; all that is allocated */
};

/* NULL where memory is short. */
struct capture *capture_create(const struct capture_config *config, const struct flow_sink *sink);
void capture_destroy(struct capture *c);

/*
 * In order of time and packet. Each fires what is due before its time. The sink may be told of the
 * last few segments only with the next ones, capture_advance() or capture_finish().
 */
/* `hash` is flow_hash() of the endpoints, of one of the shards held. What `seg`
 * says of copies and tunnel is set anew. */
void capture_segment(struct capture *c, uint64_t hash, struct segment *seg);
void capture_datagram(struct capture *c, uint64_t hash, const struct datagram *d);
/* A packet that holds neither. */
void capture_time(struct capture *c, nstime now);
/* Tells the sink of all that came, and fires what is due before `now`. */
void capture_advance(struct capture *c, nstime now);
/* The end of the input: ends every flow that is left, in the order of their last packets. */
void capture_finish(struct capture *c);

struct capture_stats capture_get_stats(const struct capture *c);

#endif
