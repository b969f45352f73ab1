/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "heuristics/cluster_state.h"

#define EVICT_CANDIDATES 8

struct alias {
	uint64_t digest;
	uint64_t id;
};

uint32_t cluster_fold_addr(const struct addr *a)
{
	return identity_fold(hash64(span_of(a->b, sizeof(a->b))));
}

static void drop_pool(struct clusters *t, struct cluster *cl, enum cluster_pool_kind k)
{
	if (cl->given_way[k])
		slab_give(&t->pools, cl->given_way[k]);
	cl->given_way[k] = NULL;
}

/* All that hangs on it; the entry itself stays. */
static void empty_cluster(struct clusters *t, struct cluster *cl)
{
	t->c.leaving(t->c.cookie, cl);
	while (cl->oldest)
		cluster_drop_part(t, cl->oldest);
	for (int k = 0; k < CLUSTER_POOL_KINDS; k++)
		drop_pool(t, cl, k);
}

static void evicted(void *cookie, void *entry)
{
	struct clusters *t = cookie;

	t->evicted++;
	empty_cluster(t, entry);
}

static bool may_evict(void *cookie, const void *entry)
{
	const struct cluster *cl = entry;

	return !cl->campaign && !cl->low;
}

void cluster_make_room(struct clusters *t, const struct slab *s, const struct cluster *keep)
{
	while (s->in_use == s->capacity) {
		struct cluster *cl = table_oldest(t->table), *victim = NULL;

		for (int i = 0; cl && i < EVICT_CANDIDATES; i++, cl = table_newer(t->table, cl)) {
			if (cl == keep)
				continue;
			if (!victim)
				victim = cl;
			if (may_evict(t, cl)) {
				victim = cl;
				break;
			}
		}
		if (!victim)
			return;
		t->evicted++;
		clusters_remove(t, victim);
	}
}

static struct table *make_table(
	struct clusters *t, uint32_t capacity, uint32_t entry_size, bool of_clusters)
{
	struct table_config c = {
		.capacity = capacity,
		.entry_size = entry_size,
		.key_size = sizeof(uint64_t),
		.seed = t->c.seed,
		.evicted = of_clusters ? evicted : NULL,
		.may_evict = of_clusters ? may_evict : NULL,
		.cookie = t,
	};

	return table_create(&c);
}

/* So many of `size` bytes fit `permille` of the memory, but for what a few clusters need. */
static uint32_t fitting(uint64_t memory, unsigned int permille, size_t size)
{
	uint64_t n = memory / 1000 * permille / size;
	uint64_t least = 4 * LIMIT_EXACT_SET * CLUSTER_MESSAGES_MAX;

	return (uint32_t)(n < least ? least : n > 1u << 28 ? 1u << 28 : n);
}

#define SLOT_COST 24 /* of a table's node and slots */

struct clusters *clusters_create(const struct clusters_config *config)
{
	struct clusters *t = calloc(1, sizeof(*t));
	uint64_t m = config->memory;

	if (!t)
		return NULL;
	t->c = *config;
	t->table = make_table(t, fitting(m, 410, sizeof(struct cluster) + SLOT_COST),
		sizeof(struct cluster), true);
	t->aliases = make_table(
		t, fitting(m, 60, sizeof(struct alias) + SLOT_COST), sizeof(struct alias), false);
	if (!t->table || !t->aliases ||
		slab_init(&t->parts, fitting(m, 360, sizeof(struct cluster_part)),
			sizeof(struct cluster_part)) < 0 ||
		slab_init(&t->messages, fitting(m, 150, sizeof(struct cluster_message)),
			sizeof(struct cluster_message)) < 0 ||
		slab_init(&t->pools, fitting(m, 20, sizeof(struct cluster_pool)),
			sizeof(struct cluster_pool)) < 0) {
		clusters_destroy(t);
		return NULL;
	}
	return t;
}

void clusters_destroy(struct clusters *t)
{
	if (!t)
		return;
	table_destroy(t->table);
	table_destroy(t->aliases);
	slab_finish(&t->parts);
	slab_finish(&t->messages);
	slab_finish(&t->pools);
	free(t);
}

/* One that has the same edges; else the name it would have itself. */
static uint64_t id_by_edges(struct clusters *t, const struct content_digest *d)
{
	struct alias *known;
	bool fresh;

	if (d->edges == 0)
		return d->exact;
	known = table_get(t->aliases, &d->edges, &fresh);
	if (fresh || !table_find(t->table, &known->id))
		known->id = d->exact;
	return known->id;
}

uint64_t cluster_id_of(struct clusters *t, const struct content_digest *d)
{
	if (d->exact == 0 || table_find(t->table, &d->exact))
		return d->exact;
	return id_by_edges(t, d);
}

struct cluster *clusters_of(struct clusters *t, const struct content_digest *d, nstime time)
{
	struct cluster *cl = table_find(t->table, &d->exact);

	if (!cl)
		return clusters_get(t, id_by_edges(t, d), time);
	table_touch(t->table, cl);
	if (cl->last < time)
		cl->last = time;
	cl->due = time + CLUSTER_WINDOW;
	return cl;
}

struct cluster *clusters_get(struct clusters *t, uint64_t id, nstime time)
{
	bool fresh;
	struct cluster *cl = table_get(t->table, &id, &fresh);

	if (fresh) {
		cl->first = time;
		cl->look_after = 1;
	}
	if (fresh || cl->last < time)
		cl->last = time;
	cl->due = time + CLUSTER_WINDOW;
	return cl;
}

struct cluster *clusters_find(struct clusters *t, uint64_t id)
{
	return table_find(t->table, &id);
}

void clusters_remove(struct clusters *t, struct cluster *cl)
{
	empty_cluster(t, cl);
	table_remove(t->table, cl);
}

struct cluster *clusters_oldest(struct clusters *t)
{
	return table_oldest(t->table);
}

struct cluster *clusters_newer(struct clusters *t, const struct cluster *cl)
{
	return table_newer(t->table, cl);
}

void clusters_keep(struct clusters *t, struct cluster *cl, nstime now)
{
	table_touch(t->table, cl);
	cl->due = now + CLUSTER_WINDOW;
}

uint32_t clusters_count(const struct clusters *t)
{
	return table_count(t->table);
}

uint64_t clusters_evicted(const struct clusters *t)
{
	return t->evicted;
}

size_t clusters_bytes(const struct clusters *t)
{
	return table_bytes(t->table) + table_bytes(t->aliases) + slab_bytes(&t->parts) +
	       slab_bytes(&t->messages) + slab_bytes(&t->pools);
}
