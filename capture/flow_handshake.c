/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/flow_handshake.h"

#include <string.h>

#include "capture/tcp_stream.h"

static void note_syn(struct flow *f, const struct segment *seg)
{
	struct syn_traits *s = &f->info.syn;

	f->info.syn_time = seg->time;
	s->seen = true;
	s->ttl = seg->ttl;
	s->window = seg->window;
	s->mss = seg->options.mss;
	s->wscale = seg->options.wscale;
	s->layout_len = seg->options.layout_len;
	memcpy(s->layout, seg->options.layout, sizeof(s->layout));
}

/* Would a new connection in its place surprise nobody? */
static bool is_over(const struct flow_handshake *h, const struct flow *f, const struct segment *seg)
{
	return f->phase == FLOW_PHASE_SILENT || tcp_stream_closing(&f->stream) ||
	       seg->time - f->info.last_time > h->other_idle;
}

static enum flow_handshake_says take_syn(const struct flow_handshake *h, struct flow *f,
	enum flow_dir dir, const struct segment *seg)
{
	if (tcp_stream_base(&f->stream, dir, seg->seq + 1)) {
		if (dir == FLOW_CLIENT && !f->info.syn.seen)
			note_syn(f, seg);
		return FLOW_HANDSHAKE_OF_FLOW;
	}
	if (is_over(h, f, seg))
		return FLOW_HANDSHAKE_OF_NEXT;
	f->rival = true;
	f->rival_seq = seg->seq + 1;
	h->stats->syns_ignored++;
	return FLOW_HANDSHAKE_IGNORED;
}

static enum flow_handshake_says take_syn_ack(const struct flow_handshake *h, struct flow *f,
	enum flow_dir *dir, const struct segment *seg)
{
	if (f->rival && seg->ack == f->rival_seq)
		return FLOW_HANDSHAKE_OF_NEXT;
	/* Once bytes are held for the guess or handed on, they say who the server is. */
	if (*dir == FLOW_CLIENT && f->info.server_guessed && f->phase == FLOW_PHASE_SILENT) {
		flow_roles_swap(f);
		flow_roles_protocol(h->ports, f);
		*dir = FLOW_SERVER;
	}
	if (!tcp_stream_base(&f->stream, *dir, seg->seq + 1)) {
		if (is_over(h, f, seg))
			return FLOW_HANDSHAKE_OF_NEXT;
		h->stats->syns_ignored++;
		return FLOW_HANDSHAKE_IGNORED;
	}
	if (*dir == FLOW_SERVER) {
		f->info.server_guessed = false;
		if (f->info.synack_time == 0)
			f->info.synack_time = seg->time;
	}
	return FLOW_HANDSHAKE_OF_FLOW;
}

enum flow_handshake_says flow_handshake_take(const struct flow_handshake *h, struct flow *f,
	enum flow_dir *dir, const struct segment *seg)
{
	if (segment_is_syn(seg))
		return take_syn(h, f, *dir, seg);
	if (segment_is_syn_ack(seg))
		return take_syn_ack(h, f, dir, seg);
	if (f->rival && seg->seq == f->rival_seq)
		return FLOW_HANDSHAKE_OF_NEXT;
	return FLOW_HANDSHAKE_OF_FLOW;
}
