/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "output/phrase.h"

static void test_numbers(void **state)
{
	char b[PHRASE_SIZE];

	assert_string_equal(phrase_number(0, b), "0");
	assert_string_equal(phrase_number(999, b), "999");
	assert_string_equal(phrase_number(1000, b), "1,000");
	assert_string_equal(phrase_number(UINT64_MAX, b), "18,446,744,073,709,551,615");
	assert_string_equal(phrase_count(0, "source", b), "0 sources");
	assert_string_equal(phrase_count(1, "source", b), "1 source");
	assert_string_equal(phrase_count(1234, "source", b), "1,234 sources");
}

static void test_bytes(void **state)
{
	char b[PHRASE_SIZE];

	assert_string_equal(phrase_bytes(0, b), "0 B");
	assert_string_equal(phrase_bytes(999, b), "999 B");
	assert_string_equal(phrase_bytes(1000, b), "1.0 kB");
	assert_string_equal(phrase_bytes(9999, b), "9.9 kB");
	assert_string_equal(phrase_bytes(45678901, b), "45 MB");
	assert_string_equal(phrase_bytes(UINT64_MAX, b), "18 EB");
}

static void test_times(void **state)
{
	char b[PHRASE_SIZE];

	assert_string_equal(phrase_duration(-1, b), "0 ms");
	assert_string_equal(phrase_duration(850 * NS_PER_MS, b), "850 ms");
	assert_string_equal(phrase_duration(119 * NS_PER_S, b), "119 s");
	assert_string_equal(phrase_duration(119 * NS_PER_MIN, b), "119 min");
	assert_string_equal(phrase_duration(128 * NS_PER_MIN, b), "2 h 8 min");
	assert_string_equal(phrase_duration(52 * NS_PER_HOUR, b), "2 d 4 h");
	assert_string_equal(phrase_time(0, b), "1970-01-01 00:00:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
