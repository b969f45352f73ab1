/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record.h"

#include <assert.h>
#include <stdlib.h>

#define COMPARE(x, y)                                                                            \
	do {                                                                                     \
		if ((x) != (y))                                                                  \
			return (x) < (y) ? -1 : 1;                                               \
	} while (0)

int record_cmp(const struct record *a, const struct record *b)
{
	COMPARE(a->time, b->time);
	COMPARE(a->timer, b->timer);
	COMPARE(a->packet, b->packet);
	COMPARE(a->flow, b->flow);
	COMPARE(a->number, b->number);
	return 0;
}

int record_builder_init(struct record_builder *b)
{
	b->block = aligned_alloc(8, RECORD_MAX);
	b->len = 0;
	b->full = false;
	return b->block ? 1 : -1;
}

void record_builder_finish(struct record_builder *b)
{
	if (!b)
		return;
	free(b->block);
	b->block = NULL;
}

void *record_begin(struct record_builder *b, enum record_kind kind, uint32_t fixed_size)
{
	struct record *r = (struct record *)b->block;

	assert(fixed_size >= sizeof(*r) && fixed_size <= RECORD_MAX / 2);
	memset(r, 0, fixed_size);
	r->kind = (uint16_t)kind;
	b->len = fixed_size;
	b->full = false;
	return r;
}

/* Room for `len` bytes at a multiple of `align`, or NULL. */
static uint8_t *reserve(struct record_builder *b, size_t len, uint32_t align)
{
	uint32_t at = (b->len + align - 1) & ~(align - 1);

	if (len > RECORD_MAX - 8 || at > RECORD_MAX - 8 - len) {
		b->full = true;
		return NULL;
	}
	memset(b->block + b->len, 0, at - b->len);
	b->len = at + (uint32_t)len;
	return b->block + at;
}

struct str_ref record_add(struct record_builder *b, struct span s)
{
	uint8_t *p = reserve(b, s.len, 1);

	if (!p)
		return (struct str_ref){0, 0};
	if (s.len)
		memcpy(p, s.p, s.len);
	return (struct str_ref){(uint32_t)(p - b->block), (uint32_t)s.len};
}

struct array_ref record_add_array(
	struct record_builder *b, const void *items, uint32_t item_size, uint32_t count)
{
	uint8_t *p;

	if (count == 0)
		return (struct array_ref){0, 0};
	p = reserve(b, (size_t)item_size * count, 8);
	if (!p)
		return (struct array_ref){0, 0};
	memcpy(p, items, (size_t)item_size * count);
	return (struct array_ref){(uint32_t)(p - b->block), count};
}

const struct record *record_end(struct record_builder *b)
{
	struct record *r = (struct record *)b->block;
	uint32_t size = (b->len + 7) & ~7u;

	memset(b->block + b->len, 0, size - b->len);
	b->len = size;
	r->size = size;
	return r;
}
