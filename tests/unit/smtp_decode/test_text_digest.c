/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/text_digest.h"

/* Words in pieces of several sizes. */
static void add(struct text_digest *d, uint64_t first, uint64_t count, unsigned int flags)
{
	uint64_t words[101];

	for (uint64_t i = 0, n; i < count; i += n) {
		n = 1 + (first + i) % 101;
		if (n > count - i)
			n = count - i;
		for (uint64_t k = 0; k < n; k++)
			words[k] = (first + i + k) * 0x9e3779b97f4a7c15u;
		text_digest_add(d, words, n, flags);
	}
}

static struct content_digest result(const struct text_digest *d)
{
	struct content_digest r = {0};

	text_digest_result(d, &r);
	return r;
}

static void test_short(void **state)
{
	struct text_digest d;

	text_digest_init(&d);
	assert_int_equal(result(&d).exact, 0);
	add(&d, 1, TEXT_DIGEST_MIN_WORDS - 1, 0);
	assert_int_equal(result(&d).exact, 0);
	assert_int_equal(result(&d).edges, 0);
	assert_int_equal(result(&d).words, TEXT_DIGEST_MIN_WORDS - 1);
	add(&d, 9, 1, TEXT_WORD_HIDDEN);
	assert_true(result(&d).exact != 0);
	assert_int_equal(result(&d).edges, 0);
}

/* Each word and their order count. */
static void test_order(void **state)
{
	struct text_digest a, b;

	text_digest_init(&a);
	text_digest_init(&b);
	add(&a, 1, 20, 0);
	add(&b, 1, 20, 0);
	assert_true(result(&a).exact == result(&b).exact);
	assert_true(result(&a).edges == result(&b).edges);
	text_digest_init(&b);
	add(&b, 2, 1, 0);
	add(&b, 1, 1, 0);
	add(&b, 3, 18, 0);
	assert_true(result(&a).exact != result(&b).exact);
	assert_true(result(&a).edges != result(&b).edges);
	text_digest_init(&b);
	add(&b, 1, 19, 0);
	assert_true(result(&a).exact != result(&b).exact);
}

/* What is kept counts where it is 24 words and a third of all. */
static void test_stripped(void **state)
{
	static const struct {
		unsigned int kept, stripped;
		bool counts;
	} rows[] = {
		{24, 1, true},
		{24, 48, true},
		{24, 49, false},
		{23, 1, false},
		{0, 30, false},
		{100, 200, true},
		{100, 201, false},
		{30, 0, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text_digest d, kept, all;

		text_digest_init(&d);
		add(&d, 1, rows[i].kept / 2, 0);
		add(&d, 5000, rows[i].stripped, TEXT_WORD_STRIPPED);
		add(&d, 1 + rows[i].kept / 2, rows[i].kept - rows[i].kept / 2, 0);
		text_digest_init(&kept);
		add(&kept, 1, rows[i].kept, 0);
		text_digest_init(&all);
		add(&all, 1, rows[i].kept / 2, 0);
		add(&all, 5000, rows[i].stripped, 0);
		add(&all, 1 + rows[i].kept / 2, rows[i].kept - rows[i].kept / 2, 0);
		assert_int_equal(result(&d).words,
			rows[i].counts ? rows[i].kept : rows[i].kept + rows[i].stripped);
		assert_true(result(&d).exact == result(rows[i].counts ? &kept : &all).exact);
		assert_true(result(&d).edges == result(rows[i].counts ? &kept : &all).edges);
	}
}

/* The edges do not see the middle, nor what is hidden. */
static void test_edges(void **state)
{
	struct text_digest a, b;

	text_digest_init(&a);
	text_digest_init(&b);
	add(&a, 1, TEXT_DIGEST_EDGE, 0);
	add(&b, 1, TEXT_DIGEST_EDGE, 0);
	add(&a, 10000, 700, 0);
	add(&b, 20000, 900, 0);
	add(&b, 7, 3, TEXT_WORD_HIDDEN);
	assert_true(result(&a).edges != result(&b).edges);
	add(&a, 30000, TEXT_DIGEST_EDGE, 0);
	add(&b, 30000, TEXT_DIGEST_EDGE, 0);
	assert_true(result(&a).edges == result(&b).edges);
	assert_true(result(&a).exact != result(&b).exact);
	text_digest_init(&b); /* another first word */
	add(&b, 0, 1, 0);
	add(&b, 2, TEXT_DIGEST_EDGE - 1, 0);
	add(&b, 30000, TEXT_DIGEST_EDGE, 0);
	assert_true(result(&a).edges != result(&b).edges);
	text_digest_init(&b); /* the first of the last */
	add(&b, 1, TEXT_DIGEST_EDGE, 0);
	add(&b, 77777, 1, 0);
	add(&b, 30001, TEXT_DIGEST_EDGE - 1, 0);
	assert_true(result(&a).edges != result(&b).edges);
}

static void test_copy(void **state)
{
	struct text_digest a, b;

	text_digest_init(&a);
	add(&a, 1, 600, 0);
	add(&a, 5, 40, TEXT_WORD_STRIPPED);
	memset(&b, 0xff, sizeof(b));
	text_digest_copy(&b, &a);
	add(&a, 2000, 600, 0);
	add(&b, 2000, 600, 0);
	assert_true(result(&a).exact == result(&b).exact);
	assert_true(result(&a).edges == result(&b).edges);
	add(&b, 1, 1, 0);
	assert_true(result(&a).exact != result(&b).exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_stripped),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
