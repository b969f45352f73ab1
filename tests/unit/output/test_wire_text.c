/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>

#include "output/wire_text.h"

#define S(literal) literal, sizeof(literal) - 1

static const struct {
	const char *in;
	size_t len;
	const char *utf8;
} rows[] = {
	{S(""), ""},
	{S("mail.example"), "mail.example"},
	{S("a\\b"), "a\\\\b"},
	{S("a\"b"), "a\"b"},
	{S("\0\x1f\x7f"), "\\x00\\x1f\\x7f"},
	{S("\r\n\t\x1b[31m"), "\\x0d\\x0a\\x09\\x1b[31m"},
	{S("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f"},
	{S("\xe2\x82\xac"), "\xe2\x82\xac"},
	{S("\xf0\x9f\x93\xa7"), "\xf0\x9f\x93\xa7"},
	{S("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf"},
	/* C1: U+0085, U+009B. */
	{S("\xc2\x85\xc2\x9b"), "\\xc2\\x85\\xc2\\x9b"},
	{S("\xc2\xa0"), "\xc2\xa0"},
	/* Not UTF-8: a bare tail, a bare lead, overlong, surrogate, past U+10FFFF, Latin-1. */
	{S("\x80"), "\\x80"},
	{S("\xc3"), "\\xc3"},
	{S("\xc3("), "\\xc3("},
	{S("\xc0\xaf"), "\\xc0\\xaf"},
	{S("\xe0\x80\xaf"), "\\xe0\\x80\\xaf"},
	{S("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf"},
	{S("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
	{S("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"},
	{S("\xe2\x82"), "\\xe2\\x82"},
	{S("caf\xe9"), "caf\\xe9"},
	{S("\xff\xfe"), "\\xff\\xfe"},
};

static void test_utf8(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[WIRE_TEXT_MAX(64) + 1];

		out[wire_text_utf8(span_of(rows[i].in, rows[i].len), out)] = '\0';
		assert_string_equal(out, rows[i].utf8);
	}
}

static void ascii(const char *in, size_t len, size_t columns, const char *expected)
{
	char out[128];

	memset(out, 'Z', sizeof(out));
	assert_int_equal(wire_text_ascii(span_of(in, len), columns, out), strlen(expected));
	assert_string_equal(out, expected);
	assert_int_equal(out[columns + 1], 'Z');
}

static void test_ascii_fits_columns(void **state)
{
	ascii(S("mail.example"), 12, "mail.example");
	ascii(S("mail.example"), 11, "mail.exam..");
	ascii(S("\x1b[2J"), 20, "\\x1b[2J");
	ascii(S("\xe2\x80\xae"
		"evil"),
		20,
		"\\xe2\\x80\\xae"
		"evil");
	ascii(S("a\\b"), 20, "a\\\\b");
	/* An escape is kept whole or left out. */
	ascii(S("ab\x1b"), 6, "ab\\x1b");
	ascii(S("ab\x1b"), 5, "ab..");
	ascii(S("ab\x1b"
		"cdef"),
		7, "ab..");
	ascii(S("abc"), 2, "..");
	ascii(S("abc"), 1, ".");
	ascii(S("abc"), 0, "");
	ascii(S(""), 0, "");
}

static void prose(const char *in, size_t len, size_t columns, const char *expected, size_t taken)
{
	char out[WIRE_TEXT_MAX(64) + 1];

	assert_int_equal(wire_text_prose(span_of(in, len), columns, out), taken);
	assert_string_equal(out, expected);
}

/* Only in a UTF-8 locale, only what takes a place of its own, only from left to right. */
static void test_prose(void **state)
{
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	prose(S("gr\xc3\xbc\xc3\x9f"), 20, "gr\xc3\xbc\xc3\x9f", 4);
	prose(S("\xe6\x97\xa5\xe6\x9c\xac"), 20, "\xe6\x97\xa5\xe6\x9c\xac", 4);
	prose(S("\xe6\x97\xa5\xe6\x9c\xac!"), 4, "\xe6\x97\xa5..", 4);
	prose(S("\xe6\x97\xa5\xe6\x9c\xac!"), 3, "..", 2);
	prose(S("\xe2\x80\xae"
		"x"),
		20, "\\xe2\\x80\\xaex", 13);
	prose(S("e\xcc\x81"), 20, "e\\xcc\\x81", 9);
	prose(S("\xd7\xa9"), 20, "\\xd7\\xa9", 8);
	prose(S("\xd8\xb4"), 20, "\\xd8\\xb4", 8);
	prose(S("\xc2\x9b\x1b\xff\\"), 40, "\\xc2\\x9b\\x1b\\xff\\\\", 18);
	assert_non_null(setlocale(LC_CTYPE, "C"));
	prose(S("gr\xc3\xbc"), 20, "gr\\xc3\\xbc", 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_ascii_fits_columns),
		cmocka_unit_test(test_prose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
