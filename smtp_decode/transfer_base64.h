/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 (RFC 2045 6.8), decoded over any split. Whatever is not of the alphabet is passed over. A
 * pad ends the text: what follows is no base64, but what mailing lists append.
 */
#ifndef SMTP_DECODE_TRANSFER_BASE64_H
#define SMTP_DECODE_TRANSFER_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* All zero is the start. */
struct transfer_base64 {
	uint32_t bits; /* of the quantum so far */
	uint8_t chars; /* in it, 0 to 3 */
	bool ended;    /* by a pad */
};

/* Bytes that `out` must hold for an input of `n`. */
#define TRANSFER_BASE64_ROOM(n) ((n) / 4 * 3 + 8)

/* Decodes all of `in`; returns the bytes written. */
size_t transfer_base64_decode(struct transfer_base64 *t, struct span in, uint8_t *out);

/* The input ends: writes what an unpadded last quantum holds, up to 2 bytes, and starts anew. */
size_t transfer_base64_end(struct transfer_base64 *t, uint8_t *out);

#endif
