/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quoted-printable (RFC 2045 6.7), decoded over any split. What is no valid escape stands as it is
 * (6.7, note on robust decoders). Trailing blanks of a line are kept: they do not matter to text.
 */
#ifndef SMTP_DECODE_TRANSFER_QP_H
#define SMTP_DECODE_TRANSFER_QP_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* All zero is the start. */
struct transfer_qp {
	uint8_t state; /* enum qp_state */
	uint8_t held;  /* the first character of an escape */
};

/* Bytes that `out` must hold for an input of `n`. */
#define TRANSFER_QP_ROOM(n) ((n) + 4)

/* Decodes all of `in`; returns the bytes written. */
size_t transfer_qp_decode(struct transfer_qp *t, struct span in, uint8_t *out);

/* The input ends: writes an escape left open as it stands, up to 2 bytes, and starts anew. */
size_t transfer_qp_end(struct transfer_qp *t, uint8_t *out);

#endif
