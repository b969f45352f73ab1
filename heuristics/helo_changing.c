/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check helo_changing: ever new names from one address (contract 4.2, detection 1.2).
 */
#include "heuristics/checks.h"
#include "heuristics/source_names.h"

/* Without facts an org-domain may be dominant only in a set as small as this. */
#define NAMES_WITHOUT_FACTS 8
#define SESSIONS_WITHOUT_FACTS 2

static bool counts(const struct helo_use *u, bool in_full)
{
	return !in_full || u->bits & HELO_BIT_INBOUND;
}

/* What is known of the names under one org-domain. */
struct org_names {
	uint32_t names, sessions, least_sessions;
	bool leads, leads_not; /* some name is known to resolve to the source, or not to */
};

static struct org_names sum_org(
	const struct helo_use *use, size_t count, uint32_t org, bool in_full)
{
	struct org_names n = {.least_sessions = UINT32_MAX};

	for (size_t i = 0; i < count; i++) {
		if (use[i].org != org || !counts(&use[i], in_full))
			continue;
		n.names++;
		n.sessions += use[i].sessions;
		if (use[i].sessions < n.least_sessions)
			n.least_sessions = use[i].sessions;
		n.leads |= use[i].resolves == TRI_YES;
		n.leads_not |= use[i].resolves == TRI_NO;
	}
	return n;
}

static bool may_dominate(
	const struct source *s, uint32_t org, const struct org_names *n, size_t all)
{
	if (n->names < 2)
		return false;
	if (org == s->rdns.org)
		return true;
	if (n->leads || n->leads_not)
		return !n->leads_not;
	return all <= NAMES_WITHOUT_FACTS && n->least_sessions >= SESSIONS_WITHOUT_FACTS;
}

uint32_t helo_changing_dominant(struct judge *j, struct source *s, bool in_full)
{
	size_t count, all = 0;
	const struct helo_use *use = source_names(j->sources, s, &count);
	uint32_t best = 0, most = 0;

	for (size_t i = 0; i < count; i++)
		all += counts(&use[i], in_full);
	for (size_t i = 0; i < count; i++) {
		struct org_names n;

		if (use[i].org == 0 || use[i].org == best)
			continue;
		n = sum_org(use, count, use[i].org, in_full);
		if (may_dominate(s, use[i].org, &n, all) && n.sessions > most) {
			most = n.sessions;
			best = use[i].org;
		}
	}
	return best;
}

/* A stable set of names, each coming back: several machines behind one address. */
static bool is_nat_pool(struct judge *j, struct source *s)
{
	size_t count;
	const struct helo_use *use = source_names(j->sources, s, &count);

	if ((int64_t)count < j->values.v[PARAM_CHANGING_POOL_NAMES] || s->name_total > count)
		return false;
	for (size_t i = 0; i < count; i++)
		if ((int64_t)use[i].sessions < j->values.v[PARAM_CHANGING_POOL_SESSIONS] ||
			!(use[i].bits & HELO_BIT_RECURRED) || use[i].first_session > s->greeted / 2)
			return false;
	return true;
}

struct helo_changing_count helo_changing_measure(struct judge *j, struct source *s, bool in_full)
{
	struct helo_changing_count n = {0};
	size_t count;
	const struct helo_use *use = source_names(j->sources, s, &count);
	uint32_t dominant = helo_changing_dominant(j, s, in_full);
	nstime latest = INT64_MIN;

	for (size_t i = 0; i < count; i++)
		if (counts(&use[i], in_full) && use[i].last > latest)
			latest = use[i].last;
	for (size_t i = 0; i < count; i++) {
		nstime ago = latest - use[i].last;

		if (!counts(&use[i], in_full) || (dominant && use[i].org == dominant))
			continue;
		n.in_5min += ago <= 5 * NS_PER_MIN;
		n.in_1h += ago <= NS_PER_HOUR;
		n.in_24h += ago <= NS_PER_DAY;
		n.ever++;
	}
	n.pool = is_nat_pool(j, s);
	return n;
}

/* One window: fires, or is withdrawn where facts leave too few names for it. */
static void judge_window(struct judge *j, const struct observation *o, struct evidence e,
	enum check_param limit, const struct helo_changing_count *n)
{
	if (n->pool || (int64_t)n->ever < j->values.v[limit])
		source_withdraw(j, o->source, e.item, o->time);
	else if (o->session && (int64_t)e.value >= j->values.v[limit])
		source_evidence(j, o->source, &e);
}

static bool fires(struct judge *j, const struct helo_changing_count *n)
{
	return !n->pool && ((int64_t)n->in_5min >= j->values.v[PARAM_CHANGING_NAMES_5MIN] ||
				   (int64_t)n->in_1h >= j->values.v[PARAM_CHANGING_NAMES_1H] ||
				   (int64_t)n->in_24h >= j->values.v[PARAM_CHANGING_NAMES_24H]);
}

/* The card remembers it, unless facts or time show that it was wrong. */
static void remember(
	struct judge *j, const struct observation *o, const struct helo_changing_count *n)
{
	if (o->session && fires(j, n))
		o->source->bits |= SOURCE_CHANGING;
	else if (n->pool || (int64_t)n->ever < j->values.v[PARAM_CHANGING_NAMES_5MIN])
		o->source->bits &= ~(uint32_t)SOURCE_CHANGING;
}

/* Names of submission sessions count only where the others alone are too few. */
static struct helo_changing_count measure(
	struct judge *j, const struct observation *o, uint16_t *ret_permille)
{
	struct helo_changing_count n = helo_changing_measure(j, o->source, true);

	*ret_permille = 1000;
	if (fires(j, &n) || o->permille >= 1000)
		return n;
	*ret_permille = o->permille;
	return helo_changing_measure(j, o->source, false);
}

/* Most sources have a name or two: whatever is dominant among them, no window is full. */
static bool can_fire(struct judge *j, const struct source *s)
{
	return s->bits & SOURCE_CHANGING ||
	       (int64_t)s->name_count >= j->values.v[PARAM_CHANGING_NAMES_5MIN] ||
	       (int64_t)s->name_count >= j->values.v[PARAM_CHANGING_NAMES_1H] ||
	       (int64_t)s->name_count >= j->values.v[PARAM_CHANGING_NAMES_24H];
}

void helo_changing_judge(struct judge *j, const struct observation *o)
{
	struct helo_changing_count n;
	struct evidence e = {.withdrawable = true, .time = o->time};

	if (o->message || !can_fire(j, o->source))
		return;
	n = measure(j, o, &e.permille);
	remember(j, o, &n);
	e.item = PARAM_CHANGING_DB_5MIN;
	e.value = n.in_5min;
	judge_window(j, o, e, PARAM_CHANGING_NAMES_5MIN, &n);
	e.item = PARAM_CHANGING_DB_24H;
	e.value = n.in_24h;
	judge_window(j, o, e, PARAM_CHANGING_NAMES_24H, &n);
	e.item = PARAM_CHANGING_DB_1H;
	e.value = n.in_1h;
	e.decisive = !o->unverified;
	e.severity = SEVERITY_MEDIUM;
	judge_window(j, o, e, PARAM_CHANGING_NAMES_1H, &n);
}
