/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/source.h"

#include <stdlib.h>

#include "heuristics/identity.h"

struct sources {
	struct sources_config config;
	struct table *table;
	struct table *details[DETAIL_COUNT];
};

/* Of the memory of this file, in 32nds: nearly all sources need no details. */
#define SHARE_TABLE 23
static const struct {
	uint32_t size;
	uint32_t share;
} detail_kinds[DETAIL_COUNT] = {
	[DETAIL_NAMES] = {sizeof(struct source_names), 3},
	[DETAIL_HOLDS] = {sizeof(struct source_holds), 3},
	[DETAIL_SENDERS] = {sizeof(struct source_senders), 3},
};

/* What base/table adds to an entry: its node, and three to six bytes of slots. */
#define ENTRY_OVERHEAD 24

static uint32_t detail_bit(enum source_detail d)
{
	return (uint32_t)SOURCE_HAS_DETAIL << d;
}

static void on_evict(void *cookie, void *entry)
{
	struct sources *t = cookie;
	struct source *s = entry;

	if (t->config.evicted)
		t->config.evicted(t->config.cookie, s);
	for (int d = 0; d < DETAIL_COUNT; d++) {
		void *row = sources_detail(t, s, d);

		if (row)
			table_remove(t->details[d], row);
	}
}

static bool on_may_evict(void *cookie, const void *entry)
{
	const struct sources *t = cookie;

	return t->config.may_evict(t->config.cookie, entry);
}

static void detail_lost(struct sources *t, void *row, enum source_detail d)
{
	struct source *s = table_find(t->table, row);

	if (!s)
		return;
	s->bits &= ~detail_bit(d);
	if (d == DETAIL_NAMES)
		s->name_count = 0;
	else if (d == DETAIL_HOLDS)
		s->hold_count = 0;
}

static void on_names_lost(void *cookie, void *row)
{
	detail_lost(cookie, row, DETAIL_NAMES);
}

static void on_holds_lost(void *cookie, void *row)
{
	detail_lost(cookie, row, DETAIL_HOLDS);
}

static void on_senders_lost(void *cookie, void *row)
{
	detail_lost(cookie, row, DETAIL_SENDERS);
}

static struct table *create_table(
	uint64_t memory, uint32_t entry_size, struct table_config *c, uint64_t seed)
{
	uint64_t capacity = memory / (entry_size + ENTRY_OVERHEAD);

	c->capacity = capacity < 64 ? 64 : capacity > 1u << 26 ? 1u << 26 : (uint32_t)capacity;
	c->entry_size = entry_size;
	c->key_size = sizeof(struct addr);
	c->seed = seed;
	return table_create(c);
}

struct sources *sources_create(const struct sources_config *config)
{
	static void (*const lost[DETAIL_COUNT])(void *, void *) = {
		[DETAIL_NAMES] = on_names_lost,
		[DETAIL_HOLDS] = on_holds_lost,
		[DETAIL_SENDERS] = on_senders_lost,
	};
	struct sources *t = calloc(1, sizeof(*t));
	struct table_config c = {.evicted = on_evict, .cookie = t};
	bool ok;

	if (!t)
		return NULL;
	t->config = *config;
	if (config->may_evict)
		c.may_evict = on_may_evict;
	t->table = create_table(
		config->memory / 32 * SHARE_TABLE, sizeof(struct source), &c, config->seed);
	ok = t->table != NULL;
	for (int d = 0; d < DETAIL_COUNT; d++) {
		struct table_config dc = {.evicted = lost[d], .cookie = t};

		t->details[d] = create_table(config->memory / 32 * detail_kinds[d].share,
			detail_kinds[d].size, &dc, config->seed);
		ok = ok && t->details[d];
	}
	if (ok)
		return t;
	sources_destroy(t);
	return NULL;
}

void sources_destroy(struct sources *t)
{
	if (!t)
		return;
	table_destroy(t->table);
	for (int d = 0; d < DETAIL_COUNT; d++)
		table_destroy(t->details[d]);
	free(t);
}

struct source *sources_find(struct sources *t, const struct addr *a)
{
	struct addr key = addr_host_key(a);

	return table_find(t->table, &key);
}

struct source *sources_get(struct sources *t, const struct addr *a, nstime now)
{
	struct addr key = addr_host_key(a);
	bool fresh;
	struct source *s = table_get(t->table, &key, &fresh);

	if (fresh) {
		s->first = now;
		s->last = now;
		s->peak = s->peak_plain = SOURCE_PEAK_NONE;
		memcpy(s->low, a->b + 8, sizeof(s->low));
	}
	return s;
}

void sources_touch(struct sources *t, struct source *s)
{
	table_touch(t->table, s);
}

void sources_prefetch(const struct sources *t, const struct addr *a, enum table_part part)
{
	struct addr key = addr_host_key(a);

	table_prefetch(t->table, &key, part);
}

struct addr source_ip(const struct source *s)
{
	struct addr a = s->key;

	memcpy(a.b + 8, s->low, sizeof(s->low));
	return a;
}

void *sources_detail(struct sources *t, const struct source *s, enum source_detail d)
{
	return s->bits & detail_bit(d) ? table_find(t->details[d], &s->key) : NULL;
}

void *sources_detail_make(struct sources *t, struct source *s, enum source_detail d)
{
	bool fresh;
	void *row = table_get(t->details[d], &s->key, &fresh);

	s->bits |= detail_bit(d);
	return row;
}

struct source *sources_oldest(struct sources *t)
{
	return table_oldest(t->table);
}

struct source *sources_newer(struct sources *t, const struct source *s)
{
	return table_newer(t->table, s);
}

uint32_t sources_count(const struct sources *t)
{
	return table_count(t->table);
}

uint64_t sources_evicted(const struct sources *t)
{
	return table_evictions(t->table);
}

size_t sources_bytes(const struct sources *t)
{
	size_t bytes = sizeof(*t) + table_bytes(t->table);

	for (int d = 0; d < DETAIL_COUNT; d++)
		bytes += table_bytes(t->details[d]);
	return bytes;
}

/* Of several PTR names the one that leads back speaks for the address. */
static struct span speaking_name(const struct ptr_fact *p)
{
	return p->count == 0             ? span_of(NULL, 0)
	       : p->confirmed == TRI_YES ? p->names[p->confirmed_name]
					 : p->names[0];
}

bool source_bind_rdns(
	struct source *s, struct facts *f, struct org_domains *orgs, struct string_store *strings)
{
	char org[ORG_DOMAIN_MAX];
	struct addr ip = source_ip(s);
	struct ptr_fact p;
	struct span name, domain;

	if (s->rdns.confirmed != TRI_UNKNOWN || s->rdns.class == RDNS_NONE)
		return false;
	p = facts_ptr(f, &ip);
	if (p.present == TRI_UNKNOWN ||
		(s->rdns.class != RDNS_UNKNOWN && p.confirmed == TRI_UNKNOWN))
		return false;
	if (p.present == TRI_NO) {
		s->rdns.class = RDNS_NONE;
		return true;
	}
	name = speaking_name(&p);
	domain = org_domain(orgs, name, org);
	s->rdns.class = (uint8_t)rdns_classify(orgs, name, &ip);
	s->rdns.confirmed = (uint8_t)p.confirmed;
	s->rdns.name = string_store_put(strings, name);
	s->rdns.org = identity_org_key(domain);
	return true;
}
