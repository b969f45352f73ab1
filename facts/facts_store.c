/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/facts_store.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/table.h"

#define LIFE_MIN NS_PER_DAY
#define LIFE_MAX (7 * NS_PER_DAY)
#define NAME_ADDRS 10 /* addresses kept a name, both families together */
#define PTR_TEXT 256  /* bytes of an address's names, one after another */
#define ENTRY_OVERHEAD 32

struct name_key {
	uint8_t len;
	char text[LIMIT_DNS_NAME];
};

struct name_addr {
	struct addr addr;
	nstime until;
};

struct name_entry {
	struct name_key key;
	nstime absent_until[2]; /* by enum facts_family; 0: not known to be absent */
	nstime known_until[2];  /* what is listed is all there is */
	uint8_t partial[2];     /* some address was not kept */
	uint8_t count;
	struct name_addr addrs[NAME_ADDRS];
};

struct ptr_entry {
	struct addr key;
	nstime until;
	uint8_t present, partial, count;
	uint8_t len[FACTS_PTR_NAMES];
	char text[PTR_TEXT];
};

struct alias_entry {
	struct name_key key;
	struct addr addr;
};

struct facts_store {
	struct table *names, *ptrs, *aliases;
};

static struct table *make_table(uint64_t memory, uint32_t entry, uint32_t key, uint64_t seed)
{
	uint64_t capacity = memory / (entry + ENTRY_OVERHEAD);
	struct table_config c = {.entry_size = entry, .key_size = key, .seed = seed};

	if (capacity < 1)
		capacity = 1;
	if (capacity > 1u << 24)
		capacity = 1u << 24;
	c.capacity = (uint32_t)capacity;
	return table_create(&c);
}

struct facts_store *facts_store_create(uint64_t memory, uint64_t seed)
{
	struct facts_store *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->names = make_table(
		memory / 16 * 9, sizeof(struct name_entry), sizeof(struct name_key), seed);
	s->ptrs = make_table(memory / 16 * 6, sizeof(struct ptr_entry), sizeof(struct addr), seed);
	s->aliases =
		make_table(memory / 16, sizeof(struct alias_entry), sizeof(struct name_key), seed);
	if (!s->names || !s->ptrs || !s->aliases) {
		facts_store_destroy(s);
		return NULL;
	}
	return s;
}

void facts_store_destroy(struct facts_store *s)
{
	if (!s)
		return;
	table_destroy(s->names);
	table_destroy(s->ptrs);
	table_destroy(s->aliases);
	free(s);
}

static nstime life_end(nstime now, uint32_t ttl)
{
	nstime life = (nstime)ttl * NS_PER_S;

	if (life < LIFE_MIN)
		life = LIFE_MIN;
	if (life > LIFE_MAX)
		life = LIFE_MAX;
	return now < NSTIME_MAX - life ? now + life : NSTIME_MAX;
}

/* Zero is never: a capture's clock may begin there. */
static bool stands(nstime until, nstime now)
{
	return until != 0 && until >= now;
}

/* Lower case, trailing dot off. 1, or -1 where it is too long to be a name. */
static int make_key(struct span name, struct name_key *ret)
{
	if (name.len > 0 && name.p[name.len - 1] == '.')
		name.len--;
	if (name.len == 0 || name.len > sizeof(ret->text))
		return -1;
	memset(ret, 0, sizeof(*ret));
	ret->len = (uint8_t)name.len;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.p[i];

		ret->text[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	return 1;
}

static enum facts_family family_of(const struct addr *a)
{
	return addr_is_v4(a) ? FACTS_V4 : FACTS_V6;
}

static struct name_entry *find_name(struct facts_store *s, struct span name)
{
	struct name_key key;

	return make_key(name, &key) > 0 ? table_find(s->names, &key) : NULL;
}

static struct name_entry *get_name(struct facts_store *s, struct span name)
{
	struct name_key key;
	bool fresh;

	return make_key(name, &key) > 0 ? table_get(s->names, &key, &fresh) : NULL;
}

static void set_absent(struct name_entry *e, enum facts_family family, nstime until)
{
	uint8_t kept = 0;

	for (uint8_t i = 0; i < e->count; i++)
		if (family_of(&e->addrs[i].addr) != family)
			e->addrs[kept++] = e->addrs[i];
	e->count = kept;
	e->absent_until[family] = until;
	e->known_until[family] = 0;
	e->partial[family] = 0;
}

/* The place of `a`, else a free one, else that of the address which ends first. */
static struct name_addr *place_of(struct name_entry *e, const struct addr *a, nstime now)
{
	struct name_addr *first = &e->addrs[0];

	for (uint8_t i = 0; i < e->count; i++) {
		if (addr_eq(&e->addrs[i].addr, a))
			return &e->addrs[i];
		if (e->addrs[i].until < first->until)
			first = &e->addrs[i];
	}
	if (e->count < NAME_ADDRS)
		return &e->addrs[e->count++];
	if (stands(first->until, now))
		e->partial[family_of(&first->addr)] = 1;
	return first;
}

/* Large senders rotate through their addresses, so answers of a family add up. */
void facts_store_addrs(struct facts_store *s, struct span name, enum facts_family family,
	const struct facts_answer *a, const struct addr *addrs)
{
	struct name_entry *e = get_name(s, name);
	nstime until = life_end(a->now, a->ttl);

	if (!e)
		return;
	if (a->count == 0) {
		set_absent(e, family, until);
		return;
	}
	e->absent_until[family] = 0;
	e->known_until[family] = until;
	e->partial[family] |= a->partial;
	for (size_t i = 0; i < a->count; i++) {
		struct name_addr *place = place_of(e, &addrs[i], a->now);

		place->addr = addrs[i];
		place->until = until;
	}
}

void facts_store_nxdomain(struct facts_store *s, struct span name, nstime now)
{
	struct name_entry *e = get_name(s, name);

	if (!e)
		return;
	set_absent(e, FACTS_V4, life_end(now, 0));
	set_absent(e, FACTS_V6, life_end(now, 0));
}

void facts_store_names(struct facts_store *s, const struct addr *addr, const struct facts_answer *a,
	const struct span *names)
{
	struct ptr_entry *e;
	size_t at = 0;
	bool fresh;

	e = table_get(s->ptrs, addr, &fresh);
	e->until = life_end(a->now, a->ttl);
	e->present = a->count > 0;
	e->partial = a->partial;
	e->count = 0;
	for (size_t i = 0; i < a->count; i++) {
		if (e->count == FACTS_PTR_NAMES || names[i].len > PTR_TEXT - at ||
			names[i].len > UINT8_MAX) {
			e->partial = 1;
			continue;
		}
		memcpy(e->text + at, names[i].p, names[i].len);
		e->len[e->count++] = (uint8_t)names[i].len;
		at += names[i].len;
	}
}

void facts_store_alias(struct facts_store *s, struct span name, const struct addr *addr)
{
	struct alias_entry *e;
	struct name_key key;
	bool fresh;

	if (make_key(name, &key) < 0)
		return;
	e = table_get(s->aliases, &key, &fresh);
	e->addr = *addr;
}

int facts_store_aliased(struct facts_store *s, struct span name, struct addr *ret)
{
	const struct alias_entry *e;
	struct name_key key;

	if (make_key(name, &key) < 0)
		return 0;
	e = table_find(s->aliases, &key);
	if (!e)
		return 0;
	*ret = e->addr;
	return 1;
}

enum tri facts_store_resolves(
	struct facts_store *s, struct span name, const struct addr *a, nstime now)
{
	const struct name_entry *e = find_name(s, name);
	enum facts_family family = family_of(a);

	if (!e)
		return TRI_UNKNOWN;
	for (uint8_t i = 0; i < e->count; i++)
		if (addr_eq(&e->addrs[i].addr, a) && stands(e->addrs[i].until, now))
			return TRI_YES;
	if (stands(e->absent_until[family], now))
		return TRI_NO;
	return stands(e->known_until[family], now) && !e->partial[family] ? TRI_NO : TRI_UNKNOWN;
}

enum tri facts_store_exists(struct facts_store *s, struct span name, nstime now)
{
	const struct name_entry *e = find_name(s, name);

	if (!e)
		return TRI_UNKNOWN;
	for (uint8_t i = 0; i < e->count; i++)
		if (stands(e->addrs[i].until, now))
			return TRI_YES;
	if (stands(e->absent_until[FACTS_V4], now) && stands(e->absent_until[FACTS_V6], now))
		return TRI_NO;
	return TRI_UNKNOWN;
}

/* YES where one of the names resolves to `a`, NO where none can. */
static void confirm(
	struct facts_store *s, const struct addr *a, nstime now, bool partial, struct ptr_fact *p)
{
	bool all_known = !partial;

	for (size_t i = 0; i < p->count; i++) {
		enum tri t = facts_store_resolves(s, p->names[i], a, now);

		if (t == TRI_YES) {
			p->confirmed = TRI_YES;
			p->confirmed_name = i;
			return;
		}
		all_known = all_known && t == TRI_NO;
	}
	p->confirmed = all_known ? TRI_NO : TRI_UNKNOWN;
}

struct ptr_fact facts_store_ptr(struct facts_store *s, const struct addr *a, nstime now)
{
	const struct ptr_entry *e = table_find(s->ptrs, a);
	struct ptr_fact p = {0};
	size_t at = 0;

	if (!e || !stands(e->until, now))
		return p;
	p.present = tri_of(e->present);
	p.count = e->count;
	for (size_t i = 0; i < p.count; i++) {
		p.names[i] = span_of(e->text + at, e->len[i]);
		at += e->len[i];
	}
	confirm(s, a, now, e->partial, &p);
	return p;
}

uint64_t facts_store_entries(const struct facts_store *s)
{
	return (uint64_t)table_count(s->names) + table_count(s->ptrs);
}

uint64_t facts_store_evicted(const struct facts_store *s)
{
	return table_evictions(s->names) + table_evictions(s->ptrs);
}

uint64_t facts_store_bytes(const struct facts_store *s)
{
	return sizeof(*s) + table_bytes(s->names) + table_bytes(s->ptrs) + table_bytes(s->aliases);
}
