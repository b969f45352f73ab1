/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_2022.h"

#include <string.h>

#include "smtp_decode/charset_put.h"

#define ESC 0x1b
#define SHIFT_OUT 0x0e
#define SHIFT_IN 0x0f

enum set {
	NOTHING,
	ASCII,
	ROMAN, /* of JIS X 0201, as is KANA */
	KANA,
	LATIN1, /* the upper halves of ISO 8859-1 and -7 */
	GREEK,
	JISX0208, /* from here on two bytes a character */
	JISX0212,
	JISX0213_1,
	JISX0213_2,
	GB2312,
	KSC5601,
	CNS_1,
	CNS_2,
};

/* Sets of two bytes lie in EUC with high bits set, some behind a prefix. */
static const struct {
	enum charset_pair_set pairs, or ; /* asked for what the first has not */
	char prefix[3];
} places[] = {
	[JISX0208] = {CHARSET_EUC_JP, CHARSET_EUC_JP_MS, ""},
	[JISX0212] = {CHARSET_EUC_JP, CHARSET_EUC_JP_MS, "\x8f"},
	[JISX0213_1] = {CHARSET_EUC_JISX0213, CHARSET_PAIR_SETS, ""},
	[JISX0213_2] = {CHARSET_EUC_JISX0213, CHARSET_PAIR_SETS, "\x8f"},
	[GB2312] = {CHARSET_GB18030, CHARSET_PAIR_SETS, ""},
	[KSC5601] = {CHARSET_UHC, CHARSET_PAIR_SETS, ""},
	[CNS_1] = {CHARSET_EUC_TW, CHARSET_PAIR_SETS, ""},
	[CNS_2] = {CHARSET_EUC_TW, CHARSET_PAIR_SETS, "\x8e\xa2"},
};

static const struct {
	char text[4];
	uint8_t g; /* which of them it sets; 3: none */
	enum set set;
} escapes[] = {
	{"(B", 0, ASCII}, {"$B", 0, JISX0208}, {"$@", 0, JISX0208}, {"(J", 0, ROMAN},
	{"(H", 0, ROMAN}, /* wrong, and seen */
	{"(I", 0, KANA}, {"$(@", 0, JISX0208}, {"$(B", 0, JISX0208}, {"$(D", 0, JISX0212},
	{"$(O", 0, JISX0213_1}, {"$(Q", 0, JISX0213_1}, {"$(P", 0, JISX0213_2}, {"$A", 0, GB2312},
	{"$(A", 0, GB2312}, {"$(C", 0, KSC5601}, {"$)A", 1, GB2312}, {"$)C", 1, KSC5601},
	{"$)G", 1, CNS_1}, {"$*H", 2, CNS_2}, {".A", 2, LATIN1}, {".F", 2, GREEK},
	{"&@", 3, NOTHING}, /* JIS X 0208 of 1990 follows */
	{"N", 3, NOTHING},  /* single shift of G2 */
};

void charset_2022_init(struct charset_2022 *s, enum charset_kind kind)
{
	*s = (struct charset_2022){
		.g = {ASCII,
			kind == CHARSET_2022_JP   ? KANA
			: kind == CHARSET_2022_KR ? KSC5601
						  : GB2312,
			NOTHING},
	};
}

static enum set active(const struct charset_2022 *s)
{
	return s->g[s->single ? 2 : s->shifted ? 1 : 0];
}

/* What was begun does not go on. */
static size_t cut(struct charset_2022 *s, char *out)
{
	bool open = s->first || s->single;

	s->first = 0;
	s->single = false;
	return open ? charset_put_replacement(out) : 0;
}

/* A character that no table of pairs has, through iconv. 0 where it is none. */
static size_t ask(iconv_t cd, const char *prefix, const uint8_t pair[2], char *out)
{
	char bytes[4], *in = bytes, *o = out;
	size_t in_len = strlen(prefix), room = 8;

	memcpy(bytes, prefix, in_len);
	memcpy(bytes + in_len, pair, 2);
	in_len += 2;
	if (iconv(cd, &in, &in_len, &o, &room) != (size_t)-1 &&
		iconv(cd, NULL, NULL, &o, &room) != (size_t)-1)
		return (size_t)(o - out);
	iconv(cd, NULL, NULL, NULL, NULL);
	return 0;
}

static size_t put_pair(struct charsets *cs, enum set set, uint8_t a, uint8_t b, char *out)
{
	const uint8_t pair[2] = {a | 0x80, b | 0x80};
	const enum charset_pair_set sets[] = {places[set].pairs, places[set].or };

	for (size_t i = 0; i < 2 && sets[i] < CHARSET_PAIR_SETS; i++) {
		struct charset_pairs *p = charset_store_pairs(cs, sets[i]);
		uint16_t cp = CHARSET_NO_PAIR;
		size_t n;

		if (!p)
			break;
		if (!places[set].prefix[0])
			cp = charset_pair_get(p->table, p->conv->cd, pair);
		if (cp != CHARSET_NO_PAIR)
			return charset_put_utf8(cp, out);
		n = ask(p->conv->cd, places[set].prefix, pair, out);
		if (n > 0)
			return n;
	}
	return charset_put_replacement(out);
}

static size_t put_greek(struct charsets *cs, uint8_t c, char *out)
{
	struct charset_label l;
	const uint16_t *table = NULL;

	if (charset_label_find(&cs->labels, span_str("iso-8859-7"), &l))
		table = charset_store_table(cs, &l);
	return charset_put_utf8(table ? table[c] : 0xfffd, out);
}

/* A graphic character of a set of one byte. */
static size_t put_single(struct charsets *cs, enum set set, uint8_t c, char *out)
{
	switch (set) {
	case ASCII:
		return charset_put_utf8(c, out);
	case ROMAN:
		return charset_put_utf8(c == '\\' ? 0xa5 : c == '~' ? 0x203e : c, out);
	case KANA:
		return c < 0x60 ? charset_put_utf8(0xff40u + c, out) : charset_put_replacement(out);
	case LATIN1:
		return charset_put_utf8(0x80u | c, out);
	case GREEK:
		return put_greek(cs, 0x80u | c, out);
	default:
		return charset_put_replacement(out);
	}
}

/* Control characters, the blank, and what is beyond seven bits. */
static size_t put_control(struct charset_2022 *s, uint8_t c, char *out)
{
	if (c >= 0x80)
		return charset_put_replacement(out);
	if (c == SHIFT_OUT || c == SHIFT_IN) {
		s->shifted = c == SHIFT_OUT;
		return 0;
	}
	if (c == '\n' && s->g[1] >= GB2312 && s->g[1] != KSC5601) /* RFC 1922 */
		s->shifted = false;
	*out = (char)c;
	return 1;
}

static bool is_graphic(enum set set, uint8_t c)
{
	return (c > ' ' && c < 0x7f) || ((set == LATIN1 || set == GREEK) && c >= ' ' && c < 0x80);
}

/* A byte that belongs to no escape sequence. */
static size_t put_byte(struct charset_2022 *s, struct charsets *cs, uint8_t c, char *out)
{
	enum set set = active(s);
	size_t n = 0;

	if (is_graphic(set, c)) {
		if (set >= JISX0208 && !s->first) {
			s->first = c;
			return 0;
		}
		n = s->first ? put_pair(cs, set, s->first, c, out) : put_single(cs, set, c, out);
		s->first = 0;
		s->single = false;
		return n;
	}
	n = cut(s, out);
	return n + put_control(s, c, out + n);
}

/* Is what is held the start of `text`? */
static inline bool starts(const struct charset_2022 *s, const char *text)
{
	for (unsigned int i = 0; i < s->have; i++)
		if (text[i] != (char)s->escape[i])
			return false;
	return true;
}

/* What the escape sequence held so far is: 1 whole, 0 the start of one, -1 none. */
static int apply(struct charset_2022 *s)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		const char *text = escapes[i].text;

		if (!starts(s, text))
			continue;
		if (text[s->have])
			return 0;
		if (escapes[i].g < 3)
			s->g[escapes[i].g] = (uint8_t)escapes[i].set;
		s->single = text[0] == 'N';
		return 1;
	}
	return -1;
}

/* A byte of an escape sequence. Of one that is none, what follows its ESC is text. */
static size_t put_escape(struct charset_2022 *s, struct charsets *cs, uint8_t c, char *out)
{
	uint8_t held[sizeof(s->escape)];
	size_t n = 0, have;

	if (!s->escaping) {
		s->escaping = true;
		s->have = 0;
		return cut(s, out);
	}
	s->escape[s->have++] = c;
	switch (apply(s)) {
	case 0:
		return 0;
	case 1:
		s->escaping = false;
		return 0;
	default:
		break;
	}
	s->escaping = false;
	n = charset_put_replacement(out);
	have = s->have;
	memcpy(held, s->escape, have);
	for (size_t i = 0; i < have; i++)
		n += held[i] == ESC ? put_escape(s, cs, ESC, out + n)
				    : put_byte(s, cs, held[i], out + n);
	return n;
}

/* Characters of a set of two bytes up to what is none; returns the end of them. */
static const uint8_t *put_pairs(struct charset_pairs *pairs, const uint8_t *p, const uint8_t *end,
	char **out, const char *last)
{
	char *o = *out;

	while (end - p >= 2 && o <= last) {
		const uint8_t pair[2] = {p[0] | 0x80, p[1] | 0x80};
		uint16_t cp;

		if ((uint8_t)(p[0] - 0x21) > 0x5d || (uint8_t)(p[1] - 0x21) > 0x5d)
			break;
		cp = charset_pair_get(pairs->table, pairs->conv->cd, pair);
		if (cp == CHARSET_NO_PAIR)
			break;
		o += charset_put_utf8(cp, o);
		p += 2;
	}
	*out = o;
	return p;
}

static const uint8_t *put_ascii(const uint8_t *p, const uint8_t *end, char **out, const char *last)
{
	char *o = *out;

	for (; p < end && o <= last; p++) {
		if (*p >= 0x7f || (*p < ' ' && *p != '\r' && *p != '\n'))
			break;
		*o++ = (char)*p;
	}
	*out = o;
	return p;
}

size_t charset_2022_decode(
	struct charset_2022 *s, struct charsets *cs, struct span *in, char *out, size_t size)
{
	const uint8_t *p = in->p, *end = p + in->len;
	char *o = out, *last = out + size - CHARSET_2022_ROOM;

	while (p < end && o <= last) {
		const uint8_t *start = p;

		if (s->escaping || *p == ESC) {
			o += put_escape(s, cs, *p++, o);
			continue;
		}
		if (!s->first && !s->single) {
			enum set set = active(s);
			struct charset_pairs *pairs;

			if (set == ASCII)
				p = put_ascii(p, end, &o, last);
			else if (set >= JISX0208 && !places[set].prefix[0] &&
				 (pairs = charset_store_pairs(cs, places[set].pairs)) != NULL)
				p = put_pairs(pairs, p, end, &o, last);
		}
		if (p == start)
			o += put_byte(s, cs, *p++, o);
	}
	*in = span_of(p, (size_t)(end - p));
	return (size_t)(o - out);
}

size_t charset_2022_finish(struct charset_2022 *s, char *out)
{
	return s->escaping ? charset_put_replacement(out) : cut(s, out);
}
