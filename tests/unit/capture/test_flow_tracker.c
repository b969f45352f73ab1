/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture/flow_tracker.h"
#include "flow_log.h"

#define SEED 1
#define C FLOW_CLIENT
#define S FLOW_SERVER

#define OPEN_25 "open smtp 192.0.2.1:40000 198.51.100.25:25\n"

struct fixture {
	struct flow_log log;
	struct flow_sink sink;
	struct capture_stats stats;
	struct flow_tracker *tracker;
	nstime time;
	uint64_t packet;
	struct talk talk;
};

static void make_tracker(struct fixture *f, uint64_t memory)
{
	struct capture_config config = {.memory = memory};

	flow_tracker_destroy(f->tracker);
	f->stats = (struct capture_stats){0};
	f->tracker = flow_tracker_create(&config, &f->sink, &f->stats);
	assert_non_null(f->tracker);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->sink = flow_log_sink(&f->log);
	f->time = FLOW_LOG_START;
	f->talk = talk_make(&f->time, &f->packet, 40000, 25);
	make_tracker(f, 16 << 20);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	assert_false(f->log.out_of_order);
	flow_tracker_destroy(f->tracker);
	free(f);
	return 0;
}

static void take(struct fixture *f, const struct segment *seg)
{
	flow_tracker_advance(f->tracker, seg->time);
	flow_tracker_segment(f->tracker, talk_hash(seg, SEED), seg);
}

static void say_in(struct fixture *f, struct talk *t, enum flow_dir dir, uint8_t flags,
	int64_t offset, int64_t acked, const char *data)
{
	struct segment seg = talk_segment(t, dir, flags, offset, acked, data);

	take(f, &seg);
}

static void say(struct fixture *f, enum flow_dir dir, uint8_t flags, int64_t offset, int64_t acked,
	const char *data)
{
	say_in(f, &f->talk, dir, flags, offset, acked, data);
}

static void shake_hands(struct fixture *f)
{
	say(f, C, SEGMENT_SYN, -1, -1, "");
	say(f, S, SEGMENT_SYN, -1, 0, "");
	say(f, C, 0, 0, 0, "");
}

/* A handshake and one command with its reply; the log is emptied. */
static void begin_session(struct fixture *f)
{
	shake_hands(f);
	say(f, S, 0, 0, 0, "220 a\r\n");
	say(f, C, 0, 0, 7, "EHLO b\r\n");
	flow_log_take(&f->log);
}

static void assert_log(struct fixture *f, const char *want)
{
	assert_string_equal(flow_log_take(&f->log), want);
}

static void advance(struct fixture *f, nstime by)
{
	f->time += by;
	flow_tracker_advance(f->tracker, f->time);
}

static void test_session(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	assert_log(f, "connect 192.0.2.1:40000 198.51.100.25:25\n");
	say(f, S, 0, 0, 0, "220 a\r\n");
	say(f, C, 0, 0, 7, "QUIT\r\n");
	say(f, S, SEGMENT_FIN, 7, 6, "221 b\r\n");
	say(f, C, SEGMENT_FIN, 6, 15, "");
	say(f, S, 0, 15, 7, "");
	assert_log(f, OPEN_25 "S 0 \"220 a\\r\\n\" ack 0\n"
			      "C 0 \"QUIT\\r\\n\" ack 7\n"
			      "S 7 \"221 b\\r\\n\" ack 6\n"
			      "S 14 fin ack 6\n"
			      "C 6 fin ack 14\n"
			      "end fin S\n");
	assert_int_equal(f->log.info.id, 0);
	assert_true(f->log.info.syn.seen);
	assert_int_equal(f->log.info.syn.mss, 1460);
	assert_int_equal(f->log.info.syn_time, FLOW_LOG_START + NS_PER_MS);
	assert_int_equal(f->log.info.synack_time, FLOW_LOG_START + 2 * NS_PER_MS);
	assert_int_equal(f->log.info.packets[C], 4);
	assert_int_equal(f->log.info.packets[S], 3);
	assert_int_equal(f->log.info.bytes[C], 4 * 40 + 6);
	assert_int_equal(f->log.info.first_packet, 0);
	assert_int_equal(f->log.info.last_packet, 6);
	assert_false(f->log.info.midstream || f->log.info.server_guessed);
	assert_int_equal(f->stats.flows, 1);
	assert_int_equal(f->stats.flows_active, 0);
	assert_int_equal(f->stats.flows_smtp, 1);
	flow_tracker_finish(f->tracker);
	assert_log(f, "");
}

static void test_syn_only(void **state)
{
	struct fixture *f = *state;

	say(f, C, SEGMENT_SYN, -1, -1, "");
	f->time += NS_PER_S;
	say(f, C, SEGMENT_SYN, -1, -1, "");
	advance(f, 59 * NS_PER_S);
	assert_int_equal(f->stats.flows_active, 1);
	advance(f, 2 * NS_PER_S);
	assert_log(f, "connect 192.0.2.1:40000 198.51.100.25:25\n");
	assert_int_equal(f->stats.flows_undecided, 1);
	assert_int_equal(f->stats.flows_idle, 1);
	assert_int_equal(f->stats.flows_active, 0);
}

static void test_refused(void **state)
{
	struct fixture *f = *state;

	say(f, C, SEGMENT_SYN, -1, -1, "");
	say(f, S, SEGMENT_RST, -5001, 0, "");
	assert_int_equal(f->stats.flows_active, 0);
	assert_log(f, "connect 192.0.2.1:40000 198.51.100.25:25\n");
}

static void test_reset(void **state)
{
	struct fixture *f = *state;

	begin_session(f);
	say(f, S, 0, 17, 8, "unseen before");
	say(f, C, SEGMENT_RST, 200000, -1, "");
	assert_log(f, "");
	assert_int_equal(f->stats.resets_ignored, 1);
	say(f, C, SEGMENT_RST, 8, -1, "");
	assert_log(f, "S 7 gap 10\nS 17 \"unseen before\" ack 8\nend rst C\n");
	say(f, S, 0, 30, 8, "in flight");
	say(f, C, SEGMENT_RST, 8, -1, "");
	assert_log(f, "");
	assert_int_equal(f->stats.flows, 1);
}

/* The idle time of a session is its deadline's, not that of the packet which shows it. */
static void test_idle(void **state)
{
	struct fixture *f = *state;

	begin_session(f);
	advance(f, 660 * NS_PER_S);
	assert_log(f, "");
	advance(f, 1);
	assert_log(f, "end idle timer 660005\n");
	assert_int_equal(f->stats.flows_idle, 1);
}

/* Sessions may be waited for less than what is not known to be one. */
static void test_short_idle(void **state)
{
	struct fixture *f = *state;
	struct capture_config config = {.memory = 16 << 20, .smtp_idle = 10 * NS_PER_S};

	flow_tracker_destroy(f->tracker);
	f->tracker = flow_tracker_create(&config, &f->sink, &f->stats);
	begin_session(f);
	advance(f, 10 * NS_PER_S);
	assert_log(f, "");
	advance(f, 1);
	assert_log(f, "end idle timer 10005\n");
}

static void test_keep_alive(void **state)
{
	struct fixture *f = *state;

	begin_session(f);
	for (int i = 0; i < 10; i++) {
		f->time += 600 * NS_PER_S;
		say(f, S, 0, 6, 8, "\n");
		say(f, C, 0, 8, 7, "");
	}
	assert_log(f, "");
	flow_tracker_finish(f->tracker);
	assert_log(f, "end input timer 6000025\n");
}

/* One FIN and then nothing. */
static void test_half_closed(void **state)
{
	struct fixture *f = *state;

	begin_session(f);
	say(f, C, SEGMENT_FIN, 8, 7, "");
	assert_log(f, "C 8 fin ack 7\n");
	say(f, S, 0, 7, 9, "421 c\r\n");
	advance(f, 61 * NS_PER_S);
	assert_log(f, "S 7 \"421 c\\r\\n\" ack 8\nend fin C timer 60007\n");
}

static void test_one_sided_close(void **state)
{
	struct fixture *f = *state;

	say(f, C, SEGMENT_SYN, -1, -1, "");
	say(f, C, 0, 0, 0, "");
	say(f, C, 0, 0, 7, "QUIT\r\n");
	say(f, C, SEGMENT_FIN, 6, 17, "");
	advance(f, 6 * NS_PER_S);
	assert_log(f, "connect 192.0.2.1:40000 198.51.100.25:25\n" OPEN_25 "S 0 gap 7\n"
		      "C 0 \"QUIT\\r\\n\" ack 7\n"
		      "S 7 gap 10\n"
		      "C 6 fin ack 17\n"
		      "end fin C timer 5004\n");
}

/* What comes late for an ended connection opens nothing; long after, it does. */
static void test_linger(void **state)
{
	struct fixture *f = *state;

	begin_session(f);
	say(f, C, SEGMENT_FIN, 8, 7, "");
	say(f, S, SEGMENT_FIN, 7, 9, "");
	flow_log_take(&f->log);
	say(f, C, 0, 0, 7, "EHLO b\r\n");
	f->time += 9 * NS_PER_S;
	say(f, C, 0, 0, 7, "EHLO b\r\n");
	assert_log(f, "");
	assert_int_equal(f->stats.flows, 1);
	f->time += 2 * NS_PER_S;
	say(f, C, 0, 0, 7, "EHLO b\r\n");
	assert_log(f, OPEN_25 "C 0 \"EHLO b\\r\\n\" ack 0\n");
	assert_true(f->log.info.midstream && f->log.info.server_guessed);
}

static void test_port_reuse(void **state)
{
	struct fixture *f = *state;

	begin_session(f);
	say(f, C, SEGMENT_FIN, 8, 7, "");
	flow_log_take(&f->log);
	f->talk.isn[C] = 123456;
	say(f, C, SEGMENT_SYN, -1, -1, "");
	assert_log(f, "end fin C\nconnect 192.0.2.1:40000 198.51.100.25:25\n");
	f->talk.isn[S] = 99;
	say(f, S, SEGMENT_SYN, -1, 0, "");
	say(f, S, 0, 0, 0, "220 again\r\n");
	assert_log(f, OPEN_25 "S 0 \"220 again\\r\\n\" ack 0\n");
	assert_int_equal(f->stats.flows, 2);
}

/* In the middle of a session a SYN is believed only when the server answers it. */
static void test_rival_syn(void **state)
{
	struct fixture *f = *state;
	struct talk next = f->talk;

	next.isn[C] = 777;
	next.isn[S] = 888;
	begin_session(f);
	say_in(f, &next, C, SEGMENT_SYN, -1, -1, "");
	say(f, S, 0, 7, 8, "250 c\r\n");
	assert_log(f, "S 7 \"250 c\\r\\n\" ack 8\n");
	assert_int_equal(f->stats.syns_ignored, 1);
	say_in(f, &next, S, SEGMENT_SYN, -1, 0, "");
	assert_log(f, "end idle\n");
	say_in(f, &next, S, 0, 0, 0, "220 new\r\n");
	assert_log(f, OPEN_25 "S 0 \"220 new\\r\\n\" ack 0\n");
}

static void test_rival_syn_one_sided(void **state)
{
	struct fixture *f = *state;
	struct talk next = f->talk;

	next.isn[C] = 777;
	next.isn[S] = 888;
	begin_session(f);
	say_in(f, &next, C, SEGMENT_SYN, -1, -1, "");
	say_in(f, &next, C, 0, 0, 0, "EHLO new\r\n");
	assert_log(f, "end idle\n" OPEN_25 "C 0 \"EHLO new\\r\\n\" ack 0\n");
}

static void test_syn_ack_first(void **state)
{
	struct fixture *f = *state;

	say(f, S, SEGMENT_SYN, -1, 0, "");
	say(f, C, 0, 0, 0, "");
	say(f, S, 0, 0, 0, "220 a\r\n");
	assert_log(f, OPEN_25 "S 0 \"220 a\\r\\n\" ack 0\n");
	assert_false(f->log.info.server_guessed || f->log.info.midstream);
	say(f, C, SEGMENT_SYN, -1, -1, ""); /* which the tap shows late */
	say(f, C, 0, 0, 7, "QUIT\r\n");
	assert_log(f, "C 0 \"QUIT\\r\\n\" ack 7\n");
	assert_true(f->log.info.syn.seen);
}

static void test_midstream_by_port(void **state)
{
	struct fixture *f = *state;

	say(f, S, 0, 100, 50, "250 x\r\n");
	say(f, C, 0, 50, 107, "DATA\r\n");
	assert_log(f, OPEN_25 "S 0 \"250 x\\r\\n\" ack 0\nC 0 \"DATA\\r\\n\" ack 7\n");
	assert_true(f->log.info.server_guessed);
}

/* Port 25 on both sides: the bytes tell. */
static void test_midstream_by_bytes(void **state)
{
	struct fixture *f = *state;

	f->talk = talk_make(&f->time, &f->packet, 25, 587);
	say(f, C, 0, 0, 0, "MAIL FROM:<>\r\n");
	say(f, S, 0, 0, 14, "250 x\r\n");
	assert_log(f, "open smtp 192.0.2.1:25 198.51.100.25:587\n"
		      "C 0 \"MAIL FROM:<>\\r\\n\" ack 0\n"
		      "S 0 \"250 x\\r\\n\" ack 14\n");
}

static void test_nothing_opens(void **state)
{
	struct fixture *f = *state;

	say(f, C, 0, 0, 0, "");
	say(f, C, SEGMENT_RST, 0, 0, "");
	say(f, C, SEGMENT_FIN, 0, 0, "");
	assert_int_equal(f->stats.flows, 0);
	assert_log(f, "");
}

static void test_simultaneous_open(void **state)
{
	struct fixture *f = *state;

	say(f, C, SEGMENT_SYN, -1, -1, "");
	say(f, S, SEGMENT_SYN, -1, -1, "");
	say(f, C, SEGMENT_SYN, -1, 0, "");
	say(f, S, SEGMENT_SYN, -1, 0, "");
	say(f, S, 0, 0, 0, "220 a\r\n");
	say(f, C, 0, 0, 7, "QUIT\r\n");
	assert_log(f, "connect 192.0.2.1:40000 198.51.100.25:25\n" OPEN_25
		      "S 0 \"220 a\\r\\n\" ack 0\nC 0 \"QUIT\\r\\n\" ack 7\n");
	assert_int_equal(f->stats.flows, 1);
}

static void test_dns(void **state)
{
	struct fixture *f = *state;

	f->talk.port[S] = 53;
	shake_hands(f);
	say(f, C, 0, 0, 0, "\x01q");
	assert_log(f, "open dns 192.0.2.1:40000 198.51.100.25:53\nC 0 \".q\" ack 0\n");
	advance(f, 61 * NS_PER_S);
	assert_log(f, "end idle timer 60004\n");
}

static void test_refused_by_sink(void **state)
{
	struct fixture *f = *state;

	f->log.refuse = true;
	shake_hands(f);
	flow_log_take(&f->log);
	say(f, S, 0, 0, 0, "220 a\r\n");
	say(f, C, 0, 0, 7, "QUIT\r\n");
	assert_log(f, OPEN_25);
	flow_tracker_finish(f->tracker);
	assert_log(f, "");
	assert_int_equal(f->stats.flows_active, 0);
}

/* Deadlines of many flows in many shards come in order, before a later packet. */
static void test_timer_order(void **state)
{
	struct fixture *f = *state;
	struct talk t;
	char want[8192];
	size_t len = 0;

	f->log.tell_ids = true;
	for (uint16_t i = 0; i < 100; i++) {
		t = talk_make(&f->time, &f->packet, (uint16_t)(1024 + i * 37 % 100), 25);
		if (i >= 50) /* the same time for both of a pair */
			f->time -= NS_PER_MS;
		say_in(f, &t, C, 0, 0, 0, "NOOP\r\n");
		f->time += i % 7 * NS_PER_S / 3;
	}
	flow_log_take(&f->log);
	for (int i = 0; i < 100; i++) {
		t = talk_make(&f->time, &f->packet, (uint16_t)(1024 + i * 37 % 100), 25);
		if (i % 3 == 0)
			say_in(f, &t, C, 0, 0, 0, "");
	}
	assert_log(f, "");
	for (int i = 0; i < 100; i++) {
		if (i % 3)
			len += (size_t)snprintf(want + len, sizeof(want) - len, "#%d\n", i);
	}
	for (int i = 0; i < 100; i += 3)
		len += (size_t)snprintf(want + len, sizeof(want) - len, "#%d\n", i);
	f->time += 700 * NS_PER_S;
	t = talk_make(&f->time, &f->packet, 999, 26);
	say_in(f, &t, C, SEGMENT_SYN, -1, -1, "");
	for (char *at = f->log.text, *w = want; *w; w = strchr(w, '\n') + 1) {
		f->log.text[f->log.len] = '\0';
		at = strchr(at, '#');
		assert_non_null(at);
		assert_memory_equal(at, w, (size_t)(strchr(w, '\n') + 1 - w));
		at++;
		memmove(f->log.text, at, strlen(at) + 1);
		at = f->log.text;
		f->log.len = strlen(at);
	}
}

/* A packet comes before a timer of the same time, also of its own flow. */
static void test_timer_tie(void **state)
{
	struct fixture *f = *state;

	begin_session(f);
	f->time += 660 * NS_PER_S - NS_PER_MS;
	say(f, C, 0, 8, 7, "NOOP\r\n");
	assert_log(f, "C 8 \"NOOP\\r\\n\" ack 7\n");
}

/* Times that only a hostile capture has. */
static void test_time_jumps(void **state)
{
	struct fixture *f = *state;

	begin_session(f);
	advance(f, NSTIME_MAX - 2 * f->time);
	assert_log(f, "end idle timer 660005\n");
	f->time = NSTIME_MAX - NS_PER_S;
	begin_session(f);
	flow_tracker_advance(f->tracker, NSTIME_MAX);
	assert_log(f, "");
	flow_tracker_finish(f->tracker);
	assert_true(strncmp(flow_log_take(&f->log), "end input", 9) == 0);
}

static void test_finish_order(void **state)
{
	struct fixture *f = *state;
	struct talk t[3];

	f->log.tell_ids = true;
	for (uint16_t i = 0; i < 3; i++) {
		t[i] = talk_make(&f->time, &f->packet, (uint16_t)(1024 + i), 25);
		say_in(f, &t[i], C, 0, 0, 0, "NOOP\r\n");
	}
	say_in(f, &t[0], C, 0, 10, 0, "held");
	flow_log_take(&f->log);
	flow_tracker_finish(f->tracker);
	assert_log(f, "end input timer 4 #1\n"
		      "end input timer 4 #2\n"
		      "C 6 gap 4\n"
		      "C 10 \"held\" ack 0\n"
		      "end input timer 4 #0\n");
	assert_int_equal(f->stats.flows_active, 0);
}

/* A flood of SYNs, and of packets that nobody answers, does not drive out a real session. */
static void test_eviction(void **state)
{
	struct fixture *f = *state;
	struct talk t;

	make_tracker(f, 1 << 20);
	begin_session(f);
	say(f, S, 0, 7, 8, "250 c\r\n");
	f->log.len = 0;
	for (uint32_t i = 0; i < 20000; i++) {
		t = talk_make(&f->time, &f->packet, (uint16_t)(1024 + i), 25);
		t.addr[C].b[13] = (uint8_t)(i >> 12);
		f->time -= NS_PER_MS - 1000;
		if (i % 2)
			say_in(f, &t, C, SEGMENT_SYN, -1, -1, "");
		else
			say_in(f, &t, C, 0, 0, 0, "NOOP\r\n");
		f->log.len = 0;
	}
	assert_true(f->stats.flows_evicted + f->stats.sessions_evicted > 15000);
	say(f, C, 0, 8, 14, "QUIT\r\n");
	assert_log(f, "C 8 \"QUIT\\r\\n\" ack 14\n");
	flow_tracker_finish(f->tracker);
	assert_int_equal(f->stats.flows_active, 0);
	assert_int_equal(flow_tracker_held(f->tracker), 0);
}

/* The least active goes first, and is told of. */
static void test_eviction_order(void **state)
{
	struct fixture *f = *state;
	struct talk busy, t;
	const char *end;

	make_tracker(f, 1 << 20);
	f->log.tell_ids = true;
	busy = talk_make(&f->time, &f->packet, 1000, 25);
	say_in(f, &busy, C, 0, 0, 0, "NOOP\r\n");
	for (uint32_t i = 0; i < 5000; i++) {
		t = talk_make(&f->time, &f->packet, (uint16_t)(1024 + i), 25);
		f->time -= NS_PER_MS - 1000;
		say_in(f, &t, C, 0, 0, 0, "NOOP\r\n");
		say_in(f, &busy, C, 0, 6 + i, 0, "x");
		f->log.text[f->log.len] = '\0';
		end = strstr(f->log.text, "end evicted");
		if (end)
			assert_null(strstr(end, " #0\n"));
		f->log.len = 0;
	}
	assert_true(f->stats.sessions_evicted > 1000);
}

/* Sessions have a cap of their own, below that of flows: who is silent makes room, who talks stays. */
static void test_session_cap(void **state)
{
	struct fixture *f = *state;
	struct talk t;

	begin_session(f);
	for (uint32_t i = 0; i < 3000; i++) {
		t = talk_make(&f->time, &f->packet, (uint16_t)(1024 + i), 25);
		f->time -= NS_PER_MS - 1000;
		say_in(f, &t, C, 0, 0, 0, "NOOP\r\n");
		say_in(f, &t, S, 0, 0, 6, "250 ok\r\n");
		say(f, C, 0, 8 + i, 7, "x");
		f->log.len = 0;
		assert_true(f->stats.flows_active <= CAPTURE_SHARDS * 16);
	}
	assert_int_equal(f->stats.flows_evicted, 0);
	assert_int_equal(f->stats.sessions_refused, 0);
	assert_int_equal(f->stats.sessions_evicted, 3001 - f->stats.flows_active);
	say(f, S, 0, 7, 3008, "221 z\r\n");
	assert_log(f, "S 7 \"221 z\\r\\n\" ack 3008\n");
}

/* ---- odd ports ---- */

static void test_guess_server(void **state)
{
	struct fixture *f = *state;

	f->talk.port[S] = 8025;
	shake_hands(f);
	say(f, S, 0, 0, 0, "220 mx.example ESM");
	assert_log(f, "");
	say(f, S, 0, 18, 0, "TP ready\r\n");
	say(f, C, 0, 0, 28, "EHLO a\r\n");
	assert_log(f, "open smtp 192.0.2.1:40000 198.51.100.25:8025\n"
		      "S 0 \"220 mx.example ESM\" ack 0\n"
		      "S 18 \"TP ready\\r\\n\" ack 0\n"
		      "C 0 \"EHLO a\\r\\n\" ack 28\n");
	assert_int_equal(f->stats.flows_smtp, 1);
}

static void test_guess_ftp(void **state)
{
	struct fixture *f = *state;

	f->talk.port[S] = 21;
	shake_hands(f);
	say(f, S, 0, 0, 0, "220 box ready\r\n");
	say(f, C, 0, 0, 15, "USER a\r\n");
	say(f, S, 0, 15, 8, "331 b\r\n");
	assert_log(f, "");
	assert_int_equal(f->stats.flows_not_smtp, 1);
	assert_int_equal(f->stats.flows_active, 0);
	f->time += 30 * NS_PER_S;
	say(f, C, 0, 8, 22, "EHLO too late\r\n"); /* the stub swallows it */
	assert_log(f, "");
	assert_int_equal(f->stats.flows, 1);
}

static void test_guess_server_only(void **state)
{
	struct fixture *f = *state;

	f->talk.port[S] = 8025;
	say(f, S, 0, 0, 0, "220 box ready\r\n");
	say(f, S, 0, 15, 20, "250 hello\r\n");
	assert_log(f, "open smtp 192.0.2.1:40000 198.51.100.25:8025\n"
		      "S 0 \"220 box ready\\r\\n\" ack 0\n"
		      "C 0 gap 20\n"
		      "S 15 \"250 hello\\r\\n\" ack 20\n");
}

static void test_guess_client_only(void **state)
{
	struct fixture *f = *state;

	f->talk.port[S] = 8025;
	say(f, C, 0, 0, 0, "helo x\r\n");
	assert_log(f, "open smtp 192.0.2.1:40000 198.51.100.25:8025\nC 0 \"helo x\\r\\n\" ack 0\n");
}

/* The lower port is the client's: the bytes mend it, in all that is counted too. */
static void test_guess_swaps_roles(void **state)
{
	struct fixture *f = *state;

	f->talk.port[C] = 3000;
	f->talk.port[S] = 8025;
	say(f, S, 0, 0, 0, "220 box ready\r\n");
	say(f, C, 0, 0, 15, "EHLO x\r\n");
	say(f, S, 0, 15, 8, "250 y\r\n");
	assert_log(f, "open smtp 192.0.2.1:3000 198.51.100.25:8025\n"
		      "S 0 \"220 box ready\\r\\n\" ack 0\n"
		      "C 0 \"EHLO x\\r\\n\" ack 15\n"
		      "S 15 \"250 y\\r\\n\" ack 8\n");
	assert_int_equal(f->log.info.payload[C], 8);
	assert_int_equal(f->log.info.payload[S], 22);
	assert_int_equal(f->log.info.packets[C], 1);
	assert_true(f->log.info.acked[C] && f->log.info.acked[S]);
}

/* A SYN-ACK that comes behind bytes which are held: they are told by who sent them. */
static void test_guess_late_syn_ack(void **state)
{
	struct fixture *f = *state;

	f->talk.port[C] = 3000;
	f->talk.port[S] = 8025;
	say(f, S, 0, 0, 0, "220 box");
	say(f, S, SEGMENT_SYN, -1, 0, "");
	say(f, S, 0, 7, 0, " ready\r\n");
	say(f, C, 0, 0, 15, "EHLO x\r\n");
	assert_log(f, "open smtp 192.0.2.1:3000 198.51.100.25:8025\n"
		      "S 0 \"220 box ready\\r\\n\" ack 0\n"
		      "C 0 \"EHLO x\\r\\n\" ack 15\n");
}

/* Commands that tell nothing alone: libndpi adds them up. */
static void test_guess_ndpi(void **state)
{
	struct fixture *f = *state;

	f->talk.port[S] = 8025;
	shake_hands(f);
	say(f, C, 0, 0, 0, "NOOP\r\n");
	say(f, S, 0, 0, 6, "250 fine\r\n");
	say(f, C, 0, 6, 10, "RSET\r\n");
	assert_log(f, "open smtp 192.0.2.1:40000 198.51.100.25:8025\n"
		      "C 0 \"NOOP\\r\\n\" ack 0\n"
		      "S 0 \"250 fine\\r\\n\" ack 6\n"
		      "C 6 \"RSET\\r\\n\" ack 10\n");
	assert_true(f->stats.ndpi_asked > 0);
	assert_int_equal(f->stats.ndpi_smtp, 1);
}

static void test_guess_gives_up(void **state)
{
	struct fixture *f = *state;
	int64_t offset = 0;

	f->talk.port[S] = 8025;
	shake_hands(f);
	for (int i = 0; i < 8; i++, offset += 7)
		say(f, C, 0, offset, 0, "hello\r\n");
	assert_int_equal(f->stats.flows_not_smtp, 1);
	say(f, C, 0, offset, 0, "EHLO a\r\n");
	assert_log(f, "");
}

static void test_guess_binary(void **state)
{
	struct fixture *f = *state;

	f->talk.port[S] = 443;
	shake_hands(f);
	say(f, C, 0, 0, 0, "\x16\x03\x01");
	assert_int_equal(f->stats.flows_not_smtp, 1);
	assert_int_equal(f->stats.flows_active, 0);
}

static void test_guess_too_long(void **state)
{
	struct fixture *f = *state;
	static char long_line[4097];

	memset(long_line, 'x', 4096);
	f->talk.port[S] = 8025;
	shake_hands(f);
	say(f, C, 0, 0, 0, long_line);
	assert_int_equal(f->stats.guess_capped, 1);
	assert_int_equal(f->stats.flows_not_smtp, 1);
}

/* More undecided flows than holds: the oldest is given up. */
static void test_guess_holds(void **state)
{
	struct fixture *f = *state;
	struct talk t[1000];

	make_tracker(f, 16 << 20);
	for (uint16_t i = 0; i < 1000; i++) {
		t[i] = talk_make(&f->time, &f->packet, (uint16_t)(20000 + i), 8025);
		f->time -= NS_PER_MS - 1000;
		say_in(f, &t[i], C, SEGMENT_SYN, -1, -1, "");
		say_in(f, &t[i], C, 0, 0, 0, "HE");
	}
	assert_int_equal(f->stats.flows_active + f->stats.guess_capped, 1000);
	assert_true(f->stats.guess_capped >= 1000 - 4 * CAPTURE_SHARDS);
	assert_log(f, "");
	say_in(f, &t[999], C, 0, 2, 0, "LO x\r\n");
	assert_log(f, "open smtp 192.0.2.1:20999 198.51.100.25:8025\n"
		      "C 0 \"HE\" ack 0\nC 2 \"LO x\\r\\n\" ack 0\n");
}

static void test_guess_http_tunnel(void **state)
{
	struct fixture *f = *state;
	const char *ask = "CONNECT mx.example:25 HTTP/1.0\r\nUser-Agent: a\r\n\r\n";
	const char *answer = "HTTP/1.0 200 Connected\r\nVia: b\r\n\r\n";
	int64_t a = (int64_t)strlen(ask), b = (int64_t)strlen(answer);

	f->talk.port[S] = 8080;
	shake_hands(f);
	say(f, C, 0, 0, 0, ask);
	say(f, S, 0, 0, a, answer);
	say(f, S, 0, b, a, "220 mx.example ready\r\n");
	say(f, C, 0, a, b + 22, "HELO x\r\n");
	assert_log(f, "open smtp 192.0.2.1:40000 198.51.100.25:8080\n"
		      "S 34 \"220 mx.example ready\\r\\n\" ack 49\n"
		      "C 49 \"HELO x\\r\\n\" ack 56\n");
}

/* SOCKS5, the answer and the greeting in one segment. */
static void test_guess_socks_tunnel(void **state)
{
	struct fixture *f = *state;
	struct segment seg;

	f->talk.port[S] = 1080;
	shake_hands(f);
	seg = talk_segment(&f->talk, C, 0, 0, 0, "");
	seg.payload = span_of("\x05\x01\x00", 3);
	seg.payload_len = 3;
	take(f, &seg);
	seg = talk_segment(&f->talk, S, 0, 0, 3, "");
	seg.payload = span_of("\x05\x00", 2);
	seg.payload_len = 2;
	take(f, &seg);
	seg = talk_segment(&f->talk, C, 0, 3, 2, "");
	seg.payload = span_of("\x05\x01\x00\x01\xc6\x33\x64\x19\x00\x19", 10);
	seg.payload_len = 10;
	take(f, &seg);
	seg = talk_segment(&f->talk, S, 0, 2, 13, "");
	seg.payload = span_of("\x05\x00\x00\x01\xc6\x33\x64\x01\x12\x34"
			      "220 a ESMTP\r\n",
		23);
	seg.payload_len = 23;
	take(f, &seg);
	assert_log(f, "open smtp 192.0.2.1:40000 198.51.100.25:1080\n"
		      "S 12 \"220 a ESMTP\\r\\n\" ack 13\n");
}

/* The same dialogue cut into single bytes is told the same way. */
static void test_guess_byte_by_byte(void **state)
{
	struct fixture *f = *state;
	static const struct {
		enum flow_dir dir;
		const char *text;
	} turns[] = {{S, "220-box\r\n220 ready\r\n"}, {C, "NOOP\r\n"}, {S, "200 ok\r\n"},
		{C, "RSET\r\n"}, {S, "250 ok\r\n"}, {C, "QUIT\r\n"}};
	int64_t sent[2] = {0, 0};
	const char *server = "220-box\r\n220 ready\r\n200 ok\r\n250 ok\r\n";

	f->talk.port[S] = 8025;
	shake_hands(f);
	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		for (const char *p = turns[i].text; *p; p++) {
			char byte[2] = {*p, '\0'};

			say(f, turns[i].dir, 0, sent[turns[i].dir], sent[!turns[i].dir], byte);
			sent[turns[i].dir]++;
		}
	}
	assert_int_equal(f->stats.flows_smtp, 1);
	assert_int_equal(f->log.stream_len[S], strlen(server));
	assert_memory_equal(f->log.stream[S], server, strlen(server));
	assert_memory_equal(f->log.stream[C], "NOOP\r\nRSET\r\nQUIT\r\n", 18);
	assert_non_null(strstr(f->log.text, "C 0 \"NOOP\\r\\n\" ack 20\n"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_session),
		TEST(test_syn_only),
		TEST(test_refused),
		TEST(test_reset),
		TEST(test_idle),
		TEST(test_short_idle),
		TEST(test_keep_alive),
		TEST(test_half_closed),
		TEST(test_one_sided_close),
		TEST(test_linger),
		TEST(test_port_reuse),
		TEST(test_rival_syn),
		TEST(test_rival_syn_one_sided),
		TEST(test_syn_ack_first),
		TEST(test_midstream_by_port),
		TEST(test_midstream_by_bytes),
		TEST(test_nothing_opens),
		TEST(test_simultaneous_open),
		TEST(test_dns),
		TEST(test_refused_by_sink),
		TEST(test_timer_order),
		TEST(test_timer_tie),
		TEST(test_time_jumps),
		TEST(test_finish_order),
		TEST(test_eviction),
		TEST(test_eviction_order),
		TEST(test_session_cap),
		TEST(test_guess_server),
		TEST(test_guess_ftp),
		TEST(test_guess_server_only),
		TEST(test_guess_client_only),
		TEST(test_guess_swaps_roles),
		TEST(test_guess_late_syn_ack),
		TEST(test_guess_ndpi),
		TEST(test_guess_gives_up),
		TEST(test_guess_binary),
		TEST(test_guess_too_long),
		TEST(test_guess_holds),
		TEST(test_guess_http_tunnel),
		TEST(test_guess_socks_tunnel),
		TEST(test_guess_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
