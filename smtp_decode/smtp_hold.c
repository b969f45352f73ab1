/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_hold.h"

#include <assert.h>

#define PIECES 32

struct piece {
	nstime time;
	uint64_t packet, offset, missing;
	int64_t peer_acked;
	uint16_t len;
	uint8_t dir, kind;
	uint32_t reserved;
};

struct smtp_hold_block {
	uint16_t first, count; /* pieces */
	uint16_t start, end;   /* of the bytes */
	struct piece pieces[PIECES];
	uint8_t bytes[LIMIT_HELD];
};

_Static_assert(sizeof(struct smtp_hold_block) <= SMTP_BLOCK_SIZE, "a queue is one block");

/* May `b` follow `a` in one piece? */
static bool joins(const struct piece *a, const struct piece *b)
{
	return a->kind == CHUNK_DATA && b->kind == CHUNK_DATA && a->dir == b->dir &&
	       a->peer_acked == b->peer_acked;
}

/* Makes room among the pieces, so that only changes of kind, direction and ACK count. */
static void compact(struct smtp_hold_block *b)
{
	uint16_t n = 0;

	for (uint16_t i = b->first; i < b->count; i++) {
		if (n > 0 && joins(&b->pieces[n - 1], &b->pieces[i]))
			b->pieces[n - 1].len += b->pieces[i].len;
		else
			b->pieces[n++] = b->pieces[i];
	}
	b->first = 0;
	b->count = n;
}

/* Is `c` of the same packet as the last piece? Cuts within a packet are no pieces. */
static bool goes_on(const struct smtp_hold_block *b, const struct stream_chunk *c)
{
	const struct piece *last = b->count > b->first ? &b->pieces[b->count - 1] : NULL;

	return last && last->kind == CHUNK_DATA && c->kind == CHUNK_DATA && last->dir == c->dir &&
	       last->peer_acked == c->peer_acked && last->packet == c->packet &&
	       last->time == c->time;
}

static void add(struct smtp_hold_block *b, struct piece *p, const struct stream_chunk *c)
{
	if (c->data.len > 0)
		memcpy(b->bytes + b->end, c->data.p, c->data.len);
	p->len += (uint16_t)c->data.len;
	b->end += (uint16_t)c->data.len;
}

bool smtp_hold_put(struct smtp_hold *h, struct smtp_blocks *pool, const struct stream_chunk *c)
{
	struct smtp_hold_block *b = h->block;

	if (!b) {
		if (c->data.len > LIMIT_HELD || !(b = smtp_block_take(pool)))
			return false;
		b->first = b->count = b->start = b->end = 0;
		h->block = b;
	}
	if (c->data.len > (size_t)(LIMIT_HELD - b->end))
		return false;
	if (goes_on(b, c)) {
		add(b, &b->pieces[b->count - 1], c);
		return true;
	}
	if (b->count == PIECES)
		compact(b);
	if (b->count == PIECES)
		return false;
	b->pieces[b->count++] = (struct piece){
		.time = c->time,
		.packet = c->packet,
		.offset = c->offset,
		.missing = c->missing,
		.peer_acked = c->peer_acked,
		.dir = (uint8_t)c->dir,
		.kind = (uint8_t)c->kind,
	};
	add(b, &b->pieces[b->count - 1], c);
	return true;
}

size_t smtp_hold_room(const struct smtp_hold *h)
{
	return h->block ? (size_t)(LIMIT_HELD - h->block->end) : LIMIT_HELD;
}

bool smtp_hold_first(const struct smtp_hold *h, struct stream_chunk *ret)
{
	const struct smtp_hold_block *b = h->block;
	const struct piece *p;

	if (!b)
		return false;
	p = &b->pieces[b->first];
	*ret = (struct stream_chunk){
		.time = p->time,
		.packet = p->packet,
		.dir = p->dir,
		.kind = p->kind,
		.offset = p->offset,
		.data = span_of(b->bytes + b->start, p->len),
		.missing = p->missing,
		.peer_acked = p->peer_acked,
	};
	return true;
}

void smtp_hold_drop(struct smtp_hold *h, struct smtp_blocks *pool, size_t n)
{
	struct smtp_hold_block *b = h->block;
	struct piece *p = &b->pieces[b->first];

	assert(n <= p->len);
	b->start += (uint16_t)n;
	p->len -= (uint16_t)n;
	p->offset += n;
	if (p->len > 0)
		return;
	if (++b->first == b->count)
		smtp_hold_clear(h, pool);
}

struct span smtp_hold_bytes(const struct smtp_hold *h)
{
	const struct smtp_hold_block *b = h->block;

	return b ? span_of(b->bytes + b->start, (size_t)(b->end - b->start)) : span_of(NULL, 0);
}

void smtp_hold_pack(struct smtp_hold *h, struct smtp_blocks *pool, struct smtp_pack *pack)
{
	struct smtp_hold_block *b = h->block;

	if (!b)
		return;
	if (!pack->out)
		b = smtp_block_pack(pool, b, 0, false, pack);
	if (b) {
		smtp_pack_bytes(pack, b, offsetof(struct smtp_hold_block, pieces));
		smtp_pack_words(pack, b->pieces + b->first, NULL,
			(size_t)(b->count - b->first) * sizeof(b->pieces[0]));
		smtp_pack_bytes(pack, b->bytes + b->start, (size_t)(b->end - b->start));
	}
	if (pack->out) {
		explicit_bzero(b->bytes, b->end);
		b = smtp_block_pack(pool, b, 0, false, pack);
	}
	h->block = b;
}

void smtp_hold_clear(struct smtp_hold *h, struct smtp_blocks *pool)
{
	if (h->block)
		explicit_bzero(h->block->bytes, h->block->end);
	smtp_block_give(pool, h->block);
	h->block = NULL;
}
