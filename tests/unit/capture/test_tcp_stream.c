/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stream_fixture.h"

static void test_in_order(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, S, 0, 0, 0, "220 a\r\n");
	say(f, C, 0, 0, 7, "EHLO b\r\n");
	say(f, S, 0, 7, 8, "250 c\r\n");
	say(f, C, SEGMENT_FIN, 8, 14, "");
	say(f, S, SEGMENT_FIN, 14, 9, "");
	assert_string_equal(flow_log_take(&f->log), "S 0 \"220 a\\r\\n\" ack 0\n"
						    "C 0 \"EHLO b\\r\\n\" ack 7\n"
						    "S 7 \"250 c\\r\\n\" ack 8\n"
						    "C 8 fin ack 14\n"
						    "S 14 fin ack 8\n");
	assert_true(tcp_stream_closed(&f->stream));
	assert_true(f->flow.acked[C] && f->flow.acked[S]);
	assert_int_equal(f->flow.payload[C], 8);
	assert_int_equal(f->flow.payload[S], 14);
}

/* The client's sequence numbers wrap within these bytes: its ISN is 0xfffffff0. */
static void test_reorder_over_wrap(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 20, 0, "cc");
	say(f, C, SEGMENT_FIN, 22, 0, "");
	say(f, C, 0, 10, 0, "bbbbbbbbbb");
	assert_string_equal(flow_log_take(&f->log), "");
	say(f, C, 0, 0, 0, "aaaaaaaaaa");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"aaaaaaaaaa\" ack 0\n"
						    "C 10 \"bbbbbbbbbb\" ack 0\n"
						    "C 20 \"cc\" ack 0\n"
						    "C 22 fin ack 0\n");
	assert_int_equal(f->stats.out_of_order, 2);
	assert_int_equal(reorder_pool_held(f->pool), 0);
}

static void test_retransmission(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 0, "abcdef");
	say(f, C, 0, 0, 0, "abcdef");
	say(f, C, 0, 3, 0, "defghi");
	say(f, C, 0, 8, 0, "i"); /* a keep-alive */
	assert_string_equal(flow_log_take(&f->log), "C 0 \"abcdef\" ack 0\n"
						    "C 6 \"ghi\" ack 0\n");
	assert_int_equal(f->stats.retransmitted_bytes, 6 + 3 + 1);
	assert_int_equal(f->flow.payload[C], 9);
}

static void test_overlap_conflict(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 4, 0, "evil");
	say(f, C, 0, 2, 0, "xxgoodyy");
	say(f, C, 0, 0, 0, "ab");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"ab\" ack 0\n"
						    "C 2 \"xx\" ack 0\n"
						    "C 4 \"evilyy\" ack 0\n");
	assert_int_equal(f->flow.overlap[C], 4);
	assert_int_equal(f->stats.overlap_bytes, 4);
}

/* Data that carry different ACKs are never one chunk. */
static void test_acks_kept_apart(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, S, 0, 0, 0, "220\r\n");
	say(f, C, 0, 4, 0, "early");
	say(f, C, 0, 9, 5, "late");
	say(f, C, 0, 0, 0, "head");
	assert_string_equal(flow_log_take(&f->log), "S 0 \"220\\r\\n\" ack 0\n"
						    "C 0 \"head\" ack 0\n"
						    "C 4 \"early\" ack 0\n"
						    "C 9 \"late\" ack 5\n");
}

/* The tap shows a reply before its command. */
static void test_directions_swapped(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, S, 0, 0, 6, "250\r\n");
	say(f, S, SEGMENT_FIN, 5, 6, "");
	assert_string_equal(flow_log_take(&f->log), "");
	say(f, C, 0, 0, 0, "NOOP\r\n");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"NOOP\\r\\n\" ack 0\n"
						    "S 0 \"250\\r\\n\" ack 6\n"
						    "S 5 fin ack 6\n");
	assert_int_equal(f->stats.gaps, 0);
}

/* Acknowledged, never seen: lost after the short wait, and the reply comes behind the gap. */
static void test_proven_loss(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, S, 0, 0, 6, "250\r\n");
	f->time += TCP_STREAM_PROVEN_WAIT - 2 * NS_PER_MS;
	say(f, C, 0, 10, 0, "DATA\r\n");
	assert_string_equal(flow_log_take(&f->log), "");
	say(f, C, 0, 6, 0, "QU");
	assert_string_equal(flow_log_take(&f->log), "C 0 gap 6\n"
						    "C 6 \"QU\" ack 0\n"
						    "S 0 \"250\\r\\n\" ack 6\n");
	say(f, C, 0, 8, 0, "IT");
	assert_string_equal(
		flow_log_take(&f->log), "C 8 \"IT\" ack 0\nC 10 \"DATA\\r\\n\" ack 0\n");
	assert_int_equal(f->flow.missing[C], 6);
	assert_int_equal(f->stats.gap_bytes, 6);
	assert_int_equal(f->stats.lost_bytes, 6);
	assert_int_equal(f->flow.lost, 6);
}

/* The same by bytes, where packets come quickly. */
static void test_proven_loss_by_bytes(void **state)
{
	struct fixture *f = *state;
	static char big[1001];
	int n;

	memset(big, 'x', 1000);
	shake_hands(f);
	say(f, S, 0, 0, 6, "250\r\n");
	for (n = 0; f->log.len == 0 && n < 1000; n++) {
		f->time -= NS_PER_MS;
		say(f, C, 0, 7 + n * 1000, 0, big);
	}
	assert_int_equal(n, TCP_STREAM_PROVEN_BYTES / 1000 + 1);
	assert_string_equal(flow_log_take(&f->log), "C 0 gap 6\nS 0 \"250\\r\\n\" ack 6\n");
}

/* The bytes that an early ACK told of come one by one: that is no loss, however long it takes. */
static void test_early_ack(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, S, 0, 0, 100, "250\r\n");
	for (int i = 0; i < 100; i++) {
		f->time += TCP_STREAM_PROVEN_WAIT / 2;
		say(f, C, 0, i, 0, "x");
	}
	assert_int_equal(f->stats.gaps, 0);
	assert_int_equal(f->flow.payload[C], 100);
	assert_int_equal(f->flow.payload[S], 5);
}

/* Not acknowledged: the sender will send it again, for as long as it takes. */
static void test_unproven_waits(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 5, 0, "world");
	f->time += 3 * NS_PER_S;
	say(f, S, 0, 0, 0, "");
	say(f, C, 0, 10, 0, "!");
	assert_string_equal(flow_log_take(&f->log), "");
	say(f, C, 0, 0, 0, "hello");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"hello\" ack 0\nC 5 \"world!\" ack 0\n");
	say(f, C, 0, 12, 0, "lost before");
	f->time += TCP_STREAM_UNPROVEN_WAIT;
	say(f, S, 0, 0, 0, "");
	assert_string_equal(flow_log_take(&f->log), "C 11 gap 1\nC 12 \"lost before\" ack 0\n");
	assert_int_equal(f->stats.lost_bytes, 0); /* it may never have been received */
}

/* Only the client is seen: nobody can acknowledge, and what it acknowledges was the server's. */
static void test_one_sided(void **state)
{
	struct fixture *f = *state;

	say(f, C, SEGMENT_SYN, -1, -1, "");
	say(f, C, 0, 0, 0, "");
	say(f, C, 0, 0, 30, "EHLO\r\n");
	assert_string_equal(flow_log_take(&f->log), "S 0 gap 30\nC 0 \"EHLO\\r\\n\" ack 30\n");
	say(f, C, 0, 10, 50, "RCPT\r\n");
	f->time += TCP_STREAM_ONE_SIDED_WAIT - 2 * NS_PER_MS;
	say(f, C, 0, 16, 50, "x");
	assert_string_equal(flow_log_take(&f->log), "S 30 gap 20\n");
	say(f, C, 0, 17, 50, "y");
	assert_string_equal(flow_log_take(&f->log), "C 6 gap 4\nC 10 \"RCPT\\r\\nxy\" ack 50\n");
	assert_false(f->flow.acked[C] || f->flow.acked[S]);
	assert_int_equal(f->flow.lost, 0); /* nothing of that side is shown at all */
}

static void test_midstream(void **state)
{
	struct fixture *f = *state;

	say(f, C, 0, 700, 900, "RSET\r\n");
	say(f, S, 0, 900, 706, "250\r\n");
	say(f, S, 0, 880, 700, "old bytes");
	say(f, C, 0, 706, 905, "QUIT\r\n");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"RSET\\r\\n\" ack 0\n"
						    "S 0 \"250\\r\\n\" ack 6\n"
						    "C 6 \"QUIT\\r\\n\" ack 5\n");
	assert_int_equal(f->stats.retransmitted_bytes, 9);
}

/* An ACK of one byte more than was seen, and nothing behind it: the FIN was lost. */
static void test_lost_fin(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 0, "QUIT\r\n");
	say(f, S, 0, 0, 7, "221\r\n");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"QUIT\\r\\n\" ack 0\n");
	f->time += NS_PER_S;
	say(f, S, SEGMENT_FIN, 5, 7, "");
	assert_string_equal(flow_log_take(&f->log), "S 0 \"221\\r\\n\" ack 7\n"
						    "S 5 fin ack 7\n");
	assert_int_equal(f->stats.gaps, 0);
}

/* The byte was no FIN after all; the next early ACK waits anew. */
static void test_no_lost_fin(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 0, "QUIT\r\n");
	say(f, S, 0, 0, 7, "221\r\n");
	f->time += NS_PER_S;
	say(f, S, 0, 5, 7, "x");
	flow_log_take(&f->log);
	say(f, C, 0, 6, 6, "y");
	say(f, S, 0, 6, 8, "early");
	assert_string_equal(flow_log_take(&f->log), "C 6 \"y\" ack 6\n");
	say(f, C, 0, 7, 6, "z");
	assert_string_equal(flow_log_take(&f->log), "C 7 \"z\" ack 6\nS 6 \"early\" ack 8\n");
}

/* A FIN before bytes that were seen is forged. */
static void test_forged_fin(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 10, 0, "held");
	say(f, C, SEGMENT_FIN, 5, 0, "");
	say(f, C, 0, 0, 0, "0123456789");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"0123456789\" ack 0\n"
						    "C 10 \"held\" ack 0\n");
	say(f, C, SEGMENT_FIN, 14, 0, "");
	assert_string_equal(flow_log_take(&f->log), "C 14 fin ack 0\n");
}

static void test_data_after_fin(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, SEGMENT_FIN, 0, 0, "bye");
	say(f, C, 0, 3, 0, "more");
	say(f, C, SEGMENT_FIN, 3, 0, "other");
	say(f, C, SEGMENT_FIN, 0, 0, "bye");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"bye\" ack 0\nC 3 fin ack 0\n");
	assert_int_equal(f->stats.after_fin_bytes, 4 + 5);
	say(f, C, 0, 4, 0, "behind"); /* as who sends on counts its FIN */
	assert_int_equal(f->stats.after_fin_bytes, 4 + 5 + 6);
}

/* A frame cut by the snaplen: its bytes, then a gap of known size; in and out of order. */
static void test_snaplen(void **state)
{
	struct fixture *f = *state;
	struct segment first, second;

	shake_hands(f);
	first = talk_segment(&f->talk, C, 0, 0, 0, "abcd");
	first.payload_len = 100;
	second = talk_segment(&f->talk, C, 0, 100, 0, "efgh");
	second.payload_len = 50;
	take(f, C, &second);
	take(f, C, &first);
	say(f, C, 0, 150, 0, "end");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"abcd\" ack 0\n"
						    "C 4 gap 96 ack 0\n"
						    "C 100 \"efgh\" ack 0\n"
						    "C 104 gap 46 ack 0\n"
						    "C 150 \"end\" ack 0\n");
	assert_int_equal(f->flow.missing[C], 142);
}

/* Data in a SYN (RFC 7413); not taken by the server, it comes again. */
static void test_fast_open(void **state)
{
	struct fixture *f = *state;

	say(f, C, SEGMENT_SYN, -1, -1, "EHLO a\r\n");
	say(f, S, SEGMENT_SYN, -1, 0, "");
	say(f, C, 0, 0, 0, "EHLO a\r\n");
	say(f, S, 0, 0, 8, "250\r\n");
	assert_string_equal(
		flow_log_take(&f->log), "C 0 \"EHLO a\\r\\n\"\nS 0 \"250\\r\\n\" ack 8\n");
}

static void test_flush(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 10, 0, "b");
	say(f, C, 0, 20, 0, "c");
	say(f, C, SEGMENT_FIN, 25, 0, "");
	say(f, S, 0, 3, 0, "x");
	tcp_stream_flush(&f->stream, &f->x);
	assert_string_equal(flow_log_take(&f->log), "C 0 gap 10\n"
						    "C 10 \"b\" ack 0\n"
						    "C 11 gap 9\n"
						    "C 20 \"c\" ack 0\n"
						    "C 21 gap 4\n"
						    "C 25 fin ack 0\n"
						    "S 0 gap 3\n"
						    "S 3 \"x\" ack 0\n");
	assert_int_equal(reorder_pool_held(f->pool), 0);
}

static void test_flush_directions(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, S, 0, 0, 10, "reply");
	tcp_stream_flush(&f->stream, &f->x);
	assert_string_equal(flow_log_take(&f->log), "C 0 gap 10\nS 0 \"reply\" ack 10\n");
}

/* Each side claims to have received what the other has not sent yet: nothing may hang. */
static void test_impossible_acks(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 4, "abcd");
	say(f, S, 0, 0, 4, "wxyz");
	f->time += NS_PER_S;
	say(f, C, 0, 4, 4, "e");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"abcde\" ack 4\nS 0 \"wxyz\" ack 4\n");
}

static void test_cap(void **state)
{
	struct fixture *f = *state;
	static char big[1001];
	int64_t offset;

	memset(big, 'x', 1000);
	shake_hands(f);
	for (offset = 1; f->log.len == 0 && offset < 1 << 20; offset += 1000)
		say(f, C, 0, offset, 0, big);
	assert_int_equal(f->stats.reassembly_capped, 1);
	assert_int_equal(f->flow.missing[C], 1);
	assert_int_equal(f->flow.payload[C], offset - 1);
	assert_true(offset > 200 * 1000 && offset < 300 * 1000);
}

/* No room at all: what comes is handed on at once, with gaps. */
static void test_no_room(void **state)
{
	struct fixture *f = *state;
	struct reorder_pool *none = reorder_pool_create(3);

	f->x.pool = none;
	shake_hands(f);
	say(f, C, 0, 10, 0, "b");
	say(f, C, 0, 0, 0, "a");
	say(f, C, 0, 11, 0, "c");
	assert_string_equal(flow_log_take(&f->log), "C 0 gap 10\n"
						    "C 10 \"b\" ack 0\n"
						    "C 11 \"c\" ack 0\n");
	reorder_pool_destroy(none);
}

static void test_out_of_window(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 0, "a");
	say(f, C, 0, 0x60000000, 0, "forged");
	say(f, C, 0, -0x60000000, 0, "forged");
	say(f, C, 0, 1, 0x60000000, "forged"); /* acknowledges what was never sent */
	say(f, C, 0, 1, 0, "b");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"a\" ack 0\nC 1 \"b\" ack 0\n");
	assert_int_equal(f->stats.out_of_window, 3);
}

static bool fits(struct fixture *f, enum flow_dir dir, int64_t offset, int64_t acked)
{
	struct segment seg = talk_segment(&f->talk, dir, SEGMENT_RST, offset, acked, "");

	return tcp_stream_reset_fits(&f->stream, dir, &seg);
}

static void test_reset(void **state)
{
	struct fixture *f = *state;

	say(f, C, SEGMENT_SYN, -1, -1, "");
	assert_true(fits(f, S, 77777, 0)); /* refused: no sequence number of its own is known */
	assert_false(fits(f, S, 77777, 9));
	say(f, S, SEGMENT_SYN, -1, 0, "");
	say(f, C, 0, 0, 0, "0123456789");
	assert_true(fits(f, C, 10, 0));
	assert_true(fits(f, C, 9, 0));
	assert_true(fits(f, C, 10 + 65535, 0));
	assert_false(fits(f, C, 8, 0));
	assert_false(fits(f, C, 10 + 65536, 0));
	say(f, S, 0, 0, 10, "");
	say(f, C, 0, 100000, 0, "x"); /* bytes unseen before it widen the window */
	assert_true(fits(f, C, 100001 + 65535, 0));
	assert_false(fits(f, C, 100001 + 65536, 0));
}

static void test_reversed(void **state)
{
	struct fixture *f = *state;
	struct segment seg;

	say(f, C, 0, 0, 0, "220\r\n");
	tcp_stream_reverse(&f->stream);
	flow_log_take(&f->log);
	seg = talk_segment(&f->talk, S, 0, 0, 5, "EHLO\r\n");
	take(f, C, &seg);
	seg = talk_segment(&f->talk, C, 0, 5, 6, "250\r\n");
	take(f, S, &seg);
	assert_string_equal(
		flow_log_take(&f->log), "C 0 \"EHLO\\r\\n\" ack 5\nS 5 \"250\\r\\n\" ack 6\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_in_order),
		TEST(test_reorder_over_wrap),
		TEST(test_retransmission),
		TEST(test_overlap_conflict),
		TEST(test_acks_kept_apart),
		TEST(test_directions_swapped),
		TEST(test_proven_loss),
		TEST(test_proven_loss_by_bytes),
		TEST(test_early_ack),
		TEST(test_unproven_waits),
		TEST(test_one_sided),
		TEST(test_midstream),
		TEST(test_lost_fin),
		TEST(test_no_lost_fin),
		TEST(test_forged_fin),
		TEST(test_data_after_fin),
		TEST(test_snaplen),
		TEST(test_fast_open),
		TEST(test_flush),
		TEST(test_flush_directions),
		TEST(test_impossible_acks),
		TEST(test_cap),
		TEST(test_no_room),
		TEST(test_out_of_window),
		TEST(test_reset),
		TEST(test_reversed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
