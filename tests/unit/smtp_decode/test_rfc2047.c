/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/rfc2047.h"

static const char *decode(const char *text, size_t size)
{
	static char out[1024];
	struct charsets *cs = charsets_create();
	size_t n = rfc2047_decode(cs, span_str(text), out, size);

	assert_true(n <= size);
	out[n] = '\0';
	charsets_destroy(cs);
	return out;
}

static void test_rows(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"", ""},
		{"plain", "plain"},
		{"raw caf\xc3\xa9", "raw caf\xc3\xa9"},
		/* Latin-1 that does not say so; of another charset it is left alone */
		{"raw caf\xe9 \x93x\x94", "raw caf\xc3\xa9 \xe2\x80\x9cx\xe2\x80\x9d"},
		{"\xcf\xf0\xe8\xe2", "\xcf\xf0\xe8\xe2"},
		{"\xc4\xe3\xba\xc3 \xe9", "\xc4\xe3\xba\xc3 \xe9"},
		{"caf\xe9 =?utf-8?Q?a?= \xe9", "caf\xc3\xa9 a \xc3\xa9"},
		/* RFC 2047 8 */
		{"(=?ISO-8859-1?Q?a?=)", "(a)"},
		{"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
		{"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"},
		{"(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"},
		{"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
		/* encodings and charsets */
		{"=?utf-8?q?caf=C3=A9?=", "caf\xc3\xa9"},
		{"=?UTF-8?B?Y2Fmw6k=?= au lait", "caf\xc3\xa9 au lait"},
		{"=?iso-8859-1?Q?caf=E9?=", "caf\xc3\xa9"},
		{"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac"},
		{"=?utf-8*en?Q?tagged?=", "tagged"},
		{"=?no-such?Q?raw=E9?=", "raw\xe9"},
		/* a character and a quantum split across words */
		{"=?utf-8?Q?=E6=97?= =?utf-8?Q?=A5?=", "\xe6\x97\xa5"},
		{"=?utf-8?B?5pc=?= =?UTF-8?B?pQ==?=", "\xe6\x97\xa5"},
		{"=?gb2312?Q?=C4?= =?gb2312?Q?=E3?=", "\xe4\xbd\xa0"},
		{"=?utf-8?B?5pe?= =?utf-8?B?l?=", "\xe6\x97\xa5"},
		{"=?gb2312?Q?=C4?= x", "\xef\xbf\xbd x"},
		/* not as the RFC has it, but seen */
		{"\"=?utf-8?Q?quoted?=\"", "\"quoted\""},
		{"a=?utf-8?Q?b?=c", "abc"},
		{"=?utf-8?Q?a b c?=", "a b c"},
		{"=?utf-8?Q?=zz=4?=", "=zz=4"},
		{"=?utf-8?Q?a?b?=", "a?b"},
		{"=?utf-8?Q?=3D?=", "="},
		{"=?utf-8?Q?\?=", ""},
		{"=?utf-8?B?\?= x", " x"},
		/* no encoded words */
		{"=?", "=?"},
		{"=?utf-8?Q?open", "=?utf-8?Q?open"},
		{"=?utf-8?X?a?=", "=?utf-8?X?a?="},
		{"=?utf-8?Qa?=", "=?utf-8?Qa?="},
		{"=?\?Q?a?=", "=?\?Q?a?="},
		{"=?=?utf-8?Q?a?=", "=?a"},
		{"=?a?=", "=?a?="},
		{"=?x =?utf-8?Q?a?= =?y", "=?x a =?y"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(decode(rows[i].in, 1000), rows[i].out);
}

static void test_cut(void **state)
{
	static const char text[] = "ab =?utf-8?Q?=C3=A9=E6=97=A5=F0=9F=98=80?= =?utf-8?Q?z?= end";
	static const char want[] = "ab \xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80z end";
	/* Where a cut to so many bytes ends. */
	static const size_t ends[] = {
		0, 1, 2, 3, 3, 5, 5, 5, 8, 8, 8, 8, 12, 13, 14, 15, 16, 17, 17};

	for (size_t size = 0; size < sizeof(ends) / sizeof(ends[0]); size++) {
		const char *got = decode(text, size);

		assert_int_equal(strlen(got), ends[size]);
		assert_memory_equal(got, want, ends[size]);
	}
}

static void test_hostile(void **state)
{
	size_t len = 1 << 20;
	static const char *fills[] = {"=?", "=?a?q?", "=?a?q?b?= ", "=?a?b?AA?=", "=??", "?="};
	struct charsets *cs = charsets_create();
	char *p = malloc(len), out[256];

	assert_non_null(p);
	for (size_t f = 0; f < sizeof(fills) / sizeof(fills[0]); f++) {
		for (size_t i = 0; i < len; i++)
			p[i] = fills[f][i % strlen(fills[f])];
		assert_true(rfc2047_decode(cs, span_of(p, len), out, sizeof(out)) <= sizeof(out));
	}
	free(p);
	charsets_destroy(cs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
