/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/smtp_line.h"

static struct smtp_blocks pool;

struct expected {
	size_t len;
	bool bare_lf, capped;
	uint64_t first, last;
};

/* Feeds `in` in pieces, checks each line against `want`, which is `n` long. */
static void read_lines(struct span in, size_t piece, const struct expected *want, size_t n)
{
	struct smtp_line l = {0};
	struct smtp_text_line line;
	size_t got = 0;
	uint64_t offset = 0;

	while (in.len > 0) {
		struct stream_chunk c = {.data = span_head(in, piece),
			.offset = offset,
			.time = (nstime)offset,
			.peer_acked = (int64_t)offset};

		in = span_skip(in, piece);
		offset += c.data.len;
		while (smtp_line_next(&l, &pool, &c, &line) == 1) {
			assert_true(got < n);
			assert_int_equal(line.text.len, want[got].len);
			assert_int_equal(line.bare_lf, want[got].bare_lf);
			assert_int_equal(line.capped, want[got].capped);
			assert_int_equal(line.first.offset, want[got].first);
			assert_int_equal(line.last.offset, want[got].last);
			assert_int_equal(line.peer_acked, line.first.time);
			for (size_t i = 0; i < line.text.len; i++)
				assert_int_equal(line.text.p[i], 'x');
			smtp_line_reset(&l, &pool);
			got++;
		}
	}
	assert_int_equal(got, n);
	smtp_line_reset(&l, &pool);
	assert_int_equal(pool.taken, 0);
}

static void test_lines(void **state)
{
	static const struct expected want[] = {{3, false, false, 0, 4}, {0, true, false, 5, 5},
		{0, false, false, 6, 7}, {2, true, false, 8, 10}};

	for (size_t piece = 1; piece < 16; piece++)
		read_lines(span_str("xxx\r\n\n\r\nxx\nxxxx"), piece, want, 4);
}

static void test_cap(void **state)
{
	static const size_t lengths[] = {
		LIMIT_LINE - 1, LIMIT_LINE, LIMIT_LINE + 1, 3 * LIMIT_LINE};
	static const size_t pieces[] = {1, 100, LIMIT_LINE, 4 * LIMIT_LINE};

	for (size_t i = 0; i < 4; i++) {
		size_t n = lengths[i];
		char *text = malloc(n + 3);
		struct expected want[] = {
			{n < LIMIT_LINE ? n : LIMIT_LINE, false, n > LIMIT_LINE, 0, n + 1},
			{0, true, false, n + 2, n + 2}};

		assert_non_null(text);
		memset(text, 'x', n);
		memcpy(text + n, "\r\n\n", 3);
		for (size_t k = 0; k < 4; k++)
			read_lines(span_of(text, n + 3), pieces[k], want, 2);
		free(text);
	}
}

/* What a line left in its block is wiped with it. */
static void test_wiped(void **state)
{
	struct smtp_line l = {0};
	struct stream_chunk c = {.data = span_str("secret"), .peer_acked = -1};
	struct smtp_text_line line;
	uint8_t *block;

	assert_int_equal(smtp_line_next(&l, &pool, &c, &line), 0);
	assert_true(span_eq_str(smtp_line_partial(&l), "secret"));
	smtp_line_reset(&l, &pool);
	block = smtp_block_take(&pool);
	assert_null(memmem(block, SMTP_BLOCK_SIZE, "cret", 4)); /* its head is the free list's */
	smtp_block_give(&pool, block);
}

static int finish(void **state)
{
	smtp_blocks_finish(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
