/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dialogue: the bytes of both sides in one text, in which a byte from 0xf1 on says what follows.
 * It is decoded as it stands and cut into single bytes; the records must be the same.
 */
#include <stdlib.h>

#include "smtp_decode/smtp_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum mark {
	CLIENT = 0xf1, /* bytes of this side follow */
	SERVER,
	LOST_CLIENT, /* as many bytes as the next byte says are lost */
	LOST_SERVER,
	FIN_CLIENT,
	FIN_SERVER,
	ACK_FIXED, /* the client's ACKs stay as they are */
	ACK_ALL,
	ACK_UNKNOWN,
	MIDSTREAM, /* first byte only */
	TRUSTED,   /* likewise: what the client says of another is believed */
	MARKS,
};

struct output {
	uint8_t *bytes;
	size_t len, size;
};

struct play {
	struct smtp_session *session;
	struct flow_info flow;
	uint64_t sent[2], fixed;
	enum mark ack;
	bool single;
};

static void on_record(void *cookie, const struct record *r)
{
	struct output *o = *(struct output **)cookie;

	if (o->size - o->len < r->size) {
		o->size = 2 * o->size + r->size;
		o->bytes = realloc(o->bytes, o->size);
		if (!o->bytes)
			abort();
	}
	memcpy(o->bytes + o->len, r, r->size);
	o->len += r->size;
}

static int64_t ack_of(const struct play *p, enum flow_dir dir)
{
	if (p->ack == ACK_UNKNOWN)
		return -1;
	if (p->ack == ACK_FIXED && dir == FLOW_CLIENT)
		return (int64_t)p->fixed;
	return (int64_t)p->sent[!dir];
}

static void give(struct play *p, struct stream_chunk c)
{
	c.time = p->flow.first_time;
	c.offset = p->sent[c.dir];
	c.peer_acked = c.kind == CHUNK_GAP ? -1 : ack_of(p, c.dir);
	p->sent[c.dir] += c.data.len + c.missing;
	p->flow.payload[c.dir] += c.data.len;
	p->flow.packets[c.dir]++;
	smtp_session_chunk(p->session, &p->flow, &c);
}

static void give_bytes(struct play *p, enum flow_dir dir, struct span s)
{
	while (s.len > 0) {
		size_t n = p->single ? 1 : s.len;

		give(p, (struct stream_chunk){.dir = dir, .data = span_head(s, n)});
		p->flow.packets[dir] = 1; /* the cuts are no packets */
		s = span_skip(s, n);
	}
}

static void mark(struct play *p, enum mark m, uint8_t argument)
{
	switch (m) {
	case LOST_CLIENT:
	case LOST_SERVER:
		give(p, (struct stream_chunk){.kind = CHUNK_GAP,
				.dir = m == LOST_CLIENT ? FLOW_CLIENT : FLOW_SERVER,
				.missing = argument});
		break;
	case FIN_CLIENT:
	case FIN_SERVER:
		give(p, (struct stream_chunk){.kind = CHUNK_FIN,
				.dir = m == FIN_CLIENT ? FLOW_CLIENT : FLOW_SERVER});
		break;
	case ACK_FIXED:
	case ACK_ALL:
	case ACK_UNKNOWN:
		p->ack = m;
		p->fixed = p->sent[FLOW_SERVER];
		break;
	default:
		break;
	}
}

static const struct cidr trusted = {
	.base = {.b = {[10] = 0xff, [11] = 0xff, 198, 51, 100, 7}}, .bits = 32};

static void play(struct smtp_decoder *decoder, struct span in, bool single)
{
	struct play p = {
		.single = single, .ack = ACK_ALL, .flow = {.id = 1, .first_time = NS_PER_S}};
	struct flow_ending e = {.how = FLOW_END_RST, .time = NS_PER_S};
	enum flow_dir dir = FLOW_CLIENT;
	static const uint8_t stranger[4] = {192, 0, 2, 7};

	p.flow.midstream = in.len > 0 && in.p[0] == MIDSTREAM;
	p.flow.client = in.len > 0 && in.p[0] == TRUSTED ? trusted.base : addr_from_v4(stranger);
	p.session = smtp_session_open(decoder, &p.flow);
	while (in.len > 0) {
		size_t n = 0;

		while (n < in.len && (in.p[n] < CLIENT || in.p[n] >= MARKS))
			n++;
		give_bytes(&p, dir, span_head(in, n));
		in = span_skip(in, n);
		if (in.len == 0)
			break;
		n = in.p[0] == LOST_CLIENT || in.p[0] == LOST_SERVER ? 2 : 1;
		if (in.p[0] == CLIENT || in.p[0] == SERVER)
			dir = in.p[0] == CLIENT ? FLOW_CLIENT : FLOW_SERVER;
		mark(&p, (enum mark)in.p[0], in.len > 1 ? in.p[1] : 0);
		in = span_skip(in, n);
	}
	smtp_session_end(p.session, &p.flow, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Made once: that takes longer than an input does. */
	static struct output whole, single, *to;
	static struct smtp_decoder *decoder;
	struct smtp_decoder_config config = {.emit = on_record,
		.cookie = &to,
		.want_recipients = true,
		.want_sha256 = true,
		.trust = {.peers = {&trusted, 1}},
		.message_contexts = 2};

	if (!decoder && !(decoder = smtp_decoder_create(&config)))
		abort();
	whole.len = single.len = 0;
	to = &whole;
	play(decoder, span_of(data, size), false);
	to = &single;
	play(decoder, span_of(data, size), true);
	if (whole.len != single.len || memcmp(whole.bytes, single.bytes, whole.len) != 0)
		abort();
	return 0;
}
