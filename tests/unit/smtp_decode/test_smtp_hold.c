/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/smtp_hold.h"

static struct smtp_blocks pool;

static struct stream_chunk chunk(const char *text, uint64_t offset, int64_t acked)
{
	return (struct stream_chunk){.data = span_str(text),
		.offset = offset,
		.time = (nstime)offset,
		.packet = offset,
		.peer_acked = acked};
}

static void test_order(void **state)
{
	struct smtp_hold h = {0};
	struct stream_chunk a = chunk("abc", 10, 5), b = chunk("de", 13, 6), got;
	struct stream_chunk gap = {
		.kind = CHUNK_GAP, .offset = 15, .missing = 100, .peer_acked = -1};

	assert_true(smtp_hold_empty(&h));
	assert_false(smtp_hold_first(&h, &got));
	assert_true(smtp_hold_put(&h, &pool, &a));
	assert_true(smtp_hold_put(&h, &pool, &b));
	assert_true(smtp_hold_put(&h, &pool, &gap));
	assert_true(span_eq_str(smtp_hold_bytes(&h), "abcde"));
	assert_int_equal(smtp_hold_room(&h), LIMIT_HELD - 5);
	assert_true(smtp_hold_first(&h, &got));
	assert_true(span_eq_str(got.data, "abc"));
	assert_int_equal(got.peer_acked, 5);
	smtp_hold_drop(&h, &pool, 2);
	assert_true(smtp_hold_first(&h, &got));
	assert_true(span_eq_str(got.data, "c"));
	assert_int_equal(got.offset, 12);
	smtp_hold_drop(&h, &pool, 1);
	assert_true(smtp_hold_first(&h, &got));
	assert_true(span_eq_str(got.data, "de"));
	smtp_hold_drop(&h, &pool, 2);
	assert_true(smtp_hold_first(&h, &got));
	assert_int_equal(got.kind, CHUNK_GAP);
	assert_int_equal(got.missing, 100);
	smtp_hold_drop(&h, &pool, 0);
	assert_true(smtp_hold_empty(&h));
	assert_int_equal(pool.taken, 0);
}

/* As many bytes fit in single bytes as in one piece; a change of ACK is never lost. */
static void test_cuts(void **state)
{
	static char text[LIMIT_HELD + 1];
	struct smtp_hold h = {0};
	struct stream_chunk c, got;

	memset(text, 'x', LIMIT_HELD);
	c = chunk(text, 0, 1);
	assert_true(smtp_hold_put(&h, &pool, &c));
	c = chunk("y", LIMIT_HELD, 1);
	assert_false(smtp_hold_put(&h, &pool, &c));
	smtp_hold_clear(&h, &pool);
	for (uint64_t i = 0; i < LIMIT_HELD; i++) {
		c = chunk("x", i, i < 1000 ? 1 : 2);
		assert_true(smtp_hold_put(&h, &pool, &c));
	}
	c = chunk("y", LIMIT_HELD, 2);
	assert_false(smtp_hold_put(&h, &pool, &c));
	for (uint64_t at = 0; smtp_hold_first(&h, &got); at += got.data.len) {
		assert_int_equal(got.offset, at);
		assert_int_equal(got.peer_acked, at < 1000 ? 1 : 2);
		assert_true(at >= 1000 || at + got.data.len <= 1000);
		smtp_hold_drop(&h, &pool, got.data.len);
	}
	assert_true(smtp_hold_empty(&h));
}

/* Too many changes of ACK do not fit, and nothing breaks. */
static void test_changes(void **state)
{
	struct smtp_hold h = {0};
	struct stream_chunk c;
	int64_t n = 0;

	do
		c = chunk("x", (uint64_t)n, n);
	while (smtp_hold_put(&h, &pool, &c) && ++n < 1000);
	assert_true(n > 8 && n < 1000);
	smtp_hold_clear(&h, &pool);
}

static int finish(void **state)
{
	smtp_blocks_finish(&pool);
	return 0;
}

/* Two packets in single bytes stay two pieces, each with its time. */
static void test_packets(void **state)
{
	struct smtp_hold h = {0};
	struct stream_chunk c, got;

	for (uint64_t i = 0; i < 80; i++) {
		c = chunk("x", i, 1);
		c.packet = i < 50 ? 7 : 9;
		c.time = (nstime)c.packet;
		assert_true(smtp_hold_put(&h, &pool, &c));
	}
	assert_true(smtp_hold_first(&h, &got));
	assert_int_equal(got.data.len, 50);
	smtp_hold_drop(&h, &pool, 50);
	assert_true(smtp_hold_first(&h, &got));
	assert_int_equal(got.data.len, 30);
	assert_int_equal(got.packet, 9);
	assert_int_equal(got.time, 9);
	smtp_hold_drop(&h, &pool, 30);
	assert_true(smtp_hold_empty(&h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
