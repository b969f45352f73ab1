/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture.h"
#include "capture/decap.h"
#include "flow_log.h"
#include "frame.h"

#define SEED 1
#define OPEN "open smtp 192.0.2.1:40000 198.51.100.2:25\n"

struct fixture {
	struct flow_log log;
	struct frame frame;
	struct decap *decap;
	struct capture *capture;
	nstime time;
	uint64_t packet;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct flow_sink sink = flow_log_sink(&f->log);
	struct capture_config config = {.memory = 16 << 20};

	f->time = FLOW_LOG_START;
	f->decap = decap_create(SEED);
	assert_non_null(f->decap);
	f->capture = capture_create(&config, &sink);
	assert_non_null(f->capture);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	assert_false(f->log.out_of_order);
	capture_destroy(f->capture);
	decap_destroy(f->decap);
	free(f);
	return 0;
}

static void take_frame(struct fixture *f)
{
	struct packet p = frame_packet(&f->frame, DLT_EN10MB);
	const struct datagram *d;
	struct decap_result r;

	p.index = f->packet++;
	p.time = f->time += NS_PER_MS;
	switch (decap_packet(f->decap, &p, &r)) {
	case DECAP_TCP:
		capture_segment(f->capture, talk_hash(&r.segment, SEED), &r.segment);
		break;
	case DECAP_UDP:
		d = &r.datagram;
		if (capture_wants(d))
			capture_datagram(f->capture,
				flow_hash(&d->src, d->src_port, &d->dst, d->dst_port, SEED), d);
		break;
	case DECAP_NOTHING:
		capture_time(f->capture, p.time);
		break;
	}
	memset(f->frame.room, 0xaa, sizeof(f->frame.room)); /* borrowed no longer */
}

static void take_tcp(struct fixture *f, uint32_t offset, const char *payload)
{
	frame_init(&f->frame, payload);
	frame_tcp(&f->frame, 1000 + offset, 1, 0x18, "");
	frame_ipv4(&f->frame, 6);
	frame_ethernet(&f->frame, 0x0800);
	take_frame(f);
}

static void take_udp(struct fixture *f, uint16_t port)
{
	frame_init(&f->frame, "question");
	frame_udp(&f->frame, 5000, port);
	frame_ipv4(&f->frame, 17);
	frame_ethernet(&f->frame, 0x0800);
	take_frame(f);
}

static void assert_log(struct fixture *f, const char *want)
{
	assert_string_equal(flow_log_take(&f->log), want);
}

/* What waits for its memory still comes before all that came after it. */
static void test_order(void **state)
{
	struct fixture *f = *state;
	static char big[301];
	const char *first = OPEN "C 0 \"one\\r\\n\" ack 0\n"
				 "datagram 5000 53 8\n"
				 "C 5 \"two\\r\\n\" ack 0\n"
				 "C 10 \"xxx";
	const char *log;

	memset(big, 'x', 300);
	take_tcp(f, 0, "one\r\n");
	take_udp(f, 53);
	take_udp(f, 54);
	take_tcp(f, 5, "two\r\n");
	take_tcp(f, 10, big);
	log = flow_log_take(&f->log);
	assert_memory_equal(log, first, strlen(first));
	take_tcp(f, 310, "three\r\n");
	capture_advance(f->capture, 0);
	assert_log(f, "C 310 \"three\\r\\n\" ack 0\n");
	take_tcp(f, 317, "four\r\n");
	capture_finish(f->capture);
	assert_log(f, "C 317 \"four\\r\\n\" ack 0\nend input timer 7\n");
}

static void test_many(void **state)
{
	struct fixture *f = *state;
	char want[1000] = {0};

	for (uint32_t i = 0; i < 300; i++) {
		char byte[2] = {(char)('a' + i % 26), '\0'};

		take_tcp(f, i, byte);
		want[i] = byte[0];
	}
	capture_finish(f->capture);
	assert_int_equal(f->log.stream_len[FLOW_CLIENT], 300);
	assert_memory_equal(f->log.stream[FLOW_CLIENT], want, 300);
	assert_int_equal(f->log.info.packets[FLOW_CLIENT], 300);
}

/* A packet that is not TCP moves time all the same. */
static void test_time(void **state)
{
	struct fixture *f = *state;

	take_tcp(f, 0, "EHLO a\r\n");
	frame_init(&f->frame, "who has");
	frame_ethernet(&f->frame, 0x0806);
	f->time += 661 * NS_PER_S;
	take_frame(f);
	assert_log(f, OPEN "C 0 \"EHLO a\\r\\n\" ack 0\nend idle timer 660001\n");
}

/* Flows that are left end at the time of the last packet, whatever it was. */
static void test_end_time(void **state)
{
	struct fixture *f = *state;

	take_tcp(f, 0, "EHLO a\r\n");
	frame_init(&f->frame, "who has");
	frame_ethernet(&f->frame, 0x0806);
	f->time += 5 * NS_PER_S;
	take_frame(f);
	f->time += 700 * NS_PER_MS;
	take_frame(f);
	capture_finish(f->capture);
	assert_log(f, OPEN "C 0 \"EHLO a\\r\\n\" ack 0\nend input timer 5703\n");
}

static void test_stats(void **state)
{
	struct fixture *f = *state;
	struct capture_stats s;

	take_tcp(f, 0, "EHLO a\r\n");
	take_tcp(f, 20, "held");
	capture_advance(f->capture, f->time);
	s = capture_get_stats(f->capture);
	assert_int_equal(s.flows, 1);
	assert_int_equal(s.flows_active, 1);
	assert_int_equal(s.flows_smtp, 1);
	assert_int_equal(s.out_of_order, 1);
	assert_int_equal(s.bytes_held, 4);
	assert_true(s.memory > 1 << 20);
}

struct copy {
	uint16_t id;
	uint8_t ttl;
	bool tagged, in_gre;
	nstime after;
};

/* A command in a packet of its own, as one of the mirrored ports shows it. */
static void take_copy(struct fixture *f, const char *payload, const struct copy *c)
{
	frame_init(&f->frame, payload);
	frame_tcp(&f->frame, 1000, 1, 0x18, "");
	frame_ipv4_fragment(&f->frame, 6, c->id, 0);
	f->frame.room[f->frame.start + 8] = c->ttl;
	if (c->in_gre) {
		frame_hex(&f->frame, "00000800");
		frame_ipv4(&f->frame, 47);
	}
	frame_be16(&f->frame, 0x0800);
	if (c->tagged)
		frame_hex(&f->frame, "8100 0064");
	frame_hex(&f->frame, "02000000 0001 02000000 0002");
	f->time += c->after - NS_PER_MS;
	take_frame(f);
	capture_advance(f->capture, f->time); /* the last few segments may wait for the next ones */
}

/* The copies that a mirror of two ports makes; what is sent again is no copy. */
static void test_duplicates(void **state)
{
	static const struct {
		struct copy second;
		const char *payload;
		bool dropped;
	} rows[] = {
		{{7, 64, false, false, 0}, "EHLO a\r\n", true},
		{{7, 64, false, false, NS_PER_MS}, "EHLO a\r\n", true},
		{{7, 64, true, false, 20000}, "EHLO a\r\n", true},  /* tagged on one port only */
		{{7, 63, false, false, 20000}, "EHLO a\r\n", true}, /* on both sides of a router */
		{{7, 64, false, true, 20000}, "EHLO a\r\n", true},  /* and of a tunnel */
		{{7, 64, false, false, NS_PER_MS + 1}, "EHLO a\r\n", false}, /* too late */
		{{8, 64, false, false, 20000}, "EHLO a\r\n", false},	 /* sent again */
		{{7, 64, false, false, 20000}, "EHLO b\r\n", false},	 /* other content */
		{{7, 64, false, false, 20000}, "EHLO", false},		 /* part of it */
	};
	const struct copy first = {7, 64, false, false, 2 * NS_PER_MS};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t before = capture_get_stats(f->capture).duplicates;

		take_copy(f, "EHLO a\r\n", &first);
		take_copy(f, rows[i].payload, &rows[i].second);
		assert_int_equal(
			capture_get_stats(f->capture).duplicates - before, rows[i].dropped);
	}
	capture_finish(f->capture);
	assert_int_equal(f->log.info.duplicates, 5);
	assert_int_equal(f->log.info.packets[FLOW_CLIENT], 13);
	assert_int_equal(f->log.info.overlap[FLOW_CLIENT], 0);
}

/* Of long payloads the ends are looked at, and their length. */
static void test_duplicates_long(void **state)
{
	const struct copy first = {7, 64, false, false, 2 * NS_PER_MS}, second = {7, 64, true, false, 9};
	struct fixture *f = *state;
	char payload[1401];

	memset(payload, 'x', 1400);
	payload[1400] = '\0';
	take_copy(f, payload, &first);
	take_copy(f, payload, &second);
	assert_int_equal(capture_get_stats(f->capture).duplicates, 1);
	payload[1399] = 'y';
	take_copy(f, payload, &second);
	payload[0] = 'y';
	take_copy(f, payload, &second);
	payload[1399] = '\0';
	take_copy(f, payload, &second);
	assert_int_equal(capture_get_stats(f->capture).duplicates, 1);
}

/* An answer that was mirrored twice is one answer. */
static void test_duplicate_datagrams(void **state)
{
	struct fixture *f = *state;

	take_udp(f, 53);
	f->time -= NS_PER_MS - 9;
	take_udp(f, 53);
	assert_log(f, "datagram 5000 53 8\n");
	take_udp(f, 53);
	assert_log(f, "datagram 5000 53 8\n");
	assert_int_equal(capture_get_stats(f->capture).duplicates, 1);
}

/* At 2 GiB: a million flows, all tables within their share (contract 6.2). */
static void test_memory(void **state)
{
	struct fixture *f = *state;
	struct flow_sink sink = flow_log_sink(&f->log);
	struct capture_config config = {.memory = (uint64_t)2 << 30};
	struct capture *c = capture_create(&config, &sink);

	assert_non_null(c);
	assert_true(capture_get_stats(c).memory < (uint64_t)830 << 20);
	capture_destroy(c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_many),
		TEST(test_time),
		TEST(test_end_time),
		TEST(test_stats),
		TEST(test_duplicates),
		TEST(test_duplicates_long),
		TEST(test_duplicate_datagrams),
		TEST(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
