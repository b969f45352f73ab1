/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/cluster.h"

#include <stdlib.h>

#include "base/table.h"
#include "heuristics/slab.h"

/* Parts are remembered so long for the sake of background templates (contract 2.6). */
#define PART_KEPT (7 * NS_PER_DAY)
#define EVICT_CANDIDATES 8

struct alias {
	uint64_t digest;
	uint64_t id;
};

struct clusters {
	struct clusters_config c;
	struct table *table;   /* struct cluster by id */
	struct table *aliases; /* of edge digests */
	struct table *retries; /* hashes alone */
	struct slab parts, messages, pools;
	struct cluster *next_quiet;
	uint64_t evicted;
};

uint32_t cluster_fold_addr(const struct addr *a)
{
	return identity_fold(hash64(span_of(a->b, sizeof(a->b))));
}

static void give_messages(struct clusters *t, struct cluster_part *p)
{
	while (p->messages) {
		struct cluster_message *m = p->messages;

		p->messages = m->older;
		slab_give(&t->messages, m);
	}
	p->message_count = 0;
}

static void leave_sender(struct cluster_part *p)
{
	if (!p->sender)
		return;
	if (p->prev)
		p->prev->next = p->next;
	else
		p->sender->parts = p->next;
	if (p->next)
		p->next->prev = p->prev;
	p->sender = NULL;
	p->next = p->prev = NULL;
}

static void unlink_part(struct cluster *cl, struct cluster_part *p)
{
	if (p->newer)
		p->newer->older = p->older;
	else
		cl->newest = p->older;
	if (p->older)
		p->older->newer = p->newer;
	else
		cl->oldest = p->newer;
	p->newer = p->older = NULL;
}

static void link_newest(struct cluster *cl, struct cluster_part *p)
{
	p->older = cl->newest;
	if (cl->newest)
		cl->newest->newer = p;
	else
		cl->oldest = p;
	cl->newest = p;
}

static void drop_part(struct clusters *t, struct cluster_part *p)
{
	struct cluster *cl = p->cluster;

	if (p->sender)
		sender_fold(p->sender, p);
	leave_sender(p);
	unlink_part(cl, p);
	cl->part_count--;
	give_messages(t, p);
	slab_give(&t->parts, p);
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
		drop_part(t, cl->oldest);
	for (int k = 0; k < CLUSTER_POOL_KINDS; k++)
		drop_pool(t, cl, k);
	if (t->next_quiet == cl)
		t->next_quiet = table_newer(t->table, cl);
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

/* Room for one more of a slab: the longest quiet clusters leave, but for `keep`. */
static void make_room(struct clusters *t, const struct slab *s, const struct cluster *keep)
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
	uint32_t count;

	if (!t)
		return NULL;
	t->c = *config;
	count = fitting(m, 400, sizeof(struct cluster) + SLOT_COST);
	t->table = make_table(t, count, sizeof(struct cluster), true);
	t->aliases = make_table(
		t, fitting(m, 60, sizeof(struct alias) + SLOT_COST), sizeof(struct alias), false);
	t->retries = make_table(
		t, fitting(m, 60, sizeof(uint64_t) + SLOT_COST), sizeof(uint64_t), false);
	if (!t->table || !t->aliases || !t->retries ||
		slab_init(&t->parts, fitting(m, 320, sizeof(struct cluster_part)),
			sizeof(struct cluster_part)) < 0 ||
		slab_init(&t->messages, fitting(m, 120, sizeof(struct cluster_message)),
			sizeof(struct cluster_message)) < 0 ||
		slab_init(&t->pools, count / 64 + 1, sizeof(struct cluster_pool)) < 0) {
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
	table_destroy(t->retries);
	slab_finish(&t->parts);
	slab_finish(&t->messages);
	slab_finish(&t->pools);
	free(t);
}

uint64_t cluster_id_of(struct clusters *t, const struct content_digest *d)
{
	struct alias *known;
	bool fresh;

	if (d->exact == 0 || d->edges == 0 || table_find(t->table, &d->exact))
		return d->exact;
	known = table_get(t->aliases, &d->edges, &fresh);
	if (fresh || !table_find(t->table, &known->id))
		known->id = d->exact;
	return known->id;
}

struct cluster *clusters_get(struct clusters *t, uint64_t id, nstime time)
{
	struct cluster *cl = table_find(t->table, &id);
	bool fresh = false;

	if (cl && cl == t->next_quiet)
		t->next_quiet = table_newer(t->table, cl);
	cl = table_get(t->table, &id, &fresh);
	if (fresh) {
		cl->first = time;
		cl->look_after = 1;
	}
	if (fresh || cl->last < time)
		cl->last = time;
	cl->quiet = false;
	if (!t->next_quiet)
		t->next_quiet = cl;
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

struct cluster *clusters_next_quiet(struct clusters *t)
{
	return t->next_quiet;
}

void clusters_set_quiet(struct clusters *t, struct cluster *cl)
{
	cl->quiet = true;
	if (t->next_quiet == cl)
		t->next_quiet = table_newer(t->table, cl);
}

struct cluster *clusters_oldest(struct clusters *t)
{
	return table_oldest(t->table);
}

struct cluster *clusters_newer(struct clusters *t, const struct cluster *cl)
{
	return table_newer(t->table, cl);
}

bool clusters_is_retry(struct clusters *t, uint64_t id, const struct message_record *m)
{
	struct addr net = addr_net_key(&m->client);
	uint64_t h = hash_mix(id, m->message_id_hash);
	bool fresh;

	if (m->message_id_hash == 0)
		return false;
	h = hash_mix(h, hash64(record_str(m, m->from)));
	h = hash_mix(h, m->rcpts_hash);
	h = hash_mix(h, hash64(span_of(net.b, sizeof(net.b))));
	table_get(t->retries, &h, &fresh);
	return !fresh;
}

static void count_pool(
	struct cluster_pool *p, const struct cluster_part *part, uint32_t messages, nstime time)
{
	struct addr net = addr_net_key(&part->host);
	uint32_t ip = cluster_fold_addr(&part->host), net_key = cluster_fold_addr(&net), i;

	if (time - p->turned >= CLUSTER_WINDOW) {
		p->messages[1] = time - p->turned < 2 * CLUSTER_WINDOW ? p->messages[0] : 0;
		p->messages[0] = 0;
		p->turned = time;
	}
	p->messages[0] += messages;
	for (i = 0; i < p->ips && p->ip[i] != ip; i++)
		;
	if (i == p->ips && i < LIMIT_EXACT_SET)
		p->ip[p->ips++] = ip;
	for (i = 0; i < p->nets && p->net[i] != net_key; i++)
		;
	if (i == p->nets && i < LIMIT_EXACT_SET)
		p->net[p->nets++] = net_key;
}

/* `messages` of a part of the pool `k` are counted without it from now on. */
static void give_way(struct clusters *t, struct cluster *cl, enum cluster_pool_kind k,
	const struct cluster_part *part, uint32_t messages, nstime time)
{
	struct cluster_pool *p = cl->given_way[k];

	if (!p) {
		make_room(t, &t->pools, cl);
		p = cl->given_way[k] = slab_take(&t->pools);
		if (!p)
			return;
	}
	if (!identity_same(p->id, cl->pool[k]))
		*p = (struct cluster_pool){.id = cl->pool[k], .turned = time};
	count_pool(p, part, messages, time);
}

/* One part leaves: one whose messages are too old, else one of a pool, else the oldest. */
static void displace_part(struct clusters *t, struct cluster *cl, nstime time)
{
	struct cluster_part *victim = cl->oldest, *p;

	if (victim->last > time - CLUSTER_WINDOW) {
		for (p = cl->oldest; p && p->state < CLUSTER_PART_SHOWN_POOL; p = p->newer)
			;
		if (p)
			victim = p;
	}
	if (victim->state >= CLUSTER_PART_SHOWN_POOL)
		give_way(t, cl,
			victim->state == CLUSTER_PART_SHOWN_POOL ? CLUSTER_POOL_SHOWN
								 : CLUSTER_POOL_CLAIMED,
			victim, cluster_part_messages(victim, time - CLUSTER_WINDOW, time), time);
	drop_part(t, victim);
}

static void join_sender(struct cluster_part *p, struct sender *s)
{
	if (p->sender == s)
		return;
	leave_sender(p);
	p->sender = s;
	p->next = s->parts;
	if (s->parts)
		s->parts->prev = p;
	s->parts = p;
}

static struct cluster_part *find_part(
	const struct cluster *cl, const struct cluster_arrival *a, const struct addr *host)
{
	struct cluster_part *p;

	for (p = cl->newest; p; p = p->older)
		if (addr_eq(&p->host, host) && p->fixed.kind == a->fixed.kind &&
			p->fixed.key == a->fixed.key)
			return p;
	return NULL;
}

static struct cluster_part *take_part(struct clusters *t, struct cluster *cl,
	const struct cluster_arrival *a, const struct addr *host)
{
	struct cluster_part *p;

	make_room(t, &t->parts, cl);
	p = slab_take(&t->parts);
	if (!p)
		return NULL;
	p->cluster = cl;
	p->host = *host;
	p->ip = a->ip;
	p->fixed = a->fixed;
	p->first = p->last = a->message.time;
	p->day = (int32_t)(a->message.time / NS_PER_DAY);
	link_newest(cl, p);
	cl->part_count++;
	return p;
}

static void mark_day(struct cluster_part *p, nstime time)
{
	int32_t day = (int32_t)(time / NS_PER_DAY), later = day - p->day;

	if (later > 0) {
		p->days = later > 7 ? 0 : (uint8_t)(p->days << later);
		p->day = day;
		later = 0;
	}
	if (later > -8)
		p->days |= (uint8_t)(1 << -later);
}

/* What is older than the window leaves; where too many are held, the oldest is only counted. */
static void trim_messages(struct clusters *t, struct cluster_part *p, nstime now)
{
	struct cluster_message **at = &p->messages, *m;

	while ((m = *at)) {
		if (m->time > now - CLUSTER_WINDOW &&
			(m->older || p->message_count < CLUSTER_MESSAGES_MAX)) {
			at = &m->older;
			continue;
		}
		if (m->time > now - CLUSTER_WINDOW) {
			if (p->more_last <= now - CLUSTER_WINDOW)
				p->more = 0;
			p->more++;
			p->more_last = m->time;
		}
		*at = m->older;
		p->message_count--;
		slab_give(&t->messages, m);
	}
}

static void add_message(struct clusters *t, struct cluster *cl, struct cluster_part *p,
	const struct cluster_message *m)
{
	struct cluster_message *held;

	trim_messages(t, p, m->time);
	make_room(t, &t->messages, cl);
	held = slab_take(&t->messages);
	if (!held)
		return;
	*held = *m;
	held->older = p->messages;
	p->messages = held;
	p->message_count++;
}

static void forget_old_parts(struct clusters *t, struct cluster *cl, nstime now)
{
	while (cl->oldest && cl->oldest->last <= now - PART_KEPT)
		drop_part(t, cl->oldest);
}

int cluster_pool_kind_of(struct identity id)
{
	return identity_shown(id)            ? CLUSTER_POOL_SHOWN
	       : id.kind == IDENTITY_CLAIMED ? CLUSTER_POOL_CLAIMED
					     : -1;
}

bool cluster_knows_pool(const struct cluster *cl, struct identity id)
{
	int k = cluster_pool_kind_of(id);

	return k >= 0 && identity_same(cl->pool[k], id);
}

/* A full cluster takes no part of a known pool: it would only push out another. */
static bool straight_to_pool(struct clusters *t, struct cluster *cl,
	const struct cluster_arrival *a, const struct addr *host)
{
	const struct cluster_part part = {.host = *host};

	if (cl->part_count < LIMIT_EXACT_SET || !cluster_knows_pool(cl, a->now))
		return false;
	give_way(t, cl, (enum cluster_pool_kind)cluster_pool_kind_of(a->now), &part, 1,
		a->message.time);
	return true;
}

struct cluster_part *clusters_add(
	struct clusters *t, struct cluster *cl, const struct cluster_arrival *a)
{
	struct addr host = addr_host_key(&a->ip);
	nstime time = a->message.time;
	struct cluster_part *p;

	forget_old_parts(t, cl, time);
	p = find_part(cl, a, &host);
	if (p) {
		unlink_part(cl, p);
		link_newest(cl, p);
	} else if (straight_to_pool(t, cl, a, &host)) {
		return NULL;
	} else {
		if (cl->part_count >= LIMIT_EXACT_SET)
			displace_part(t, cl, time);
		p = take_part(t, cl, a, &host);
		if (!p)
			return NULL;
	}
	join_sender(p, a->sender);
	if (p->first > time || p->last <= time - CLUSTER_WINDOW)
		p->first = time;
	if (p->last < time)
		p->last = time;
	p->own |= a->own;
	mark_day(p, time);
	add_message(t, cl, p, &a->message);
	return p;
}

uint32_t cluster_part_messages(const struct cluster_part *p, nstime since, nstime until)
{
	uint32_t n = p->more_last > since && p->more_last <= until ? p->more : 0;

	for (const struct cluster_message *m = p->messages; m; m = m->older)
		n += m->time > since && m->time <= until;
	return n;
}

uint32_t cluster_pool_messages(const struct cluster_pool *p, nstime since)
{
	if (p->turned <= since - CLUSTER_WINDOW)
		return 0;
	return p->messages[0] + p->messages[1];
}

void cluster_parts_orphan(struct sender *s)
{
	while (s->parts)
		leave_sender(s->parts);
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
	return table_bytes(t->table) + table_bytes(t->aliases) + table_bytes(t->retries) +
	       slab_bytes(&t->parts) + slab_bytes(&t->messages) + slab_bytes(&t->pools);
}
