/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/string_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"

#define UNIT 8 /* references count in these, so that 32 bits span 32 GiB of strings put */
#define RECENT (1u << 14)

/* In front of each string. */
struct head {
	uint16_t len;
};

struct string_store {
	uint8_t *ring;
	uint64_t size;
	uint64_t next; /* bytes ever put, a multiple of UNIT; its place is next % size */
	string_ref recent[RECENT]; /* by hash: what is not stored again */
};

struct string_store *string_store_create(uint64_t bytes)
{
	struct string_store *s;

	assert(bytes >= 64 * 1024 && (bytes & (bytes - 1)) == 0);
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->ring = malloc(bytes);
	if (!s->ring) {
		free(s);
		return NULL;
	}
	s->size = bytes;
	s->next = UNIT; /* so that no reference is 0 */
	return s;
}

void string_store_destroy(struct string_store *s)
{
	if (!s)
		return;
	free(s->ring);
	free(s);
}

/* Bytes put since `ref` was. */
static uint64_t age(const struct string_store *s, string_ref ref)
{
	return (uint64_t)(uint32_t)(s->next / UNIT - ref) * UNIT;
}

bool string_store_has(const struct string_store *s, string_ref ref)
{
	return ref != 0 && age(s, ref) <= s->size;
}

struct span string_store_get(const struct string_store *s, string_ref ref)
{
	const uint8_t *p;
	struct head h;

	if (!string_store_has(s, ref))
		return span_of(NULL, 0);
	p = s->ring + (uint64_t)ref * UNIT % s->size;
	memcpy(&h, p, sizeof(h));
	return span_of(p + sizeof(h), h.len);
}

string_ref string_store_put(struct string_store *s, struct span text)
{
	struct span kept = span_head(text, LIMIT_HELO_ARG);
	struct head h = {(uint16_t)kept.len};
	uint64_t need = (sizeof(h) + kept.len + UNIT - 1) & ~(uint64_t)(UNIT - 1), at;
	string_ref *slot = &s->recent[hash64(kept) % RECENT];

	if (*slot && age(s, *slot) < s->size / 2 && span_eq(string_store_get(s, *slot), kept))
		return *slot;
	at = s->next % s->size;
	if (at + need > s->size) { /* a string does not wrap */
		s->next += s->size - at;
		at = 0;
	}
	if ((uint32_t)(s->next / UNIT) == 0) { /* 0 means none */
		s->next += UNIT;
		at += UNIT;
	}
	memcpy(s->ring + at, &h, sizeof(h));
	if (kept.len)
		memcpy(s->ring + at + sizeof(h), kept.p, kept.len);
	*slot = (string_ref)(s->next / UNIT);
	s->next += need;
	return *slot;
}

size_t string_store_bytes(const struct string_store *s)
{
	return sizeof(*s) + s->size;
}
