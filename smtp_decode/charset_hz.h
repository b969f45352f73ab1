/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HZ (RFC 1843) to the eight-bit form of GB 2312, over any split, for converters that know the one
 * and not the other: what stands between "~{" and "~}" gets its high bits.
 */
#ifndef SMTP_DECODE_CHARSET_HZ_H
#define SMTP_DECODE_CHARSET_HZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* All zero is the start. */
struct charset_hz {
	bool chinese; /* between "~{" and "~}" */
	bool second;  /* the first byte of a character was there */
	bool tilde;   /* one that is not yet understood */
};

/* Bytes that `out` must hold for an input of `n`. */
#define CHARSET_HZ_ROOM(n) ((n) + 1)

/* Converts all of `in`; returns the bytes written. A tilde that means nothing stands as it is. */
size_t charset_hz_convert(struct charset_hz *h, struct span in, uint8_t *out);

#endif
