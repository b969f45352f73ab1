/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/residue.h"

#include <stdlib.h>

/* Rule 2.3. */
#define POOL_PERMILLE 900
#define POOL_IPS_MIN 2
#define CONCENTRATED_BELOW_IPS 8
/* Rule 2.4: neighbours in a block. */
#define NEIGHBOURS_PERMILLE 700
/* Rule 2.6: so many of the seven days before the last. */
#define VETERAN_DAYS 3

/* The messages of one identity. */
struct tally {
	struct identity id;
	uint64_t messages;
	uint32_t ips, nets;
	struct addr last_host, last_net; /* items come sorted */
};

struct tallies {
	uint32_t count;
	uint64_t messages;
	struct tally t[LIMIT_EXACT_SET + 1];
};

static int by_host(const void *a, const void *b)
{
	const struct residue_item *x = a, *y = b;
	int order = addr_cmp(&x->part->host, &y->part->host);

	if (order != 0)
		return order;
	if (x->part->fixed.kind != y->part->fixed.kind)
		return x->part->fixed.kind < y->part->fixed.kind ? -1 : 1;
	return x->part->fixed.key < y->part->fixed.key ? -1
						       : x->part->fixed.key > y->part->fixed.key;
}

/* What is known of the address now, but for the greeting that its messages came with. */
static struct identity_facts facts_of(const struct cluster_part *p, const struct residue_env *env)
{
	struct identity_facts f;

	env->facts(env->cookie, &p->ip, &f);
	if (p->greeted) {
		f.helo_known = true;
		f.helo_freemail = false;
		f.helo_fqdn = p->claim != 0;
		f.helo_org = p->claim;
	}
	return f;
}

static void gather(struct residue *r, const struct residue_env *env)
{
	for (struct cluster_part *p = r->cl->newest; p; p = p->older) {
		struct residue_item *item = &r->item[r->count];
		struct identity_facts f;

		if (cluster_part_messages(p, r->until - CLUSTER_WINDOW, r->until) == 0)
			continue;
		f = facts_of(p, env);
		p->state = CLUSTER_PART_RESIDUE;
		*item = (struct residue_item){
			.part = p,
			.id = identity_of(p->fixed, &f),
			.bad_host = identity_bad_host(&f),
			.rdns_unknown = f.rdns_class == RDNS_UNKNOWN,
			.helo_unknown = !f.helo_known,
		};
		for (const struct cluster_message *m = p->messages; m; m = m->older)
			r->unverified |= m->bits & CLUSTER_MESSAGE_UNVERIFIED;
		r->count++;
	}
	qsort(r->item, r->count, sizeof(r->item[0]), by_host);
}

static struct tally *tally_of(struct tallies *all, struct identity id)
{
	uint32_t i;

	for (i = 0; i < all->count; i++)
		if (identity_same(all->t[i].id, id))
			return &all->t[i];
	all->t[i] = (struct tally){.id = id};
	all->count++;
	return &all->t[i];
}

static bool held_in(const uint32_t *list, uint32_t count, const struct addr *a)
{
	uint32_t key = cluster_fold_addr(a);

	for (uint32_t i = 0; i < count; i++)
		if (list[i] == key)
			return true;
	return false;
}

static void tally_item(struct tallies *all, const struct residue *r,
	const struct residue_item *item, const struct cluster_pool *pool)
{
	struct tally *t = tally_of(all, item->id);
	const struct addr *host = &item->part->host;
	struct addr net = addr_net_key(host);
	bool in_pool = pool && identity_same(pool->id, item->id);
	uint32_t n = cluster_part_messages(item->part, r->until - CLUSTER_WINDOW, r->until);

	t->messages += n;
	all->messages += n;
	if (!addr_eq(&t->last_host, host) && !(in_pool && held_in(pool->ip, pool->ips, host)))
		t->ips++;
	if (!addr_eq(&t->last_net, &net) && !(in_pool && held_in(pool->net, pool->nets, &net)))
		t->nets++;
	t->last_host = *host;
	t->last_net = net;
}

/* The identity with nearly all messages of its kind, from several addresses; none: zeroed. */
static struct tally find_pool(const struct residue *r, enum cluster_pool_kind k)
{
	const struct cluster_pool *pool = r->cl->given_way[k];
	struct tallies all = {.count = 0};

	for (uint32_t i = 0; i < r->count; i++)
		if (cluster_pool_kind_of(r->item[i].id) == (int)k)
			tally_item(&all, r, &r->item[i], pool);
	if (pool) {
		struct tally *t = tally_of(&all, pool->id);
		uint32_t n = cluster_pool_messages(pool, r->until - CLUSTER_WINDOW);

		t->messages += n;
		all.messages += n;
		t->ips += n ? pool->ips : 0;
		t->nets += n ? pool->nets : 0;
	}
	for (uint32_t i = 0; i < all.count; i++)
		if (all.t[i].messages * 1000 >= all.messages * POOL_PERMILLE &&
			all.t[i].ips >= POOL_IPS_MIN)
			return all.t[i];
	return (struct tally){.ips = 0};
}

static void take_out(struct residue *r, struct identity id, enum cluster_pool_kind k)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < r->count; i++) {
		if (!identity_same(r->item[i].id, id) ||
			cluster_pool_kind_of(r->item[i].id) != (int)k)
			r->item[kept++] = r->item[i];
		else
			r->item[i].part->state = k == CLUSTER_POOL_SHOWN
							 ? CLUSTER_PART_SHOWN_POOL
							 : CLUSTER_PART_CLAIMED_POOL;
	}
	r->count = kept;
	r->pool[k] = id;
}

/* Nobody's claim is worth anything where many networks make the same one. */
static void ignore_claim(struct residue *r, struct identity id)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (r->item[i].id.kind == IDENTITY_CLAIMED && identity_same(r->item[i].id, id)) {
			r->item[i].id = (struct identity){.kind = IDENTITY_NONE};
			r->item[i].scattered = true;
		}
	r->scattered = id;
}

void residue_build(
	struct residue *r, struct cluster *cl, nstime until, const struct residue_env *env)
{
	struct tally pool;

	r->cl = cl;
	r->until = until;
	r->count = 0;
	r->scattered = (struct identity){.kind = IDENTITY_NONE};
	r->unverified = false;
	memset(r->pool, 0, sizeof(r->pool));
	gather(r, env);
	pool = find_pool(r, CLUSTER_POOL_SHOWN);
	if (pool.ips)
		take_out(r, pool.id, CLUSTER_POOL_SHOWN);
	pool = find_pool(r, CLUSTER_POOL_CLAIMED);
	if (pool.ips && (pool.ips < CONCENTRATED_BELOW_IPS || pool.nets * 2 <= pool.ips))
		take_out(r, pool.id, CLUSTER_POOL_CLAIMED);
	else if (pool.ips)
		ignore_claim(r, pool.id);
	for (uint32_t i = 0; i < r->count; i++)
		r->item[i].shows_own = identity_own(r->item[i].id);
}

bool residue_sure(const struct residue_item *item, const struct cluster_message *m)
{
	return !item->scattered && !(m->bits & CLUSTER_MESSAGE_UNVERIFIED);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorts `list`. Distinct values other than 0, and how often the most frequent occurs. */
static uint32_t distinct(uint32_t *list, uint32_t count, uint32_t *ret_most)
{
	uint32_t n = 0, run = 0;

	*ret_most = 0;
	qsort(list, count, sizeof(*list), by_value);
	for (uint32_t i = 0; i < count; i++) {
		if (list[i] == 0)
			continue;
		run = i > 0 && list[i] == list[i - 1] ? run + 1 : 1;
		n += run == 1;
		if (run > *ret_most)
			*ret_most = run;
	}
	return n;
}

/* What is gathered on the way through the items. */
struct scratch {
	uint32_t per_ip[LIMIT_EXACT_SET];
	struct addr host[LIMIT_EXACT_SET];
	struct tallies ids;
	uint32_t from[RESIDUE_STARTS_MAX], reply[RESIDUE_STARTS_MAX];
	uint32_t from_count, reply_count;
};

/* Messages of an item in the window; those held one by one are looked at. */
static uint32_t measure_messages(struct scratch *s, const struct residue_item *item, nstime since,
	nstime until, bool sure_only, struct pattern_measure *ret)
{
	const struct cluster_part *p = item->part;
	bool more =
		p->more_last > since && p->more_last <= until && !(sure_only && item->scattered);
	uint32_t n = more ? p->more : 0;

	for (const struct cluster_message *m = p->messages; m; m = m->older) {
		if (m->time <= since || m->time > until || (sure_only && !residue_sure(item, m)))
			continue;
		n++;
		ret->held++;
		ret->recipients += m->rcpts;
		ret->notices += (m->bits & CLUSTER_MESSAGE_NOTICE) != 0;
		s->from[s->from_count++] = m->from_org;
		if (m->reply_org && m->reply_org != item->id.key)
			s->reply[s->reply_count++] = m->reply_org;
	}
	return n;
}

static void measure_item(
	struct scratch *s, const struct residue_item *item, uint32_t n, struct pattern_measure *ret)
{
	const struct addr *host = &item->part->host;

	ret->messages += n;
	if (item->id.kind == IDENTITY_NONE)
		ret->none += n;
	else
		tally_of(&s->ids, item->id)->messages += n;
	if (item->bad_host)
		ret->bad_host += n;
	if (ret->ips == 0 || !addr_eq(&s->host[ret->ips - 1], host)) {
		s->host[ret->ips] = *host;
		s->per_ip[ret->ips] = 0;
		ret->ips++;
		ret->veterans += __builtin_popcount(item->part->days & ~1u) >= VETERAN_DAYS;
	}
	s->per_ip[ret->ips - 1] += n;
}

/* Is `b` the address (IPv6: the /64) after `a`? */
static bool follows(const struct addr *a, const struct addr *b)
{
	size_t end = addr_is_v4(a) ? 16 : 8;
	struct addr next = *a;

	for (size_t i = end; i-- > 0 && ++next.b[i] == 0;)
		;
	return memcmp(next.b, b->b, end) == 0;
}

static struct addr block_of(const struct addr *a)
{
	return addr_is_v4(a) ? addr_prefix(a, 22) : addr_prefix(a, 48);
}

/* Has host `i` of those from `first` to `end` a neighbour among them? Hosts come sorted. */
static bool has_neighbour(const struct addr *host, uint32_t first, uint32_t i, uint32_t end)
{
	return (i > first && follows(&host[i - 1], &host[i])) ||
	       (i + 1 < end && follows(&host[i], &host[i + 1]));
}

static uint32_t block_ips(const struct addr *host, uint32_t count)
{
	uint32_t best = 0;

	for (uint32_t first = 0, end; first < count; first = end) {
		struct addr block = block_of(&host[first]), other = block;
		uint32_t neighbours = 0;

		for (end = first; end < count && addr_eq(&block, &other); end++)
			if (end + 1 < count)
				other = block_of(&host[end + 1]);
		for (uint32_t i = first; i < end; i++)
			neighbours += has_neighbour(host, first, i, end);
		if (neighbours * 1000 >= (end - first) * NEIGHBOURS_PERMILLE && end - first > best)
			best = end - first;
	}
	return best;
}

static uint32_t count_nets(const struct addr *host, uint32_t count)
{
	uint32_t n = 0;
	struct addr last = {{0}};

	for (uint32_t i = 0; i < count; i++) {
		struct addr net = addr_net_key(&host[i]);

		n += i == 0 || !addr_eq(&net, &last);
		last = net;
	}
	return n;
}

void residue_measure(
	const struct residue *r, enum pattern_window w, bool sure_only, struct pattern_measure *ret)
{
	nstime since = r->until - pattern_window_length(w);
	struct scratch s;

	s.ids.count = s.from_count = s.reply_count = 0;
	*ret = (struct pattern_measure){
		.age = r->cl->three_since ? r->until - r->cl->three_since : 0,
	};
	for (uint32_t i = 0; i < r->count; i++) {
		uint32_t n = measure_messages(&s, &r->item[i], since, r->until, sure_only, ret);

		if (n > 0)
			measure_item(&s, &r->item[i], n, ret);
	}
	ret->identities = s.ids.count;
	for (uint32_t i = 0; i < s.ids.count; i++)
		if (s.ids.t[i].messages > ret->largest)
			ret->largest = (uint32_t)s.ids.t[i].messages;
	ret->nets = count_nets(s.host, ret->ips);
	ret->block_ips = block_ips(s.host, ret->ips);
	ret->from_orgs = distinct(s.from, s.from_count, &ret->brand);
	distinct(s.reply, s.reply_count, &ret->shared_reply);
	if (ret->ips > 0) {
		qsort(s.per_ip, ret->ips, sizeof(s.per_ip[0]), by_value);
		ret->median = s.per_ip[(ret->ips - 1) / 2];
		ret->most = s.per_ip[ret->ips - 1];
	}
}

size_t residue_starts(const struct residue *r, struct synchrony_start ret[RESIDUE_STARTS_MAX])
{
	size_t n = 0;

	for (uint32_t i = 0; i < r->count; i++) {
		const struct cluster_part *p = r->item[i].part;
		struct addr net = addr_net_key(&p->host);
		uint32_t host = cluster_fold_addr(&p->host), net_key = cluster_fold_addr(&net);

		for (const struct cluster_message *m = p->messages; m; m = m->older)
			if (m->time > r->until - CLUSTER_WINDOW && m->time <= r->until)
				ret[n++] = (struct synchrony_start){
					.time = m->start,
					.host = host,
					.net = net_key,
					.item = i,
				};
	}
	return n;
}

uint32_t residue_ips(const struct residue *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->count; i++)
		n += i == 0 || !addr_eq(&r->item[i].part->host, &r->item[i - 1].part->host);
	return n;
}

nstime residue_third(const struct residue *r)
{
	nstime first[3] = {NSTIME_MAX, NSTIME_MAX, NSTIME_MAX};

	for (uint32_t i = 0; i < r->count; i++) {
		nstime t = r->item[i].part->first;

		if (i > 0 && addr_eq(&r->item[i].part->host, &r->item[i - 1].part->host))
			continue;
		for (int k = 0; k < 3; k++)
			if (t < first[k]) {
				nstime later = first[k];

				first[k] = t;
				t = later;
			}
	}
	return first[2] == NSTIME_MAX ? 0 : first[2];
}
