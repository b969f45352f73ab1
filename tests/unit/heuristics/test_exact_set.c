/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/exact_set.h"

static void test_exact_up_to_its_cap(void **state)
{
	struct exact_set s = {.count = 0};
	(void)state;

	for (uint32_t i = 1; i <= LIMIT_EXACT_SET; i++) {
		exact_set_add(&s, i);
		exact_set_add(&s, i);
		assert_int_equal(exact_set_count(&s), i);
	}
	exact_set_add(&s, 1);
	assert_int_equal(exact_set_count(&s), LIMIT_EXACT_SET);
	exact_set_add(&s, 1000);
	assert_true(exact_set_count(&s) > LIMIT_EXACT_SET);
}

/* Within 5 % of the truth, never falling, the same for any order. */
static void test_estimate(void **state)
{
	struct exact_set s = {.count = 0}, t = {.count = 0};
	uint32_t last = 0;
	(void)state;

	for (uint32_t i = 1; i <= 15000; i++) {
		uint32_t n;

		exact_set_add(&s, i * 2654435761u);
		n = exact_set_count(&s);
		assert_true(n >= last);
		last = n;
		if (i > 100)
			assert_in_range(n, i - i / 14 - 5, i + i / 14 + 5);
	}
	for (uint32_t i = 15000; i >= 1; i--)
		exact_set_add(&t, i * 2654435761u);
	assert_int_equal(exact_set_count(&t), last);
}

static void test_full_sketch(void **state)
{
	struct exact_set s = {.count = 0};
	(void)state;

	for (uint32_t i = 1; i <= 1000000; i++)
		exact_set_add(&s, i);
	assert_in_range(exact_set_count(&s), 34000, 34100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_up_to_its_cap),
		cmocka_unit_test(test_estimate),
		cmocka_unit_test(test_full_sketch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
