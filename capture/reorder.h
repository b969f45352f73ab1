/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stream bytes that came before their turn. A direction keeps them in a list of nodes ordered by
 * stream offset; the nodes come from a pool of fixed size that many directions share. The first
 * copy of a byte wins. Zeroed memory is an empty list.
 *
 * A list may hold at most LIMIT_REASSEMBLY_FLOW bytes of nodes, and a quarter of what is free in
 * the pool: however many lists grow, some room is left for the next one.
 */
#ifndef CAPTURE_REORDER_H
#define CAPTURE_REORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define REORDER_NODE_BYTES 2048

struct reorder_pool;

struct reorder_node {
	uint64_t offset;
	int64_t peer_acked; /* of the segment that carried it, as in struct stream_chunk */
	uint32_t len;       /* bytes of the stream */
	uint32_t next;      /* of a list, or of the pool's free nodes: index + 1 */
	bool lost;          /* nothing was captured of it */
	uint8_t data[REORDER_NODE_BYTES - 32];
};

struct reorder {
	uint32_t first, last; /* index + 1, 0 for none */
	uint32_t nodes;
};

/* `count` nodes. NULL where memory is short. */
struct reorder_pool *reorder_pool_create(uint32_t count);
void reorder_pool_destroy(struct reorder_pool *pool);
/* Bytes of stream held in all lists; bytes of memory taken. */
uint64_t reorder_pool_held(const struct reorder_pool *pool);
uint64_t reorder_pool_bytes(const struct reorder_pool *pool);

/* A single node for another use, NULL where less than a quarter of the pool is free; its index. */
struct reorder_node *reorder_pool_take(struct reorder_pool *pool, uint32_t *ret_index);
struct reorder_node *reorder_pool_node(struct reorder_pool *pool, uint32_t index);
void reorder_pool_give(struct reorder_pool *pool, uint32_t index);

struct reorder_piece {
	uint64_t offset;
	struct span data; /* of `len` bytes, or NULL: they were not captured */
	uint32_t len;
	int64_t peer_acked;
};

struct reorder_result {
	uint32_t taken;     /* bytes from the start that are done with; fewer than asked: no room */
	uint32_t repeated;  /* those among them that were held already */
	uint32_t differing; /* and of these, how many had other content */
};

struct reorder_result reorder_put(
	struct reorder_pool *pool, struct reorder *list, const struct reorder_piece *piece);

/* The node of the lowest offset, NULL where there is none. */
const struct reorder_node *reorder_first(struct reorder_pool *pool, const struct reorder *list);
void reorder_pop(struct reorder_pool *pool, struct reorder *list);
void reorder_clear(struct reorder_pool *pool, struct reorder *list);

#endif
