/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/campaign_member.h"

#include "heuristics/campaign_score.h"

/* Rule 2.7: what it sent besides, to every message in the campaign. */
#define OUTSIDE_FACTOR 4

struct campaign_member *campaign_member_of(const struct campaign *c, const struct sender *s)
{
	struct campaign_member_key key = {.serial = c->serial, .host = s->host};

	return table_find(c->roll, &key);
}

/* By first message, but behind those that have been said. */
static void insert(struct campaign *c, struct campaign_member *m)
{
	struct campaign_member *before = c->members_last;

	while (before && !before->said && before->first > m->first)
		before = before->prev;
	m->prev = before;
	m->next = before ? before->next : c->members;
	if (before)
		before->next = m;
	else
		c->members = m;
	if (m->next)
		m->next->prev = m;
	else
		c->members_last = m;
	c->member_count++;
}

void campaign_member_return(struct campaign_member *m, struct sender *s)
{
	m->sender = s;
	m->prev_of = NULL;
	m->next_of = s->members;
	if (m->next_of)
		m->next_of->prev_of = m;
	s->members = m;
}

struct campaign_member *campaign_member_add(struct campaign *c, struct sender *s, nstime first)
{
	struct campaign_member_key key = {.serial = c->serial, .host = s->host};
	bool fresh;
	struct campaign_member *m = table_get(c->roll, &key, &fresh);

	m->campaign = c;
	m->first = first;
	campaign_member_return(m, s);
	insert(c, m);
	return m;
}

static void leave_sender(struct campaign_member *m)
{
	if (!m->sender)
		return;
	if (m->prev_of)
		m->prev_of->next_of = m->next_of;
	else
		m->sender->members = m->next_of;
	if (m->next_of)
		m->next_of->prev_of = m->prev_of;
	m->sender = NULL;
	m->next_of = m->prev_of = NULL;
}

void campaign_member_drop(struct campaign_member *m)
{
	struct campaign *c = m->campaign;

	leave_sender(m);
	if (c->said_last == m)
		c->said_last = m->prev;
	if (m->said)
		c->said_count--;
	if (m->prev)
		m->prev->next = m->next;
	else
		c->members = m->next;
	if (m->next)
		m->next->prev = m->prev;
	else
		c->members_last = m->prev;
	c->member_count--;
	table_remove(c->roll, m);
}

void campaign_member_orphan(struct sender *s)
{
	while (s->members)
		leave_sender(s->members);
}

/* How much honest mail besides lets it pass for one who only forwards or was used. */
static uint64_t need_outside(const struct campaign_member *m)
{
	const struct campaign_look *l = &m->campaign->look;
	bool among_none = (uint64_t)l->measure.none * 2 >= l->measure.messages;
	bool named =
		l->pattern == CHECK_CAMPAIGN_BOTNET || l->pattern == CHECK_CAMPAIGN_SPOOFED_BRAND;

	if (!m->shows_own)
		return UINT64_MAX;
	return named && among_none ? 1 : OUTSIDE_FACTOR * m->messages;
}

void campaign_member_fold(const struct campaign_member *m, struct sender_memberships *ret)
{
	const struct campaign *c = m->campaign;
	uint64_t need;

	if (!ret->any || (uint8_t)c->severity > ret->severity) {
		ret->pattern = (uint8_t)c->look.pattern;
		ret->severity = (uint8_t)c->severity;
		ret->ips = c->member_count;
	}
	ret->any = true;
	ret->inside += m->messages;
	if (c->severity == SEVERITY_LOW)
		return;
	ret->full = true;
	ret->botnet |= c->look.pattern == CHECK_CAMPAIGN_BOTNET;
	need = need_outside(m);
	if (need > ret->need_outside)
		ret->need_outside = need;
}
