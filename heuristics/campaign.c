/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/campaign.h"

#include <stdlib.h>
#include <string.h>

#include "heuristics/campaign_alert.h"
#include "heuristics/campaign_heap.h"
#include "heuristics/campaign_member.h"
#include "heuristics/campaign_report.h"
#include "heuristics/campaign_score.h"
#include "heuristics/slab.h"

#define HIGH_SENDERS 50
#define HIGH_RECIPIENTS 100
#define UPDATE_GAP_MIN (5 * NS_PER_MIN)
#define UPDATE_GAP_MAX NS_PER_HOUR
#define LOW_MEMBER_DB 20 /* contract 2.7 */
#define CAMPAIGNS_MIN 64
#define ROLL_COST 24 /* of a table's node and slots, a member */

struct campaign_book {
	struct campaign_book_config c;
	struct slab campaigns;
	struct table *roll; /* members of all */
	uint32_t roll_size;
	struct campaign_heap heap; /* all that are open, by deadline */
	struct campaign_report_room *room;
	struct campaign_words words;
	uint64_t opened, left_out, serial;
};

static int create_roll(struct campaign_book *b)
{
	uint64_t members = b->c.memory / 2 / (sizeof(struct campaign_member) + ROLL_COST);
	struct table_config roll = {
		.entry_size = sizeof(struct campaign_member),
		.key_size = sizeof(struct campaign_member_key),
		.seed = b->c.seed,
	};

	b->roll_size =
		members < LIMIT_CAMPAIGN_MEMBERS ? LIMIT_CAMPAIGN_MEMBERS : (uint32_t)members;
	roll.capacity = b->roll_size;
	b->roll = table_create(&roll);
	return b->roll ? 1 : -1;
}

struct campaign_book *campaign_book_create(const struct campaign_book_config *config)
{
	struct campaign_book *b = calloc(1, sizeof(*b));
	uint64_t count = config->memory / 4 / sizeof(struct campaign);

	if (!b)
		return NULL;
	b->c = *config;
	if (count < CAMPAIGNS_MIN)
		count = CAMPAIGNS_MIN;
	b->room = campaign_report_room_create();
	if (!b->room || create_roll(b) < 0 || campaign_heap_init(&b->heap, (uint32_t)count) < 0 ||
		slab_init(&b->campaigns, (uint32_t)count, sizeof(struct campaign)) < 0) {
		campaign_book_destroy(b);
		return NULL;
	}
	return b;
}

void campaign_book_destroy(struct campaign_book *b)
{
	if (!b)
		return;
	campaign_report_room_destroy(b->room);
	campaign_heap_finish(&b->heap);
	slab_finish(&b->campaigns);
	table_destroy(b->roll);
	free(b);
}

static void tell_member(struct campaign_book *b, const struct campaign *c,
	const struct campaign_member *m, enum campaign_member_change change, nstime now)
{
	enum check_param item = pattern_member_weight(c->look.pattern);
	bool low = c->severity == SEVERITY_LOW;
	struct campaign_member_news n = {
		.ip = m->key.host,
		.change = change,
		.item = item,
		.db = low ? LOW_MEMBER_DB : (int)b->c.values->v[item],
		.severity = c->severity,
		.value = c->member_count,
		.time = now,
	};

	memcpy(n.campaign, c->id, sizeof(n.campaign));
	b->c.env->member(b->c.env->cookie, &n);
}

static void tell_members(struct campaign_book *b, const struct campaign *c,
	enum campaign_member_change change, nstime now)
{
	for (const struct campaign_member *m = c->members; m; m = m->next)
		tell_member(b, c, m, change, now);
}

/* What is said. */

static void say(struct campaign_book *b, struct campaign *c, struct alert *a, nstime now)
{
	campaign_alert_fill(&b->words, c, b->c.values, b->c.env, a);
	a->time = now;
	if (a->state == ALERT_CLOSE && a->close_reason == ALERT_CLOSE_DECAYED)
		a->score_db = campaign_score_at(c, b->c.values, now);
	b->c.env->alert(b->c.env->cookie, a);
	c->members_at_update = c->member_count;
}

static void update(struct campaign_book *b, struct campaign *c, bool rose, nstime now)
{
	struct alert a = {.state = ALERT_UPDATE, .severity_rose = rose};

	say(b, c, &a, now);
	c->update_from = now + c->update_gap;
	c->update_gap = c->update_gap * 2 < UPDATE_GAP_MAX ? c->update_gap * 2 : UPDATE_GAP_MAX;
}

static bool wants_update(const struct campaign *c)
{
	return c->member_count >= 2 * c->members_at_update && c->members_at_update > 0;
}

static void set_deadline(struct campaign_book *b, struct campaign *c)
{
	c->deadline = campaign_closing(c, b->c.values);
	if (wants_update(c) && c->update_from < c->deadline)
		c->deadline = c->update_from;
	campaign_heap_moved(&b->heap, c);
}

static enum severity severity_of(const struct campaign *c)
{
	if (c->look.level == PATTERN_LOW)
		return SEVERITY_LOW;
	if (c->own)
		return SEVERITY_CRITICAL;
	if (exact_set_reaches(&c->senders, HIGH_SENDERS) || c->recipients >= HIGH_RECIPIENTS)
		return SEVERITY_HIGH;
	return SEVERITY_MEDIUM;
}

void campaign_settle(struct campaign_book *b, struct campaign *c, nstime now)
{
	enum severity s = severity_of(c);

	if (s > c->severity) {
		c->severity = s;
		update(b, c, true, now);
		tell_members(b, c, CAMPAIGN_MEMBER_RAISED, now);
	} else if (wants_update(c) && now >= c->update_from) {
		update(b, c, false, now);
	}
	set_deadline(b, c);
}

/* Opening and going on. */

struct campaign *campaign_open(
	struct campaign_book *b, struct cluster *cl, const struct campaign_look *look, nstime now)
{
	struct campaign *c = slab_take(&b->campaigns);

	if (!c) {
		struct campaign *first = campaign_heap_first(&b->heap);

		campaign_close(b, first, ALERT_CLOSE_DECAYED, now);
		c = slab_take(&b->campaigns);
	}
	c->cluster = cl;
	cl->campaign = c;
	c->roll = b->roll;
	c->serial = ++b->serial;
	c->look = *look;
	c->matching = true;
	return c;
}

static void take_subject(struct campaign *c, const struct copy *copy)
{
	struct span subject = copy_subject(copy);

	if (c->subject_len > 0 || subject.len == 0)
		return;
	c->subject_len = (uint16_t)subject.len;
	memcpy(c->subject, subject.p, subject.len);
}

/* The first message of each of the first members. */
static void take_exemplars(struct campaign_book *b, struct campaign *c)
{
	const struct campaign_member *m = c->members;

	for (int i = 0; m && i < LIMIT_EXEMPLARS; m = m->next, i++) {
		const struct copy *found = NULL, *at;

		for (at = copies_get(b->c.copies, c->cluster->last_copy); at;
			at = copies_get(b->c.copies, at->previous))
			if (addr_eq(&at->host, &m->key.host))
				found = at;
		if (!found)
			continue;
		c->exemplars[c->exemplar_count++] = found->where;
		take_subject(c, found);
	}
}

void campaign_begin(struct campaign_book *b, struct campaign *c, nstime now)
{
	struct alert a = {.state = ALERT_OPEN};

	c->severity = severity_of(c);
	c->fired = c->matched = now;
	c->update_gap = UPDATE_GAP_MIN;
	c->update_from = now + UPDATE_GAP_MIN;
	c->deadline = campaign_closing(c, b->c.values);
	campaign_heap_add(&b->heap, c);
	take_exemplars(b, c);
	b->opened++;
	c->begun = true;
	say(b, c, &a, now);
	memcpy(c->id, a.id, sizeof(c->id));
	tell_members(b, c, CAMPAIGN_MEMBER_JOINED, now);
}

static struct campaign_member *join(
	struct campaign_book *b, struct campaign *c, const struct campaign_message *msg)
{
	struct campaign_member *m = NULL;

	if (c->member_count < LIMIT_CAMPAIGN_MEMBERS && table_count(b->roll) < b->roll_size)
		m = campaign_member_add(c, msg->sender, msg->first);
	if (!m) {
		c->members_left_out++;
		b->left_out++;
		return NULL;
	}
	m->ip = msg->ip;
	return m;
}

static void count_message(struct campaign *c, const struct campaign_message *m)
{
	struct addr net = addr_net_key(&m->sender->host);

	exact_set_add(&c->senders, cluster_fold_addr(&m->sender->host));
	exact_set_add(&c->nets, cluster_fold_addr(&net));
	if (m->id.kind != IDENTITY_NONE)
		exact_set_add(&c->identities, m->id.key);
	c->messages += m->messages;
	c->recipients += m->rcpts;
	c->own |= m->own;
	if (c->first == 0 || m->first < c->first)
		c->first = m->first;
	if (m->last > c->last)
		c->last = m->last;
}

void campaign_add(
	struct campaign_book *b, struct campaign *c, const struct campaign_message *m, nstime now)
{
	struct campaign_member *member = campaign_member_of(c, m->sender);
	bool joined = !member;

	if (joined)
		member = join(b, c, m);
	else if (!member->sender)
		campaign_member_return(member, m->sender);
	count_message(c, m);
	if (member) {
		member->messages += m->messages;
		member->shows_own = m->shows_own;
	}
	if (!c->begun)
		return;
	if (c->matching)
		c->fired = now;
	if (member)
		tell_member(
			b, c, member, joined ? CAMPAIGN_MEMBER_JOINED : CAMPAIGN_MEMBER_AGAIN, now);
	campaign_settle(b, c, now);
}

/* The first match names the campaign, unless it was at low; what fired stays said. */
static void take_look(struct campaign *c, const struct campaign_look *look)
{
	struct synchrony sync = c->look.sync;

	if (look->level == c->look.level && look->pattern != c->look.pattern)
		return;
	c->look = *look;
	if (sync.fired && !look->sync.fired)
		c->look.sync = sync;
}

void campaign_renew(struct campaign *c, const struct campaign_look *look, nstime now)
{
	c->matching = look->level >= c->look.level;
	if (!c->matching)
		return;
	c->fired = c->matched = now;
	take_look(c, look);
}

void campaign_withdraw(struct campaign_book *b, struct campaign *c, struct sender *s, nstime now)
{
	struct campaign_member *m = campaign_member_of(c, s);

	if (!m)
		return;
	tell_member(b, c, m, CAMPAIGN_MEMBER_RETRACTED, now);
	c->messages -= m->messages;
	campaign_member_drop(m);
}

/* The end. */

void campaign_close(
	struct campaign_book *b, struct campaign *c, enum alert_close_reason why, nstime now)
{
	bool retracted = why == ALERT_CLOSE_RETRACTED;
	struct alert a = {.state = ALERT_CLOSE, .close_reason = why};

	say(b, c, &a, now);
	if (!retracted)
		campaign_report(b->room, c, true, &b->c);
	tell_members(b, c, retracted ? CAMPAIGN_MEMBER_RETRACTED : CAMPAIGN_MEMBER_CLOSED, now);
	campaign_heap_remove(&b->heap, c);
	while (c->members) {
		struct campaign_member *m = c->members;

		if (!retracted && m->sender)
			campaign_member_fold(m, &m->sender->past);
		campaign_member_drop(m);
	}
	c->cluster->campaign = NULL;
	slab_give(&b->campaigns, c);
}

void campaign_book_advance(struct campaign_book *b, nstime now)
{
	struct campaign *c;

	while ((c = campaign_heap_first(&b->heap)) && c->deadline <= now) {
		nstime due = c->deadline;

		if (campaign_closing(c, b->c.values) <= due) {
			campaign_close(b, c, ALERT_CLOSE_DECAYED, due);
			continue;
		}
		update(b, c, false, due);
		set_deadline(b, c);
	}
}

nstime campaign_book_deadline(const struct campaign_book *b)
{
	const struct campaign *c = campaign_heap_first(&b->heap);

	return c ? c->deadline : NSTIME_MAX;
}

void campaign_book_report(struct campaign_book *b)
{
	struct campaign **list = campaign_heap_by_id(&b->heap);

	for (uint32_t i = 0; i < b->heap.count; i++)
		campaign_report(b->room, list[i], false, &b->c);
}

uint64_t campaign_book_open(const struct campaign_book *b)
{
	return b->heap.count;
}

uint64_t campaign_book_opened(const struct campaign_book *b)
{
	return b->opened;
}

uint64_t campaign_book_members_left_out(const struct campaign_book *b)
{
	return b->left_out;
}

size_t campaign_book_bytes(const struct campaign_book *b)
{
	return sizeof(*b) + slab_bytes(&b->campaigns) + table_bytes(b->roll) +
	       campaign_report_room_bytes();
}
