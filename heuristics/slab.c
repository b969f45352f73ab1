/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/slab.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int slab_init(struct slab *s, uint32_t capacity, size_t item_size)
{
	assert(item_size >= sizeof(void *));
	*s = (struct slab){
		.capacity = capacity,
		.item_size = (item_size + 7) & ~(size_t)7,
	};
	s->items = malloc(s->item_size * capacity);
	return s->items ? 1 : -1;
}

void slab_finish(struct slab *s)
{
	free(s->items);
	*s = (struct slab){0};
}

void *slab_take(struct slab *s)
{
	void *item = s->free;

	if (item)
		memcpy(&s->free, item, sizeof(s->free));
	else if (s->unused < s->capacity)
		item = s->items + s->item_size * s->unused++;
	else
		return NULL;
	s->in_use++;
	return memset(item, 0, s->item_size);
}

void slab_give(struct slab *s, void *item)
{
	memcpy(item, &s->free, sizeof(s->free));
	s->free = item;
	s->in_use--;
}

size_t slab_bytes(const struct slab *s)
{
	return s->item_size * s->capacity;
}
