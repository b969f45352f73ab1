/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16 and UTF-32 (RFC 2781, Unicode 3.9) to UTF-8, over any split. A mark in front tells the
 * order of bytes, where the label does not. Without a mark, UTF-16 is little-endian, as most that
 * lacks it is; in UTF-32 the first character tells. U+FFFD for what is no character.
 */
#ifndef SMTP_DECODE_CHARSET_UTF16_H
#define SMTP_DECODE_CHARSET_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum charset_order {
	CHARSET_ORDER_UNKNOWN,
	CHARSET_BIG,
	CHARSET_LITTLE,
};

struct charset_utf16 {
	uint8_t unit;  /* its bytes: 2 or 4 */
	uint8_t order; /* enum charset_order */
	uint8_t have;  /* bytes of the unit that is open */
	uint8_t bytes[4];
	uint16_t high; /* half of a surrogate pair, 0 none */
};

void charset_utf16_init(struct charset_utf16 *u, uint8_t unit, enum charset_order order);
/* As charset_decode() in charset.h. */
size_t charset_utf16_decode(struct charset_utf16 *u, struct span *in, char *out, size_t size);
/* The text ends; writes up to 3 bytes. */
size_t charset_utf16_finish(struct charset_utf16 *u, char *out);

#endif
