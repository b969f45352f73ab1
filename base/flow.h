/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of one TCP connection, and the pieces of its two byte streams as capture/ hands
 * them on. Plain data: capture/ fills it, smtp_decode/ and facts/ read it, they meet in app/.
 */
#ifndef BASE_FLOW_H
#define BASE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/nstime.h"
#include "base/span.h"

/*
 * Every flow belongs to one of the shards, by a hash. Caps are caps of a shard, so that what is
 * held, given up and left out does not depend on how many threads share the shards out.
 */
#define FLOW_SHARDS 64

enum flow_dir {
	FLOW_CLIENT = 0, /* sent by the client (the side that opened the connection) */
	FLOW_SERVER = 1,
};

/* Of the client's SYN (RFC 9293 3.1, RFC 7323, RFC 2018); all zero where no SYN was seen. */
struct syn_traits {
	bool seen;
	uint8_t ttl;
	uint16_t window, mss; /* mss 0: no such option */
	int8_t wscale;	      /* -1: no such option */
	uint8_t layout_len;
	uint8_t layout[16]; /* option kinds in order of appearance */
};

/* Of the IP headers around a packet: the outermost one's addresses, and how many there were. */
struct flow_tunnel {
	struct addr src, dst;
	uint8_t depth;
};

struct flow_info {
	uint64_t id; /* index in the input of its first packet: unique, and the same on every run */
	struct addr client, server;
	uint16_t client_port, server_port;
	uint16_t vlan[2]; /* outer, inner */
	uint8_t vlan_count;
	uint8_t shard; /* what is held for it comes under this shard's cap */
	uint8_t server_guessed; /* no handshake seen: the server side was told by port or bytes */
	bool midstream;		/* first packet was no SYN */
	const struct flow_tunnel *tunnel; /* of its first packet; NULL: none. Outlives the flow */
	struct syn_traits syn;
	nstime first_time, last_time;
	nstime syn_time, synack_time; /* 0 where unseen */
	uint64_t first_packet, last_packet;
	/* Each by enum flow_dir. */
	uint64_t packets[2];
	uint64_t bytes[2];   /* of IP, headers included */
	uint64_t payload[2]; /* of TCP, each byte once */
	uint64_t missing[2]; /* payload bytes known to be lost, as delivered in gaps */
	uint32_t overlap[2]; /* payload bytes that came again with other content (first copy won) */
	/* How long its receive window was closed while the other side had not closed: what that side
	 * could not send. Whole at the flow's end. */
	uint32_t zero_window_ms[2];
	uint64_t lost; /* of both `missing`: acknowledged, not seen, of a side that was seen */
	uint32_t duplicates; /* packets that were copies of one just before; else counted nowhere */
	bool acked[2];	     /* some payload byte of this side was covered by an ACK of the other */
};

enum chunk_kind {
	CHUNK_DATA,
	CHUNK_GAP, /* `missing` bytes were lost here */
	CHUNK_FIN, /* this side will send no more (in order, after its data) */
};

/*
 * A piece of one direction, in stream order. Chunks of one flow are delivered in an order that
 * depends only on the packets. Never joined across a change of `peer_acked`.
 */
struct stream_chunk {
	nstime time;	 /* of the packet that made it deliverable */
	uint64_t packet; /* that packet's index in the input */
	enum flow_dir dir;
	enum chunk_kind kind;
	bool timer;	 /* it came by a deadline, not by a packet (as in struct flow_ending) */
	uint64_t offset; /* of its first byte in the stream; the first payload byte seen is 0 */
	struct span data;
	uint64_t missing;
	/* The ACK number of the segment that carried the bytes, as an offset in the opposite
	 * stream: the sender had received what lies before it. -1 where it cannot be told. */
	int64_t peer_acked;
};

/* How a flow came to its end. */
enum flow_end {
	FLOW_END_FIN,	  /* both sides closed */
	FLOW_END_RST,
	FLOW_END_IDLE,	  /* silent for the idle time; the end's time is the deadline */
	FLOW_END_EVICTED, /* the table was full */
	FLOW_END_INPUT,	  /* the input ended */
};

struct flow_ending {
	enum flow_end how;
	enum flow_dir by; /* FLOW_END_RST: who reset; FLOW_END_FIN: who closed first */
	nstime time;
	uint64_t packet; /* of the last packet, or for a timer the flow's last packet */
	bool timer;	 /* it came by a deadline, not by a packet */
};

/* A UDP datagram, whole. Borrows. */
struct datagram {
	nstime time;
	uint64_t packet;
	struct addr src, dst;
	uint16_t src_port, dst_port;
	struct span payload;
};

#endif
