/* SPDX-License-Identifier: Apache-2.0 */
/* Text through iconv, over any split. U+FFFD stands for each byte that begins no character. */
#ifndef SMTP_DECODE_CHARSET_ICONV_H
#define SMTP_DECODE_CHARSET_ICONV_H

#include "base/span.h"
#include "smtp_decode/charset_store.h"

#define CHARSET_CARRY 16
#define CHARSET_ICONV_ROOM                                                     \
	(3 * CHARSET_CARRY + 8) /* the least that charset_iconv_decode() needs \
				 */

/* An incomplete character. All zero at first. */
struct charset_carry {
	uint8_t bytes[CHARSET_CARRY];
	uint8_t len;
};

/* As charset_decode() in charset.h. */
size_t charset_iconv_decode(
	struct charset_carry *k, struct charset_conv *c, struct span *in, char *out, size_t size);
/* The text ends. Writes up to 16 bytes. */
size_t charset_iconv_finish(struct charset_carry *k, struct charset_conv *c, char *out);

/* Is `cd` of those that stand behind a pair when they reject it? */
bool charset_iconv_passes(iconv_t cd);

#endif
