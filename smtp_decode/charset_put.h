/* SPDX-License-Identifier: Apache-2.0 */
/* Characters as UTF-8, for decoders of charsets. */
#ifndef SMTP_DECODE_CHARSET_PUT_H
#define SMTP_DECODE_CHARSET_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* These write the UTF-8 of `cp` (<= 0x10ffff), up to 4 bytes, and return their number. */
static inline size_t charset_put_utf8(uint32_t cp, char *out)
{
	uint8_t *o = (uint8_t *)out;

	if (cp < 0x80) {
		o[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		o[0] = (uint8_t)(0xc0 | cp >> 6);
		o[1] = (uint8_t)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		o[0] = (uint8_t)(0xe0 | cp >> 12);
		o[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		o[2] = (uint8_t)(0x80 | (cp & 0x3f));
		return 3;
	}
	o[0] = (uint8_t)(0xf0 | cp >> 18);
	o[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
	o[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
	o[3] = (uint8_t)(0x80 | (cp & 0x3f));
	return 4;
}

static inline size_t charset_put_replacement(char *out)
{
	memcpy(out, "\xef\xbf\xbd", 3);
	return 3;
}

/*
 * A unit of UTF-16. `*high` is the first half of a pair that waits for its second, 0 where none
 * does. U+FFFD for a half that stands alone. Up to 7 bytes.
 */
static inline size_t charset_put_unit(uint16_t *high, uint16_t unit, char *out)
{
	uint16_t first = *high;
	size_t n = 0;

	*high = 0;
	if (first && (unit & 0xfc00) == 0xdc00)
		return charset_put_utf8(
			0x10000 + ((uint32_t)(first & 0x3ff) << 10 | (unit & 0x3ffu)), out);
	if (first)
		n = charset_put_replacement(out);
	if ((unit & 0xfc00) == 0xd800) {
		*high = unit;
		return n;
	}
	if ((unit & 0xfc00) == 0xdc00)
		return n + charset_put_replacement(out + n);
	return n + charset_put_utf8(unit, out + n);
}

#endif
