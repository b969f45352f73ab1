/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture made of records: a byte that says what follows, then a raw Ethernet frame, or a few
 * bytes from which a TCP segment of one of a few connections is made, so that handshakes, guesses,
 * resets and time come together. The sink holds the contract of capture.h, the order of all that it
 * is told included: records keep it (base/record.h), and the merge of lanes relies on them.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/record.h"
#include "capture/capture.h"
#include "capture/decap.h"
#include "capture/flow_hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DLT_ETHERNET 1
#define SEED 1
#define MAX_FLOWS 64

/* Of the first byte of a record. */
enum option {
	OPTION_SERVER = 0x01,
	OPTION_LONG_TIME = 0x02, /* the time step is in seconds, else in ms */
	OPTION_ADVANCE = 0x04,   /* no packet: time only */
	OPTION_RAW = 0x08,       /* a frame as it comes */
	OPTION_CUT = 0x10,       /* the frame was cut in its payload */
};

struct open_flow {
	uint64_t id;
	uint64_t next[2];
	bool fin[2];
	bool started[2];
};

struct state {
	struct decap *decap;
	struct capture *capture;
	struct open_flow flows[MAX_FLOWS];
	size_t open;
	nstime time;
	struct record told; /* the key of the latest call */
	uint64_t packet;
};

static void note(struct state *s, nstime time, bool timer, uint64_t packet, uint64_t flow)
{
	struct record key = {.time = time, .timer = timer, .packet = packet, .flow = flow};

	assert(time <= s->time && record_cmp(&s->told, &key) <= 0);
	s->told = key;
}

static void on_connect(void *cookie, const struct flow_info *f)
{
	note(cookie, f->last_time, false, f->id, f->id);
}

static void *on_open(void *cookie, enum flow_protocol protocol, const struct flow_info *f)
{
	struct state *s = cookie;

	assert(s->open < MAX_FLOWS);
	if (f->id % 16 == 15)
		return NULL;
	s->flows[s->open] = (struct open_flow){.id = f->id};
	return &s->flows[s->open++];
}

static struct open_flow *find(struct state *s, uint64_t id)
{
	for (size_t i = 0; i < s->open; i++) {
		if (s->flows[i].id == id)
			return &s->flows[i];
	}
	return NULL;
}

static void on_chunk(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct stream_chunk *c)
{
	struct open_flow *o = find(cookie, f->id);

	assert(o && !o->fin[c->dir]);
	assert(!o->started[c->dir] || c->offset == o->next[c->dir]);
	o->started[c->dir] = true;
	o->next[c->dir] = c->offset + c->data.len + c->missing;
	o->fin[c->dir] = c->kind == CHUNK_FIN;
	note(cookie, c->time, c->timer, c->packet, f->id);
}

static void on_end(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct flow_ending *e)
{
	struct state *s = cookie;
	struct open_flow *o = find(s, f->id);

	assert(o);
	*o = s->flows[--s->open];
	note(s, e->time, e->timer, e->packet, f->id);
}

static void on_datagram(void *cookie, const struct datagram *d)
{
	note(cookie, d->time, false, d->packet, d->packet);
}

static struct capture *make_capture(struct state *s)
{
	/* What is known to be SMTP may be waited for less than what is not. */
	struct capture_config config = {.memory = 1 << 20, .smtp_idle = 40 * NS_PER_S};
	struct flow_sink sink = {s, on_connect, on_open, on_chunk, on_end, on_datagram, NULL};

	return capture_create(&config, &sink);
}

static void take_packet(struct state *s, const struct packet *p)
{
	const struct datagram *d;
	struct decap_result r;

	switch (decap_packet(s->decap, p, &r)) {
	case DECAP_TCP:
		capture_segment(s->capture,
			flow_hash(&r.segment.src, r.segment.src_port, &r.segment.dst,
				r.segment.dst_port, SEED),
			&r.segment);
		break;
	case DECAP_UDP:
		d = &r.datagram;
		if (capture_wants(d))
			capture_datagram(s->capture,
				flow_hash(&d->src, d->src_port, &d->dst, d->dst_port, SEED), d);
		break;
	case DECAP_NOTHING:
		capture_time(s->capture, p->time);
		break;
	}
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/*
 * Header bytes of a made-up segment: connection and port, TCP flags, offset (two), ACK (two). The
 * payload follows, its length before it.
 */
#define MADE_BYTES 6

static size_t make_frame(uint8_t *f, const uint8_t *p, bool server, struct span payload)
{
	static const uint16_t ports[] = {25, 8025, 53, 587};
	uint16_t client_port = (uint16_t)(1024 + (p[0] >> 2)), server_port = ports[p[0] & 3];
	uint32_t syn = p[1] >> 1 & 1;

	memset(f, 0, 54);
	put16(f + 12, 0x0800);
	f[14] = 0x45;
	put16(f + 16, (uint32_t)(40 + payload.len));
	f[22] = 64;
	f[23] = 6;
	memcpy(f + 26, server ? "\xc6\x33\x64\x19" : "\xc0\x00\x02\x01", 4);
	memcpy(f + 30, server ? "\xc0\x00\x02\x01" : "\xc6\x33\x64\x19", 4);
	put16(f + 34, server ? server_port : client_port);
	put16(f + 36, server ? client_port : server_port);
	put32(f + 38, 1000 + (uint32_t)(p[2] << 8 | p[3]) - syn);
	put32(f + 42, 1000 + (uint32_t)(p[4] << 8 | p[5]));
	f[46] = 0x50;
	f[47] = p[1];
	put16(f + 48, 8192);
	if (payload.len > 0)
		memcpy(f + 54, payload.p, payload.len);
	return 54 + payload.len;
}

/* One record; returns its length, 0 where too little is left. */
static size_t take_record(struct state *s, const uint8_t *p, size_t size)
{
	uint8_t frame[54 + 255];
	struct packet packet = {.link_type = DLT_ETHERNET};
	size_t len, used;

	if (size < 2)
		return 0;
	s->time += p[1] * (p[0] & OPTION_LONG_TIME ? NS_PER_S : NS_PER_MS);
	if (p[0] & OPTION_ADVANCE) {
		capture_advance(s->capture, s->time);
		return 2;
	}
	used = p[0] & OPTION_RAW ? 2 : 2 + MADE_BYTES;
	if (size < used + 1)
		return 0;
	len = p[used] < size - used - 1 ? p[used] : size - used - 1;
	packet.index = s->packet++;
	packet.time = s->time;
	packet.bytes = span_of(p + used + 1, len);
	if (!(p[0] & OPTION_RAW))
		packet.bytes = span_of(
			frame, make_frame(frame, p + 2, (p[0] & OPTION_SERVER) != 0, packet.bytes));
	packet.wire_len = (uint32_t)packet.bytes.len;
	if (p[0] & OPTION_CUT)
		packet.bytes.len -= len / 2;
	take_packet(s, &packet);
	return used + 1 + len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct state s; /* libndpi takes 40 ms to start: one capture for all inputs */
	struct capture_stats stats;
	size_t n;

	if (!s.capture) {
		s.decap = decap_create(SEED);
		s.capture = make_capture(&s);
	}
	assert(s.decap && s.capture);
	s.time += NS_PER_HOUR; /* what the input before left is forgotten */
	capture_advance(s.capture, s.time);
	while (size > 0 && (n = take_record(&s, data, size)) > 0) {
		data += n;
		size -= n;
	}
	capture_finish(s.capture);
	stats = capture_get_stats(s.capture);
	assert(s.open == 0 && stats.flows_active == 0 && stats.bytes_held == 0);
	return 0;
}
