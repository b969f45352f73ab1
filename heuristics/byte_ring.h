/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of bytes in which blocks lie unbroken. Positions only grow; a block lives while its
 * position is not below the tail.
 */
#ifndef HEURISTICS_BYTE_RING_H
#define HEURISTICS_BYTE_RING_H

#include <stdbool.h>
#include <stdint.h>

struct byte_ring {
	uint8_t *bytes;
	uint64_t size; /* a multiple of 8, as is the length of every block */
	uint64_t head, tail;
};

/* Where a block of `len` <= size bytes goes next. */
static inline uint64_t byte_ring_place(const struct byte_ring *r, uint64_t len)
{
	uint64_t at = r->head % r->size;

	return at + len > r->size ? r->head + (r->size - at) : r->head;
}

/* Does a block that ends at `end` leave alone what lies at the tail and above? */
static inline bool byte_ring_fits(const struct byte_ring *r, uint64_t end)
{
	return end - r->tail <= r->size;
}

static inline void *byte_ring_at(const struct byte_ring *r, uint64_t position)
{
	return r->bytes + position % r->size;
}

#endif
