/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/campaigns.h"

#include <stdlib.h>
#include <string.h>

#include "heuristics/campaign_member.h"
#include "heuristics/campaigns_state.h"

#define LEARNING_TIME NS_PER_DAY
/* Contents of an address that late facts are looked into for, newest first. */
#define NEWS_PARTS_MAX 16
/* In contents of fewer addresses they change nothing. */
#define NEWS_IPS_MIN 5
/* A quiet cluster of fewer addresses is of no use to anybody any more. */
#define KEPT_QUIET_PARTS 3
#define KEPT_QUIET (7 * NS_PER_DAY)

void campaigns_facts(void *cookie, const struct addr *ip, struct identity_facts *ret)
{
	struct campaigns *c = cookie;
	struct campaign_source s;

	memset(&s, 0, sizeof(s));
	c->env.source(c->env.cookie, ip, &s);
	*ret = s.facts;
}

static void cluster_leaving(void *cookie, struct cluster *cl)
{
	struct campaigns *c = cookie;

	if (cl->low)
		campaigns_look_finally(c, cl);
	if (cl->campaign)
		campaign_close(c->book, cl->campaign, ALERT_CLOSE_DECAYED, c->now);
	fanout_floor_move(&c->floor, &cl->floor_bin, 0);
}

static void sender_evicted(void *cookie, struct sender *s)
{
	(void)cookie;
	cluster_parts_orphan(s);
	campaign_member_orphan(s);
	hold_queue_orphan(s);
}

/* It waits no longer. */
static void leave(struct campaigns *c, const struct message_record *m, struct cluster *cl,
	enum campaign_part part, const struct identity_facts *f)
{
	if (c->c.want_messages)
		c->env.message(c->env.cookie, m, cl->id);
	if (!identity_facts_complete(f, true))
		c->stats.messages_unknown_facts++;
	campaigns_join(c, cl, m, part, f);
}

static void leave_held(struct campaigns *c, struct held_message *h)
{
	const struct message_record *m = held_message_record(h);
	struct cluster *cl = clusters_find(c->clusters, h->cluster_id);
	struct identity_facts f;

	if (!cl)
		cl = clusters_get(c->clusters, h->cluster_id, m->r.time);
	campaigns_facts(c, &m->client, &f);
	leave(c, m, cl, h->part, &f);
	hold_queue_remove(c->held, h);
}

static void leave_late(struct campaigns *c, struct held_message *h)
{
	c->stats.messages_late_facts++;
	leave_held(c, h);
}

static void hold(struct campaigns *c, const struct message_record *m, uint64_t id,
	enum campaign_part part, const struct addr *host)
{
	struct sender *s = senders_get(c->senders, host);
	struct held_message *h;

	while (!(h = hold_queue_put(c->held, m, s))) {
		leave_late(c, hold_queue_oldest(c->held));
		s = senders_get(c->senders, host);
	}
	h->cluster_id = id;
	h->part = part;
}

static void begin_at(struct campaigns *c, nstime now)
{
	if (c->learning_until == 0)
		c->learning_until = now + LEARNING_TIME;
}

void campaigns_message(struct campaigns *c, const struct message_record *m, enum campaign_part part)
{
	struct addr host = addr_host_key(&m->client);
	struct identity_facts f;
	struct cluster *cl;

	campaigns_advance(c, m->r.time);
	if (m->digest.exact == 0 || part == CAMPAIGN_PART_NONE) {
		if (c->c.want_messages)
			c->env.message(c->env.cookie, m, cluster_id_of(c->clusters, &m->digest));
		return;
	}
	cl = clusters_of(c->clusters, &m->digest, m->r.time);
	if (cl->part_count == 0 && cl->floor_bin == 0)
		fanout_floor_move(&c->floor, &cl->floor_bin, 1);
	campaigns_facts(c, &m->client, &f);
	if (identity_facts_complete(&f, c->c.use_dns))
		leave(c, m, cl, part, &f);
	else
		hold(c, m, cl->id, part, &host);
}

/*
 * Is anything new that older messages are judged by? Not a new greeting: theirs was another.
 * Remembers it.
 */
static bool note_facts(struct sender *s, const struct identity_facts *f)
{
	const struct identity_facts *k = &s->known;
	bool same = f->rdns_class == k->rdns_class && f->rdns_confirmed == k->rdns_confirmed &&
		    f->rdns_org == k->rdns_org && f->helo_known == k->helo_known;

	s->known = *f;
	return !same;
}

void campaigns_news(struct campaigns *c, const struct addr *ip, nstime now)
{
	struct addr host = addr_host_key(ip);
	struct sender *s;
	struct identity_facts f;
	struct cluster_part *p, *next;

	campaigns_advance(c, now);
	s = senders_find(c->senders, &host);
	if (!s)
		return;
	campaigns_facts(c, ip, &f);
	while (s->held && identity_facts_complete(&f, c->c.use_dns))
		leave_held(c, s->held);
	if (!note_facts(s, &f))
		return;
	p = s->parts;
	for (int i = 0; p && i < NEWS_PARTS_MAX; i++, p = next) {
		next = p->next;
		if (p->cluster->campaign || p->cluster->part_count >= NEWS_IPS_MIN)
			campaigns_look(c, p->cluster, CAMPAIGNS_NEWS);
	}
}

/* Time. */

/* Nothing came for a day. Those that may be a template's stay for a week. */
static void quieten(struct campaigns *c, struct cluster *cl)
{
	campaigns_look_finally(c, cl);
	fanout_floor_move(&c->floor, &cl->floor_bin, 0);
	if (cl->campaign || (cl->part_count >= KEPT_QUIET_PARTS && cl->last > c->now - KEPT_QUIET))
		clusters_keep(c->clusters, cl, c->now);
	else
		clusters_remove(c->clusters, cl);
}

/* What is due at the same time comes in this order. */
enum due {
	DUE_MESSAGE,
	DUE_CAMPAIGN,
	DUE_QUIET,
	DUE_KINDS,
};

static nstime next_due(const struct campaigns *c, enum due *ret)
{
	const struct held_message *h = hold_queue_oldest(c->held);
	const struct cluster *cl = clusters_oldest(c->clusters);
	nstime at[DUE_KINDS] = {
		[DUE_MESSAGE] = h ? h->deadline : NSTIME_MAX,
		[DUE_CAMPAIGN] = campaign_book_deadline(c->book),
		[DUE_QUIET] = cl ? cl->due : NSTIME_MAX,
	};

	*ret = DUE_MESSAGE;
	for (int k = 0; k < DUE_KINDS; k++)
		if (at[k] < at[*ret])
			*ret = (enum due)k;
	return at[*ret];
}

void campaigns_advance(struct campaigns *c, nstime now)
{
	enum due what;
	nstime at;

	begin_at(c, now);
	while ((at = next_due(c, &what)) <= now) {
		if (at > c->now)
			c->now = at;
		if (what == DUE_MESSAGE)
			leave_late(c, hold_queue_oldest(c->held));
		else if (what == DUE_CAMPAIGN)
			campaign_book_advance(c->book, c->now);
		else
			quieten(c, clusters_oldest(c->clusters));
	}
	if (now > c->now)
		c->now = now;
}

nstime campaigns_next_deadline(const struct campaigns *c)
{
	enum due what;

	return next_due(c, &what);
}

void campaigns_finish(struct campaigns *c)
{
	struct held_message *h;
	struct cluster *cl;

	while ((h = hold_queue_oldest(c->held)))
		leave_late(c, h);
	for (cl = clusters_oldest(c->clusters); cl; cl = clusters_newer(c->clusters, cl))
		campaigns_look_finally(c, cl);
	campaign_book_report(c->book);
}

struct campaigns_stats campaigns_get_stats(const struct campaigns *c)
{
	struct campaigns_stats s = c->stats;

	s.clusters = clusters_count(c->clusters);
	s.clusters_evicted = clusters_evicted(c->clusters);
	s.messages_pending = hold_queue_count(c->held);
	s.campaigns_open = campaign_book_open(c->book);
	s.campaigns = campaign_book_opened(c->book);
	s.members_evicted = campaign_book_members_left_out(c->book);
	s.senders_evicted = senders_evicted(c->senders);
	s.bytes = sizeof(*c) + clusters_bytes(c->clusters) + senders_bytes(c->senders) +
		  hold_queue_bytes(c->held) + copies_bytes(c->copies) +
		  campaign_book_bytes(c->book);
	return s;
}

/* The whole. */

/* Shares of the memory, in permille. */
#define SHARE_CLUSTERS 480
#define SHARE_SENDERS 160
#define SHARE_HELD 120
#define SHARE_COPIES 120
#define SHARE_CAMPAIGNS 120
#define SENDERS_MIN 1024

static uint64_t share(const struct campaigns *c, unsigned int permille)
{
	return c->c.memory / 1000 * permille;
}

static int create_parts(struct campaigns *c)
{
	uint64_t senders = share(c, SHARE_SENDERS) / (sizeof(struct sender) + 24);
	const struct senders_config sc = {
		.capacity = (uint32_t)(senders < SENDERS_MIN ? SENDERS_MIN : senders),
		.seed = c->c.seed,
		.evicted = sender_evicted,
		.cookie = c,
	};
	const struct clusters_config cc = {
		.memory = share(c, SHARE_CLUSTERS),
		.seed = c->c.seed,
		.leaving = cluster_leaving,
		.cookie = c,
	};
	struct campaign_book_config bc = {
		.values = c->c.values,
		.env = &c->env,
		.memory = share(c, SHARE_CAMPAIGNS),
		.seed = c->c.seed,
	};

	bc.senders = c->senders = senders_create(&sc);
	bc.copies = c->copies = copies_create(share(c, SHARE_COPIES));
	c->clusters = clusters_create(&cc);
	c->held = hold_queue_create(share(c, SHARE_HELD));
	c->book = campaign_book_create(&bc);
	return c->senders && c->copies && c->clusters && c->held && c->book ? 1 : -1;
}

struct campaigns *campaigns_create(
	const struct campaigns_config *config, const struct campaigns_env *env)
{
	struct campaigns *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->c = *config;
	c->env = *env;
	c->residue_env = (struct residue_env){.cookie = c, .facts = campaigns_facts};
	if (create_parts(c) < 0) {
		campaigns_destroy(c);
		return NULL;
	}
	return c;
}

void campaigns_destroy(struct campaigns *c)
{
	if (!c)
		return;
	campaign_book_destroy(c->book);
	clusters_destroy(c->clusters);
	senders_destroy(c->senders);
	hold_queue_destroy(c->held);
	copies_destroy(c->copies);
	free(c);
}
