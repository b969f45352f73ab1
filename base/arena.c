/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#define CHUNK_BYTES (64 * 1024)

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *a)
{
	a->chunks = NULL;
	a->used = 0;
}

static void free_from(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;

		free(c);
		c = next;
	}
}

void arena_finish(struct arena *a)
{
	if (!a)
		return;
	free_from(a->chunks);
	arena_init(a);
}

void arena_reset(struct arena *a)
{
	if (a->chunks) {
		free_from(a->chunks->next);
		a->chunks->next = NULL;
		a->chunks->used = 0;
	}
	a->used = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct arena_chunk *c = a->chunks;
	void *p;

	if (need < size)
		return NULL;
	if (!c || c->size - c->used < need) {
		size_t bytes = need > CHUNK_BYTES ? need : CHUNK_BYTES;

		c = malloc(sizeof(*c) + bytes);
		if (!c)
			return NULL;
		c->next = a->chunks;
		c->size = bytes;
		c->used = 0;
		a->chunks = c;
	}
	p = c->bytes + c->used;
	c->used += need;
	a->used += need;
	return p;
}

struct span arena_copy(struct arena *a, struct span s)
{
	void *p;

	if (s.len == 0)
		return span_of(NULL, 0);
	p = arena_alloc(a, s.len);
	if (!p)
		return span_of(NULL, 0);
	memcpy(p, s.p, s.len);
	return span_of(p, s.len);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (!p)
		return NULL;
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}
