/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include <assert.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64
#define HEADER 8
#define PADDING UINT32_MAX /* instead of a size: the next block is at the start of the bytes */

/*
 * Positions count on without wrapping. Each side keeps what it alone writes, and what it last saw
 * of the other, in a cache line of its own.
 *
 * Sleeping: the sleeper says so in `reader_sleeps` or `room_wanted` and looks once more; the other
 * moves its position and then looks for sleepers. These four accesses are sequentially consistent,
 * so that one of the two sees the other.
 */
struct ring {
	alignas(CACHE_LINE) atomic_uint_fast64_t head; /* the reader may read up to here */
	uint64_t committed, tail_seen;
	uint32_t reserved; /* with padding and header */
	alignas(CACHE_LINE)
		atomic_uint_fast64_t tail; /* the writer may write a lap ahead of this */
	uint64_t read, head_seen, tail_shown;
	alignas(CACHE_LINE) atomic_bool reader_sleeps;
	atomic_bool flushed, closed;
	atomic_uint_fast32_t room_wanted; /* 0: the writer does not sleep */
	pthread_mutex_t lock;             /* of the sleep alone */
	pthread_cond_t readable, writable;
	alignas(CACHE_LINE) uint32_t size;
	uint8_t *bytes;
};

struct ring *ring_create(uint32_t size)
{
	struct ring *r = aligned_alloc(CACHE_LINE, sizeof(*r));

	assert(size >= RING_LEAST && (size & (size - 1)) == 0);
	if (!r)
		return NULL;
	memset(r, 0, sizeof(*r));
	r->size = size;
	r->bytes = aligned_alloc(CACHE_LINE, size);
	if (!r->bytes) {
		free(r);
		return NULL;
	}
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->readable, NULL);
	pthread_cond_init(&r->writable, NULL);
	return r;
}

void ring_destroy(struct ring *r)
{
	if (!r)
		return;
	pthread_cond_destroy(&r->readable);
	pthread_cond_destroy(&r->writable);
	pthread_mutex_destroy(&r->lock);
	free(r->bytes);
	free(r);
}

uint32_t ring_size(const struct ring *r)
{
	return r->size;
}

uint32_t ring_block_max(const struct ring *r)
{
	return r->size / 2 - HEADER;
}

static uint32_t *header_at(const struct ring *r, uint64_t position)
{
	return (uint32_t *)(r->bytes + (position & (r->size - 1)));
}

/* ---- the writer ---- */

/* What a block takes: header, bytes, and the padding before it where it would wrap. */
static uint32_t space_for(const struct ring *r, uint32_t size)
{
	uint32_t need = HEADER + ((size + 7) & ~7u);
	uint32_t left = r->size - (uint32_t)(r->committed & (r->size - 1));

	return need > left ? left + need : need;
}

static bool fits(const struct ring *r, uint32_t space)
{
	return r->committed + space - r->tail_seen <= r->size;
}

void *ring_reserve(struct ring *r, uint32_t size)
{
	uint32_t space = space_for(r, size);
	uint32_t padding = space - HEADER - ((size + 7) & ~7u);
	uint32_t *header;

	assert(size <= ring_block_max(r));
	if (!fits(r, space)) {
		r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
		if (!fits(r, space))
			return NULL;
	}
	if (padding > 0)
		*header_at(r, r->committed) = PADDING;
	header = header_at(r, r->committed + padding);
	*header = size;
	r->reserved = space;
	return (uint8_t *)header + HEADER;
}

static void wake_reader(struct ring *r)
{
	if (!atomic_exchange(&r->reader_sleeps, false))
		return;
	pthread_mutex_lock(&r->lock);
	pthread_cond_signal(&r->readable);
	pthread_mutex_unlock(&r->lock);
}

void ring_show(struct ring *r)
{
	atomic_store(&r->head, r->committed);
}

void ring_commit(struct ring *r)
{
	uint64_t shown = atomic_load_explicit(&r->head, memory_order_relaxed);

	r->committed += r->reserved;
	r->reserved = 0;
	if (r->committed - shown < r->size / 16)
		return;
	ring_show(r);
	if (r->committed - r->tail_seen >= r->size / 4 && atomic_load(&r->reader_sleeps))
		wake_reader(r);
}

void ring_flush(struct ring *r)
{
	ring_show(r);
	atomic_store(&r->flushed, true);
	if (atomic_load(&r->reader_sleeps))
		wake_reader(r);
}

bool ring_wait_room(struct ring *r, uint32_t size)
{
	uint32_t space = space_for(r, size);
	uint32_t wanted = space > r->size / 2 ? space : r->size / 2;
	bool room;

	ring_flush(r);
	pthread_mutex_lock(&r->lock);
	for (;;) {
		atomic_store(&r->room_wanted, wanted);
		r->tail_seen = atomic_load(&r->tail);
		room = r->size - (r->committed - r->tail_seen) >= wanted;
		if (room || atomic_load(&r->closed))
			break;
		pthread_cond_wait(&r->writable, &r->lock);
	}
	atomic_store(&r->room_wanted, 0);
	pthread_mutex_unlock(&r->lock);
	return room;
}

/* ---- the reader ---- */

/* Gives back what has been read. */
static void give_back(struct ring *r)
{
	uint64_t wanted;

	if (r->tail_shown == r->read)
		return;
	r->tail_shown = r->read;
	atomic_store(&r->tail, r->read);
	wanted = atomic_load(&r->room_wanted);
	if (wanted == 0 || r->size - (atomic_load(&r->head) - r->read) < wanted)
		return;
	if (atomic_exchange(&r->room_wanted, 0) == 0)
		return;
	pthread_mutex_lock(&r->lock);
	pthread_cond_signal(&r->writable);
	pthread_mutex_unlock(&r->lock);
}

const void *ring_peek(struct ring *r, uint32_t *ret_size)
{
	const uint32_t *header;

	if (r->read == r->head_seen) {
		r->head_seen = atomic_load_explicit(&r->head, memory_order_acquire);
		if (r->read == r->head_seen) {
			give_back(r);
			return NULL;
		}
	}
	header = header_at(r, r->read);
	if (*header == PADDING) {
		r->read += r->size - (r->read & (r->size - 1));
		header = header_at(r, r->read);
	}
	*ret_size = *header;
	return (const uint8_t *)header + HEADER;
}

void ring_pop(struct ring *r)
{
	r->read += HEADER + ((*header_at(r, r->read) + 7) & ~7u);
	if (r->read - r->tail_shown >= r->size / 8)
		give_back(r);
}

bool ring_wait(struct ring *r)
{
	bool closed;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		atomic_store(&r->reader_sleeps, true);
		closed = atomic_load(&r->closed);
		if (closed || atomic_load(&r->head) != r->read ||
			atomic_exchange(&r->flushed, false))
			break;
		pthread_cond_wait(&r->readable, &r->lock);
	}
	atomic_store(&r->reader_sleeps, false);
	pthread_mutex_unlock(&r->lock);
	return !closed || atomic_load(&r->head) != r->read;
}

/* ---- either ---- */

void ring_close(struct ring *r)
{
	atomic_store(&r->closed, true);
	pthread_mutex_lock(&r->lock);
	pthread_cond_signal(&r->readable);
	pthread_cond_signal(&r->writable);
	pthread_mutex_unlock(&r->lock);
}
