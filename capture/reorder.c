/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/reorder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define NODE_DATA sizeof(((struct reorder_node *)0)->data)
#define LIST_NODES (LIMIT_REASSEMBLY_FLOW / REORDER_NODE_BYTES)

static_assert(sizeof(struct reorder_node) == REORDER_NODE_BYTES, "a node keeps its size");

struct reorder_pool {
	struct reorder_node *nodes;
	uint32_t count, unused; /* nodes never used yet lie from `unused` on */
	uint32_t free_first;    /* index + 1 */
	uint32_t free_count;
	uint64_t held;
};

struct reorder_pool *reorder_pool_create(uint32_t count)
{
	struct reorder_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->count = count;
	pool->free_count = count;
	/* Not touched before use: a quiet link does not pay for the whole pool. */
	pool->nodes = malloc((size_t)count * sizeof(*pool->nodes));
	if (!pool->nodes) {
		free(pool);
		return NULL;
	}
	return pool;
}

void reorder_pool_destroy(struct reorder_pool *pool)
{
	if (!pool)
		return;
	free(pool->nodes);
	free(pool);
}

uint64_t reorder_pool_held(const struct reorder_pool *pool)
{
	return pool->held;
}

uint64_t reorder_pool_bytes(const struct reorder_pool *pool)
{
	return sizeof(*pool) + (uint64_t)pool->count * sizeof(*pool->nodes);
}

static struct reorder_node *at(struct reorder_pool *pool, uint32_t link)
{
	return link ? &pool->nodes[link - 1] : NULL;
}

/* A free node's index + 1. */
static uint32_t take(struct reorder_pool *pool)
{
	uint32_t link = pool->free_first;

	assert(pool->free_count > 0);
	pool->free_count--;
	if (!link)
		return ++pool->unused;
	pool->free_first = at(pool, link)->next;
	return link;
}

static void give(struct reorder_pool *pool, uint32_t link)
{
	at(pool, link)->next = pool->free_first;
	pool->free_first = link;
	pool->free_count++;
}

struct reorder_node *reorder_pool_take(struct reorder_pool *pool, uint32_t *ret_index)
{
	if (pool->free_count == 0 || pool->free_count < pool->count / 4)
		return NULL;
	*ret_index = take(pool) - 1;
	return &pool->nodes[*ret_index];
}

struct reorder_node *reorder_pool_node(struct reorder_pool *pool, uint32_t index)
{
	return &pool->nodes[index];
}

void reorder_pool_give(struct reorder_pool *pool, uint32_t index)
{
	give(pool, index + 1);
}

static bool has_room(const struct reorder_pool *pool, const struct reorder *list)
{
	return list->nodes < LIST_NODES && list->nodes < pool->free_count / 4;
}

static uint32_t count_differing(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint32_t n = 0;

	if (memcmp(a, b, len) == 0)
		return 0;
	for (size_t i = 0; i < len; i++)
		n += a[i] != b[i];
	return n;
}

/* The last node that ends at or before `offset` (a link), 0 where none does. */
static uint32_t find_before(struct reorder_pool *pool, const struct reorder *list, uint64_t offset)
{
	const struct reorder_node *last = at(pool, list->last);
	uint32_t before = 0, link = list->first;

	if (last && last->offset + last->len <= offset)
		return list->last;
	while (link && at(pool, link)->offset + at(pool, link)->len <= offset) {
		before = link;
		link = at(pool, link)->next;
	}
	return before;
}

/* Bytes that yet fit into `n`; of one that holds none, as far as its length is counted. */
static uint64_t room_in(const struct reorder_node *n)
{
	return (n->lost ? UINT32_MAX : NODE_DATA) - n->len;
}

/* Can bytes of `piece` at `offset` be added to the end of `n`? They must be of the same ACK. */
static bool joins(const struct reorder_node *n, const struct reorder_piece *piece, uint64_t offset)
{
	return n && n->offset + n->len == offset && n->peer_acked == piece->peer_acked &&
	       n->lost == !piece->data.p && room_in(n) > 0;
}

static uint32_t new_node(struct reorder_pool *pool, struct reorder *list, uint32_t before)
{
	uint32_t link = take(pool);
	struct reorder_node *n = at(pool, link);

	n->next = before ? at(pool, before)->next : list->first;
	if (before)
		at(pool, before)->next = link;
	else
		list->first = link;
	if (!n->next)
		list->last = link;
	list->nodes++;
	return link;
}

/*
 * Stores what fits into one node of the bytes of `piece` from `offset` up to `stop`, behind the
 * node *before, which becomes the node that took them. Returns how many; 0 where there is no room.
 */
static uint32_t fill(struct reorder_pool *pool, struct reorder *list,
	const struct reorder_piece *piece, uint32_t *before, uint64_t offset, uint64_t stop)
{
	struct reorder_node *n = at(pool, *before);
	uint64_t len = stop - offset;

	if (!joins(n, piece, offset)) {
		if (!has_room(pool, list))
			return 0;
		*before = new_node(pool, list, *before);
		n = at(pool, *before);
		n->offset = offset;
		n->len = 0;
		n->peer_acked = piece->peer_acked;
		n->lost = !piece->data.p;
	}
	if (len > room_in(n))
		len = room_in(n);
	if (!n->lost) {
		memcpy(n->data + n->len, piece->data.p + (offset - piece->offset), len);
		pool->held += len;
	}
	n->len += (uint32_t)len;
	return (uint32_t)len;
}

struct reorder_result reorder_put(
	struct reorder_pool *pool, struct reorder *list, const struct reorder_piece *piece)
{
	struct reorder_result r = {0};
	uint64_t offset = piece->offset, end = offset + piece->len;
	uint32_t before = find_before(pool, list, offset);

	while (offset < end) {
		uint32_t link = before ? at(pool, before)->next : list->first;
		const struct reorder_node *n = at(pool, link);
		uint64_t stop = end;

		if (n && n->offset <= offset) {
			if (n->offset + n->len < stop)
				stop = n->offset + n->len;
			r.repeated += (uint32_t)(stop - offset);
			if (!n->lost && piece->data.p)
				r.differing += count_differing(n->data + (offset - n->offset),
					piece->data.p + (offset - piece->offset), stop - offset);
			before = link;
		} else {
			uint32_t stored;

			if (n && n->offset < stop)
				stop = n->offset;
			stored = fill(pool, list, piece, &before, offset, stop);
			if (stored == 0)
				break;
			stop = offset + stored;
		}
		offset = stop;
	}
	r.taken = (uint32_t)(offset - piece->offset);
	return r;
}

const struct reorder_node *reorder_first(struct reorder_pool *pool, const struct reorder *list)
{
	return at(pool, list->first);
}

void reorder_pop(struct reorder_pool *pool, struct reorder *list)
{
	uint32_t link = list->first;
	struct reorder_node *n = at(pool, link);

	list->first = n->next;
	if (!list->first)
		list->last = 0;
	list->nodes--;
	if (!n->lost)
		pool->held -= n->len;
	give(pool, link);
}

void reorder_clear(struct reorder_pool *pool, struct reorder *list)
{
	while (list->first)
		reorder_pop(pool, list);
}
