/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of one direction, whatever the segments. A line that lies whole in what is given is
 * borrowed; only one that is split is put together, in a block. Over LIMIT_LINE bytes it is cut,
 * marked, and what is left of it passed over, so that the next line is never lost.
 */
#ifndef SMTP_DECODE_SMTP_LINE_H
#define SMTP_DECODE_SMTP_LINE_H

#include <stdbool.h>

#include "smtp_decode/smtp_block.h"
#include "smtp_decode/smtp_event.h"

struct smtp_text_line {
	struct span text; /* without its line end; valid until the next call of any kind */
	bool bare_lf;     /* ended by LF alone */
	bool capped;
	struct smtp_place first, last; /* `last` is its LF */
	int64_t peer_acked;
};

/* All zero is a splitter at the start of a line. */
struct smtp_line {
	uint8_t *block; /* the line so far; NULL between lines */
	uint64_t total; /* bytes of the line so far */
	uint16_t len;   /* of them in the block */
	uint8_t last;   /* the last one */
	struct smtp_place first;
	int64_t peer_acked;
};

/*
 * Takes bytes from the front of `c->data` (and moves `c->offset`) up to and with the next LF.
 * 1 and a line, or 0 where all bytes are taken and the line is not complete.
 */
int smtp_line_next(struct smtp_line *l, struct smtp_blocks *pool, struct stream_chunk *c,
	struct smtp_text_line *ret);

/* The line so far. */
struct span smtp_line_partial(const struct smtp_line *l);

/* Forgets the line so far, wipes its bytes, and gives the block back: also due between lines. */
void smtp_line_reset(struct smtp_line *l, struct smtp_blocks *pool);

/* Both ways; smtp_pack.h. */
static inline void smtp_line_pack(
	struct smtp_line *l, struct smtp_blocks *pool, struct smtp_pack *pack)
{
	l->block = smtp_block_pack(pool, l->block, l->len, false, pack);
}

/* The place of byte `n` of `c`. */
static inline struct smtp_place smtp_place_of(const struct stream_chunk *c, size_t n)
{
	return (struct smtp_place){c->time, c->packet, c->offset + n};
}

/* `c` without its first `n` bytes. */
static inline void smtp_chunk_skip(struct stream_chunk *c, size_t n)
{
	c->data = span_skip(c->data, n);
	c->offset += n;
}

#endif
