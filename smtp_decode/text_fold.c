/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_fold.h"

#include <string.h>

#include "smtp_decode/charset.h"

enum fold_action {
	FOLD_DROP,
	FOLD_BLANK,
	FOLD_ADD,     /* `arg` to the code point */
	FOLD_EVEN,    /* upper case is even, lower case the next */
	FOLD_ODD,     /* upper case is odd, lower case the next */
	FOLD_TO,      /* `arg` */
	FOLD_DIGITS,  /* runs of ten from 0 */
	FOLD_LETTERS, /* runs of 26 from a */
};

struct fold_range {
	uint32_t first, last;
	enum fold_action action;
	int arg;
};

/* In ascending order; what lies between them stays as it is. From Unicode's charts. */
static const struct fold_range ranges[] = {
	{0x80, 0xa9, FOLD_BLANK, 0}, {0xaa, 0xaa, FOLD_TO, 'a'}, {0xab, 0xac, FOLD_BLANK, 0},
	{0xad, 0xad, FOLD_DROP, 0}, /* soft hyphen */
	{0xae, 0xb1, FOLD_BLANK, 0}, {0xb2, 0xb3, FOLD_ADD, '2' - 0xb2},
	{0xb4, 0xb4, FOLD_BLANK, 0}, {0xb5, 0xb5, FOLD_TO, 0x3bc}, {0xb6, 0xb8, FOLD_BLANK, 0},
	{0xb9, 0xb9, FOLD_TO, '1'}, {0xba, 0xba, FOLD_TO, 'o'}, {0xbb, 0xbf, FOLD_BLANK, 0},
	/* 0xc0 to 0x17f: by `latin` */
	{0x1a0, 0x1a1, FOLD_TO, 'o'}, {0x1af, 0x1b0, FOLD_TO, 'u'}, {0x2b0, 0x2ff, FOLD_BLANK, 0},
	{0x300, 0x36f, FOLD_DROP, 0}, /* combining */
	{0x37e, 0x37e, FOLD_BLANK, 0}, {0x386, 0x386, FOLD_TO, 0x3b1},
	{0x387, 0x387, FOLD_BLANK, 0}, {0x388, 0x388, FOLD_TO, 0x3b5},
	{0x389, 0x389, FOLD_TO, 0x3b7}, {0x38a, 0x38a, FOLD_TO, 0x3b9},
	{0x38c, 0x38c, FOLD_TO, 0x3bf}, {0x38e, 0x38e, FOLD_TO, 0x3c5},
	{0x38f, 0x38f, FOLD_TO, 0x3c9}, {0x390, 0x390, FOLD_TO, 0x3b9},
	{0x391, 0x3a1, FOLD_ADD, 0x20}, {0x3a3, 0x3a9, FOLD_ADD, 0x20},
	{0x3aa, 0x3aa, FOLD_TO, 0x3b9}, {0x3ab, 0x3ab, FOLD_TO, 0x3c5},
	{0x3ac, 0x3ac, FOLD_TO, 0x3b1}, {0x3ad, 0x3ad, FOLD_TO, 0x3b5},
	{0x3ae, 0x3ae, FOLD_TO, 0x3b7}, {0x3af, 0x3af, FOLD_TO, 0x3b9},
	{0x3b0, 0x3b0, FOLD_TO, 0x3c5}, {0x3c2, 0x3c2, FOLD_TO, 0x3c3}, /* final sigma */
	{0x3ca, 0x3ca, FOLD_TO, 0x3b9}, {0x3cb, 0x3cb, FOLD_TO, 0x3c5},
	{0x3cc, 0x3cc, FOLD_TO, 0x3bf}, {0x3cd, 0x3cd, FOLD_TO, 0x3c5},
	{0x3ce, 0x3ce, FOLD_TO, 0x3c9}, {0x400, 0x400, FOLD_TO, 0x435},
	{0x401, 0x401, FOLD_TO, 0x435}, {0x402, 0x40f, FOLD_ADD, 0x50},
	{0x410, 0x42f, FOLD_ADD, 0x20}, {0x450, 0x451, FOLD_TO, 0x435},
	{0x460, 0x481, FOLD_EVEN, 0}, {0x482, 0x482, FOLD_BLANK, 0}, {0x483, 0x489, FOLD_DROP, 0},
	{0x48a, 0x4bf, FOLD_EVEN, 0}, {0x4c1, 0x4ce, FOLD_ODD, 0}, {0x4d0, 0x52f, FOLD_EVEN, 0},
	{0x531, 0x556, FOLD_ADD, 0x30}, {0x55a, 0x55f, FOLD_BLANK, 0},
	{0x589, 0x58f, FOLD_BLANK, 0}, {0x591, 0x5bd, FOLD_DROP, 0}, {0x5be, 0x5be, FOLD_BLANK, 0},
	{0x5bf, 0x5bf, FOLD_DROP, 0}, {0x5c0, 0x5c0, FOLD_BLANK, 0}, {0x5c1, 0x5c2, FOLD_DROP, 0},
	{0x5c3, 0x5c3, FOLD_BLANK, 0}, {0x5c4, 0x5c5, FOLD_DROP, 0}, {0x5c6, 0x5c6, FOLD_BLANK, 0},
	{0x5c7, 0x5c7, FOLD_DROP, 0}, {0x5f3, 0x5f4, FOLD_BLANK, 0}, {0x600, 0x60f, FOLD_BLANK, 0},
	{0x610, 0x61a, FOLD_DROP, 0}, {0x61b, 0x61f, FOLD_BLANK, 0},
	{0x640, 0x640, FOLD_DROP, 0}, /* tatweel */
	{0x64b, 0x65f, FOLD_DROP, 0}, {0x660, 0x669, FOLD_DIGITS, 0}, {0x66a, 0x66d, FOLD_BLANK, 0},
	{0x670, 0x670, FOLD_DROP, 0}, {0x6d4, 0x6d4, FOLD_BLANK, 0}, {0x6d6, 0x6ed, FOLD_DROP, 0},
	{0x6f0, 0x6f9, FOLD_DIGITS, 0}, {0x964, 0x965, FOLD_BLANK, 0},
	{0x966, 0x96f, FOLD_DIGITS, 0}, {0xe3f, 0xe3f, FOLD_BLANK, 0},
	{0xe4f, 0xe4f, FOLD_BLANK, 0}, {0xe50, 0xe59, FOLD_DIGITS, 0},
	{0xe5a, 0xe5b, FOLD_BLANK, 0}, {0x104a, 0x104f, FOLD_BLANK, 0},
	{0x17d4, 0x17db, FOLD_BLANK, 0}, {0x180b, 0x180e, FOLD_DROP, 0},
	{0x1ab0, 0x1aff, FOLD_DROP, 0}, {0x1dc0, 0x1dff, FOLD_DROP, 0},
	/* 0x1e00 to 0x1eff: by `latin_additional` */
	{0x2000, 0x200a, FOLD_BLANK, 0},
	{0x200b, 0x200f, FOLD_DROP, 0}, /* zero width, direction marks */
	{0x2010, 0x2011, FOLD_TO, '-'}, {0x2012, 0x2029, FOLD_BLANK, 0},
	{0x202a, 0x202e, FOLD_DROP, 0}, {0x202f, 0x205f, FOLD_BLANK, 0},
	{0x2060, 0x206f, FOLD_DROP, 0}, {0x2070, 0x2079, FOLD_DIGITS, 0},
	{0x207a, 0x207f, FOLD_BLANK, 0}, {0x2080, 0x2089, FOLD_DIGITS, 0},
	{0x208a, 0x20cf, FOLD_BLANK, 0}, {0x20d0, 0x20ff, FOLD_DROP, 0},
	{0x2100, 0x249b, FOLD_BLANK, 0},
	{0x249c, 0x24e9, FOLD_LETTERS, 0}, /* in brackets and circles */
	{0x24ea, 0x24ff, FOLD_BLANK, 0}, {0x2500, 0x2bff, FOLD_BLANK, 0},
	{0x2e00, 0x2e7f, FOLD_BLANK, 0}, {0x3000, 0x3004, FOLD_BLANK, 0},
	{0x3008, 0x3020, FOLD_BLANK, 0}, {0x302a, 0x302f, FOLD_DROP, 0},
	{0x3030, 0x3030, FOLD_BLANK, 0}, {0x303d, 0x303f, FOLD_BLANK, 0},
	{0x3099, 0x309a, FOLD_DROP, 0}, {0x309b, 0x309c, FOLD_BLANK, 0},
	{0x30fb, 0x30fb, FOLD_BLANK, 0},
	{0xd800, 0xf8ff, FOLD_BLANK, 0}, /* no characters, private use */
	{0xfe00, 0xfe0f, FOLD_DROP, 0},  /* variation selectors */
	{0xfe10, 0xfe1f, FOLD_BLANK, 0}, {0xfe20, 0xfe2f, FOLD_DROP, 0},
	{0xfe30, 0xfe6f, FOLD_BLANK, 0}, {0xfeff, 0xfeff, FOLD_DROP, 0}, /* byte order mark */
	{0xff01, 0xff0f, FOLD_BLANK, 0}, {0xff10, 0xff19, FOLD_DIGITS, 0},
	{0xff1a, 0xff20, FOLD_BLANK, 0}, {0xff21, 0xff3a, FOLD_LETTERS, 0}, /* full width */
	{0xff3b, 0xff40, FOLD_BLANK, 0}, {0xff41, 0xff5a, FOLD_LETTERS, 0},
	{0xff5b, 0xff65, FOLD_BLANK, 0}, {0xffe0, 0xfffc, FOLD_BLANK, 0},
	{0x1d400, 0x1d6a3, FOLD_LETTERS, 0}, /* mathematical */
	{0x1d7ce, 0x1d7ff, FOLD_DIGITS, 0}, {0x1f000, 0x1f12f, FOLD_BLANK, 0},
	{0x1f130, 0x1f149, FOLD_LETTERS, 0}, /* in squares and circles */
	{0x1f150, 0x1f169, FOLD_LETTERS, 0}, {0x1f170, 0x1f189, FOLD_LETTERS, 0},
	{0x1f18a, 0x1faff, FOLD_BLANK, 0},
	{0xe0000, 0x10ffff, FOLD_DROP, 0}, /* tags, private use */
};
#define RANGES (sizeof(ranges) / sizeof(ranges[0]))

/* Base letters; "?" stands for one of `pairs`. By NFKD, and by look where that says nothing. */
static const char latin[] = "aaaaaa?ceeeeiiiidnooooo ouuuuy??"
			    "aaaaaa?ceeeeiiiidnooooo ouuuuy?y"
			    "aaaaaaccccccccddddeeeeeeeeeegggg"
			    "gggghhhhiiiiiiiiii??jjkkklllllll"
			    "lllnnnnnnnnnoooooo??rrrrrrssssss"
			    "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static const char latin_additional[] = "aabbbbbbccddddddddddeeeeeeeeeeff"
				       "gghhhhhhhhhhiiiikkkkkkllllllllmm"
				       "mmmmnnnnnnnnoooooooopppprrrrrrrr"
				       "ssssssssssttttttttuuuuuuuuuuvvvv"
				       "wwwwwwwwwwxxxxyyzzzzzzhtwyasss?d"
				       "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
				       "eeeeeeeeiiiioooooooooooooooooooo"
				       "oooouuuuuuuuuuuuuuyyyyyyyy??vvyy";

static const struct {
	uint16_t cp;
	char letters[3];
} pairs[] = {
	{0xc6, "ae"},
	{0xde, "th"},
	{0xdf, "ss"},
	{0xe6, "ae"},
	{0xfe, "th"},
	{0x132, "ij"},
	{0x133, "ij"},
	{0x152, "oe"},
	{0x153, "oe"},
	{0x1e9e, "ss"},
	{0x1efa, "ll"},
	{0x1efb, "ll"},
};

/* Two letters in one entry of the table, which has no code points from here on. */
#define PAIR 0x8000

static uint32_t apply(const struct fold_range *r, uint32_t cp)
{
	switch (r->action) {
	case FOLD_DROP:
		return 0;
	case FOLD_BLANK:
		return ' ';
	case FOLD_ADD:
		return (uint32_t)((int)cp + r->arg);
	case FOLD_EVEN:
		return cp | 1;
	case FOLD_ODD:
		return (cp + 1) & ~1u;
	case FOLD_TO:
		return (uint32_t)r->arg;
	case FOLD_DIGITS:
		return '0' + (cp - r->first) % 10;
	case FOLD_LETTERS:
		return 'a' + (cp - r->first) % 26;
	}
	return cp;
}

static uint32_t fold_by_range(uint32_t cp)
{
	size_t lo = 0, hi = RANGES;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (cp > ranges[mid].last)
			lo = mid + 1;
		else if (cp < ranges[mid].first)
			hi = mid;
		else
			return apply(&ranges[mid], cp);
	}
	return cp;
}

void text_fold_fill(struct text_tables *t)
{
	for (uint32_t cp = 0; cp < TEXT_FOLD_DIRECT; cp++)
		t->fold[cp] = (uint16_t)fold_by_range(cp);
	for (uint32_t cp = 'A'; cp <= 'Z'; cp++)
		t->fold[cp] = (uint16_t)(cp | 0x20);
	for (size_t i = 0; i < sizeof(latin) - 1; i++)
		t->fold[0xc0 + i] = (uint8_t)latin[i];
	for (size_t i = 0; i < sizeof(latin_additional) - 1; i++)
		t->fold[0x1e00 + i] = (uint8_t)latin_additional[i];
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		t->fold[pairs[i].cp] = (uint16_t)(PAIR | (uint8_t)pairs[i].letters[0] << 7 |
						  (uint8_t)pairs[i].letters[1]);
}

size_t text_fold_put(const struct text_tables *t, uint32_t cp, char out[TEXT_FOLD_MAX])
{
	uint32_t f;

	if (cp >= TEXT_FOLD_DIRECT) {
		if (cp >= 0xfb00 && cp <= 0xfb06) { /* ligatures */
			static const char text[][4] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
			size_t n = strlen(text[cp - 0xfb00]);

			memcpy(out, text[cp - 0xfb00], n);
			return n;
		}
		/* Most by far: Han, kana and Hangul stay as they are. */
		f = cp >= 0x3100 && cp < 0xd800 ? cp : fold_by_range(cp);
		return f ? charset_put_utf8(f, out) : 0;
	}
	f = t->fold[cp];
	if (f & PAIR) {
		out[0] = (char)(f >> 7 & 0x7f);
		out[1] = (char)(f & 0x7f);
		return 2;
	}
	return f ? charset_put_utf8(f, out) : 0;
}

bool text_fold_is_unspaced(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} scripts[] = {
		{0xe00, 0xeff},     /* Thai, Lao */
		{0x1000, 0x109f},   /* Myanmar */
		{0x1780, 0x17ff},   /* Khmer */
		{0x2e80, 0x2fdf},   /* radicals */
		{0x3005, 0x30ff},   /* kana */
		{0x31f0, 0x31ff},   /* kana */
		{0x3400, 0x4dbf},   /* Han */
		{0x4e00, 0x9fff},   /* Han */
		{0xf900, 0xfaff},   /* Han */
		{0xff66, 0xff9f},   /* half-width kana */
		{0x20000, 0x3ffff}, /* Han */
	};

	if (cp >= 0x4e00 && cp <= 0x9fff)
		return true;
	if (cp < scripts[0].first)
		return false;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (cp >= scripts[i].first && cp <= scripts[i].last)
			return true;
	return false;
}

char text_fold_lookalike(uint32_t cp)
{
	static const struct {
		uint16_t cp;
		char latin;
	} alike[] = {
		{0x3b1, 'a'},
		{0x3b5, 'e'},
		{0x3b7, 'n'},
		{0x3b9, 'i'},
		{0x3ba, 'k'},
		{0x3bc, 'u'},
		{0x3bd, 'v'},
		{0x3bf, 'o'},
		{0x3c1, 'p'},
		{0x3c3, 'o'},
		{0x3c4, 't'},
		{0x3c5, 'u'},
		{0x3c7, 'x'},
		{0x3c9, 'w'},
		{0x3f2, 'c'},
		{0x3f3, 'j'},
		{0x430, 'a'},
		{0x432, 'b'},
		{0x433, 'r'},
		{0x435, 'e'},
		{0x43a, 'k'},
		{0x43c, 'm'},
		{0x43d, 'h'},
		{0x43e, 'o'},
		{0x43f, 'n'},
		{0x440, 'p'},
		{0x441, 'c'},
		{0x442, 't'},
		{0x443, 'y'},
		{0x445, 'x'},
		{0x44c, 'b'},
		{0x455, 's'},
		{0x456, 'i'},
		{0x457, 'i'},
		{0x458, 'j'},
		{0x45b, 'h'},
		{0x475, 'v'},
		{0x491, 'r'},
		{0x4bb, 'h'},
		{0x4cf, 'l'},
		{0x501, 'd'},
		{0x51b, 'q'},
		{0x51d, 'w'},
	};

	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (alike[i].cp == cp)
			return alike[i].latin;
	return 0;
}
