/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "facts/dns_message.h"
#include "tests/unit/facts/dns_build.h"

static struct record_builder builder;
static struct flow_info flow = {.id = 5, .client_port = 4000, .server_port = 53};

struct seen {
	unsigned int count;
	uint16_t ids[16], src_port[16];
	uint64_t packets[16];
	bool timer; /* of the last */
};

static struct dns_room room;

static int setup(void **state)
{
	room = (struct dns_room){.bytes = 1 << 20};
	flow.client = addr_of("192.0.2.25");
	flow.server = addr_of("192.0.2.53");
	return record_builder_init(&builder) > 0 ? 0 : -1;
}

static int teardown(void **state)
{
	record_builder_finish(&builder);
	return 0;
}

static void on_record(void *cookie, const struct record *r)
{
	const struct dns_record *d = (const struct dns_record *)r;
	struct seen *s = cookie;

	assert_int_equal(r->flow, 5);
	assert_int_equal(r->number, s->count);
	assert_true(s->count < 16);
	s->packets[s->count] = r->packet;
	s->timer = r->timer;
	s->src_port[s->count] = d->src_port;
	s->ids[s->count++] = d->id;
}

static void give(struct dns_stream *s, struct seen *seen, enum flow_dir dir, enum chunk_kind kind,
	const void *p, size_t len)
{
	struct stream_chunk c = {.dir = dir, .kind = kind, .packet = len};

	c.data = span_of(p, len);
	dns_stream_chunk(s, &flow, &c, &builder, on_record, seen);
}

/* Three messages, the second of length 0. */
static void three(struct wire *w)
{
	struct wire m;

	w->len = 0;
	wire_begin(&m, 1, ANSWER_RA, "a.example", DNS_A);
	wire_addr(&m, NULL, "192.0.2.7");
	wire_u16(w, (unsigned int)m.len);
	wire_bytes(w, m.p, m.len);
	wire_u16(w, 0);
	wire_begin(&m, 2, ANSWER_RA, "b.example", DNS_A);
	wire_u16(w, (unsigned int)m.len);
	wire_bytes(w, m.p, m.len);
}

static void test_any_chunks(void **state)
{
	struct wire w;

	three(&w);
	for (size_t step = 1; step <= w.len; step++) {
		struct dns_stream *s = dns_stream_create(&room);
		struct seen seen = {0};

		assert_non_null(s);
		for (size_t i = 0; i < w.len; i += step)
			give(s, &seen, FLOW_SERVER, CHUNK_DATA, w.p + i,
				step < w.len - i ? step : w.len - i);
		give(s, &seen, FLOW_SERVER, CHUNK_FIN, NULL, 0);
		assert_int_equal(seen.count, 2);
		assert_int_equal(seen.ids[0], 1);
		assert_int_equal(seen.ids[1], 2);
		assert_int_equal(seen.src_port[0], 53);
		dns_stream_destroy(s);
	}
}

static void test_directions_are_apart(void **state)
{
	struct dns_stream *s = dns_stream_create(&room);
	struct seen seen = {0};
	struct wire w;

	three(&w);
	give(s, &seen, FLOW_SERVER, CHUNK_DATA, w.p, 20);
	give(s, &seen, FLOW_CLIENT, CHUNK_DATA, w.p, w.len);
	give(s, &seen, FLOW_SERVER, CHUNK_DATA, w.p + 20, w.len - 20);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.src_port[0], 4000);
	assert_int_equal(seen.src_port[2], 53);
	dns_stream_destroy(s);
}

static void test_gap(void **state)
{
	struct dns_stream *s = dns_stream_create(&room);
	struct seen seen = {0};
	struct wire w;

	three(&w);
	give(s, &seen, FLOW_SERVER, CHUNK_DATA, w.p, 20);
	give(s, &seen, FLOW_SERVER, CHUNK_GAP, NULL, 0);
	give(s, &seen, FLOW_SERVER, CHUNK_DATA, w.p, w.len);
	assert_int_equal(seen.count, 0);
	give(s, &seen, FLOW_CLIENT, CHUNK_DATA, w.p, w.len);
	assert_int_equal(seen.count, 2);
	dns_stream_destroy(s);
}

/* Lengths alone must not make it hold anything much: 65,535 bytes each are told of. */
static void test_room(void **state)
{
	static const uint8_t longest[3] = {0xff, 0xff, 0};
	struct dns_room small = {.bytes = 100000};
	struct dns_stream *a = dns_stream_create(&small), *b = dns_stream_create(&small);
	struct seen seen = {0};
	struct wire w;

	three(&w);
	give(a, &seen, FLOW_SERVER, CHUNK_DATA, longest, 3);
	assert_true(small.bytes < 100000 - 65535);
	assert_int_equal(small.capped, 0);
	give(b, &seen, FLOW_SERVER, CHUNK_DATA, longest, 3);
	assert_int_equal(small.capped, 1);
	give(b, &seen, FLOW_SERVER, CHUNK_DATA, w.p, w.len); /* where it begins is not known */
	assert_int_equal(seen.count, 0);
	give(b, &seen, FLOW_CLIENT, CHUNK_DATA, w.p, 20); /* what is short finds room yet */
	give(b, &seen, FLOW_CLIENT, CHUNK_DATA, w.p + 20, w.len - 20);
	assert_int_equal(seen.count, 2);
	dns_stream_destroy(a);
	dns_stream_destroy(b);
	assert_int_equal(small.bytes, 100000);
	small.bytes = 0;
	assert_null(dns_stream_create(&small));
}

/* What a deadline hands on sorts after packets of its time. */
static void test_timer(void **state)
{
	struct dns_stream *s = dns_stream_create(&room);
	struct stream_chunk c = {.dir = FLOW_SERVER, .kind = CHUNK_DATA};
	struct seen seen = {0};
	struct wire w;

	three(&w);
	c.data = span_of(w.p, w.len);
	c.timer = true;
	dns_stream_chunk(s, &flow, &c, &builder, on_record, &seen);
	assert_true(seen.timer);
	c.timer = false;
	dns_stream_chunk(s, &flow, &c, &builder, on_record, &seen);
	assert_int_equal(seen.count, 4);
	assert_false(seen.timer);
	dns_stream_destroy(s);
}

static void test_midstream(void **state)
{
	struct dns_stream *s = dns_stream_create(&room);
	struct seen seen = {0};
	struct wire w;

	three(&w);
	flow.midstream = true;
	give(s, &seen, FLOW_SERVER, CHUNK_DATA, w.p, w.len);
	flow.midstream = false;
	assert_int_equal(seen.count, 0);
	dns_stream_destroy(s);
	dns_stream_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_chunks),
		cmocka_unit_test(test_directions_are_apart),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_timer),
		cmocka_unit_test(test_midstream),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
