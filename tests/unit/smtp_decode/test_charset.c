/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/charset.h"
#include "tests/unit/smtp_decode/charset_plain.h"

/* Decodes `in` in pieces of `step` bytes into rooms of `room`. */
static const char *decode(
	struct charsets *cs, const char *label, struct span in, size_t step, size_t room)
{
	static char out[4096];
	struct charset_decoder d;
	size_t n = 0;

	charset_begin(&d, cs, span_str(label));
	while (in.len > 0) {
		struct span piece = span_head(in, step);

		in = span_skip(in, piece.len);
		while (piece.len > 0) {
			assert_true(n + room < sizeof(out));
			n += charset_decode(&d, &piece, out + n, room);
		}
	}
	n += charset_finish(&d, out + n);
	out[n] = '\0';
	return out;
}

#define FFFD "\xef\xbf\xbd"

static void test_rows(void **state)
{
	static const struct {
		const char *label, *in, *out;
	} rows[] = {
		{"utf-8", "caf\xc3\xa9", "caf\xc3\xa9"},
		{"UTF-8", "bad \xff stays", "bad \xff stays"},
		{"us-ascii", "caf\xe9", "caf\xe9"},
		{"", "caf\xe9", "caf\xe9"},
		{"no-such-charset", "caf\xe9", "caf\xe9"},
		{"../../x", "caf\xe9", "caf\xe9"},
		{"utf-16//IGNORE", "caf\xe9", "caf\xe9"},
		{"ISO-8859-1", "caf\xe9 \x93q\x94", "caf\xc3\xa9 \xe2\x80\x9cq\xe2\x80\x9d"},
		{"iso-8859-2", "\xb1\xea", "\xc4\x85\xc4\x99"},
		{"iso-8859-15", "\xa4", "\xe2\x82\xac"},
		{"windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2",
			"\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
		{"windows-1252", "\x80 \x81", "\xe2\x82\xac " FFFD},
		{"windows-1255", "\xe9", "\xd7\x99"}, /* iconv waits for a point behind it */
		{"windows-1258", "\xf5\xd5\xf2", "\xc6\xa1\xc6\xa0\xcc\xa3"},
		{"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4",
			"\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
		{"gb2312", "\xc4\xe3\xba\xc3", "\xe4\xbd\xa0\xe5\xa5\xbd"},
		{"big5", "\xa7\x41\xa6\x6e", "\xe4\xbd\xa0\xe5\xa5\xbd"},
		{"shift_jis", "\x93\xfa\x96\x7b", "\xe6\x97\xa5\xe6\x9c\xac"},
		{"euc-jp", "\xc6\xfc\xcb\xdc", "\xe6\x97\xa5\xe6\x9c\xac"},
		{"iso-2022-jp", "\x1b$B\x46\x7c\x4b\x5c\x1b(B!", "\xe6\x97\xa5\xe6\x9c\xac!"},
		{"euc-kr", "\xc7\xd1\xb1\xdb", "\xed\x95\x9c\xea\xb8\x80"},
		{"euc-kr", "\xa2\xe8", FFFD}, /* whose error iconv reports behind it */
		{"euc-kr", "\xa2\xe8\xff!\xa2\xe8\xa2\xe8\xb1\xdb",
			FFFD FFFD "!" FFFD FFFD "\xea\xb8\x80"},
		{"cp949", "\xa2\xe8!", FFFD "!"},
		{"utf-7", "caf+AOk-", "caf\xc3\xa9"},
		{"unicode-1-1-utf-7", "+ZeVnLA", "\xe6\x97\xa5\xe6\x9c\xac"}, /* not shifted back */
		{"utf-7", "1+-1 ~\\", "1+1 ~\\"}, /* that some want encoded */
		{"utf-7", "a+AOk.b", "a\xc3\xa9.b"},
		{"utf-7", "+2D3eAA-", "\xf0\x9f\x98\x80"},
		{"utf-7", "a + b", "a " FFFD " b"},
		{"utf-7", "a+", "a" FFFD},
		{"utf-7", "+2D0- +2D0AYQ- +3gA-", FFFD " " FFFD "a " FFFD}, /* half a pair */
		{"utf-7", "+AGEA-", "a" FFFD}, /* bits of no character */
		{"utf-7", "+AGF-", "a" FFFD},
		{"utf-7", "\xe9+\xe9", FFFD FFFD FFFD},
		{"hz-gb-2312", "a~{VPND~}b~~",
			"a\xe4\xb8\xad\xe6\x96\x87"
			"b~"},
		{"HZ", "~{VP\nVP~}~x~", "\xe4\xb8\xad\nVP~}~x"}, /* it ends with its line */
		{"hz", "~{VP~\nND~{V", "\xe4\xb8\xad\xe6\x96\x87~{" FFFD},
		{"iso-2022-kr", "\x1b$)C\x0eGQ\x0f!", "\xed\x95\x9c!"},
		{"iso-2022-jp", "\x1b$B\x46\x7c", "\xe6\x97\xa5"}, /* the next begins in ASCII */
		{"iso-2022-jp", "F|", "F|"},
		{"iso-2022-jp", "\x1b$B-!", "\xe2\x91\xa0"}, /* of NEC */
		{"iso-2022-jp", "\x1b(I1\x1b(J\\~", "\xef\xbd\xb1\xc2\xa5\xe2\x80\xbe"},
		{"iso-2022-jp",
			"\x0e"
			"1\x0f"
			"1",
			"\xef\xbd\xb1"
			"1"},
		{"iso-2022-jp", "\x1b$(D0!", "\xe4\xb8\x82"},
		{"iso-2022-jp", "\x1b.A\x1bNi\x1b.F\x1bNa", "\xc3\xa9\xce\xb1"},
		{"iso-2022-jp", "\x1b$BF|\n\x1b(Bx", "\xe6\x97\xa5\nx"},
		{"iso-2022-jp", "\x1b$BF", FFFD},
		{"iso-2022-jp", "\x1b$BF\x1b(Ba", FFFD "a"},
		{"iso-2022-jp", "\x1b$BF\nF|", FFFD "\n\xe6\x97\xa5"},
		{"iso-2022-jp", "\x1b$B/~F|", FFFD "\xe6\x97\xa5"}, /* empty place */
		{"iso-2022-jp", "\x1b$x!", FFFD "$x!"},
		{"iso-2022-jp", "\x1b\x1b$BF|\x1b", FFFD "\xe6\x97\xa5" FFFD},
		{"iso-2022-jp",
			"a\xe9"
			"b",
			"a" FFFD "b"},
		{"iso-2022-jp", "\x1bNa\x1bN\n", FFFD FFFD "\n"}, /* no set is there */
		{"iso-2022-cn", "\x1b$)A\x0eVP\x0f!", "\xe4\xb8\xad!"},
		{"iso-2022-cn", "\x1b$)A\x0eVP\nVP", "\xe4\xb8\xad\nVP"},
		{"iso-2022-cn",
			"\x1b$)G\x0e"
			"Dc\x1b$*H\x1bNrDDc",
			"\xe4\xb8\xad\xe9\xbe\x98\xe4\xb8\xad"},
		{"big5-hkscs", "\x88\x66", "\xc3\x8a"}, /* held back: an accent might follow */
		{"big5-hkscs", "\x88\x66\xa7", "\xc3\x8a" FFFD},
		{"big5-hkscs", "\x88\x62", "\xc3\x8a\xcc\x84"},
		{"gb2312", "\xc4\xe3\xba", "\xe4\xbd\xa0" FFFD}, /* ends within a character */
		{"gb2312",
			"a\xff\xff"
			"b",
			"a" FFFD FFFD "b"},
	};
	struct charsets *cs = charsets_create();

	assert_non_null(cs);
	for (int again = 0; again < 2; again++) /* with fresh and with idle converters */
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct span in = span_str(rows[i].in);

			for (size_t step = 1; step <= in.len; step++)
				assert_string_equal(
					decode(cs, rows[i].label, in, step, CHARSET_ROOM),
					rows[i].out);
		}
	charsets_destroy(cs);
	charsets_destroy(NULL);
}

static void test_utf16(void **state)
{
	static const uint8_t text[] = {0, 'a', 0, 0xe9, 0xd8, 0x3d, 0xde, 0x00};
	struct charsets *cs = charsets_create();

	for (size_t step = 1; step <= sizeof(text); step++)
		assert_string_equal(
			decode(cs, "utf-16be", span_of(text, sizeof(text)), step, CHARSET_ROOM),
			"a\xc3\xa9\xf0\x9f\x98\x80");
	/* the mark of the byte order tells, in each text anew */
	for (int again = 0; again < 2; again++)
		for (size_t step = 1; step <= 6; step++) {
			static const char le[] = "\xff\xfe"
						 "a\0\xe9",
					  be[] = "\xfe\xff\0a\0\xe9";

			assert_string_equal(
				decode(cs, "utf-16", span_of(le, 6), step, CHARSET_ROOM),
				"a\xc3\xa9");
			assert_string_equal(
				decode(cs, "utf-16", span_of(be, 6), step, CHARSET_ROOM),
				"a\xc3\xa9");
		}
	/* without it, the first unit is text; half a unit is none */
	assert_string_equal(
		decode(cs, "utf-16", span_of("a\0\xe9", 4), 1, CHARSET_ROOM), "a\xc3\xa9");
	assert_string_equal(decode(cs, "utf-16", span_of("\x3d\xd8\0\xde", 4), 1, CHARSET_ROOM),
		"\xf0\x9f\x98\x80");
	assert_string_equal(decode(cs, "utf-16", span_of("a", 1), 1, CHARSET_ROOM), FFFD);
	assert_string_equal(
		decode(cs, "utf-32", span_of("\0\0\xfe\xff\0\0\0a", 8), 3, CHARSET_ROOM), "a");
	assert_string_equal(decode(cs, "ucs-4", span_of("\0\0\0a\0\1\xf6\0", 8), 3, CHARSET_ROOM),
		"a\xf0\x9f\x98\x80"); /* the first character tells */
	/* broken ones: half a pair, a unit that is none */
	assert_string_equal(decode(cs, "utf-16le",
				    span_of("\x3d\xd8"
					    "a\0\0\xdc"
					    "b\0",
					    8),
				    3, CHARSET_ROOM),
		FFFD "a" FFFD "b");
	assert_string_equal(decode(cs, "utf-32le",
				    span_of("\0\xd8\0\0\0\0\x11\0"
					    "b\0\0\0",
					    12),
				    1, CHARSET_ROOM),
		FFFD FFFD "b");
	charsets_destroy(cs);
}

/* Labels that mean nothing are counted; none, and good ones, are not. */
static void test_unknown(void **state)
{
	struct charsets *cs = charsets_create();
	struct charset_decoder d;
	char out[CHARSET_REST];

	assert_true(charset_begin(&d, cs, span_str("utf-8")));
	assert_true(charset_begin(&d, cs, span_str("")));
	assert_true(charset_begin(&d, cs, span_str("utf-7")));
	charset_finish(&d, out);
	assert_int_equal(charsets_unknown(cs), 0);
	assert_false(charset_begin(&d, cs, span_str("no-such-charset")));
	assert_int_equal(d.kind, CHARSET_IDENTITY);
	assert_false(charset_begin(&d, cs, span_str("ISO-2022-CN-EXT")));
	assert_int_equal(charsets_unknown(cs), 2);
	charsets_destroy(cs);
}

/* HZ of which nothing is right comes to an end in the least room. */
static void test_broken_hz(void **state)
{
	struct charsets *cs = charsets_create();
	char in[256];
	uint32_t x = 1;

	for (int round = 0; round < 3000; round++) {
		static const char some[] = "~{}V1\n\x81\xff\x7f 0~{~";
		size_t n = (size_t)round % sizeof(in);

		for (size_t i = 0; i < n; i++) {
			x = x * 1664525 + 1013904223;
			in[i] = some[(x >> 16) % (sizeof(some) - 1)];
		}
		decode(cs, "hz", span_of(in, n), 1 + (x >> 20) % 50, CHARSET_ROOM);
	}
	charsets_destroy(cs);
}

/* Small rooms, and more converters than stay idle. */
static void test_rooms(void **state)
{
	struct charsets *cs = charsets_create();
	struct charset_decoder d[40];
	char in[600], want[1300], out[CHARSET_REST];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (char)0xe9;
	for (size_t i = 0; i < sizeof(in); i++)
		memcpy(want + 2 * i, "\xd0\xb9", 2); /* windows-1251 */
	want[2 * sizeof(in)] = '\0';
	for (size_t room = CHARSET_ROOM; room < CHARSET_ROOM + 4; room++)
		assert_string_equal(
			decode(cs, "windows-1251", span_of(in, sizeof(in)), 600, room), want);
	for (size_t i = 0; i < 40; i++)
		charset_begin(&d[i], cs, span_str(i & 1 ? "big5" : "euc-jp"));
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(d[i].kind, CHARSET_PAIRS);
		assert_int_equal(charset_finish(&d[i], out), 0);
		assert_int_equal(d[i].kind, CHARSET_IDENTITY);
	}
	charsets_destroy(cs);
}

/* Any bytes in any charset: comes to its end, and the split does not matter. */
static void test_noise(void **state)
{
	static const char *labels[] = {"gb18030", "big5", "iso-2022-jp", "iso-2022-kr", "euc-tw",
		"utf-7", "utf-16", "utf-32", "hz", "cp932", "big5-hkscs", "t.61", "johab"};
	struct charsets *cs = charsets_create();
	uint8_t noise[700];
	uint32_t x = 1;

	for (size_t i = 0; i < sizeof(noise); i++) {
		x = x * 1103515245 + 12345;
		noise[i] = (uint8_t)(x >> 16);
	}
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		char *whole = strdup(
			decode(cs, labels[i], span_of(noise, sizeof(noise)), sizeof(noise), 256));

		for (size_t step = 1; step < 40; step += 3)
			assert_string_equal(
				decode(cs, labels[i], span_of(noise, sizeof(noise)), step, 256),
				whole);
		free(whole);
	}
	charsets_destroy(cs);
}

/* Labels that go by a table of pairs, and whose they are. */
static const struct {
	const char *label, *name;
} pair_rows[] = {
	{"gb2312", "GB18030"},
	{"gb18030", "GB18030"},
	{"Big5", "BIG5"},
	{"euc-kr", "UHC"},
	{"euc-jp", "EUC-JP"},
	{"shift_jis", "CP932"},
};
#define PAIR_ROWS (sizeof(pair_rows) / sizeof(pair_rows[0]))

/* As iconv has it, whole and in pieces. */
static void compare(struct charsets *cs, size_t row, iconv_t cd, struct span in, size_t step)
{
	char want[4096];

	want[charset_plain(cd, in, want)] = '\0';
	assert_string_equal(decode(cs, pair_rows[row].label, in, in.len, 256), want);
	assert_string_equal(decode(cs, pair_rows[row].label, in, step, CHARSET_ROOM), want);
}

/* All pairs of bytes, alone and in front of a character. */
static void test_all_pairs(void **state)
{
	for (size_t row = 0; row < PAIR_ROWS; row++) {
		struct charsets *cs = charsets_create();
		iconv_t cd = iconv_open("UTF-8", pair_rows[row].name);

		for (unsigned int pair = 0x100; pair < 0x10000; pair++) {
			const uint8_t in[] = {(uint8_t)(pair >> 8), (uint8_t)pair, 'x'};

			if ((pair & 0xff) == 0)
				continue;
			compare(cs, row, cd, span_of(in, 2), 1);
			compare(cs, row, cd, span_of(in, 3), 1);
		}
		iconv_close(cd);
		charsets_destroy(cs);
	}
}

/* Texts of pairs, of longer characters, of ASCII and of what is none of these. */
static void test_pair_texts(void **state)
{
	static const char some[][8] = {"\xc4\xe3", "\xba\xc3", "\xa7\x41", "\x93\xfa", "\xb1",
		"\xc6\xfc", "\x81\x30\x81\x30", "\xfe\x51", "\x8f\xb0\xa1", "\x8e\xb1", "a",
		"b, 2026", "\r\n", "\x80", "\xff", "\xff\xff", "\x81", "\x84\x31\xa4\x37",
		"\x90\x30\x81\x30"};
	uint32_t x = 1;

	for (size_t row = 0; row < PAIR_ROWS; row++) {
		struct charsets *cs = charsets_create();
		iconv_t cd = iconv_open("UTF-8", pair_rows[row].name);

		for (int round = 0; round < 3000; round++) {
			char in[600];
			size_t n = 0, max = (size_t)round % 500;

			while (n < max) {
				const char *one;

				x = x * 1664525 + 1013904223;
				one = some[(x >> 16) % (sizeof(some) / sizeof(some[0]))];
				memcpy(in + n, one, strlen(one));
				n += strlen(one);
			}
			compare(cs, row, cd, span_of(in, n), 1 + (x >> 20) % 50);
		}
		iconv_close(cd);
		charsets_destroy(cs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_broken_hz),
		cmocka_unit_test(test_rooms),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_all_pairs),
		cmocka_unit_test(test_pair_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
