/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/flow_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/random.h"
#include "capture/flow_hash.h"

#define LEAST_FLOWS 8 /* a shard */
#define STUB_BIT 0x80000000u
#define SECOND_CHANCES 8

/* `ref` is the index + 1 of a flow, or with STUB_BIT of a stub; 0 is a free slot. The low bits of
 * `tag` are the slot where the search begins. */
struct slot {
	uint32_t tag, ref;
};

struct rank_list {
	uint32_t first, last, count;
};

struct shard {
	struct slot *slots;
	uint32_t base;   /* index of its first flow, and of its first stub */
	uint32_t unused; /* its flows never used yet begin here */
	uint32_t free_first, count;
	uint32_t stub_hand; /* of its ring: the next to be taken */
	struct rank_list ranks[FLOW_RANKS];
};

struct flow_table {
	struct flow *flows;
	struct flow_stub *stubs;
	struct slot *slots;
	uint32_t first, count; /* shards */
	uint32_t per_shard, slot_mask;
	uint64_t secret; /* of its slots */
	struct shard shards[CAPTURE_SHARDS];
};

static_assert(sizeof(struct flow_stub) == 64, "a stub is one cache line");

static size_t flow_bytes(const struct flow_table *t)
{
	return (size_t)t->per_shard * t->count * sizeof(struct flow);
}

static size_t stub_bytes(const struct flow_table *t)
{
	return (size_t)t->per_shard * t->count * sizeof(struct flow_stub);
}

static size_t slot_bytes(const struct flow_table *t)
{
	return ((size_t)t->slot_mask + 1) * t->count * sizeof(struct slot);
}

/* Zeroed, not touched before use, in large pages where the system has them: look-ups are at random
 * places. NULL where memory is short. */
static void *take_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, size, MADV_HUGEPAGE);
	return p;
}

static void give_memory(void *p, size_t size)
{
	if (p)
		munmap(p, size);
}

static void init_shard(struct flow_table *t, uint32_t i)
{
	struct shard *s = &t->shards[i];

	s->slots = t->slots + (size_t)i * (t->slot_mask + 1);
	s->free_first = FLOW_NONE;
	for (int r = 0; r < FLOW_RANKS; r++)
		s->ranks[r] = (struct rank_list){FLOW_NONE, FLOW_NONE, 0};
}

struct flow_table *flow_table_create(uint64_t flows, uint32_t first, uint32_t count)
{
	struct flow_table *t = calloc(1, sizeof(*t));
	uint64_t per_shard = flows / CAPTURE_SHARDS, slots = 16;

	if (!t)
		return NULL;
	if (per_shard < LEAST_FLOWS)
		per_shard = LEAST_FLOWS;
	if (per_shard > (STUB_BIT - 1) / CAPTURE_SHARDS / 4)
		per_shard = (STUB_BIT - 1) / CAPTURE_SHARDS / 4;
	while (slots * 2 < per_shard * 2 * 3) /* two thirds full at the most */
		slots *= 2;
	t->secret = random_word() | 1;
	t->first = first;
	t->count = count;
	t->per_shard = (uint32_t)per_shard;
	t->slot_mask = (uint32_t)slots - 1;
	t->flows = take_memory(flow_bytes(t));
	t->stubs = take_memory(stub_bytes(t));
	t->slots = take_memory(slot_bytes(t));
	if (!t->flows || !t->stubs || !t->slots) {
		flow_table_destroy(t);
		return NULL;
	}
	for (uint32_t i = 0; i < count; i++)
		init_shard(t, i);
	return t;
}

void flow_table_destroy(struct flow_table *t)
{
	if (!t)
		return;
	give_memory(t->flows, flow_bytes(t));
	give_memory(t->stubs, stub_bytes(t));
	give_memory(t->slots, slot_bytes(t));
	free(t);
}

uint64_t flow_table_bytes(const struct flow_table *t)
{
	return sizeof(*t) + flow_bytes(t) + stub_bytes(t) + slot_bytes(t);
}

struct flow *flow_table_at(struct flow_table *t, uint32_t index)
{
	return &t->flows[index];
}

uint32_t flow_table_index(const struct flow_table *t, const struct flow *f)
{
	return (uint32_t)(f - t->flows);
}

uint32_t flow_table_capacity(const struct flow_table *t)
{
	return t->per_shard * t->count;
}

/* ---- looking up ---- */

static struct shard *shard_at(struct flow_table *t, unsigned int number)
{
	assert(number - t->first < t->count);
	return &t->shards[number - t->first];
}

/* Does `seg` go from a to b (1), from b to a (2), or neither (0)? */
static int compare(const struct segment *seg, const struct addr *a, uint16_t a_port,
	const struct addr *b, uint16_t b_port)
{
	if (seg->src_port == a_port && seg->dst_port == b_port && addr_eq(&seg->src, a) &&
		addr_eq(&seg->dst, b))
		return 1;
	if (seg->src_port == b_port && seg->dst_port == a_port && addr_eq(&seg->src, b) &&
		addr_eq(&seg->dst, a))
		return 2;
	return 0;
}

/* The seed of `hash` is known in a replay; the slots must not be, or flows could be piled up. */
static uint32_t tag_of(const struct flow_table *t, uint64_t hash)
{
	return (uint32_t)flow_hash_fold(hash, t->secret);
}

void flow_table_prefetch_slot(struct flow_table *t, uint64_t hash)
{
	__builtin_prefetch(
		&shard_at(t, flow_hash_shard(hash))->slots[tag_of(t, hash) & t->slot_mask]);
}

/* The first of a shard's flows that was never used. */
static uint32_t unused_flow(const struct flow_table *t, const struct shard *s)
{
	return s->unused * t->count + (uint32_t)(s - t->shards);
}

/*
 * Which rank gives a flow up: the lowest that has more than its share. The shares leave room for
 * what has only begun, however many flows of higher ranks there are: else a flood of these would
 * let nobody in.
 */
static int rank_to_drain(const struct flow_table *t, const struct shard *s)
{
	static const uint32_t parts[FLOW_RANKS] = {
		[FLOW_RANK_NEW] = 16, [FLOW_RANK_READY] = 16, [FLOW_RANK_UNPROVEN] = 8,
		[FLOW_RANK_PROVEN] = UINT32_MAX};
	int r = 0;

	while (s->ranks[r].count <= t->per_shard / parts[r])
		r++;
	return r;
}

/* The flow that a new connection would take, or drive out. */
static uint32_t next_to_use(const struct flow_table *t, const struct shard *s)
{
	if (s->free_first != FLOW_NONE)
		return s->free_first;
	if (s->unused < t->per_shard)
		return unused_flow(t, s);
	return s->ranks[rank_to_drain(t, s)].first;
}

void flow_table_prefetch_flow(struct flow_table *t, uint64_t hash)
{
	const struct shard *s = shard_at(t, flow_hash_shard(hash));
	uint32_t tag = tag_of(t, hash), k = tag & t->slot_mask, i;
	const char *flow;

	while (s->slots[k].ref && s->slots[k].tag != tag)
		k = (k + 1) & t->slot_mask;
	if (s->slots[k].ref & STUB_BIT) {
		__builtin_prefetch(&t->stubs[(s->slots[k].ref & ~STUB_BIT) - 1]);
		return;
	}
	i = s->slots[k].ref ? s->slots[k].ref - 1 : next_to_use(t, s);
	/* Nearly every line of a flow is wanted for every packet. */
	flow = (const char *)&t->flows[i];
	for (size_t at = 0; at < sizeof(struct flow); at += 64)
		__builtin_prefetch(flow + at, 1);
}

struct flow_found flow_table_find(struct flow_table *t, uint64_t hash, const struct segment *seg)
{
	const struct slot *slots = shard_at(t, flow_hash_shard(hash))->slots;
	uint32_t tag = tag_of(t, hash), k = tag & t->slot_mask;
	struct flow_found found = {0};

	for (; slots[k].ref; k = (k + 1) & t->slot_mask) {
		uint32_t ref = slots[k].ref;
		int way;

		if (slots[k].tag != tag)
			continue;
		if (ref & STUB_BIT) {
			struct flow_stub *s = &t->stubs[(ref & ~STUB_BIT) - 1];

			if (compare(seg, &s->a, s->a_port, &s->b, s->b_port)) {
				found.stub = s;
				return found;
			}
		} else {
			struct flow *f = &t->flows[ref - 1];

			way = compare(seg, &f->info.client, f->info.client_port, &f->info.server,
				f->info.server_port);
			if (way) {
				found.flow = f;
				found.dir = way == 1 ? FLOW_CLIENT : FLOW_SERVER;
				return found;
			}
		}
	}
	return found;
}

/* The slot of an entry that is in the table. */
static uint32_t find_slot(
	const struct flow_table *t, const struct shard *s, uint32_t tag, uint32_t ref)
{
	uint32_t k = tag & t->slot_mask;

	while (s->slots[k].ref != ref) {
		assert(s->slots[k].ref);
		k = (k + 1) & t->slot_mask;
	}
	return k;
}

/* Frees a slot and moves back those that had been pushed past it. */
static void close_slot(const struct flow_table *t, struct shard *s, uint32_t hole)
{
	uint32_t k = hole;

	for (;;) {
		uint32_t home;

		k = (k + 1) & t->slot_mask;
		if (!s->slots[k].ref)
			break;
		home = s->slots[k].tag & t->slot_mask;
		if (((k - home) & t->slot_mask) >= ((k - hole) & t->slot_mask)) {
			s->slots[hole] = s->slots[k];
			hole = k;
		}
	}
	s->slots[hole].ref = 0;
}

/* ---- ranks ---- */

static void unlink_rank(struct flow_table *t, struct flow *f)
{
	struct rank_list *l = &shard_at(t, f->info.shard)->ranks[f->rank];

	l->count--;
	if (f->rank_prev != FLOW_NONE)
		t->flows[f->rank_prev].rank_next = f->rank_next;
	else
		l->first = f->rank_next;
	if (f->rank_next != FLOW_NONE)
		t->flows[f->rank_next].rank_prev = f->rank_prev;
	else
		l->last = f->rank_prev;
}

static void link_rank(struct flow_table *t, struct flow *f, enum flow_rank rank)
{
	struct rank_list *l = &shard_at(t, f->info.shard)->ranks[rank];
	uint32_t i = flow_table_index(t, f);

	l->count++;
	f->rank = (uint8_t)rank;
	f->ranked = f->info.last_time;
	f->rank_prev = l->last;
	f->rank_next = FLOW_NONE;
	if (l->last != FLOW_NONE)
		t->flows[l->last].rank_next = i;
	else
		l->first = i;
	l->last = i;
}

void flow_table_rank(struct flow_table *t, struct flow *f, enum flow_rank rank)
{
	unlink_rank(t, f);
	link_rank(t, f, rank);
}

bool flow_table_full(const struct flow_table *t, unsigned int shard)
{
	return t->shards[shard - t->first].count == t->per_shard;
}

struct flow *flow_table_victim(struct flow_table *t, unsigned int shard)
{
	struct shard *s = shard_at(t, shard);
	int r = rank_to_drain(t, s);
	struct flow *f = &t->flows[s->ranks[r].first];

	for (int k = 0; k < SECOND_CHANCES && r != FLOW_RANK_NEW; k++) {
		if (f->info.last_time <= f->ranked)
			break;
		flow_table_rank(t, f, (enum flow_rank)r);
		f = &t->flows[s->ranks[r].first];
	}
	return f;
}

uint32_t flow_table_sessions(const struct flow_table *t, unsigned int shard)
{
	const struct shard *s = &t->shards[shard - t->first];

	return s->ranks[FLOW_RANK_UNPROVEN].count + s->ranks[FLOW_RANK_PROVEN].count;
}

struct flow *flow_table_session_victim(
	struct flow_table *t, unsigned int shard, uint32_t limit, uint64_t least)
{
	struct shard *s = shard_at(t, shard);
	enum flow_rank r = s->ranks[FLOW_RANK_UNPROVEN].count > limit / 2 ||
					   s->ranks[FLOW_RANK_PROVEN].count == 0
				   ? FLOW_RANK_UNPROVEN
				   : FLOW_RANK_PROVEN;

	for (int k = 0; k < SECOND_CHANCES && s->ranks[r].count > 0; k++) {
		struct flow *f = &t->flows[s->ranks[r].first];
		bool fits = f->info.id >= least;
		bool alive = f->info.last_time > f->ranked;

		if (fits && (!alive || k == SECOND_CHANCES - 1))
			return f;
		flow_table_rank(t, f, r);
	}
	return NULL;
}

/* ---- adding and removing ---- */

static void add_slot(const struct flow_table *t, struct shard *s, uint32_t tag, uint32_t ref)
{
	uint32_t k = tag & t->slot_mask;

	while (s->slots[k].ref)
		k = (k + 1) & t->slot_mask;
	s->slots[k] = (struct slot){tag, ref};
}

struct flow *flow_table_insert(struct flow_table *t, uint64_t hash, const struct segment *seg)
{
	unsigned int shard = flow_hash_shard(hash);
	struct shard *s = shard_at(t, shard);
	uint32_t i = s->free_first;
	struct flow *f;

	assert(s->count < t->per_shard);
	if (i == FLOW_NONE) {
		i = unused_flow(t, s);
		s->unused++;
	} else {
		s->free_first = t->flows[i].rank_next;
	}
	s->count++;
	f = &t->flows[i];
	memset(f, 0, sizeof(*f));
	f->info.client = seg->src;
	f->info.server = seg->dst;
	f->info.client_port = seg->src_port;
	f->info.server_port = seg->dst_port;
	f->info.last_time = seg->time;
	f->tag = tag_of(t, hash);
	f->info.shard = (uint8_t)shard;
	add_slot(t, s, f->tag, i + 1);
	link_rank(t, f, FLOW_RANK_NEW);
	return f;
}

/* Everything but the slot. */
static void release(struct flow_table *t, struct flow *f)
{
	struct shard *s = shard_at(t, f->info.shard);

	unlink_rank(t, f);
	f->rank = FLOW_RANKS; /* unused */
	f->rank_next = s->free_first;
	s->free_first = flow_table_index(t, f);
	s->count--;
}

void flow_table_remove(struct flow_table *t, struct flow *f)
{
	struct shard *s = shard_at(t, f->info.shard);

	close_slot(t, s, find_slot(t, s, f->tag, flow_table_index(t, f) + 1));
	release(t, f);
}

void flow_table_to_stub(struct flow_table *t, struct flow *f, nstime time, bool closed)
{
	struct shard *s = shard_at(t, f->info.shard);
	uint32_t i = s->stub_hand * t->count + (f->info.shard - t->first);
	struct flow_stub *stub = &t->stubs[i];

	if (stub->used)
		flow_table_remove_stub(t, stub);
	s->stub_hand = s->stub_hand + 1 == t->per_shard ? 0 : s->stub_hand + 1;
	*stub = (struct flow_stub){
		.a = f->info.client,
		.b = f->info.server,
		.a_port = f->info.client_port,
		.b_port = f->info.server_port,
		.tag = f->tag,
		.time = time,
		.used = true,
		.closed = closed,
	};
	s->slots[find_slot(t, s, f->tag, flow_table_index(t, f) + 1)].ref = (i + 1) | STUB_BIT;
	release(t, f);
}

void flow_table_remove_stub(struct flow_table *t, struct flow_stub *stub)
{
	uint32_t i = (uint32_t)(stub - t->stubs);
	struct shard *s = &t->shards[i % t->count];

	close_slot(t, s, find_slot(t, s, stub->tag, (i + 1) | STUB_BIT));
	stub->used = false;
}

struct flow *flow_table_each(struct flow_table *t, const struct flow *f)
{
	uint32_t i = f ? flow_table_index(t, f) + 1 : 0, passed = 0;

	for (; i < flow_table_capacity(t) && passed < t->count; i++) {
		if (i / t->count >= t->shards[i % t->count].unused) {
			passed++; /* nothing of this shard lies behind */
			continue;
		}
		passed = 0;
		if (t->flows[i].rank != FLOW_RANKS)
			return &t->flows[i];
	}
	return NULL;
}
