/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunks put aside until it is known what they mean or whose turn it was: a queue in one block, of
 * at most LIMIT_HELD bytes. What fits depends on the bytes and their ACKs, not on how they were
 * cut; where the packets are too many, pieces are joined and take the first one's time.
 */
#ifndef SMTP_DECODE_SMTP_HOLD_H
#define SMTP_DECODE_SMTP_HOLD_H

#include <stdbool.h>

#include "base/flow.h"
#include "smtp_decode/smtp_block.h"

/* All zero is an empty queue. */
struct smtp_hold {
	struct smtp_hold_block *block;
};

static inline bool smtp_hold_empty(const struct smtp_hold *h)
{
	return h->block == NULL;
}

/* Copies `c` to the end. False where it does not fit, and nothing is taken. */
bool smtp_hold_put(struct smtp_hold *h, struct smtp_blocks *pool, const struct stream_chunk *c);

/* Bytes that may still be put. */
size_t smtp_hold_room(const struct smtp_hold *h);

/*
 * The first chunk; its span is valid until the queue is next changed. False where it is empty.
 */
bool smtp_hold_first(const struct smtp_hold *h, struct stream_chunk *ret);

/* Takes the first `n` bytes of the first chunk away; the chunk itself with its last byte. */
void smtp_hold_drop(struct smtp_hold *h, struct smtp_blocks *pool, size_t n);

/* All bytes that are held, of whatever chunks, as they lie behind one another. */
struct span smtp_hold_bytes(const struct smtp_hold *h);

/* Both ways; smtp_pack.h. */
void smtp_hold_pack(struct smtp_hold *h, struct smtp_blocks *pool, struct smtp_pack *pack);

/* Drops and wipes all. */
void smtp_hold_clear(struct smtp_hold *h, struct smtp_blocks *pool);

#endif
