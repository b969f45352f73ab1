/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 (RFC 2045 6.8), decoded over any split. Whatever is not of the alphabet is passed over. A
 * pad ends the text: what follows is no base64, but what mailing lists append.
 *
 * In two steps, so that the characters can be had without what they mean: the canonical form of an
 * encoded file, which does not change when its lines are wrapped anew.
 */
#ifndef SMTP_DECODE_TRANSFER_BASE64_H
#define SMTP_DECODE_TRANSFER_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* All zero is the start. */
struct transfer_base64 {
	uint32_t bits;    /* of the quantum so far */
	uint8_t held;     /* characters in it, 0 to 3 */
	uint8_t strained; /* characters that came through the first step, modulo 4 */
	bool ended;       /* by a pad */
};

/* Room that `out` must have for an input of `n`. */
#define TRANSFER_BASE64_CHARS_ROOM(n) ((n) + 32)
#define TRANSFER_BASE64_ROOM(n) ((n) / 4 * 3 + 16)

/* The characters of `in` that are of the alphabet, up to a pad that ends the text. Returns their
 * number. */
size_t transfer_base64_chars(struct transfer_base64 *t, struct span in, uint8_t *out);
/* What `chars`, which came out of the first step, mean. Returns the bytes written. */
size_t transfer_base64_bytes(struct transfer_base64 *t, struct span chars, uint8_t *out);

/* Both steps, for all of `in`; returns the bytes written. */
size_t transfer_base64_decode(struct transfer_base64 *t, struct span in, uint8_t *out);

/* The input ends: writes what an unpadded last quantum holds, up to 2 bytes, and starts anew. */
size_t transfer_base64_end(struct transfer_base64 *t, uint8_t *out);

#endif
