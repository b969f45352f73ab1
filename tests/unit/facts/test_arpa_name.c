/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/arpa_name.h"

#define NIBBLES "8.b.d.0.1.0.0.2.ip6.arpa"

static const struct {
	const char *name, *expected; /* NULL: no address */
} rows[] = {
	{"25.2.0.192.in-addr.arpa", "192.0.2.25"},
	{"0.0.0.0.in-addr.arpa", "0.0.0.0"},
	{"255.255.255.255.in-addr.arpa", "255.255.255.255"},
	{"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." NIBBLES, "2001:db8::1"},
	{"f.e.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.c.b.a." NIBBLES, "2001:db8:abcd::ef"},
	{"1.0.0.0.0.0.0.a.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", NULL},
	{"256.2.0.192.in-addr.arpa", NULL},
	{"025.2.0.192.in-addr.arpa", NULL},
	{"1000.2.0.192.in-addr.arpa", NULL},
	{"2.0.192.in-addr.arpa", NULL},
	{"1.25.2.0.192.in-addr.arpa", NULL},
	{"25.0/25.2.0.192.in-addr.arpa", NULL},
	{"25..2.0.192.in-addr.arpa", NULL},
	{".25.2.0.192.in-addr.arpa", NULL},
	{"a.2.0.192.in-addr.arpa", NULL},
	{"25.2.0.192.in-addr.arpa.example", NULL},
	{"in-addr.arpa", NULL},
	{".in-addr.arpa", NULL},
	{NIBBLES, NULL},
	{"g.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." NIBBLES, NULL},
	{"1-0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." NIBBLES, NULL},
	{"10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." NIBBLES, NULL},
	{"", NULL},
};

static void test_rows(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr got;
		char text[ADDR_STRLEN];

		if (arpa_name_parse(span_str(rows[i].name), &got) < 0) {
			assert_null(rows[i].expected);
			continue;
		}
		assert_non_null(rows[i].expected);
		assert_string_equal(addr_format(&got, text), rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
