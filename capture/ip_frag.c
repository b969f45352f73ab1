/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A datagram's bytes lie in blocks from one pool, and a bit for each unit of 8 bytes says whether
 * it has come. Nothing else is derived from what the fragments claim, so there is nothing for
 * overlapping or contradicting ones to upset.
 */
#include "capture/ip_frag.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/table.h"

#define MAX_BYTES 65536
#define UNIT 8
#define BLOCK_BYTES 2048
#define BLOCKS (LIMIT_FRAG_BYTES / BLOCK_BYTES)
#define NO_BLOCK UINT16_MAX
#define LIFETIME (30 * NS_PER_S)

struct pending {
	struct ip_frag_key key;
	nstime begun;
	uint32_t end;     /* of the datagram; 0 until its last fragment came */
	uint32_t highest; /* end of the highest byte that came */
	uint32_t units;   /* that came */
	uint8_t protocol;
	uint16_t blocks[MAX_BYTES / BLOCK_BYTES];
	uint64_t came[MAX_BYTES / UNIT / 64];
};

struct ip_frag {
	struct table *pending; /* never touched after creation, so that its order is by age */
	uint8_t *pool;
	uint16_t free_blocks[BLOCKS];
	uint32_t free_count;
	struct ip_frag_stats stats;
	uint8_t whole[MAX_BYTES];
};

static void release(struct ip_frag *f, struct pending *d)
{
	for (size_t i = 0; i < MAX_BYTES / BLOCK_BYTES; i++) {
		if (d->blocks[i] != NO_BLOCK)
			f->free_blocks[f->free_count++] = d->blocks[i];
	}
}

static void evicted(void *cookie, void *entry)
{
	struct ip_frag *f = (struct ip_frag *)cookie;

	release(f, (struct pending *)entry);
	f->stats.lost++;
}

static void give_up(struct ip_frag *f, struct pending *d)
{
	evicted(f, d);
	table_remove(f->pending, d);
}

struct ip_frag *ip_frag_create(uint64_t seed)
{
	struct ip_frag *f = calloc(1, sizeof(*f));
	struct table_config c = {.capacity = LIMIT_FRAG_DATAGRAMS,
		.entry_size = sizeof(struct pending),
		.key_size = sizeof(struct ip_frag_key),
		.seed = seed,
		.evicted = evicted,
		.cookie = f};

	if (!f)
		return NULL;
	f->pending = table_create(&c);
	f->pool = malloc(LIMIT_FRAG_BYTES);
	if (!f->pending || !f->pool) {
		ip_frag_destroy(f);
		return NULL;
	}
	while (f->free_count < BLOCKS) {
		f->free_blocks[f->free_count] = (uint16_t)f->free_count;
		f->free_count++;
	}
	return f;
}

void ip_frag_destroy(struct ip_frag *f)
{
	if (!f)
		return;
	table_destroy(f->pending);
	free(f->pool);
	free(f);
}

static void expire(struct ip_frag *f, nstime now)
{
	struct pending *d;

	while ((d = table_oldest(f->pending)) != NULL && now - d->begun > LIFETIME)
		give_up(f, d);
}

static struct pending *find_or_begin(struct ip_frag *f, const struct ip_frag_key *key, nstime now)
{
	struct pending *d = table_find(f->pending, key);
	bool fresh;

	if (d)
		return d;
	d = table_get(f->pending, key, &fresh);
	d->begun = now;
	memset(d->blocks, 0xff, sizeof(d->blocks));
	return d;
}

/* Never fails: the oldest datagrams but `d` give way. */
static uint16_t take_block(struct ip_frag *f, const struct pending *d)
{
	while (f->free_count == 0) {
		struct pending *victim = table_oldest(f->pending);

		if (victim == d)
			victim = table_newer(f->pending, victim);
		give_up(f, victim);
	}
	return f->free_blocks[--f->free_count];
}

static uint8_t *unit_at(struct ip_frag *f, struct pending *d, uint32_t offset)
{
	uint16_t *block = &d->blocks[offset / BLOCK_BYTES];

	if (*block == NO_BLOCK)
		*block = take_block(f, d);
	return f->pool + (size_t)*block * BLOCK_BYTES + offset % BLOCK_BYTES;
}

static void store(struct ip_frag *f, struct pending *d, const struct ip_frag_piece *p)
{
	for (size_t i = 0; i < p->bytes.len; i += UNIT) {
		uint32_t offset = p->offset + (uint32_t)i, unit = offset / UNIT;
		size_t n = p->bytes.len - i < UNIT ? p->bytes.len - i : UNIT;
		uint8_t *to = unit_at(f, d, offset);

		if (d->came[unit / 64] >> unit % 64 & 1) {
			if (memcmp(to, p->bytes.p + i, n) != 0)
				f->stats.overlap_bytes += n;
			continue;
		}
		memcpy(to, p->bytes.p + i, n);
		d->came[unit / 64] |= UINT64_C(1) << unit % 64;
		d->units++;
	}
}

/* Is the piece possible, by itself and with what is known of its datagram? */
static bool makes_sense(const struct pending *d, const struct ip_frag_piece *p)
{
	size_t end = p->offset + p->bytes.len;

	if (p->bytes.len == 0 || end >= MAX_BYTES || (p->more && p->bytes.len % UNIT))
		return false;
	if (d->end)
		return end <= d->end && (p->more || end == d->end);
	return p->more || end >= d->highest;
}

static struct span gather(struct ip_frag *f, const struct pending *d)
{
	for (uint32_t at = 0; at < d->end; at += BLOCK_BYTES) {
		uint32_t n = d->end - at < BLOCK_BYTES ? d->end - at : BLOCK_BYTES;

		memcpy(f->whole + at, f->pool + (size_t)d->blocks[at / BLOCK_BYTES] * BLOCK_BYTES,
			n);
	}
	return span_of(f->whole, d->end);
}

int ip_frag_add(struct ip_frag *f, const struct ip_frag_key *key, const struct ip_frag_piece *piece,
	struct ip_frag_whole *ret)
{
	uint32_t end = piece->offset + (uint32_t)piece->bytes.len;
	struct pending *d;

	f->stats.fragments++;
	expire(f, piece->time);
	d = find_or_begin(f, key, piece->time);
	if (!makes_sense(d, piece)) {
		if (d->units == 0)
			table_remove(f->pending, d);
		return -1;
	}
	store(f, d, piece);
	if (piece->offset == 0)
		d->protocol = piece->protocol;
	if (end > d->highest)
		d->highest = end;
	if (!piece->more)
		d->end = end;
	if (d->end == 0 || d->units < (d->end + UNIT - 1) / UNIT)
		return 0;
	ret->bytes = gather(f, d);
	ret->protocol = d->protocol;
	f->stats.datagrams++;
	release(f, d);
	table_remove(f->pending, d);
	return 1;
}

struct ip_frag_stats ip_frag_get_stats(const struct ip_frag *f)
{
	struct ip_frag_stats s = f->stats;

	s.pending = table_count(f->pending);
	return s;
}

size_t ip_frag_bytes(const struct ip_frag *f)
{
	return sizeof(*f) + LIMIT_FRAG_BYTES + table_bytes(f->pending);
}
