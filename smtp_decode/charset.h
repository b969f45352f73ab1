/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of any charset to UTF-8, over any split: what comes out does not depend on where the input
 * is cut, however broken it is. Labels are those of MIME (charset_label.h). UTF-8, US-ASCII and
 * what is unknown pass as they are, unchecked. Single-byte charsets go by a table, most of two
 * bytes by a table of pairs, those of Unicode and of ISO 2022 by decoders of our own, the others
 * through iconv. What is invalid becomes U+FFFD.
 */
#ifndef SMTP_DECODE_CHARSET_H
#define SMTP_DECODE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "smtp_decode/charset_2022.h"
#include "smtp_decode/charset_hz.h"
#include "smtp_decode/charset_iconv.h"
#include "smtp_decode/charset_label.h"
#include "smtp_decode/charset_put.h"
#include "smtp_decode/charset_utf16.h"
#include "smtp_decode/charset_utf7.h"

#define CHARSET_REST 16
#define CHARSET_ROOM 128 /* the least that charset_decode() works in */

/* Tables and idle converters, shared by many decoders of one thread. */
struct charsets;
/* NULL where memory is short. */
struct charsets *charsets_create(void);
/* All decoders must be finished. */
void charsets_destroy(struct charsets *cs);
/* How many texts and words had a label that means no charset. */
uint64_t charsets_unknown(const struct charsets *cs);

/* All zero is a decoder of UTF-8 that needs no finish. */
struct charset_decoder {
	struct charsets *cs;
	enum charset_kind kind;
	union {
		const uint16_t *table;
		struct charset_pairs *pairs;
		struct charset_conv *conv; /* taken from `cs` */
		struct charset_2022 iso2022;
		struct charset_utf7 utf7;
		struct charset_utf16 utf16;
	};
	struct charset_carry carry; /* an incomplete character */
	struct charset_hz hz;
};

/* False where the label is unknown. (An empty one says nothing, and is not.) */
bool charset_begin(struct charset_decoder *d, struct charsets *cs, struct span label);

/*
 * Decodes from `*in`, which moves on, as far as `out` has room (`size` >= CHARSET_ROOM). Call it
 * until `*in` is empty. Returns the bytes written.
 */
size_t charset_decode(struct charset_decoder *d, struct span *in, char *out, size_t size);

/* The text ends: writes what a converter held back and U+FFFD for an incomplete character (up to
 * CHARSET_REST bytes), gives the converter back, and leaves a decoder of UTF-8. */
size_t charset_finish(struct charset_decoder *d, char *out);

/* A length <= `len` that does not end within a UTF-8 character of `p`. */
size_t charset_whole(const char *p, size_t len);

#endif
