/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator over chunks: many small allocations, freed together. Not for what an outsider
 * can make grow without a cap.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
	size_t used; /* bytes handed out since the last reset */
};

void arena_init(struct arena *a);
/* Frees everything; accepts NULL and a finished arena. */
void arena_finish(struct arena *a);
/* Forgets everything but keeps one chunk for what follows. */
void arena_reset(struct arena *a);

/* `size` bytes, aligned for any type, uninitialised; NULL where memory is short. */
void *arena_alloc(struct arena *a, size_t size);
/* A copy of `s`; a zero span where memory is short or `s` is empty. */
struct span arena_copy(struct arena *a, struct span s);
/* A terminated copy of `s`, NULL where memory is short. */
char *arena_strndup(struct arena *a, const char *s, size_t len);

#endif
