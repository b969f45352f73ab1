/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of byte stands where, as bits: one bit a byte, 64 bytes a word. The text is folded
 * (text_fold.h), so letters are lower case and what is beyond ASCII is a letter.
 */
#ifndef SMTP_DECODE_TEXT_MASK_H
#define SMTP_DECODE_TEXT_MASK_H

#include <stdint.h>

struct text_mask {
	uint64_t word;   /* letters and digits */
	uint64_t odd;    /* of them: digits and what is beyond ASCII */
	uint64_t joiner; /* '-' and '_' */
	uint64_t mark;   /* '@', '/', '.' and 0x01: what may belong to a URL or an address */
};

/* Of the 64 bytes at `p`. */
void text_mask_block(const uint8_t p[64], struct text_mask *ret);

/* The same, a byte at a time: what text_mask_block() does where there are no vectors. */
void text_mask_block_plain(const uint8_t p[64], struct text_mask *ret);

#endif
