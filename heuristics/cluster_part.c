/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/cluster_state.h"

/* Parts are remembered so long for the sake of background templates (contract 2.6). */
#define PART_KEPT (7 * NS_PER_DAY)

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

void cluster_drop_part(struct clusters *t, struct cluster_part *p)
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

static uint32_t fold_net(const struct addr *a)
{
	struct addr net = addr_net_key(a);

	return cluster_fold_addr(&net);
}

static void add_to_list(uint32_t *list, uint32_t *count, uint32_t key)
{
	uint32_t i;

	for (i = 0; i < *count && list[i] != key; i++)
		;
	if (i == *count && i < LIMIT_EXACT_SET)
		list[(*count)++] = key;
}

static void count_pool(
	struct cluster_pool *p, const struct addr *host, uint32_t messages, nstime time)
{
	if (time - p->turned >= CLUSTER_WINDOW) {
		p->messages[1] = time - p->turned < 2 * CLUSTER_WINDOW ? p->messages[0] : 0;
		p->messages[0] = 0;
		p->turned = time;
	}
	p->messages[0] += messages;
	add_to_list(p->ip, &p->ips, cluster_fold_addr(host));
	add_to_list(p->net, &p->nets, fold_net(host));
}

/* `messages` of a host of the pool `k` are counted without a part. */
static void give_way(struct clusters *t, struct cluster *cl, enum cluster_pool_kind k,
	const struct addr *host, uint32_t messages, nstime time)
{
	struct cluster_pool *p = cl->given_way[k];

	if (!p) {
		p = cl->given_way[k] = slab_take(&t->pools);
		if (!p)
			return;
	}
	if (!identity_same(p->id, cl->pool[k]))
		*p = (struct cluster_pool){.id = cl->pool[k], .turned = time};
	count_pool(p, host, messages, time);
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
			&victim->host, cluster_part_messages(victim, time - CLUSTER_WINDOW, time),
			time);
	cluster_drop_part(t, victim);
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

	cluster_make_room(t, &t->parts, cl);
	p = slab_take(&t->parts);
	if (!p)
		return NULL;
	p->cluster = cl;
	p->host = *host;
	p->net = fold_net(host);
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
	cluster_make_room(t, &t->messages, cl);
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
		cluster_drop_part(t, cl->oldest);
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
	if (cl->part_count < LIMIT_EXACT_SET || !cluster_knows_pool(cl, a->now))
		return false;
	give_way(t, cl, (enum cluster_pool_kind)cluster_pool_kind_of(a->now), host, 1,
		a->message.time);
	return true;
}

/* Later greetings of the address are none of these messages' business. */
static void note_greeting(struct cluster_part *p, const struct identity_facts *f)
{
	if (!f->helo_known)
		return;
	p->greeted = true;
	p->claim = f->helo_fqdn && !f->helo_freemail ? f->helo_org : 0;
}

struct cluster_part *clusters_add(
	struct clusters *t, struct cluster *cl, const struct cluster_arrival *a)
{
	struct addr host = addr_host_key(&a->ip);
	nstime time = a->message.time;
	struct cluster_part *p;

	if (straight_to_pool(t, cl, a, &host))
		return NULL;
	forget_old_parts(t, cl, time);
	p = find_part(cl, a, &host);
	if (p) {
		unlink_part(cl, p);
		link_newest(cl, p);
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
	note_greeting(p, &a->facts);
	mark_day(p, time);
	add_message(t, cl, p, &a->message);
	return p;
}

uint32_t cluster_retry_key(const struct message_record *m)
{
	uint64_t h = hash_mix(m->message_id_hash, m->rcpts_hash);

	if (m->message_id_hash == 0)
		return 0;
	return identity_fold(hash_mix(h, hash64(record_str(m, m->from))));
}

bool cluster_has_retry(const struct cluster *cl, const struct addr *host, uint32_t key)
{
	uint32_t net = fold_net(host);

	if (key == 0)
		return false;
	for (const struct cluster_part *p = cl->newest; p; p = p->older) {
		if (p->net != net)
			continue;
		for (const struct cluster_message *m = p->messages; m; m = m->older)
			if (m->retry == key)
				return true;
	}
	return false;
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
