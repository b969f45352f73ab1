/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_pair.h"

#include <endian.h>
#include <string.h>

#include "smtp_decode/charset_put.h"
#include "smtp_decode/text_utf8.h"

#define HIGH_BITS 0x8080808080808080u

static const char *const names[CHARSET_PAIR_SETS] = {
	[CHARSET_GB18030] = "GB18030",
	[CHARSET_BIG5] = "BIG5",
	[CHARSET_UHC] = "UHC",
	[CHARSET_EUC_JP] = "EUC-JP",
	[CHARSET_EUC_JP_MS] = "EUC-JP-MS",
	[CHARSET_EUC_JISX0213] = "EUC-JISX0213",
	[CHARSET_EUC_TW] = "EUC-TW",
	[CHARSET_CP932] = "CP932",
};

const char *charset_pair_name(enum charset_pair_set set)
{
	return names[set];
}

enum charset_pair_set charset_pair_find(const char *name)
{
	enum charset_pair_set set = 0;

	while (set < CHARSET_PAIR_SETS && strcmp(name, names[set]) != 0)
		set++;
	return set;
}

uint16_t charset_pair_ask(iconv_t cd, const uint8_t p[2])
{
	char pair[2] = {(char)p[0], (char)p[1]}, *in = pair;
	uint8_t utf8[16];
	char *out = (char *)utf8;
	size_t in_len = sizeof(pair), out_len = sizeof(utf8), n;
	uint32_t cp;

	if (iconv(cd, &in, &in_len, &out, &out_len) == (size_t)-1 ||
		iconv(cd, NULL, NULL, &out, &out_len) == (size_t)-1) {
		iconv(cd, NULL, NULL, NULL, NULL);
		return CHARSET_NO_PAIR;
	}
	n = sizeof(utf8) - out_len;
	if (n == 0 || text_utf8_get(utf8, n, &cp) != n || cp == CHARSET_PAIR_UNASKED ||
		cp >= CHARSET_NO_PAIR)
		return CHARSET_NO_PAIR;
	return (uint16_t)cp;
}

/* Copies ASCII up to `end` or `last`, where the room for a character begins. */
static inline const uint8_t *copy_ascii(
	const uint8_t *p, const uint8_t *end, char **out, const char *last)
{
	char *o = *out;

	while (end - p >= 8 && last - o >= 8) {
		uint64_t v, high;
		size_t n;

		memcpy(&v, p, 8);
		memcpy(o, &v, 8);
		high = le64toh(v) & HIGH_BITS;
		n = high ? (size_t)__builtin_ctzll(high) / 8 : 8;
		p += n;
		o += n;
		if (n < 8)
			break;
	}
	while (p < end && o <= last && *p < 0x80)
		*o++ = (char)*p++;
	*out = o;
	return p;
}

size_t charset_pair_decode(uint16_t *table, iconv_t cd, struct span *in, char *out, size_t size)
{
	const uint8_t *p = in->p, *end = p + in->len;
	char *o = out;
	const char *last = out + size - 3;

	while (p < end && o <= last) {
		uint16_t cp;

		if (*p < 0x80) {
			p = copy_ascii(p, end, &o, last);
			continue;
		}
		if (end - p < 2)
			break;
		cp = charset_pair_get(table, cd, p);
		if (cp == CHARSET_NO_PAIR)
			break;
		p += 2;
		o += charset_put_utf8(cp, o);
	}
	*in = span_skip(*in, (size_t)(p - in->p));
	return (size_t)(o - out);
}
