/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/setting_value.h"

static void test_int(void **state)
{
	static const struct {
		const char *text;
		int r;
		int64_t v;
	} rows[] = {
		{"0", 1, 0},
		{"010", 1, 10}, /* decimal, not octal */
		{"-5", 1, -5},
		{"+7", 1, 7},
		{"9223372036854775799", 1, 9223372036854775799},
		{"99999999999999999999", -1, 0},
		{"", -1, 0},
		{"-", -1, 0},
		{"0x10", -1, 0},
		{"1 ", -1, 0},
		{"1.5", -1, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t v = 0;

		assert_int_equal(setting_value_int(rows[i].text, &v), rows[i].r);
		if (rows[i].r == 1)
			assert_int_equal(v, rows[i].v);
	}
}

static void test_size(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t v;
	} rows[] = {
		{"512", 1, 512 * 1024},
		{"512B", 1, 512},
		{"64MiB", 1, 64 << 20},
		{"64m", 1, 64 << 20},
		{"2G", 1, (uint64_t)2 << 30},
		{"1gib", 1, 1 << 30},
		{"12T", -1, 0},
		{"MiB", -1, 0},
		{"", -1, 0},
		{"-1", -1, 0},
		{"999999999999999G", -1, 0},
		{"9999999999999999", -1, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t v = 0;

		assert_int_equal(setting_value_size(rows[i].text, 1024, &v), rows[i].r);
		if (rows[i].r == 1)
			assert_true(v == rows[i].v);
	}
}

static void test_bool(void **state)
{
	bool b = false;

	assert_int_equal(setting_value_bool("on", &b), 1);
	assert_true(b);
	assert_int_equal(setting_value_bool("No", &b), 1);
	assert_false(b);
	assert_int_equal(setting_value_bool("1", &b), -1);
	assert_int_equal(setting_value_bool("", &b), -1);
}

static void test_domain(void **state)
{
	assert_int_equal(setting_value_domain("corp.example"), 1);
	assert_int_equal(setting_value_domain("corp.example."), 1);
	assert_int_equal(setting_value_domain(".corp"), -1);
	assert_int_equal(setting_value_domain("a..b"), -1);
	assert_int_equal(setting_value_domain("a b"), -1);
	assert_int_equal(setting_value_domain(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_int),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_bool),
		cmocka_unit_test(test_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
