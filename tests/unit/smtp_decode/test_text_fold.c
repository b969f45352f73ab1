/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "smtp_decode/charset.h"
#include "smtp_decode/text_entity.h"
#include "smtp_decode/text_fold.h"
#include "smtp_decode/text_url.h"
#include "smtp_decode/text_utf8.h"

static void test_rows(void **state)
{
	static const struct {
		uint32_t cp;
		const char *text;
	} rows[] = {
		{'A', "a"},
		{'z', "z"},
		{'-', "-"},
		{'\n', "\n"},
		{0xa0, " "},
		{0xad, ""},
		{0xc4, "a"},
		{0xdf, "ss"},
		{0xe6, "ae"},
		{0xd7, " "},
		{0x141, "l"},
		{0x17f, "s"},
		{0x1a1, "o"},
		{0x301, ""},
		{0x391, "\xce\xb1"},
		{0x3ac, "\xce\xb1"},
		{0x3c2, "\xcf\x83"},
		{0x401, "\xd0\xb5"},
		{0x416, "\xd0\xb6"},
		{0x436, "\xd0\xb6"},
		{0x490, "\xd2\x91"},
		{0x4c1, "\xd3\x82"},
		{0x5b0, ""},
		{0x640, ""},
		{0x663, "3"},
		{0x6f7, "7"},
		{0x1e9e, "ss"},
		{0x1ea4, "a"},
		{0x200b, ""},
		{0x2011, "-"},
		{0x2019, " "},
		{0x202e, ""},
		{0x2074, "4"},
		{0x20ac, " "},
		{0x24b6, "a"},
		{0x24e9, "z"},
		{0x3000, " "},
		{0x3042, "\xe3\x81\x82"},
		{0x4f60, "\xe4\xbd\xa0"},
		{0xac00, "\xea\xb0\x80"},
		{0xe000, " "},
		{0xfb01, "fi"},
		{0xfb04, "ffl"},
		{0xfe0f, ""},
		{0xfeff, ""},
		{0xff21, "a"},
		{0xff5a, "z"},
		{0xff15, "5"},
		{0xfffd, "\xef\xbf\xbd"},
		{0x1d400, "a"},
		{0x1d433, "z"},
		{0x1d7d8, "0"},
		{0x1f600, " "},
		{0x1f170, "a"},
		{0x20000, "\xf0\xa0\x80\x80"},
		{0xe0041, ""},
	};
	struct text_tables *t = text_tables_create();
	char out[TEXT_FOLD_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = text_fold_put(t, rows[i].cp, out);

		if (n != strlen(rows[i].text) || memcmp(out, rows[i].text, n) != 0)
			fail_msg("U+%04X", rows[i].cp);
	}
	text_tables_destroy(t);
	text_tables_destroy(NULL);
}

/* Folding again changes nothing, and the result is not longer than TEXT_FOLD_MAX. */
static void test_all(void **state)
{
	struct text_tables *t = text_tables_create();

	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		char once[TEXT_FOLD_MAX], twice[TEXT_FOLD_MAX * TEXT_FOLD_MAX];
		size_t n = text_fold_put(t, cp, once), m = 0, i = 0;

		assert_true(n <= TEXT_FOLD_MAX);
		while (i < n) {
			uint32_t f;

			i += text_utf8_get((uint8_t *)once + i, n - i, &f);
			m += text_fold_put(t, f, twice + m);
		}
		if (m != n || memcmp(once, twice, n) != 0)
			fail_msg("U+%04X", cp);
	}
	text_tables_destroy(t);
}

static void test_utf8(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t cp;
		size_t len;
	} rows[] = {
		{"a", 'a', 1},
		{"\xc3\xa9", 0xe9, 2},
		{"\xe4\xbd\xa0", 0x4f60, 3},
		{"\xf0\x9f\x98\x80", 0x1f600, 4},
		{"\xf4\x8f\xbf\xbf", 0x10ffff, 4},
		/* broken: the first byte as Latin-1 */
		{"\xe9", 0xe9, 1},
		{"\xc0\x80", 0xc0, 1},
		{"\xc1\xbf", 0xc1, 1},
		{"\x80", 0x80, 1},
		{"\xc3", 0xc3, 1},
		{"\xc3(", 0xc3, 1},
		{"\xe0\x80\x80", 0xe0, 1},
		{"\xed\xa0\x80", 0xed, 1},
		{"\xf4\x90\x80\x80", 0xf4, 1},
		{"\xf5\x80\x80\x80", 0xf5, 1},
		{"\xf0\x80\x80\x80", 0xf0, 1},
		{"\xff", 0xff, 1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t cp;

		assert_int_equal(
			text_utf8_get((const uint8_t *)rows[i].bytes, strlen(rows[i].bytes), &cp),
			rows[i].len);
		assert_int_equal(cp, rows[i].cp);
	}
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		char out[4];
		uint32_t back;
		size_t n = charset_put_utf8(cp, out);

		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		assert_int_equal(text_utf8_get((uint8_t *)out, n, &back), n);
		assert_int_equal(back, cp);
	}
}

static void test_entities(void **state)
{
	static const struct {
		const char *text;
		uint32_t cp;
	} rows[] = {
		{"amp", '&'},
		{"AElig", 0xc6},
		{"zwnj", 0x200c},
		{"thetasym", 0x3d1},
		{"apos", '\''},
		{"#65", 'A'},
		{"#x41", 'A'},
		{"#X1f600", 0x1f600},
		{"#0", 0xfffd},
		{"#xd800", 0xfffd},
		{"#x110000", 0xfffd},
		{"#128", 0x20ac},
		{"#129", 0x81},
		{"#99999999999999999999", 0xfffd},
		{"", 0},
		{"#", 0},
		{"#x", 0},
		{"#6a", 0},
		{"#xg", 0},
		{"AMP", 0},
		{"unknown", 0},
		{"thetasymx", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (text_entity_find(span_str(rows[i].text)) != rows[i].cp)
			fail_msg("%s", rows[i].text);
}

static void test_urls(void **state)
{
	static const struct {
		const char *url, *host; /* NULL: no authority */
	} rows[] = {
		{"http://Shop.Example/x", "shop.example"},
		{"  https://shop.example", "shop.example"},
		{"//shop.example?x", "shop.example"},
		{"http://www.shop.example.", "shop.example"},
		{"http://user:pw@shop.example:81#x", "shop.example"},
		{"http://[2001:db8::1]:80/", "[2001:db8::1]:80"},
		{"http://192.0.2.1/", "192.0.2.1"},
		{"http://a1b2c3d4.r.shop.example/", "r.shop.example"},
		{"http://a1b2c3d4.example/", "a1b2c3d4.example"}, /* the last two stay */
		{"http://abcdefghijklmnopqrstuvwxy.shop.example/", "shop.example"},
		{"http://mx12.shop.example/", "mx12.shop.example"},
		{"http:///x", ""},
		{"mailto:a@b.example", NULL},
		{"/x//y", NULL},
		{"x y://z", NULL},
		{"a?b=http://c.example", NULL},
		{"", NULL},
	};
	char host[TEXT_URL_HOST_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span a = text_url_authority(span_str(rows[i].url));
		size_t n = text_url_host(a, host);

		if (!rows[i].host)
			assert_null(a.p);
		else if (!span_eq_str(span_of(host, n), rows[i].host))
			fail_msg("%s: %.*s", rows[i].url, (int)n, host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_entities),
		cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
