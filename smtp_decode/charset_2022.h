/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charsets of seven bits whose sets escape sequences choose (ISO/IEC 2022), to UTF-8, over any
 * split: ISO-2022-JP with all its extensions (RFC 1468, 1554, 2237), ISO-2022-KR (RFC 1557),
 * ISO-2022-CN (RFC 1922). All escapes that any of them has are understood in each. U+FFFD stands
 * for a sequence that is none of these, for a byte beyond ASCII, a character that its set lacks,
 * and half a character.
 */
#ifndef SMTP_DECODE_CHARSET_2022_H
#define SMTP_DECODE_CHARSET_2022_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "smtp_decode/charset_store.h"

#define CHARSET_2022_ROOM 32 /* the least that charset_2022_decode() needs */

struct charset_2022 {
	uint8_t g[3];  /* enum of charset_2022.c: the sets that can be called */
	bool shifted;  /* between SO and SI, or the line's end: G1 */
	bool single;   /* the next character is of G2 */
	uint8_t first; /* byte of a character of two, 0 none */
	bool escaping; /* behind an ESC, and these bytes: */
	uint8_t have;
	uint8_t escape[4];
};

/* `kind` is one of CHARSET_2022_*. */
void charset_2022_init(struct charset_2022 *s, enum charset_kind kind);
/* As charset_decode() in charset.h. */
size_t charset_2022_decode(
	struct charset_2022 *s, struct charsets *cs, struct span *in, char *out, size_t size);
/* The text ends; writes up to 3 bytes. */
size_t charset_2022_finish(struct charset_2022 *s, char *out);

#endif
