/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/nstime.h"

static void test_known(void **state)
{
	char buf[NSTIME_RFC3339_SIZE];

	assert_string_equal(nstime_rfc3339(0, buf), "1970-01-01T00:00:00.000000000Z");
	assert_string_equal(nstime_rfc3339(-5, buf), "1970-01-01T00:00:00.000000000Z");
	assert_string_equal(nstime_rfc3339(951782399 * NS_PER_S + 1, buf),
		"2000-02-28T23:59:59.000000001Z");
	assert_string_equal(nstime_rfc3339(INT64_MAX, buf), "2262-04-11T23:47:16.854775807Z");
}

/* libc is the oracle, over every 11 days and some odd seconds. */
static void test_against_libc(void **state)
{
	char buf[NSTIME_RFC3339_SIZE], want[64];

	for (int64_t s = 0; s < 8000000000; s += 11 * 86400 + 4321) {
		time_t t = (time_t)s;
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000042Z", &tm);
		assert_string_equal(nstime_rfc3339(s * NS_PER_S + 42, buf), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_against_libc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
