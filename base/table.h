/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of fixed-size entries under a fixed cap: open addressing over 32-bit slots, entries in
 * one pool, least-recently-used order kept by links. Everything is allocated at creation. When it
 * is full, inserting evicts: the caller's `evict` is told, and may name another victim.
 *
 * An entry is `entry_size` bytes whose first `key_size` bytes are its key. Pointers to entries
 * stay valid until that entry is removed or evicted. All orders (LRU, iteration) are a function of
 * the calls alone, so the same input gives the same evictions. Where an entry lies also depends on a
 * secret of the table, also in a replay: nobody can choose keys that fall into one place.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table;

struct table_config {
	uint32_t capacity; /* entries, at least 1 */
	uint32_t entry_size;
	uint32_t key_size;
	uint64_t seed;
	/* Told before an entry leaves because the table is full. May be NULL. */
	void (*evicted)(void *cookie, void *entry);
	/* May a full table evict this one? NULL means any. Asked of the eight oldest; if none may
	 * go, the oldest goes all the same. */
	bool (*may_evict)(void *cookie, const void *entry);
	void *cookie;
};

/* NULL where memory is short. */
struct table *table_create(const struct table_config *config);
void table_destroy(struct table *t);

/* The entry of `key`, or NULL. Does not touch its LRU place. */
void *table_find(struct table *t, const void *key);
/*
 * The entry of `key`, made where there was none: then its bytes after the key are zero and
 * *ret_fresh is true. Becomes the most recently used. Never NULL.
 */
void *table_get(struct table *t, const void *key, bool *ret_fresh);

/*
 * Asks for memory that the two above will want: the slot; then, when that has come, the entry.
 * Nothing but time changes.
 */
enum table_part {
	TABLE_SLOT,
	TABLE_ENTRY,
};

void table_prefetch(const struct table *t, const void *key, enum table_part part);

/* Becomes the most recently used. */
void table_touch(struct table *t, void *entry);
void table_remove(struct table *t, void *entry);

/* The least recently used entry and its followers, NULL at the end. */
void *table_oldest(struct table *t);
void *table_newer(struct table *t, const void *entry);

uint32_t table_count(const struct table *t);
uint64_t table_evictions(const struct table *t);
/* Bytes it holds, all of them taken at creation. */
size_t table_bytes(const struct table *t);

#endif
