/* SPDX-License-Identifier: Apache-2.0 */
#include "base/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/big.h"
#include "base/hash.h"
#include "base/random.h"

#define NONE UINT32_MAX
#define ENTRY_ALIGN 8
#define EVICT_CANDIDATES 8
#define CACHE_LINE 64

/* What stands in front of each entry in the pool. */
struct node {
	uint32_t older, newer; /* LRU links; `newer` also chains the free list */
	uint32_t hash;	       /* low bits of the key's hash, to place it again */
	uint32_t used;
};

struct table {
	struct table_config c;
	uint64_t secret; /* with the seed */
	uint8_t *pool;
	uint32_t *slots; /* entry index, NONE where free */
	uint32_t mask;
	size_t stride;
	uint32_t oldest, newest, free_head, next_unused, count;
	uint64_t evictions;
};

static struct node *node_at(const struct table *t, uint32_t i)
{
	return (struct node *)(t->pool + (size_t)i * t->stride);
}

static void *entry_at(const struct table *t, uint32_t i)
{
	return node_at(t, i) + 1;
}

static uint32_t index_of(const struct table *t, const void *entry)
{
	return (uint32_t)(((const uint8_t *)entry - sizeof(struct node) - t->pool) / t->stride);
}

struct table *table_create(const struct table_config *config)
{
	struct table *t;
	uint64_t slots = 2;

	assert(config->capacity > 0 && config->capacity < (1u << 30));
	assert(config->key_size > 0 && config->key_size <= config->entry_size);
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->c = *config;
	t->secret = config->seed ^ random_word();
	t->stride = (sizeof(struct node) + config->entry_size + ENTRY_ALIGN - 1) &
		~(size_t)(ENTRY_ALIGN - 1);
	while (slots * 2 < (uint64_t)config->capacity * 3) /* load of two thirds at the most */
		slots *= 2;
	t->mask = (uint32_t)(slots - 1);
	t->slots = malloc(slots * sizeof(*t->slots));
	t->pool = malloc(t->stride * config->capacity);
	if (!t->slots || !t->pool) {
		table_destroy(t);
		return NULL;
	}
	big_advise(t->pool, t->stride * config->capacity);
	big_advise(t->slots, slots * sizeof(*t->slots));
	memset(t->slots, 0xff, slots * sizeof(*t->slots));
	t->oldest = t->newest = t->free_head = NONE;
	return t;
}

void table_destroy(struct table *t)
{
	if (!t)
		return;
	free(t->slots);
	free(t->pool);
	free(t);
}

static uint32_t key_hash(const struct table *t, const void *key)
{
	return (uint32_t)hash64_seed(key, t->c.key_size, t->secret);
}

/* The slot that holds `key`, or the free one where it would go. */
static uint32_t probe(const struct table *t, const void *key, uint32_t hash)
{
	uint32_t s = hash & t->mask;

	for (;;) {
		uint32_t i = t->slots[s];

		if (i == NONE)
			return s;
		if (node_at(t, i)->hash == hash &&
			memcmp(entry_at(t, i), key, t->c.key_size) == 0)
			return s;
		s = (s + 1) & t->mask;
	}
}

static void unlink_lru(struct table *t, struct node *n)
{
	if (n->older != NONE)
		node_at(t, n->older)->newer = n->newer;
	else
		t->oldest = n->newer;
	if (n->newer != NONE)
		node_at(t, n->newer)->older = n->older;
	else
		t->newest = n->older;
}

static void link_newest(struct table *t, uint32_t i)
{
	struct node *n = node_at(t, i);

	n->older = t->newest;
	n->newer = NONE;
	if (t->newest != NONE)
		node_at(t, t->newest)->newer = i;
	else
		t->oldest = i;
	t->newest = i;
}

/* Frees slot `s` and moves back those that had probed past it. */
static void close_slot(struct table *t, uint32_t s)
{
	uint32_t hole = s, k = s;

	for (;;) {
		uint32_t home;

		k = (k + 1) & t->mask;
		if (t->slots[k] == NONE)
			break;
		home = node_at(t, t->slots[k])->hash & t->mask;
		if (((k - home) & t->mask) >= ((k - hole) & t->mask)) {
			t->slots[hole] = t->slots[k];
			hole = k;
		}
	}
	t->slots[hole] = NONE;
}

static void drop(struct table *t, uint32_t i)
{
	struct node *n = node_at(t, i);

	assert(n->used);
	close_slot(t, probe(t, entry_at(t, i), n->hash));
	unlink_lru(t, n);
	n->used = 0;
	n->newer = t->free_head;
	t->free_head = i;
	t->count--;
}

static void evict_one(struct table *t)
{
	uint32_t victim = t->oldest;

	if (t->c.may_evict) {
		uint32_t i = t->oldest;

		for (int k = 0; k < EVICT_CANDIDATES && i != NONE; k++) {
			if (t->c.may_evict(t->c.cookie, entry_at(t, i))) {
				victim = i;
				break;
			}
			i = node_at(t, i)->newer;
		}
	}
	if (t->c.evicted)
		t->c.evicted(t->c.cookie, entry_at(t, victim));
	drop(t, victim);
	t->evictions++;
}

static uint32_t take_entry(struct table *t)
{
	uint32_t i;

	if (t->free_head == NONE && t->next_unused == t->c.capacity)
		evict_one(t);
	if (t->free_head != NONE) {
		i = t->free_head;
		t->free_head = node_at(t, i)->newer;
		return i;
	}
	return t->next_unused++;
}

void *table_find(struct table *t, const void *key)
{
	uint32_t i = t->slots[probe(t, key, key_hash(t, key))];

	return i == NONE ? NULL : entry_at(t, i);
}

void table_prefetch(const struct table *t, const void *key, enum table_part part)
{
	const uint32_t *slot = &t->slots[key_hash(t, key) & t->mask];

	if (part == TABLE_SLOT) {
		__builtin_prefetch(slot);
		return;
	}
	for (size_t at = 0; *slot != NONE && at < t->stride; at += CACHE_LINE)
		__builtin_prefetch(t->pool + (size_t)*slot * t->stride + at, 1);
}

void *table_get(struct table *t, const void *key, bool *ret_fresh)
{
	uint32_t hash = key_hash(t, key);
	uint32_t i = t->slots[probe(t, key, hash)];
	struct node *n;

	if (i != NONE) {
		table_touch(t, entry_at(t, i));
		*ret_fresh = false;
		return entry_at(t, i);
	}
	i = take_entry(t);
	n = node_at(t, i);
	n->hash = hash;
	n->used = 1;
	memset(entry_at(t, i), 0, t->c.entry_size);
	memcpy(entry_at(t, i), key, t->c.key_size);
	t->slots[probe(t, key, hash)] = i;
	link_newest(t, i);
	t->count++;
	*ret_fresh = true;
	return entry_at(t, i);
}

void table_touch(struct table *t, void *entry)
{
	uint32_t i = index_of(t, entry);

	if (t->newest == i)
		return;
	unlink_lru(t, node_at(t, i));
	link_newest(t, i);
}

void table_remove(struct table *t, void *entry)
{
	drop(t, index_of(t, entry));
}

void *table_oldest(struct table *t)
{
	return t->oldest == NONE ? NULL : entry_at(t, t->oldest);
}

void *table_newer(struct table *t, const void *entry)
{
	uint32_t i = node_at(t, index_of(t, entry))->newer;

	return i == NONE ? NULL : entry_at(t, i);
}

uint32_t table_count(const struct table *t)
{
	return t->count;
}

uint64_t table_evictions(const struct table *t)
{
	return t->evictions;
}

size_t table_bytes(const struct table *t)
{
	return sizeof(*t) + ((size_t)t->mask + 1) * sizeof(*t->slots) +
		t->stride * t->c.capacity;
}
