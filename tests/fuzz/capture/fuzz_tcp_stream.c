/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments of one connection from records of eight bytes: flags, options, offset, ACK, length,
 * time. What a byte of the stream is follows from its place, so that a misplaced one is seen.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "capture/tcp_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORD 8
#define ISN_CLIENT 0xfffffff0u
#define ISN_SERVER 1000u

enum option {
	OPTION_SERVER = 0x01,   /* sent by the server */
	OPTION_FAR = 0x02,      /* offset times 4096 */
	OPTION_NEGATIVE = 0x04, /* offset and ACK before the start */
	OPTION_CUT = 0x08,      /* half of the payload was not captured */
	OPTION_OTHER = 0x10,    /* other content */
	OPTION_SLOW = 0x20,     /* time in units of 0.1 s, else of 1 ms */
	OPTION_REVERSE = 0x40,  /* client and server change places */
	OPTION_STOP = 0x80,     /* the receiver has enough after the next chunk */
};

struct run {
	struct tcp_stream stream;
	uint64_t next[2]; /* by the role at first */
	bool fin[2];
	bool reversed, other_content, stop, stopped;
	nstime time;
};

static uint8_t byte_at(bool server, uint64_t offset)
{
	return (uint8_t)(offset * 7 + (offset >> 8) + server * 101);
}

static bool on_chunk(void *cookie, const struct stream_chunk *c)
{
	struct run *r = cookie;
	unsigned int side = (c->dir == FLOW_SERVER) != r->reversed;

	assert(!r->stopped);
	assert(c->offset == r->next[side] && !r->fin[side]);
	assert(c->time == r->time);
	assert((c->kind == CHUNK_DATA) == (c->data.len > 0));
	assert((c->kind == CHUNK_GAP) == (c->missing > 0));
	for (size_t i = 0; i < c->data.len && !r->other_content; i++)
		assert(c->data.p[i] == byte_at(side, c->offset + i));
	r->next[side] += c->data.len + c->missing;
	r->fin[side] = c->kind == CHUNK_FIN;
	r->stopped = r->stop;
	return !r->stop;
}

static void make_segment(struct run *r, const uint8_t *p, uint8_t *payload, struct segment *seg)
{
	bool server = (p[1] & OPTION_SERVER) != 0;
	uint32_t offset = (uint32_t)(p[2] << 8 | p[3]), ack = (uint32_t)(p[4] << 8 | p[5]);

	if (p[1] & OPTION_FAR)
		offset *= 4096;
	if (p[1] & OPTION_NEGATIVE) {
		offset = 0 - offset;
		ack = 0 - ack;
	}
	r->time += p[7] * (p[1] & OPTION_SLOW ? NS_PER_S / 10 : NS_PER_MS);
	for (size_t i = 0; i < p[6]; i++)
		payload[i] = byte_at(server, (uint64_t)(int64_t)(int32_t)offset + i) ^
			     (p[1] & OPTION_OTHER ? 1 : 0);
	*seg = (struct segment){
		.time = r->time,
		.seq = (server ? ISN_SERVER : ISN_CLIENT) + 1 + offset -
		       ((p[0] & SEGMENT_SYN) != 0),
		.ack = (server ? ISN_CLIENT : ISN_SERVER) + 1 + ack,
		.flags = p[0],
		.payload = span_of(payload, p[1] & OPTION_CUT ? p[6] / 2 : p[6]),
		.payload_len = p[6],
	};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reorder_pool *pool = reorder_pool_create(24);
	struct capture_stats stats = {0};
	struct flow_info flow = {0};
	struct run r = {0};
	struct tcp_stream_context x = {
		.pool = pool, .stats = &stats, .flow = &flow, .chunk = on_chunk, .cookie = &r};

	assert(pool);
	tcp_stream_base(&r.stream, FLOW_CLIENT, ISN_CLIENT + 1);
	tcp_stream_base(&r.stream, FLOW_SERVER, ISN_SERVER + 1);
	for (; size >= RECORD; data += RECORD, size -= RECORD) {
		struct segment seg;
		uint8_t payload[255];
		enum flow_dir dir;

		make_segment(&r, data, payload, &seg);
		if (data[1] & OPTION_REVERSE) {
			tcp_stream_reverse(&r.stream);
			r.reversed = !r.reversed;
		}
		r.other_content |= (data[1] & OPTION_OTHER) != 0;
		r.stop |= (data[1] & OPTION_STOP) != 0;
		dir = ((data[1] & OPTION_SERVER) != 0) != r.reversed ? FLOW_SERVER : FLOW_CLIENT;
		flow.packets[dir]++;
		x.time = r.time;
		if (seg.flags & SEGMENT_RST)
			tcp_stream_reset_fits(&r.stream, dir, &seg);
		else
			tcp_stream_segment(&r.stream, &x, dir, &seg);
	}
	tcp_stream_flush(&r.stream, &x);
	assert(reorder_pool_held(pool) == 0);
	assert(r.stopped || flow.payload[0] + flow.payload[1] + flow.missing[0] + flow.missing[1] ==
				    r.next[0] + r.next[1]);
	reorder_pool_destroy(pool);
	return 0;
}
