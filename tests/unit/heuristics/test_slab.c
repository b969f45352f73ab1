/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/slab.h"

static void test_take_and_give(void **state)
{
	struct slab s;
	uint64_t *item[3];
	(void)state;

	assert_int_equal(slab_init(&s, 3, 12), 1);
	for (int i = 0; i < 3; i++) {
		item[i] = slab_take(&s);
		assert_non_null(item[i]);
		assert_true(item[i][0] == 0 && item[i][1] == 0);
		item[i][0] = item[i][1] = UINT64_MAX;
	}
	assert_null(slab_take(&s));
	slab_give(&s, item[1]);
	slab_give(&s, item[0]);
	assert_int_equal(s.in_use, 1);
	assert_ptr_equal(slab_take(&s), item[0]);
	assert_ptr_equal(slab_take(&s), item[1]);
	assert_true(item[1][0] == 0 && item[1][1] == 0);
	assert_true(item[2][0] == UINT64_MAX);
	slab_finish(&s);
	slab_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_and_give),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
