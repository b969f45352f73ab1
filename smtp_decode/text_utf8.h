/* SPDX-License-Identifier: Apache-2.0 */
/* Reading UTF-8 (RFC 3629) that may be broken. */
#ifndef SMTP_DECODE_TEXT_UTF8_H
#define SMTP_DECODE_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character that `lead` begins, 1 where it begins none. */
static inline size_t text_utf8_len(uint8_t lead)
{
	return lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
}

/*
 * The code point at `p`, which has `len` >= 1 bytes; returns the bytes it takes. A byte that
 * belongs to no character is taken for Latin-1, which it is in most mail that lacks its charset.
 */
size_t text_utf8_get(const uint8_t *p, size_t len, uint32_t *ret);

#endif
