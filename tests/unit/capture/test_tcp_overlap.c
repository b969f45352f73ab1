/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments that say something twice, in every way they can lie (Ptacek and Newsham, Insertion,
 * Evasion, and Denial of Service, 1998), against a model byte by byte: what came first counts. And
 * what looks like data, but is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stream_fixture.h"

#define SPAN 14 /* bytes of the client's stream that the pieces lie in */

struct model {
	char bytes[SPAN + 1];
	uint64_t conflicts; /* bytes that came again otherwise, while their first copy was held */
};

static void put(struct fixture *f, struct model *m, int at, int len, char letter)
{
	char data[SPAN + 1] = {0};

	memset(data, letter, (size_t)len);
	say(f, C, 0, at, 0, data);
	for (int i = at; i < at + len; i++) {
		m->conflicts += m->bytes[i] != 0 && m->bytes[i] != letter;
		if (!m->bytes[i])
			m->bytes[i] = letter;
	}
}

/* What is left open is filled; then all must have come, each byte as it came first. */
static void finish(struct fixture *f, struct model *m)
{
	uint64_t conflicts = m->conflicts;

	put(f, m, 0, SPAN, '.');
	assert_int_equal(f->log.stream_len[C], SPAN);
	assert_memory_equal(f->log.stream[C], m->bytes, SPAN);
	assert_true(f->stats.overlap_bytes >= conflicts);
	assert_int_equal(f->flow.overlap[C], f->stats.overlap_bytes);
	assert_int_equal(reorder_pool_held(f->pool), 0);
}

/* All places of a second piece against a first: before, after, inside, around, at either edge. */
static void test_two(void **state)
{
	struct fixture *f = *state;

	for (int at = 1; at < SPAN; at++) {
		for (int len = 1; at + len <= SPAN; len++) {
			struct model m = {{0}, 0};

			fixture_begin(f);
			shake_hands(f);
			put(f, &m, 5, 4, 'o');
			put(f, &m, at, len, 'n');
			assert_int_equal(f->log.stream_len[C], 0); /* byte 0 is awaited */
			assert_int_equal(f->stats.overlap_bytes, m.conflicts);
			finish(f, &m);
		}
	}
}

/* A third over what is left of both. */
static void test_three(void **state)
{
	struct fixture *f = *state;

	for (int at = 1; at < 12; at++)
		for (int len = 1; at + len <= 12; len++)
			for (int at2 = 1; at2 < SPAN; at2 += 2)
				for (int len2 = 1; at2 + len2 <= SPAN; len2 += 2) {
					struct model m = {{0}, 0};

					fixture_begin(f);
					shake_hands(f);
					put(f, &m, 5, 4, 'o');
					put(f, &m, at, len, 'n');
					put(f, &m, at2, len2, 'p');
					assert_int_equal(f->stats.overlap_bytes, m.conflicts);
					finish(f, &m);
				}
}

/* Against what was handed on already: it stays as it was. */
static void test_after_delivery(void **state)
{
	struct fixture *f = *state;

	for (int at = 0; at < SPAN; at++) {
		for (int len = 1; at + len <= SPAN; len++) {
			struct model m = {{0}, 0};

			fixture_begin(f);
			shake_hands(f);
			put(f, &m, 0, 6, 'o');
			put(f, &m, at, len, 'n');
			m.conflicts = 0; /* what is gone cannot be compared */
			finish(f, &m);
		}
	}
}

/* A keep-alive repeats the last byte's place with whatever byte (RFC 9293 3.8.4). */
static void test_keep_alive_byte(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 0, "NOOP\r\n");
	for (int i = 0; i < 3; i++) {
		f->time += 30 * NS_PER_S;
		say(f, C, 0, 5, 0, "X");
		say(f, S, 0, 0, 6, "");
	}
	say(f, C, 0, 6, 0, "QUIT\r\n");
	assert_string_equal(flow_log_take(&f->log),
		"C 0 \"NOOP\\r\\n\" ack 0\nC 6 \"QUIT\\r\\n\" ack 0\n");
	assert_int_equal(f->stats.retransmitted_bytes, 3);
	assert_int_equal(f->stats.gaps, 0);
}

/* A probe of a closed window is the next byte, which comes again with the rest (RFC 9293 3.8.6.1). */
static void test_window_probe(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, 0, 0, 0, "DATA\r\n");
	for (int i = 0; i < 3; i++) {
		f->time += 5 * NS_PER_S;
		say(f, C, 0, 6, 0, "S");
		say(f, S, 0, 0, 6, "");
	}
	say(f, C, 0, 6, 0, "Subject: x\r\n");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"DATA\\r\\n\" ack 0\n"
						    "C 6 \"S\" ack 0\n"
						    "C 7 \"ubject: x\\r\\n\" ack 0\n");
	assert_int_equal(f->stats.retransmitted_bytes, 3);
	assert_int_equal(f->stats.gaps, 0);
}

/* Urgent bytes stay in the stream, as RFC 6093 wants receivers to take them. */
static void test_urgent(void **state)
{
	struct fixture *f = *state;

	shake_hands(f);
	say(f, C, SEGMENT_URG, 0, 0, "NOOP\r\n");
	assert_string_equal(flow_log_take(&f->log), "C 0 \"NOOP\\r\\n\" ack 0\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_two),
		TEST(test_three),
		TEST(test_after_delivery),
		TEST(test_keep_alive_byte),
		TEST(test_window_probe),
		TEST(test_urgent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
