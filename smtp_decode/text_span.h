/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bits of a run of folded text by which its words are found, with URLs and e-mail addresses
 * already taken for one word each: all their bytes are no word but the second, which is planted.
 */
#ifndef SMTP_DECODE_TEXT_SPAN_H
#define SMTP_DECODE_TEXT_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_SPAN_RUN 4096 /* bytes of a run */
#define TEXT_SPAN_BLOCKS (TEXT_SPAN_RUN / 64)
#define TEXT_SPAN_MAX (TEXT_SPAN_RUN / 5 + 1) /* none is shorter than 5 bytes */

struct text_span {
	uint32_t at; /* of the planted byte */
	bool hidden;
	uint64_t word;
};

/* Bit arrays have a zero word in front of the text's end, so that a look beyond it is harmless. */
struct text_spans {
	uint64_t run[TEXT_SPAN_BLOCKS + 1]; /* words, and joiners between two words */
	uint64_t odd[TEXT_SPAN_BLOCKS + 1]; /* of them all but ASCII letters */
	uint64_t joiner[TEXT_SPAN_BLOCKS + 1];
	uint64_t planted[TEXT_SPAN_BLOCKS + 1];
	bool any;
	uint32_t count, next;
	struct text_span spans[TEXT_SPAN_MAX];
};

/* Reads up to 63 bytes behind the text's end, which do not matter. */
void text_spans_find(struct text_spans *s, const uint8_t *text, size_t len);

/* The span planted at `at`; to be asked in ascending order. */
const struct text_span *text_spans_next(struct text_spans *s, size_t at);

/* The 64 bits from `at` on. */
static inline uint64_t text_spans_bits(const uint64_t *bits, size_t at)
{
	size_t b = at / 64, k = at % 64;

	return bits[b] >> k | bits[b + 1] << 1 << (63 - k);
}

static inline bool text_spans_planted(const struct text_spans *s, size_t at)
{
	return s->any && s->planted[at / 64] >> at % 64 & 1;
}

/* Where runs begin and end in a block, and which of the ends are those of odd ones. */
struct text_edges {
	uint64_t starts, ends, odd;
	uint64_t last;  /* run at the end of the block before */
	uint64_t carry; /* and it is odd so far */
};

/*
 * Those of block `b`; `*e` holds those of the block before, or zeros. Adding the odd bits to the
 * runs carries one out of each odd run, to where it ends.
 */
static inline void text_spans_edges(const struct text_spans *s, size_t b, struct text_edges *e)
{
	uint64_t run = s->run[b], before = run << 1 | e->last, sum;
	bool carry = __builtin_add_overflow(run, s->odd[b], &sum);

	carry |= __builtin_add_overflow(sum, e->carry, &sum);
	e->starts = run & ~before;
	e->ends = ~run & before;
	e->odd = sum;
	e->last = run >> 63;
	e->carry = carry;
}

#endif
