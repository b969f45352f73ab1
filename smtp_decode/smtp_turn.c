/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_turn.h"

void smtp_turn_around(struct smtp_turn *t, const uint64_t at[2])
{
	t->base[FLOW_CLIENT] += at[t->turned ? FLOW_SERVER : FLOW_CLIENT];
	t->base[FLOW_SERVER] += at[t->turned ? FLOW_CLIENT : FLOW_SERVER];
	t->turned = !t->turned;
}

#define SWAP(v)                                \
	do {                                   \
		__typeof__((v)[0]) w = (v)[0]; \
		(v)[0] = (v)[1];               \
		(v)[1] = w;                    \
	} while (0)

const struct flow_info *smtp_turn_flow(
	const struct smtp_turn *t, const struct flow_info *f, struct flow_info *buf)
{
	if (!t->turned)
		return f;
	*buf = *f;
	buf->client = f->server;
	buf->client_port = f->server_port;
	buf->server = f->client;
	buf->server_port = f->client_port;
	SWAP(buf->packets);
	SWAP(buf->bytes);
	SWAP(buf->payload);
	SWAP(buf->missing);
	SWAP(buf->overlap);
	SWAP(buf->zero_window_ms);
	SWAP(buf->acked);
	return buf;
}

struct stream_chunk smtp_turn_chunk(const struct smtp_turn *t, const struct stream_chunk *c)
{
	struct stream_chunk r = *c;
	int64_t peer = (int64_t)t->base[!c->dir];

	r.offset -= t->base[c->dir];
	if (r.peer_acked >= 0)
		r.peer_acked = r.peer_acked > peer ? r.peer_acked - peer : 0;
	if (t->turned)
		r.dir = !c->dir;
	return r;
}

struct flow_ending smtp_turn_ending(const struct smtp_turn *t, const struct flow_ending *e)
{
	struct flow_ending r = *e;

	if (t->turned)
		r.by = !e->by;
	return r;
}
