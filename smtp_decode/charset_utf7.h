/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-7 (RFC 2152) to UTF-8, over any split. What stands between "+" and "-" is UTF-16 in base64;
 * whatever else is no letter of base64 ends it too. U+FFFD stands for each byte beyond ASCII, for
 * half a surrogate pair, for a shift without text, and for bits at its end that belong to no
 * character. ASCII that the standard wants encoded passes.
 */
#ifndef SMTP_DECODE_CHARSET_UTF7_H
#define SMTP_DECODE_CHARSET_UTF7_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* All zero is the start. */
struct charset_utf7 {
	bool shifted, empty; /* behind "+"; nothing stood there yet */
	uint8_t count;       /* of the bits that make no unit yet */
	uint16_t high;       /* half of a surrogate pair, 0 none */
	uint32_t bits;
};

/* As charset_decode() in charset.h. */
size_t charset_utf7_decode(struct charset_utf7 *u, struct span *in, char *out, size_t size);
/* The text ends; writes up to 3 bytes. */
size_t charset_utf7_finish(struct charset_utf7 *u, char *out);

#endif
