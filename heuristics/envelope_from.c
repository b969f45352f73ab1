/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check envelope_from: for how many organisations an address sends, and whether they have to do
 * with its reverse DNS (detection 1.7). It weighs only when SPF and DKIM are known to pass for
 * nearly none of the messages; nothing evaluates them yet, so it cannot fire.
 */
#include "base/hash.h"
#include "heuristics/checks.h"

#define SHARED_WORD 6 /* letters in common that make two names related */

static struct sender_org *find_org(struct sender_org *org, uint32_t count, uint64_t hash)
{
	for (uint32_t i = 0; i < count; i++)
		if (org[i].hash == hash)
			return &org[i];
	return NULL;
}

static struct sender_org *oldest_org(struct source_senders *row)
{
	struct sender_org *oldest = &row->org[0];

	for (uint32_t i = 1; i < row->count; i++)
		if (row->org[i].last < oldest->last)
			oldest = &row->org[i];
	return oldest;
}

/* The place of a further org-domain of a source that has one already. */
static struct sender_org *further_org(struct judge *j, struct source *s, uint64_t hash)
{
	struct source_senders *row = sources_detail(j->sources, s, DETAIL_SENDERS);
	struct sender_org *org;

	if (!row) {
		row = sources_detail_make(j->sources, s, DETAIL_SENDERS);
		row->org[0] = s->sender;
		row->count = 1;
	}
	org = find_org(row->org, row->count, hash);
	if (org)
		return org;
	org = row->count < LIMIT_EXACT_SET ? &row->org[row->count++] : oldest_org(row);
	*org = (struct sender_org){.hash = hash};
	return org;
}

static void count_hour(struct judge *j, struct source *s, nstime now)
{
	struct source_senders *row = sources_detail(j->sources, s, DETAIL_SENDERS);
	uint32_t n = 0;

	if (!row)
		return;
	for (uint32_t i = 0; i < row->count; i++)
		n += row->org[i].last > now - NS_PER_HOUR;
	if (n > row->most_1h)
		row->most_1h = n;
}

void envelope_from_judge(struct judge *j, const struct observation *o)
{
	struct source *s = o->source;
	char buf[ORG_DOMAIN_MAX];
	struct sender_org *org;
	struct span domain;
	uint64_t hash;

	if (!o->message)
		return;
	domain = org_domain(j->orgs, record_str(o->message, o->message->from_domain), buf);
	if (domain.len == 0)
		return;
	hash = hash64(domain);
	s->sender_messages++;
	if (s->sender.hash == 0)
		s->sender.hash = hash;
	org = !(sources_detail(j->sources, s, DETAIL_SENDERS)) && s->sender.hash == hash
		      ? &s->sender
		      : further_org(j, s, hash);
	if (!string_store_has(j->strings, org->name))
		org->name = string_store_put(j->strings, domain);
	org->messages++;
	if (o->time > org->last)
		org->last = o->time;
	count_hour(j, s, o->time);
}

uint32_t envelope_from_most(struct judge *j, const struct source *s)
{
	const struct source_senders *row = sources_detail(j->sources, s, DETAIL_SENDERS);

	return row ? row->most_1h : s->sender_messages > 0;
}

/* What an organisation calls itself: its org-domain without the public suffix, which it shares with
 * strangers. */
static struct span own_label(struct span org)
{
	ptrdiff_t dot = span_find(org, '.');

	return dot < 0 ? org : span_head(org, (size_t)dot);
}

/* Does a word of `a` of SHARED_WORD letters or more stand in `b`? */
static bool shares_word(struct span a, struct span b)
{
	size_t start = 0;

	for (size_t i = 0; i <= a.len; i++) {
		if (i < a.len && a.p[i] != '-' && a.p[i] != '_')
			continue;
		if (i - start >= SHARED_WORD && memmem(b.p, b.len, a.p + start, i - start))
			return true;
		start = i + 1;
	}
	return false;
}

static bool is_related(struct span org, struct span rdns_org)
{
	struct span a = own_label(org), b = own_label(rdns_org);

	return span_eq(org, rdns_org) || shares_word(a, b) || shares_word(b, a);
}

int envelope_from_related(struct judge *j, const struct source *s)
{
	const struct source_senders *row = sources_detail(j->sources, s, DETAIL_SENDERS);
	const struct sender_org *org = row ? row->org : &s->sender;
	uint32_t count = row ? row->count : 1;
	uint64_t all = 0, related = 0;
	char buf[ORG_DOMAIN_MAX];
	struct span rdns_org;

	if (s->rdns.class == RDNS_UNKNOWN || s->rdns.class == RDNS_NONE || s->sender_messages == 0)
		return -1;
	rdns_org = org_domain(j->orgs, string_store_get(j->strings, s->rdns.name), buf);
	for (uint32_t i = 0; i < count; i++) {
		all += org[i].messages;
		if (is_related(string_store_get(j->strings, org[i].name), rdns_org))
			related += org[i].messages;
	}
	return all ? (int)(related * 1000 / all) : -1;
}
