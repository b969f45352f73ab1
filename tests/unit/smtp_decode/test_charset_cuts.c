/* SPDX-License-Identifier: Apache-2.0 */
/* All charsets that are decoded: broken input cut anyhow, and good input beside iconv. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <iconv.h>

#include "smtp_decode/charset.h"
#include "smtp_decode/charset_label_table.h"

#define MOST 600
#define OUT (8 * MOST)

static uint32_t seed = 1;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* In pieces of at most `step` bytes and rooms of at most `room`, random below. */
static size_t decode(
	struct charsets *cs, const char *label, struct span in, size_t step, size_t room, char *out)
{
	struct charset_decoder d;
	size_t n = 0;

	assert_true(charset_begin(&d, cs, span_str(label)));
	while (in.len > 0) {
		struct span piece = span_head(in, step < 2 ? step : 1 + draw((uint32_t)step));

		in = span_skip(in, piece.len);
		while (piece.len > 0) {
			size_t size = CHARSET_ROOM + draw((uint32_t)(room - CHARSET_ROOM + 1));

			assert_true(n + size < OUT + MOST);
			n += charset_decode(&d, &piece, out + n, size);
		}
	}
	return n + charset_finish(&d, out + n);
}

static void check_cuts(struct charsets *cs, const char *label, struct span in)
{
	static char whole[OUT + MOST], cut[OUT + MOST];
	static const size_t steps[] = {1, 3, 40};
	struct charset_decoder d;
	size_t n = 0, len;
	struct span rest = in;

	charset_begin(&d, cs, span_str(label));
	while (rest.len > 0)
		n += charset_decode(&d, &rest, whole + n, OUT - n);
	n += charset_finish(&d, whole + n);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		len = decode(cs, label, in, steps[i], i ? 200 : CHARSET_ROOM, cut);
		if (len != n || memcmp(cut, whole, n) != 0)
			print_error("%s, pieces of %zu\n", label, steps[i]);
		assert_int_equal(len, n);
		assert_memory_equal(cut, whole, n);
	}
}

/* What means something in one charset or another, and noise between. */
static size_t broken_text(uint8_t *out, size_t max)
{
	static const char *const some[] = {"\x1b$B", "\x1b(B", "\x1b$)C", "\x1b$)A", "\x1b$)G",
		"\x1b$*H", "\x1b.A", "\x1b.F", "\x1bN", "\x1b$(D", "\x1b$(O", "\x1b$(P", "\x1b(I",
		"\x1b", "\x0e", "\x0f", "\n", "+", "-", "+AGE-", "+2D3eAA-", "+2D3", "~{", "~}",
		"~", "\xa4\xf7", "\xa4", "\x88\x62", "\x88\x66", "\x81\x30\x81\x30", "\x8e\xa2",
		"\x8f", "\xa2\xe8", "\xc1",
		"\xc8"
		"e",
		"\xd8\x3d", "\x3d\xd8", "\xfe\xff", "\xff\xfe", " ", "F|K\\", "VPND", "abc"};
	size_t n = 0;

	while (n + 8 < max) {
		uint32_t what = draw(8);

		if (what < 3) {
			const char *s = some[draw(sizeof(some) / sizeof(some[0]))];

			memcpy(out + n, s, strlen(s));
			n += strlen(s);
		} else if (what < 5) {
			out[n++] = (uint8_t)(0x21 + draw(94));
		} else if (what < 7) {
			out[n++] = (uint8_t)(0x80 + draw(128));
		} else {
			out[n++] = (uint8_t)draw(256);
		}
	}
	return n;
}

static void first_label(size_t number, char label[80])
{
	if (number < charset_label_rows_count)
		snprintf(label, 80, "%.*s", (int)strcspn(charset_label_rows[number].labels, " "),
			charset_label_rows[number].labels);
	else
		snprintf(label, 80, "cp%d", charset_label_pages[number - charset_label_rows_count]);
}

static void test_broken(void **state)
{
	struct charsets *cs = charsets_create();
	uint8_t in[MOST];
	char label[80];

	assert_non_null(cs);
	for (size_t i = 0; i < charset_label_count(); i++) {
		bool simple;

		first_label(i, label);
		simple = i >= charset_label_rows_count ||
			 charset_label_rows[i].kind == CHARSET_TABLE;
		for (int round = 0; round < (simple ? 3 : 2000); round++)
			check_cuts(cs, label,
				span_of(in, broken_text(in, 16 + draw(simple ? 500 : 300))));
	}
	charsets_destroy(cs);
}

/* Charsets, as iconv names them, and the characters that they are tried with. */
static const struct {
	const char *label, *name, *text;
} good_rows[] = {
	{"iso-2022-jp", "ISO-2022-JP", "aZ\\~ \n日本語かなカナ、。ｱ①"},
	{"iso-2022-jp-1", "ISO-2022-JP-2", "a日本語丂丄"},
	{"iso-2022-jp-2", "ISO-2022-JP-2", "aZ\n日本語丂丄é ß£αΩ한글中国\xc2\xa0"},
	{"iso-2022-jp-3", "ISO-2022-JP-3", "aZ\n日本語か゚ꟷ①ⅲ𠀋𡈽ｱ"},
	{"iso-2022-kr", "ISO-2022-KR", "aZ\n한글중국中國日本"},
	{"iso-2022-cn", "ISO-2022-CN", "aZ\n中国汉字中國漢字"},
	{"utf-7", "UTF-7", "aZ+-/~\\ \né日本한글😀𠀋"},
	{"utf-16le", "UTF-16LE", "aZ\né日本한글😀𠀋"},
	{"utf-16be", "UTF-16BE", "aZ\né日本한글😀𠀋"},
	{"utf-16", "UTF-16", "aZ\né日本한글😀𠀋"},
	{"utf-32", "UTF-32", "aZ\né日本한글😀𠀋"},
	{"utf-32le", "UTF-32LE", "aZ\né日本한글😀𠀋"},
	{"ucs-4be", "UCS-4BE", "aZ\né日本한글😀𠀋"},
	{"hz", "GB2312", "aZ"},
	{"big5-hkscs", "BIG5-HKSCS", "aZ\n中國漢字Ê̄Êề"},
	{"euc-tw", "EUC-TW", "aZ\n中國漢字龘乂"},
	{"euc-jisx0213", "EUC-JISX0213", "aZ\n日本か゚か①𠀋ｱ"},
	{"shift_jisx0213", "SHIFT_JISX0213", "aZ\n日本か゚か①𠀋ｱ"},
	{"euc-jp-ms", "EUC-JP-MS", "aZ\n日本①ⅲ髙ｱ"},
	{"johab", "JOHAB", "aZ\n한글中國"},
	{"t.61", "T.61", "aZ\néàüß"},
	{"windows-1258", "CP1258", "aZ\néàüß₫"},
	{"viscii", "VISCII", "aZ\néàếạ"},
	{"ibm037", "IBM037", "aZ\néàüß"},
};

/* A text of up to `max` of the row's characters, which start at `at[]`. */
static size_t good_text(const char *from, char *out, size_t max)
{
	size_t starts[64], count = 0, n = 0, len = strlen(from);

	for (size_t i = 0; i < len; i++)
		if (((uint8_t)from[i] & 0xc0) != 0x80)
			starts[count++] = i;
	starts[count] = len;
	for (size_t i = 0; i < max; i++) {
		size_t k = draw((uint32_t)count);

		memcpy(out + n, from + starts[k], starts[k + 1] - starts[k]);
		n += starts[k + 1] - starts[k];
	}
	return n;
}

static size_t convert(const char *to, const char *from, struct span in, char *out, size_t size)
{
	iconv_t cd = iconv_open(to, from);
	char *i = (char *)(uintptr_t)in.p, *o = out;
	size_t in_len = in.len, left = size;
	bool good;

	assert_ptr_not_equal(cd, (iconv_t)-1);
	good = iconv(cd, &i, &in_len, &o, &left) != (size_t)-1 &&
	       iconv(cd, NULL, NULL, &o, &left) != (size_t)-1;
	iconv_close(cd);
	return good ? size - left : 0;
}

/* What iconv writes is read again, whole and cut. */
static void test_good(void **state)
{
	static char text[MOST], coded[OUT], got[OUT + MOST];
	struct charsets *cs = charsets_create();

	for (size_t i = 0; i < sizeof(good_rows) / sizeof(good_rows[0]); i++) {
		int tried = 0;

		for (int round = 0; round < 2000; round++) {
			size_t n = good_text(good_rows[i].text, text, 1 + draw(40)), len;
			struct span in;

			text[n] = '\0';
			n = convert(good_rows[i].name, "UTF-8", span_of(text, n), coded, OUT);
			if (n == 0)
				continue; /* it has not all of these characters side by side */
			in = span_of(coded, n);
			for (size_t step = 1; step < 50; step += 20) {
				len = decode(cs, good_rows[i].label, in, step, CHARSET_ROOM, got);
				got[len] = '\0';
				assert_string_equal(got, text);
			}
			tried++;
		}
		if (tried < 100)
			print_error("%s: %d\n", good_rows[i].label, tried);
		assert_true(tried >= 100);
	}
	charsets_destroy(cs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
