/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_pair.h"

#include <endian.h>
#include <string.h>
#include <strings.h>

#include "smtp_decode/charset.h"
#include "smtp_decode/text_utf8.h"

#define NOT_SEEN 0
#define NO_PAIR 0xffff
#define HIGH_BITS 0x8080808080808080u

int charset_pair_set(const char *name)
{
	/* All keep no state between characters, and have ASCII below 0x80. */
	static const char *const names[CHARSET_PAIR_SETS] = {
		"GB18030", "BIG5", "UHC", "EUC-JP", "CP932"};

	for (int i = 0; i < CHARSET_PAIR_SETS; i++)
		if (strcasecmp(name, names[i]) == 0)
			return i;
	return -1;
}

/* The code point of the two bytes at `p`, NO_PAIR where they are not one of 16 bits. */
static __attribute__((noinline)) uint16_t ask(iconv_t cd, const uint8_t *p)
{
	char pair[2] = {(char)p[0], (char)p[1]}, *in = pair;
	uint8_t utf8[16];
	char *out = (char *)utf8;
	size_t in_len = sizeof(pair), out_len = sizeof(utf8), n;
	uint32_t cp;

	if (iconv(cd, &in, &in_len, &out, &out_len) == (size_t)-1) {
		iconv(cd, NULL, NULL, NULL, NULL);
		return NO_PAIR;
	}
	n = sizeof(utf8) - out_len;
	if (n == 0 || text_utf8_get(utf8, n, &cp) != n || cp == NOT_SEEN || cp >= NO_PAIR)
		return NO_PAIR;
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
		uint16_t *at;

		if (*p < 0x80) {
			p = copy_ascii(p, end, &o, last);
			continue;
		}
		if (end - p < 2)
			break;
		at = &table[(p[0] & 0x7f) << 8 | p[1]];
		if (*at == NOT_SEEN)
			*at = ask(cd, p);
		if (*at == NO_PAIR)
			break;
		p += 2;
		if (*at < 0x800) {
			o += charset_put_utf8(*at, o);
			continue;
		}
		o[0] = (char)(0xe0 | *at >> 12);
		o[1] = (char)(0x80 | (*at >> 6 & 0x3f));
		o[2] = (char)(0x80 | (*at & 0x3f));
		o += 3;
	}
	*in = span_skip(*in, (size_t)(p - in->p));
	return (size_t)(o - out);
}
