/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of any charset to UTF-8, over any split. Labels are those of MIME (case ignored). UTF-8,
 * US-ASCII and what is unknown pass as they are, unchecked. Single-byte charsets go by a table,
 * made once, most of two bytes by a table of pairs (charset_pair.h); the others through iconv. What
 * is invalid becomes U+FFFD.
 */
#ifndef SMTP_DECODE_CHARSET_H
#define SMTP_DECODE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "smtp_decode/charset_hz.h"

#define CHARSET_LABEL_MAX 40
#define CHARSET_CARRY 16
#define CHARSET_REST 16
#define CHARSET_ROOM 128 /* the least that charset_decode() works in */

/* Tables and idle converters, shared by many decoders of one thread. */
struct charsets;
/* NULL where memory is short. */
struct charsets *charsets_create(void);
/* All decoders must be finished. */
void charsets_destroy(struct charsets *cs);

enum charset_kind {
	CHARSET_IDENTITY = 0,
	CHARSET_TABLE,
	CHARSET_PAIRS,
	CHARSET_ICONV,
	CHARSET_HZ,  /* through iconv as GB 18030 */
	CHARSET_BOM, /* UTF-16 or UTF-32 before its first bytes, which tell their order */
};

/* All zero is a decoder of UTF-8 that needs no finish. */
struct charset_decoder {
	enum charset_kind kind;
	const uint16_t *table;     /* of the bytes from 0x80 */
	uint16_t *pairs;           /* those of `cs` */
	struct charset_conv *conv; /* taken from `cs` */
	struct charsets *cs;
	uint8_t carry[CHARSET_CARRY]; /* an incomplete character */
	uint8_t carry_len;
	uint8_t unit; /* CHARSET_BOM: bytes of one */
	struct charset_hz hz;
};

void charset_begin(struct charset_decoder *d, struct charsets *cs, struct span label);

/*
 * Decodes from `*in`, which moves on, as far as `out` has room (`size` >= CHARSET_ROOM). Call it
 * until `*in` is empty. Returns the bytes written.
 */
size_t charset_decode(struct charset_decoder *d, struct span *in, char *out, size_t size);

/* The text ends: writes what a converter held back and U+FFFD for an incomplete character (up to
 * CHARSET_REST bytes), gives the converter back, and leaves a decoder of UTF-8. */
size_t charset_finish(struct charset_decoder *d, char *out);

/* Writes the UTF-8 of `cp` (<= 0x10ffff), up to 4 bytes; returns their number. */
size_t charset_put_utf8(uint32_t cp, char *out);

/* A length <= `len` that does not end within a UTF-8 character of `p`. */
size_t charset_whole(const char *p, size_t len);

#endif
