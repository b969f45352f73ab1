/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/header_msgid.h"

static void test_valid(void **state)
{
	static const struct {
		const char *body;
		bool valid;
	} rows[] = {
		{"<a@b.example>", true},
		{" <a@b.example> ", true},
		{"(x) <a@b.example> (y (z))", true},
		{"<CAF=x+y_z-1@mail.example>", true},
		{"<!&!AAAA$x@HOST>", true}, /* all atoms; one label is a name */
		{"<001801c80f$a9b0@[192.0.2.1]>", true},
		{"<a..b.@c.example>", true}, /* dots anywhere on the left */
		{"<\"a b\"@c.example>", true},
		{"<\"a\\\">\"@c.example>", true},
		{"<a@b\xc3\xa9.example>", true},
		{"", false},
		{"<>", false},
		{"a@b.example", false},
		{"<a@b.example", false},
		{"a@b.example>", false},
		{"<ab.example>", false},
		{"<@b.example>", false},
		{"<a@>", false},
		{"<a@b@c.example>", false},
		{"<a b@c.example>", false},
		{"<a@b example>", false},
		{"<a@b..example>", false},
		{"<a@.example>", false},
		{"<a@b.>", false},
		{"<[a]@b.example>", false},
		{"<a@[192.0.2.1>", false},
		{"<a@[]>", false},
		{"<a@b.example> <c@d.example>", false},
		{"<a@b.example> x", false},
		{"<\"a@b.example>", false},
		{"(<a@b.example>", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (header_msgid_is_valid(span_str(rows[i].body)) != rows[i].valid)
			fail_msg("%s", rows[i].body);
}

static void test_trim(void **state)
{
	static const struct {
		const char *body, *text;
	} rows[] = {
		{" (x) <a@b.example> (y)", "<a@b.example>"},
		{"<a@b.example> x", "<a@b.example> x"},
		{"no id (x", "no id (x"},
		{"(open", ""},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(span_eq_str(header_msgid_trim(span_str(rows[i].body)), rows[i].text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
