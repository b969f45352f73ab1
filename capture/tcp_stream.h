/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP reassembly of one connection: segments of both directions in, chunks in stream order out
 * (RFC 9293 3.4, 3.10). What is in order is handed on where it lies; the rest is copied into a
 * bounded pool.
 *
 * Order between the directions: a segment is handed on only after the bytes of the other direction
 * that its own ACK covers, so that a tap which swaps them does not turn a reply before its command.
 *
 * What is missing waits, in packet time and payload of its own flow since the last progress:
 * - acknowledged by the peer, so that no retransmission will come: TCP_STREAM_PROVEN_WAIT or
 *   TCP_STREAM_PROVEN_BYTES, which is enough for a tap that is out of order; not at all where no
 *   packet of that direction was ever seen;
 * - not acknowledged: TCP_STREAM_ONE_SIDED_WAIT where no packet of the peer was ever seen, else
 *   TCP_STREAM_UNPROVEN_WAIT;
 * - in any case until a cap of reorder.h is hit or the connection ends.
 * Then it becomes a CHUNK_GAP and what lies behind it follows; but for bytes that nobody acknowledged
 * and that lie outside the receiver's window, where the handshake tells how that is scaled: no receiver
 * takes those, and they are dropped. An ACK of a single byte more than
 * was seen, with nothing behind it, is taken for that of a FIN which was lost, and leaves no gap.
 *
 * A receive window is closed from a segment that says so, once the handshake is over, to the next
 * one of the same sender that says otherwise, the other side's FIN, or the end (RFC 9293 3.8.6.1).
 */
#ifndef CAPTURE_TCP_STREAM_H
#define CAPTURE_TCP_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/flow.h"
#include "capture/capture.h"
#include "capture/reorder.h"
#include "capture/segment.h"

#define TCP_STREAM_PROVEN_WAIT (50 * NS_PER_MS)
#define TCP_STREAM_PROVEN_BYTES 65536
#define TCP_STREAM_ONE_SIDED_WAIT (2 * NS_PER_S)
#define TCP_STREAM_UNPROVEN_WAIT (30 * NS_PER_S)
#define TCP_STREAM_NOT_SCALED UINT8_MAX /* its SYN had no such option */

/* One direction. Offsets count from its first payload byte. */
struct tcp_half {
	uint64_t next;  /* of the next byte to hand on */
	uint64_t acked; /* the peer has received what lies before it */
	uint64_t end;   /* of the furthest payload seen */
	uint64_t fin;   /* of the FIN, where it was seen */
	int64_t fin_peer_acked;
	struct reorder held;
	uint32_t base; /* sequence number of offset 0 */
	bool based : 1, fin_seen : 1, fin_done : 1;
	bool fin_lost : 1; /* an ACK covers one more than all bytes: a FIN that was not seen */
	bool closed : 1;   /* its receive window is */
	bool edged : 1;    /* tcp_stream.edge is known */
	uint8_t scale;     /* of its windows: 0 unknown, 1 + shift, TCP_STREAM_NOT_SCALED */
	uint32_t closed_ms; /* since when, from the flow's first packet */
};

/* Zeroed memory is a connection of which nothing was seen. */
struct tcp_stream {
	struct tcp_half half[2]; /* by enum flow_dir; the other way round where `reversed` */
	nstime waiting_since;
	uint32_t waiting_bytes;
	uint32_t edge[2]; /* low bits of the offset where the peer's window ended, at its furthest */
	bool waiting;
	bool reversed; /* client and server were taken for each other at first */
	bool stopped;  /* the receiver wants no more */
};

/* What a call works with, and for which event; borrowed. */
struct tcp_stream_context {
	struct reorder_pool *pool;
	struct capture_stats *stats;
	struct flow_info *flow; /* payload, missing, overlap, zero_window_ms and acked: kept here */
	nstime time;
	uint64_t packet;
	bool timer;
	/* Takes a chunk; false: no more are wanted, now or later. May reverse the stream. */
	bool (*chunk)(void *cookie, const struct stream_chunk *c);
	void *cookie;
};

/* Fixes the sequence number of offset 0, unless it is known. Returns whether it is `seq` now. */
bool tcp_stream_base(struct tcp_stream *s, enum flow_dir dir, uint32_t seq);
/* Client and server change places: the caller has swapped them in flow_info. */
void tcp_stream_reverse(struct tcp_stream *s);

/* Takes a segment that is no RST; flow->packets[] has counted it already. */
void tcp_stream_segment(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	const struct segment *seg);
/* Is this RST where its receiver would take it: at the next byte or within an unscaled window
 * after it, or in answer to a SYN (RFC 9293 3.5.3)? */
bool tcp_stream_reset_fits(
	const struct tcp_stream *s, enum flow_dir dir, const struct segment *seg);
/* Hands on all that is held, with gaps between; for the end of a connection. */
void tcp_stream_flush(struct tcp_stream *s, const struct tcp_stream_context *x);
/* Frees all that is held. */
void tcp_stream_clear(struct tcp_stream *s, struct reorder_pool *pool);

/* Have both sides sent their FIN, and has it been handed on? */
static inline bool tcp_stream_closed(const struct tcp_stream *s)
{
	return s->half[0].fin_done && s->half[1].fin_done;
}

/* Was the FIN of one side seen at least? */
static inline bool tcp_stream_closing(const struct tcp_stream *s)
{
	return s->half[0].fin_seen || s->half[1].fin_seen;
}

#endif
