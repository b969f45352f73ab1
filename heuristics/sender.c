/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/sender.h"

#include <stdlib.h>

#include "base/table.h"
#include "heuristics/cluster.h"

struct senders {
	struct senders_config c;
	struct table *table;
};

static void evicted(void *cookie, void *entry)
{
	struct senders *t = cookie;

	t->c.evicted(t->c.cookie, entry);
}

static bool may_evict(void *cookie, const void *entry)
{
	const struct sender *s = entry;

	return !s->members && !s->held;
}

struct senders *senders_create(const struct senders_config *config)
{
	struct senders *t = calloc(1, sizeof(*t));
	struct table_config c = {
		.capacity = config->capacity,
		.entry_size = sizeof(struct sender),
		.key_size = sizeof(struct addr),
		.seed = config->seed,
		.evicted = evicted,
		.may_evict = may_evict,
		.cookie = t,
	};

	if (!t)
		return NULL;
	t->c = *config;
	t->table = table_create(&c);
	if (!t->table) {
		free(t);
		return NULL;
	}
	return t;
}

void senders_destroy(struct senders *t)
{
	if (!t)
		return;
	table_destroy(t->table);
	free(t);
}

struct sender *senders_get(struct senders *t, const struct addr *host)
{
	bool fresh;

	return table_get(t->table, host, &fresh);
}

struct sender *senders_find(struct senders *t, const struct addr *host)
{
	return table_find(t->table, host);
}

uint64_t senders_evicted(const struct senders *t)
{
	return table_evictions(t->table);
}

size_t senders_bytes(const struct senders *t)
{
	return table_bytes(t->table);
}

void sender_fold(struct sender *s, const struct cluster_part *p)
{
	const struct cluster *cl = p->cluster;

	if (p->state != CLUSTER_PART_RESIDUE)
		return;
	if (cl->peak_ips > s->spread_ips)
		s->spread_ips = cl->peak_ips;
	if (cl->peak_orgs > s->shared_orgs) {
		s->shared_orgs = cl->peak_orgs;
		s->shared_ips = cl->peak_orgs_ips;
	}
	if (p->synchronous && !s->sync.fired)
		s->sync = cl->sync;
}
