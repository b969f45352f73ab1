/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/tcp_stream.h"

#include <assert.h>

/* A distance in sequence space beyond which a segment is none of this connection's: no window is
 * larger (RFC 7323 2.3). */
#define FAR ((int64_t)1 << 30)
#define RESET_WINDOW 65535

static enum flow_dir other(enum flow_dir dir)
{
	return dir == FLOW_CLIENT ? FLOW_SERVER : FLOW_CLIENT;
}

static int64_t offset_of(const struct tcp_half *h, uint32_t seq)
{
	return (int64_t)h->next + (int32_t)(seq - (h->base + (uint32_t)h->next));
}

/*
 * Inside this file a direction is the index of its half; its role in the connection, which
 * flow_info and chunks are told by, is the same or the opposite one. The mapping is its own
 * inverse.
 */
static enum flow_dir role(const struct tcp_stream *s, enum flow_dir dir)
{
	return s->reversed ? other(dir) : dir;
}

/* Can this connection be meant? */
static bool is_near(const struct tcp_half *h, uint32_t seq)
{
	int64_t distance = h->based ? offset_of(h, seq) - (int64_t)h->next : 0;

	return distance <= FAR && distance >= -FAR;
}

static bool set_base(struct tcp_half *h, uint32_t seq)
{
	if (!h->based) {
		h->base = seq;
		h->based = true;
	}
	return h->base == seq;
}

bool tcp_stream_base(struct tcp_stream *s, enum flow_dir dir, uint32_t seq)
{
	return set_base(&s->half[role(s, dir)], seq);
}

void tcp_stream_reverse(struct tcp_stream *s)
{
	s->reversed = !s->reversed;
}

/* ---- handing on ---- */

static void emit(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	enum chunk_kind kind, struct span data, uint64_t missing, int64_t peer_acked)
{
	struct tcp_half *h = &s->half[dir];
	struct stream_chunk c = {
		.time = x->time,
		.packet = x->packet,
		.dir = role(s, dir),
		.kind = kind,
		.timer = x->timer,
		.offset = h->next,
		.data = data,
		.missing = missing,
		.peer_acked = peer_acked,
	};

	h->next += data.len + missing;
	h->fin_lost = false;
	if (!x->chunk(x->cookie, &c))
		s->stopped = true;
}

static void emit_data(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	struct span data, int64_t peer_acked)
{
	if (s->stopped || data.len == 0)
		return;
	x->flow->payload[role(s, dir)] += data.len;
	x->stats->payload_bytes += data.len;
	emit(s, x, dir, CHUNK_DATA, data, 0, peer_acked);
}

static void emit_gap(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	uint64_t missing, int64_t peer_acked)
{
	if (s->stopped || missing == 0)
		return;
	x->flow->missing[role(s, dir)] += missing;
	x->stats->gaps++;
	x->stats->gap_bytes += missing;
	emit(s, x, dir, CHUNK_GAP, span_of(NULL, 0), missing, peer_acked);
}

static void emit_fin(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir)
{
	struct tcp_half *h = &s->half[dir];

	if (s->stopped)
		return;
	h->fin_done = true;
	emit(s, x, dir, CHUNK_FIN, span_of(NULL, 0), 0, h->fin_peer_acked);
}

static void emit_first_held(
	struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir)
{
	struct tcp_half *h = &s->half[dir];
	const struct reorder_node *n = reorder_first(x->pool, &h->held);

	assert(n->offset == h->next);
	if (n->lost)
		emit_gap(s, x, dir, n->len, n->peer_acked);
	else
		emit_data(s, x, dir, span_of(n->data, n->len), n->peer_acked);
	reorder_pop(x->pool, &h->held);
}

/* ---- what is waited for ---- */

/* Has all been handed on of the half `h` that an ACK of `offset` covers? */
static bool covered(const struct tcp_half *h, int64_t offset)
{
	int64_t beyond = offset - (int64_t)h->next;

	if (beyond <= 0)
		return true;
	if (h->fin_seen)
		return h->next >= h->fin;
	return beyond == 1 && h->fin_lost;
}

/* Did the peer receive bytes of this half that were not seen? */
static bool proven(const struct tcp_half *h)
{
	return !covered(h, (int64_t)h->acked);
}

static bool fin_pending(const struct tcp_half *h)
{
	return h->fin_seen && !h->fin_done;
}

static bool stuck(const struct tcp_half *h)
{
	return h->held.nodes > 0 || fin_pending(h);
}

/* Hands on the next thing held of one direction, if it is its turn. */
static bool step(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir)
{
	struct tcp_half *h = &s->half[dir], *peer = &s->half[other(dir)];
	const struct reorder_node *n = reorder_first(x->pool, &h->held);

	if (n) {
		if (n->offset != h->next || !covered(peer, n->peer_acked))
			return false;
		emit_first_held(s, x, dir);
		return true;
	}
	if (!fin_pending(h) || h->next != h->fin || !covered(peer, h->fin_peer_acked))
		return false;
	emit_fin(s, x, dir);
	return true;
}

/* Hands on all whose turn it is. Returns whether there was any. */
static bool drain(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir)
{
	bool any = false;

	while (!s->stopped && (step(s, x, dir) || step(s, x, other(dir))))
		any = true;
	return any;
}

/* Of a gap up to `until`, the part that the peer received; it is counted as lost by the tap, unless
 * that shows nothing of this direction. Returns its end. */
static uint64_t lose_proven(struct tcp_stream *s, const struct tcp_stream_context *x,
	enum flow_dir dir, uint64_t until)
{
	const struct tcp_half *h = &s->half[dir];

	if (h->acked < until)
		until = h->acked;
	if (x->flow->packets[role(s, dir)] > 0) {
		x->flow->lost += until - h->next;
		x->stats->lost_bytes += until - h->next;
	}
	return until;
}

/* Would the receiver not have taken what lies there? Where the stream itself went past the window,
 * ACKs were not seen, and its end is not known. */
static bool beyond_window(const struct tcp_stream *s, enum flow_dir dir, uint64_t offset)
{
	const struct tcp_half *h = &s->half[dir];

	return h->edged && (int32_t)(s->edge[dir] - (uint32_t)h->next) >= 0 &&
	       (int32_t)((uint32_t)offset - s->edge[dir]) >= 0;
}

/* The end of the furthest payload that its receiver could take. */
static uint64_t furthest(const struct tcp_stream *s, enum flow_dir dir)
{
	const struct tcp_half *h = &s->half[dir];

	return h->end > h->next && !beyond_window(s, dir, h->end - 1) ? h->end : h->next;
}

/* Forgets the first of what is held, or the FIN where that is all. */
static void drop_first(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir)
{
	struct tcp_half *h = &s->half[dir];

	x->stats->out_of_window++;
	if (h->held.nodes > 0)
		reorder_pop(x->pool, &h->held);
	else
		h->fin_seen = false;
	if (h->held.nodes == 0)
		h->end = h->next;
}

/* Gives up the wait of one direction: for the bytes before what is held, or for its turn. */
static void lose(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir)
{
	struct tcp_half *h = &s->half[dir];
	const struct reorder_node *n = reorder_first(x->pool, &h->held);
	uint64_t until = n ? n->offset : h->fin_seen ? h->fin : h->acked;

	if (!n && !h->fin_seen && until == h->next + 1) {
		h->fin_lost = true;
	} else if (until > h->next && !proven(h) && beyond_window(s, dir, n ? until : until - 1)) {
		drop_first(s, x, dir);
	} else if (until > h->next) {
		if (proven(h))
			until = lose_proven(s, x, dir, until);
		emit_gap(s, x, dir, until - h->next, -1);
	} else if (n) {
		emit_first_held(s, x, dir);
	} else {
		emit_fin(s, x, dir);
	}
}

/* The direction whose loss is known, else (where `any`) one that waits; false where none does. */
static bool pick_loser(const struct tcp_stream *s, bool any, enum flow_dir *ret)
{
	for (int d = FLOW_CLIENT; d <= FLOW_SERVER; d++) {
		if (proven(&s->half[d])) {
			*ret = (enum flow_dir)d;
			return true;
		}
	}
	for (int d = FLOW_CLIENT; any && d <= FLOW_SERVER; d++) {
		if (stuck(&s->half[d])) {
			*ret = (enum flow_dir)d;
			return true;
		}
	}
	return false;
}

static void lose_all(struct tcp_stream *s, const struct tcp_stream_context *x, bool any)
{
	enum flow_dir dir;

	while (!s->stopped && pick_loser(s, any, &dir)) {
		lose(s, x, dir);
		drain(s, x, dir);
	}
}

static bool is_waiting(const struct tcp_stream *s)
{
	return stuck(&s->half[0]) || stuck(&s->half[1]) || proven(&s->half[0]) ||
	       proven(&s->half[1]);
}

static void restart_wait(struct tcp_stream *s, const struct tcp_stream_context *x)
{
	s->waiting = is_waiting(s);
	s->waiting_since = x->time;
	s->waiting_bytes = 0;
}

/* Ends waits that have been long enough. */
static void judge_wait(struct tcp_stream *s, const struct tcp_stream_context *x)
{
	nstime waited = x->time - s->waiting_since;
	bool one_sided = x->flow->packets[0] == 0 || x->flow->packets[1] == 0;
	enum flow_dir dir;

	if (pick_loser(s, false, &dir)) {
		if (waited < TCP_STREAM_PROVEN_WAIT && s->waiting_bytes < TCP_STREAM_PROVEN_BYTES)
			return;
		lose_all(s, x, false);
	} else if (waited >= (one_sided ? TCP_STREAM_ONE_SIDED_WAIT : TCP_STREAM_UNPROVEN_WAIT)) {
		lose_all(s, x, true);
	} else {
		return;
	}
	restart_wait(s, x);
}

/* After a segment of `bytes` payload; `progress`: it was what had been waited for. */
static void settle(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	uint32_t bytes, bool progress)
{
	progress |= drain(s, x, dir);
	if (s->stopped)
		return;
	if (!s->waiting || progress)
		restart_wait(s, x);
	s->waiting_bytes += bytes;
	if (s->waiting)
		judge_wait(s, x);
}

/* ---- taking a segment ---- */

static void skip_piece(struct reorder_piece *p, uint64_t n)
{
	p->offset += n;
	p->len -= (uint32_t)n;
	if (p->data.p)
		p->data = span_skip(p->data, n);
}

/*
 * There is no room for `p`: hands on the part of it that lies before all that is held, or the first
 * of what is held, whichever comes first in the stream.
 */
static void squeeze(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	struct reorder_piece *p)
{
	struct tcp_half *h = &s->half[dir];
	const struct reorder_node *n = reorder_first(x->pool, &h->held);
	uint64_t len = p->len;

	if (n && n->offset <= p->offset) {
		lose(s, x, dir);
	} else if (p->offset > h->next && beyond_window(s, dir, p->offset)) {
		p->len = 0;
		x->stats->out_of_window++;
	} else {
		if (n && n->offset - p->offset < len)
			len = n->offset - p->offset;
		emit_gap(s, x, dir, p->offset - h->next, -1);
		if (p->data.p)
			emit_data(s, x, dir, span_head(p->data, len), p->peer_acked);
		else
			emit_gap(s, x, dir, len, p->peer_acked);
	}
	drain(s, x, dir);
}

static void hold_piece(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	struct reorder_piece p)
{
	struct tcp_half *h = &s->half[dir];
	bool capped = false;

	while (p.len > 0 && !s->stopped) {
		struct reorder_result r;

		if (p.offset < h->next) {
			skip_piece(&p, h->next - p.offset < p.len ? h->next - p.offset : p.len);
			continue;
		}
		r = reorder_put(x->pool, &h->held, &p);
		x->stats->retransmitted_bytes += r.repeated;
		x->stats->overlap_bytes += r.differing;
		x->flow->overlap[role(s, dir)] += r.differing;
		skip_piece(&p, r.taken);
		if (p.len > 0) {
			capped = true;
			squeeze(s, x, dir, &p);
		}
	}
	x->stats->reassembly_capped += capped;
}

static void take_payload(struct tcp_stream *s, const struct tcp_stream_context *x,
	enum flow_dir dir, uint64_t offset, struct span data, uint32_t len, int64_t peer_acked)
{
	struct tcp_half *h = &s->half[dir];

	if (h->end < offset + len)
		h->end = offset + len;
	if (h->acked > offset)
		x->flow->acked[role(s, dir)] = true;
	if (offset == h->next && h->held.nodes == 0 && covered(&s->half[other(dir)], peer_acked)) {
		emit_data(s, x, dir, data, peer_acked);
		emit_gap(s, x, dir, len - data.len, peer_acked);
		return;
	}
	x->stats->out_of_order += offset != h->next;
	hold_piece(s, x, dir, (struct reorder_piece){offset, data, (uint32_t)data.len, peer_acked});
	hold_piece(s, x, dir,
		(struct reorder_piece){
			offset + data.len, span_of(NULL, 0), len - (uint32_t)data.len, peer_acked});
}

/* The part of a segment that is new: what lies before `next` came before, what lies behind the FIN
 * was never sent by an honest peer. */
static void take_data(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	const struct segment *seg, int64_t offset, int64_t peer_acked)
{
	struct tcp_half *h = &s->half[dir];
	int64_t end = offset + seg->payload_len;
	struct span data = seg->payload;

	if (h->fin_seen && end > (int64_t)h->fin) {
		int64_t beyond = end - (int64_t)h->fin;

		x->stats->after_fin_bytes += (uint64_t)(
			beyond < seg->payload_len ? beyond : seg->payload_len);
		end = (int64_t)h->fin;
	}
	if (offset < (int64_t)h->next) {
		uint64_t old = h->next - (uint64_t)offset;

		x->stats->retransmitted_bytes += old < seg->payload_len ? old : seg->payload_len;
		data = span_skip(data, old);
		offset = (int64_t)h->next;
	}
	if (end > offset)
		take_payload(s, x, dir, (uint64_t)offset, span_head(data, (size_t)(end - offset)),
			(uint32_t)(end - offset), peer_acked);
}

/* Notes what of the half `dir` its receiver says it has; returns it as an offset. */
static int64_t take_ack(
	struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir, uint32_t ack)
{
	struct tcp_half *peer = &s->half[dir];
	int64_t offset;

	set_base(peer, ack);
	offset = offset_of(peer, ack);
	if (offset > (int64_t)peer->acked) {
		peer->acked = (uint64_t)offset;
		if (peer->end > 0)
			x->flow->acked[role(s, dir)] = true;
		if (x->flow->packets[role(s, dir)] == 0 && proven(peer))
			lose(s, x, dir);
	}
	if (peer->fin_seen && offset > (int64_t)peer->fin)
		offset = (int64_t)peer->fin;
	return offset > 0 ? offset : 0;
}

/* From the flow's first packet; wraps, so that only differences are good. */
static uint32_t flow_ms(const struct tcp_stream_context *x, nstime time)
{
	return (uint32_t)nstime_to_ms(time - x->flow->first_time);
}

static void set_window(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	bool closed, nstime time)
{
	struct tcp_half *h = &s->half[dir];
	uint32_t *sum = &x->flow->zero_window_ms[role(s, dir)], now = flow_ms(x, time);

	if (h->closed == closed)
		return;
	if (h->closed && __builtin_add_overflow(*sum, now - h->closed_ms, sum))
		*sum = UINT32_MAX;
	h->closed = closed;
	h->closed_ms = now;
}

static void take_scale(struct tcp_half *h, const struct segment *seg)
{
	if (seg->flags & SEGMENT_SYN && h->scale == 0)
		h->scale = seg->options.wscale < 0 ? TCP_STREAM_NOT_SCALED
						   : (uint8_t)(1 + seg->options.wscale);
}

/* RFC 7323 2.2: windows are scaled where both SYNs said how; that of a SYN itself never is. */
static void take_edge(struct tcp_stream *s, enum flow_dir dir, const struct segment *seg)
{
	struct tcp_half *h = &s->half[dir], *peer = &s->half[other(dir)];
	bool scaled = h->scale != TCP_STREAM_NOT_SCALED && peer->scale != TCP_STREAM_NOT_SCALED &&
		      !(seg->flags & SEGMENT_SYN);
	uint32_t edge;

	if (h->scale == 0 || peer->scale == 0 || !(seg->flags & SEGMENT_ACK))
		return;
	edge = (uint32_t)offset_of(peer, seg->ack) +
	       ((uint32_t)seg->window << (scaled ? h->scale - 1 : 0));
	if (!peer->edged || (int32_t)(edge - s->edge[other(dir)]) > 0)
		s->edge[other(dir)] = edge;
	peer->edged = true;
}

/* What a segment says of its sender's receive window, and its FIN of the other's. */
static void take_window(struct tcp_stream *s, const struct tcp_stream_context *x, enum flow_dir dir,
	const struct segment *seg)
{
	const struct tcp_half *h = &s->half[dir], *peer = &s->half[other(dir)];

	take_edge(s, dir, seg);
	if ((seg->flags & (SEGMENT_ACK | SEGMENT_SYN)) == SEGMENT_ACK)
		set_window(s, x, dir, seg->window == 0 && !peer->fin_seen, x->time);
	if (h->fin_seen)
		set_window(s, x, other(dir), false, x->time);
}

void tcp_stream_segment(struct tcp_stream *s, const struct tcp_stream_context *x,
	enum flow_dir from, const struct segment *seg)
{
	enum flow_dir dir = role(s, from);
	struct tcp_half *h = &s->half[dir], *peer = &s->half[other(dir)];
	uint32_t seq = seg->seq + ((seg->flags & SEGMENT_SYN) != 0);
	int64_t offset, end, peer_acked = -1;
	uint64_t before = h->next;
	bool awaited = s->waiting && proven(h);

	if (s->stopped)
		return;
	set_base(h, seq);
	take_scale(h, seg);
	offset = offset_of(h, seq);
	end = offset + seg->payload_len;
	if (!is_near(h, seq) || ((seg->flags & SEGMENT_ACK) && !is_near(peer, seg->ack))) {
		x->stats->out_of_window++;
		return;
	}
	if (seg->flags & SEGMENT_ACK)
		peer_acked = take_ack(s, x, other(dir), seg->ack);
	if ((seg->flags & SEGMENT_FIN) && !h->fin_seen && end >= (int64_t)furthest(s, dir)) {
		h->fin_seen = true;
		h->fin = (uint64_t)end;
		h->fin_peer_acked = peer_acked;
	}
	take_window(s, x, dir, seg);
	if (seg->payload_len > 0)
		take_data(s, x, dir, seg, offset, peer_acked);
	if (s->waiting || stuck(h) || proven(peer))
		settle(s, x, dir, seg->payload_len, awaited && h->next != before);
}

bool tcp_stream_reset_fits(
	const struct tcp_stream *s, enum flow_dir from, const struct segment *seg)
{
	enum flow_dir dir = role(s, from);
	const struct tcp_half *h = &s->half[dir], *peer = &s->half[other(dir)];
	int64_t offset, end;

	if (!h->based)
		return !(seg->flags & SEGMENT_ACK) || !peer->based ||
		       offset_of(peer, seg->ack) == (int64_t)peer->end;
	offset = offset_of(h, seg->seq);
	end = (int64_t)furthest(s, dir);
	return offset >= (int64_t)h->next - 1 && offset <= end + RESET_WINDOW;
}

void tcp_stream_flush(struct tcp_stream *s, const struct tcp_stream_context *x)
{
	/* A connection that was closing is over with its last packet. */
	nstime end = x->timer && tcp_stream_closing(s) ? x->flow->last_time : x->time;

	set_window(s, x, FLOW_CLIENT, false, end);
	set_window(s, x, FLOW_SERVER, false, end);
	lose_all(s, x, true);
	tcp_stream_clear(s, x->pool);
}

void tcp_stream_clear(struct tcp_stream *s, struct reorder_pool *pool)
{
	reorder_clear(pool, &s->half[0].held);
	reorder_clear(pool, &s->half[1].held);
}
