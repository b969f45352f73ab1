/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charsets of one byte (ASCII) and two bytes a character, by a table of the pairs. The table is
 * iconv's own: it is asked for each pair when that is first seen. What is no pair is left to iconv:
 * GB 18030 of four bytes, EUC-JP of three, single bytes beyond ASCII, and all that is invalid.
 */
#ifndef SMTP_DECODE_CHARSET_PAIR_H
#define SMTP_DECODE_CHARSET_PAIR_H

#include <iconv.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define CHARSET_PAIR_SIZE (128 * 256) /* entries of a table, which is all zero at first */

/* They keep no state between characters, and have ASCII below 0x80. */
enum charset_pair_set {
	CHARSET_GB18030,
	CHARSET_BIG5,
	CHARSET_UHC,
	CHARSET_EUC_JP,
	CHARSET_EUC_JP_MS,
	CHARSET_EUC_JISX0213, /* but for letters that an accent may follow */
	CHARSET_EUC_TW,
	CHARSET_CP932,
	CHARSET_PAIR_SETS,
};

/* The name by which iconv knows it. */
const char *charset_pair_name(enum charset_pair_set set);
/* The set that iconv knows by `name`; CHARSET_PAIR_SETS where it is none. */
enum charset_pair_set charset_pair_find(const char *name);

/* What iconv makes of the pair at `p`: CHARSET_NO_PAIR where it is none, or no code point of 16
 * bits. */
#define CHARSET_PAIR_UNASKED 0
#define CHARSET_NO_PAIR 0xffff
uint16_t charset_pair_ask(iconv_t cd, const uint8_t p[2]);

/* The same, by the table. */
static inline uint16_t charset_pair_get(uint16_t *table, iconv_t cd, const uint8_t p[2])
{
	uint16_t *at = &table[(p[0] & 0x7f) << 8 | p[1]];

	if (__builtin_expect(*at == CHARSET_PAIR_UNASKED, 0))
		*at = charset_pair_ask(cd, p);
	return *at;
}

/*
 * Decodes the start of `*in`, which moves on, up to what iconv must look at or to the end of the
 * room; `size` >= 3. `cd` converts from the table's charset to UTF-8, is between two characters and
 * stays there. Returns the bytes written.
 */
size_t charset_pair_decode(uint16_t *table, iconv_t cd, struct span *in, char *out, size_t size);

#endif
