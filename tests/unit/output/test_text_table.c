/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "output/text_table.h"

static const struct text_column columns[] = {
	{.title = "source"},
	{.title = "reverse DNS", .min = 6, .drop = 1},
	{.title = "n", .right = true},
	{.title = "why", .min = 4},
};

static struct text_table *table(void)
{
	struct text_table *t = text_table_create(columns, 4);

	assert_non_null(t);
	assert_true(text_table_row(t));
	text_table_cellf(t, TEXT_PLAIN, "192.0.2.1");
	text_table_cell(t, TEXT_PLAIN, span_str("host.example"));
	text_table_cellf(t, TEXT_PLAIN, "%d", 12);
	text_table_cell(t, TEXT_BAD, span_str("bad HELO"));
	assert_true(text_table_row(t));
	text_table_cellf(t, TEXT_PLAIN, "192.0.2.22");
	text_table_cell(t, TEXT_PLAIN, span_of(NULL, 0));
	text_table_cellf(t, TEXT_PLAIN, "%d", 3);
	text_table_cell(t, TEXT_PLAIN, span_str("\x1b[m"));
	return t;
}

static void prints(size_t width, bool colour, const char *expected)
{
	struct text_table *t = table();
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	text_table_print(t, f, width, colour);
	fclose(f);
	assert_string_equal(text, expected);
	free(text);
	text_table_destroy(t);
}

static void test_wide_enough(void **state)
{
	prints(80, false,
		"  source      reverse DNS    n  why\n"
		"  192.0.2.1   host.example  12  bad HELO\n"
		"  192.0.2.22                 3  \\x1b[m\n");
}

static void test_shrinks(void **state)
{
	prints(34, false,
		"  source      rever..   n  why\n"
		"  192.0.2.1   host...  12  bad H..\n"
		"  192.0.2.22            3  \\x1b[m\n");
}

static void test_drops_what_it_may(void **state)
{
	prints(26, false,
		"  source       n  why\n"
		"  192.0.2.1   12  bad HELO\n"
		"  192.0.2.22   3  \\x1b[m\n");
}

static void test_colour(void **state)
{
	prints(80, true,
		"  \x1b[1msource\x1b[0m      \x1b[1mreverse DNS\x1b[0m    \x1b[1mn\x1b[0m  "
		"\x1b[1mwhy\x1b[0m\n"
		"  192.0.2.1   host.example  12  \x1b[31mbad HELO\x1b[0m\n"
		"  192.0.2.22                 3  \\x1b[m\n");
}

static void test_rows_are_bounded(void **state)
{
	struct text_table *t = text_table_create(columns, 4);

	for (int i = 0; i < TEXT_TABLE_ROWS; i++)
		assert_true(text_table_row(t));
	assert_false(text_table_row(t));
	text_table_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide_enough),
		cmocka_unit_test(test_shrinks),
		cmocka_unit_test(test_drops_what_it_may),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_rows_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
