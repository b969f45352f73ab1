/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/fanout_floor.h"

static void fill(struct fanout_floor *f, uint32_t count, uint32_t ips)
{
	for (uint32_t i = 0; i < count; i++) {
		uint8_t at = 0;

		fanout_floor_move(f, &at, ips);
	}
}

static void test_few_contents_say_nothing(void **state)
{
	struct fanout_floor f = {.total = 0};
	(void)state;

	fill(&f, 999, 40);
	assert_int_equal(fanout_floor_ips(&f), 0);
	fill(&f, 1, 40);
	assert_int_equal(fanout_floor_ips(&f), 40);
}

static void test_quantile_and_bounds(void **state)
{
	struct fanout_floor f = {.total = 0};
	(void)state;

	fill(&f, 9980, 1);
	assert_int_equal(fanout_floor_ips(&f), 0);
	fill(&f, 20, 25);
	assert_int_equal(fanout_floor_ips(&f), 25);
	fill(&f, 10, 60);
	assert_int_equal(fanout_floor_ips(&f), 25);
	fill(&f, 10, 60);
	assert_int_equal(fanout_floor_ips(&f), 50);
}

static void test_moving(void **state)
{
	struct fanout_floor f = {.total = 0};
	uint8_t at = 0;
	(void)state;

	fill(&f, 999, 1);
	fanout_floor_move(&f, &at, 200);
	assert_int_equal(at, LIMIT_EXACT_SET);
	assert_int_equal(f.total, 1000);
	fanout_floor_move(&f, &at, 3);
	assert_int_equal(f.bin[3], 1);
	fanout_floor_move(&f, &at, 0);
	assert_int_equal(at, 0);
	assert_int_equal(f.total, 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_contents_say_nothing),
		cmocka_unit_test(test_quantile_and_bounds),
		cmocka_unit_test(test_moving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
