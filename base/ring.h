/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of blocks of bytes from one thread to one other, without locks while neither has
 * to wait. A block is contiguous, aligned to 8 bytes, and comes out as and in the order in which it
 * was put in. Whoever has to wait sleeps.
 *
 * A wake-up costs more than a block, so it is put off: a sleeping reader is woken when a quarter of
 * the ring is filled or by ring_flush(), a sleeping writer when half of it is free. A thread that
 * is about to sleep has to flush the rings that it writes.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stdint.h>

struct ring;

#define RING_LEAST 4096

/* `size` bytes, a power of two, at least RING_LEAST. NULL where memory is short. */
struct ring *ring_create(uint32_t size);
/* No thread may be in any call. */
void ring_destroy(struct ring *r);
uint32_t ring_size(const struct ring *r);
/* The largest block it takes: a little less than half of its size. */
uint32_t ring_block_max(const struct ring *r);

/* ---- the writer ---- */

/* Room for a block of `size` bytes, at most ring_block_max(); NULL where there is none now. */
void *ring_reserve(struct ring *r, uint32_t size);
/* Puts the block reserved last into the ring. The reader sees it when a part of the ring is filled
 * so, or by ring_flush(). */
void ring_commit(struct ring *r);
/* Shows the reader all that was committed, and lets it sleep. */
void ring_show(struct ring *r);
/* Shows it, and wakes the reader even where there is nothing. */
void ring_flush(struct ring *r);
/* Sleeps until ring_reserve(size) will succeed. False: the ring was closed. */
bool ring_wait_room(struct ring *r, uint32_t size);

/* ---- the reader ---- */

/* The oldest block, valid until it is popped, and its size; NULL where there is none now. */
const void *ring_peek(struct ring *r, uint32_t *ret_size);
void ring_pop(struct ring *r);
/* Sleeps until there may be a block, or the writer has flushed. False: closed, and empty. */
bool ring_wait(struct ring *r);

/* ---- either, or a third ---- */

/* The writer gets no more room where it would have to wait; the reader gets what is in it. */
void ring_close(struct ring *r);

#endif
