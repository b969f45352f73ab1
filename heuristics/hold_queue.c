/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/hold_queue.h"

#include <stdlib.h>
#include <string.h>

#include "heuristics/byte_ring.h"

struct hold_queue {
	struct byte_ring ring;
	struct held_message *oldest, *latest; /* in the ring, some having left */
	uint64_t count;                       /* that wait */
};

struct hold_queue *hold_queue_create(uint64_t bytes)
{
	struct hold_queue *q = calloc(1, sizeof(*q));
	uint64_t least = 4 * (RECORD_MAX + sizeof(struct held_message));

	if (!q)
		return NULL;
	q->ring.size = (bytes < least ? least : bytes) & ~(uint64_t)7;
	q->ring.bytes = malloc(q->ring.size);
	if (!q->ring.bytes) {
		free(q);
		return NULL;
	}
	return q;
}

void hold_queue_destroy(struct hold_queue *q)
{
	if (!q)
		return;
	free(q->ring.bytes);
	free(q);
}

static uint64_t block_size(const struct message_record *m)
{
	return sizeof(struct held_message) + m->r.size;
}

/* All that have left at the front are given back. */
static void reclaim(struct hold_queue *q)
{
	while (q->oldest && q->oldest->left) {
		q->ring.tail += block_size(held_message_record(q->oldest));
		q->oldest = q->oldest->after;
		if (!q->oldest)
			break;
		/* A block that would not fit at the end began anew. */
		if ((uint8_t *)q->oldest != (uint8_t *)byte_ring_at(&q->ring, q->ring.tail))
			q->ring.tail += q->ring.size - q->ring.tail % q->ring.size;
	}
	if (!q->oldest) {
		q->latest = NULL;
		q->ring.tail = q->ring.head;
	}
}

static void link_sender(struct held_message *h, struct sender *s)
{
	h->sender = s;
	h->prev = s->held_last;
	if (s->held_last)
		s->held_last->next = h;
	else
		s->held = h;
	s->held_last = h;
}

static void unlink_sender(struct held_message *h)
{
	struct sender *s = h->sender;

	if (!s)
		return;
	if (h->prev)
		h->prev->next = h->next;
	else
		s->held = h->next;
	if (h->next)
		h->next->prev = h->prev;
	else
		s->held_last = h->prev;
	h->sender = NULL;
	h->next = h->prev = NULL;
}

struct held_message *hold_queue_put(
	struct hold_queue *q, const struct message_record *m, struct sender *s)
{
	uint64_t size = block_size(m), at = byte_ring_place(&q->ring, size);
	struct held_message *h;

	if (!byte_ring_fits(&q->ring, at + size))
		return NULL;
	h = byte_ring_at(&q->ring, at);
	*h = (struct held_message){.deadline = m->r.time + HOLD_QUEUE_WAIT};
	memcpy(h + 1, m, m->r.size);
	q->ring.head = at + size;
	if (q->latest)
		q->latest->after = h;
	else {
		q->oldest = h;
		q->ring.tail = at;
	}
	q->latest = h;
	q->count++;
	link_sender(h, s);
	return h;
}

const struct message_record *held_message_record(const struct held_message *h)
{
	return (const struct message_record *)(h + 1);
}

struct held_message *hold_queue_oldest(const struct hold_queue *q)
{
	return q->oldest;
}

void hold_queue_remove(struct hold_queue *q, struct held_message *h)
{
	unlink_sender(h);
	h->left = true;
	q->count--;
	reclaim(q);
}

void hold_queue_orphan(struct sender *s)
{
	while (s->held)
		unlink_sender(s->held);
}

uint64_t hold_queue_count(const struct hold_queue *q)
{
	return q->count;
}

size_t hold_queue_bytes(const struct hold_queue *q)
{
	return sizeof(*q) + q->ring.size;
}
