/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixed number of items of one size, handed out and taken back. All memory is taken at creation
 * and touched only as far as it was ever in use at once.
 */
#ifndef HEURISTICS_SLAB_H
#define HEURISTICS_SLAB_H

#include <stddef.h>
#include <stdint.h>

struct slab {
	uint8_t *items;
	void *free; /* chained through their first bytes */
	size_t item_size;
	uint32_t capacity, unused, in_use;
};

/* `item_size` is at least that of a pointer. 1, or -1 where memory is short. */
int slab_init(struct slab *s, uint32_t capacity, size_t item_size);
void slab_finish(struct slab *s);
/* A zeroed item, or NULL where all are in use. */
void *slab_take(struct slab *s);
void slab_give(struct slab *s, void *item);
size_t slab_bytes(const struct slab *s);

#endif
