/* SPDX-License-Identifier: Apache-2.0 */
/* How long a receiver let its peer send nothing (RFC 9293 3.8.6.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stream_fixture.h"

/* An ACK of all that was received, with this window, `ms` after what was before. */
static void ack(struct fixture *f, enum flow_dir dir, uint8_t flags, uint16_t window,
	const int64_t at[2], int ms)
{
	struct segment seg;

	f->time += (ms - 1) * NS_PER_MS;
	seg = talk_segment(&f->talk, dir, flags, at[dir], at[!dir], "");
	seg.window = window;
	take(f, dir, &seg);
}

static void flush(struct fixture *f, int ms, bool timer)
{
	f->x.time += ms * NS_PER_MS;
	f->x.timer = timer;
	tcp_stream_flush(&f->stream, &f->x);
}

/* Closed and opened twice, each time probed meanwhile: by an empty segment, by a single byte. */
static void test_closed_and_opened(void **state)
{
	static const int64_t at[2] = {6, 0};
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 0, "abcdef");
	ack(f, S, 0, 0, at, 1);
	ack(f, C, 0, 8192, (const int64_t[2]){5, 0}, 200); /* a keep-alive */
	ack(f, S, 0, 0, at, 1);
	say(f, C, 0, 6, 0, "g");
	ack(f, S, 0, 0, at, 400);
	ack(f, S, 0, 4096, at, 98);
	assert_int_equal(f->flow.zero_window_ms[S], 700);
	ack(f, S, 0, 8192, at, 5000);
	ack(f, S, 0, 0, at, 1);
	ack(f, S, 0, 1, at, 50);
	assert_int_equal(f->flow.zero_window_ms[S], 750);
	assert_int_equal(f->flow.zero_window_ms[C], 0);
	flush(f, 5000, false);
	assert_int_equal(f->flow.zero_window_ms[S], 750);
}

/* The client takes no more of the server's replies, up to the end. */
static void test_up_to_the_end(void **state)
{
	static const int64_t at[2] = {0, 5};
	struct fixture *f = *state;

	shake_hands(f);
	say(f, S, 0, 0, 0, "220\r\n");
	ack(f, C, 0, 0, at, 1);
	assert_int_equal(f->flow.zero_window_ms[C], 0);
	flush(f, 2000, true);
	assert_int_equal(f->flow.zero_window_ms[C], 2000);
	assert_int_equal(f->flow.zero_window_ms[S], 0);
}

/* A SYN says nothing of what was received, and a segment of another connection nothing at all. */
static void test_not_counted(void **state)
{
	static const int64_t at[2] = {0, 0};
	struct fixture *f = *state;

	ack(f, C, SEGMENT_SYN, 0, (const int64_t[2]){-1, -1}, 1);
	ack(f, S, SEGMENT_SYN, 0, (const int64_t[2]){0, -1}, 1);
	ack(f, C, 0, 8192, at, 100);
	ack(f, S, 0, 0, (const int64_t[2]){0, 0x50000000}, 1);
	ack(f, S, 0, 0, (const int64_t[2]){0x50000000, 0}, 1);
	ack(f, S, 0, 8192, at, 100);
	assert_int_equal(f->flow.zero_window_ms[C], 0);
	assert_int_equal(f->flow.zero_window_ms[S], 0);
	assert_int_equal(f->stats.out_of_window, 2);
}

/* Whoever has sent its FIN is not kept from sending. */
static void test_after_fin(void **state)
{
	static const int64_t at[2] = {0, 0}, closed[2] = {1, 0};
	struct fixture *f = *state;

	shake_hands(f);
	ack(f, S, 0, 0, at, 1);
	ack(f, C, SEGMENT_FIN, 8192, at, 30);
	ack(f, S, 0, 0, closed, 100);
	ack(f, S, 0, 0, closed, 100);
	flush(f, 60000, true);
	assert_int_equal(f->flow.zero_window_ms[S], 30);
}

/* One that began to close is over with its last packet, whatever it was waited for. */
static void test_closing_then_silence(void **state)
{
	static const int64_t at[2] = {0, 0};
	struct fixture *f = *state;

	shake_hands(f);
	ack(f, S, SEGMENT_FIN, 0, at, 1);
	ack(f, C, 0, 0, (const int64_t[2]){0, 1}, 10);
	ack(f, S, 0, 0, (const int64_t[2]){1, 0}, 10);
	flush(f, 60000, true);
	assert_int_equal(f->flow.zero_window_ms[S], 20);
	assert_int_equal(f->flow.zero_window_ms[C], 0);
}

static void test_reversed(void **state)
{
	static const int64_t at[2] = {0, 0};
	struct fixture *f = *state;
	struct segment seg;

	shake_hands(f);
	ack(f, S, 0, 0, at, 1);
	tcp_stream_reverse(&f->stream);
	f->time += 9 * NS_PER_MS;
	seg = talk_segment(&f->talk, S, 0, 0, 0, "");
	take(f, C, &seg);
	assert_int_equal(f->flow.zero_window_ms[C], 10);
}

/* Bytes, or a FIN, that the server cannot take are waited for like any others, then forgotten. */
static void test_beyond(void **state)
{
	static const int64_t at[2] = {3, 0};
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 0, "abc");
	ack(f, S, 0, 1000, at, 1); /* scaled by 7 bits */
	say(f, C, 0, 3 + 128000, 0, "evil");
	say(f, C, SEGMENT_FIN, 400000, 0, "");
	ack(f, C, 0, 8192, (const int64_t[2]){2, 0}, 31000);
	assert_int_equal(f->stats.out_of_window, 2);
	say(f, C, 0, 3, 0, "def");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"abc\" ack 0\nC 3 \"def\" ack 0\n");
	flush(f, 1, false);
	assert_string_equal(flow_log_take(&f->log), "");
	assert_int_equal(f->stats.gaps, 0);
}

/* The last byte of the window is one that was lost on the way to the tap. */
static void test_within(void **state)
{
	static const int64_t at[2] = {0, 0};
	struct fixture *f = *state;

	shake_hands(f);
	ack(f, S, 0, 1000, at, 1);
	say(f, C, 0, 127999, 0, "x");
	ack(f, C, 0, 8192, at, 31000);
	assert_string_equal(flow_log_take(&f->log), "C 0 gap 127999\nC 127999 \"x\" ack 0\n");
	assert_int_equal(f->stats.out_of_window, 0);
}

/* What cannot be taken says nothing of where a FIN, or a reset, may be. */
static void test_beyond_then_closed(void **state)
{
	static const int64_t at[2] = {3, 0};
	struct fixture *f = *state;
	struct segment seg;

	shake_hands(f);
	say(f, C, 0, 0, 0, "abc");
	ack(f, S, 0, 1000, at, 1);
	say(f, C, 0, 200000, 0, "evil");
	seg = talk_segment(&f->talk, C, SEGMENT_RST, 150000, 0, "");
	assert_false(tcp_stream_reset_fits(&f->stream, C, &seg));
	ack(f, C, SEGMENT_FIN, 8192, at, 1);
	ack(f, S, SEGMENT_FIN, 1000, (const int64_t[2]){4, 0}, 1);
	flush(f, 1, true);
	assert_string_equal(flow_log_take(&f->log),
		"C 0 \"abc\" ack 0\nS 0 fin ack 3\nC 3 fin ack 0\n");
	assert_true(tcp_stream_closed(&f->stream));
}

/* How a window is scaled is only told by SYNs. */
static void test_window_unknown(void **state)
{
	static const int64_t at[2] = {0, 0};
	struct fixture *f = *state;

	ack(f, C, 0, 1000, at, 1);
	ack(f, S, 0, 1000, at, 1);
	say(f, C, 0, 500000, 0, "x");
	ack(f, C, 0, 8192, at, 31000);
	assert_string_equal(flow_log_take(&f->log), "C 0 gap 500000\nC 500000 \"x\" ack 0\n");
}

/* Acknowledged, it was taken, whatever ACK was missed before. */
static void test_beyond_but_taken(void **state)
{
	static const int64_t at[2] = {0, 0};
	struct fixture *f = *state;

	shake_hands(f);
	ack(f, S, 0, 10, at, 1);
	say(f, C, 0, 2000, 0, "x");
	ack(f, S, 0, 10, (const int64_t[2]){2001, 0}, 100);
	ack(f, S, 0, 10, (const int64_t[2]){2001, 0}, 100);
	assert_string_equal(flow_log_take(&f->log), "C 0 gap 2000\nC 2000 \"x\" ack 0\n");
	assert_int_equal(f->stats.out_of_window, 0);
}

/* Short ones add up: no part of a millisecond is lost or made by the count. */
static void test_short_ones(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	for (int i = 0; i < 1000; i++) {
		struct segment seg = talk_segment(&f->talk, S, 0, 0, 0, "");

		f->time -= NS_PER_MS - (i % 2 ? 400 : 707) * NS_PER_US;
		seg.time = f->time;
		seg.window = i % 2 ? 1 : 0;
		take(f, S, &seg);
	}
	assert_in_range(f->flow.zero_window_ms[S], 180, 220);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_closed_and_opened),
		TEST(test_up_to_the_end),
		TEST(test_not_counted),
		TEST(test_after_fin),
		TEST(test_closing_then_silence),
		TEST(test_reversed),
		TEST(test_beyond),
		TEST(test_beyond_then_closed),
		TEST(test_within),
		TEST(test_window_unknown),
		TEST(test_beyond_but_taken),
		TEST(test_short_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
