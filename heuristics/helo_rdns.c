/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check helo_rdns: does the greeting have to do with the client's reverse DNS (detection 1.3)? A
 * mismatch alone never makes an alert (RFC 5321 4.1.4).
 */
#include "heuristics/checks.h"
#include "heuristics/freemail.h"
#include "heuristics/helo_class.h"
#include "heuristics/source_names.h"

static bool has_rdns(const struct source *s)
{
	return s->rdns.class != RDNS_UNKNOWN && s->rdns.class != RDNS_NONE;
}

/* Only what looks like a host name can be looked up. */
static bool can_resolve(enum helo_class c)
{
	return c == HELO_FQDN || c == HELO_GENERIC_FQDN || c == HELO_UNRESOLVED_FQDN;
}

static enum helo_relation relation_of(
	struct judge *j, const struct source *s, const struct helo_use *use, struct span name)
{
	if (has_rdns(s)) {
		if (span_eq(string_store_get(j->strings, s->rdns.name), name))
			return HELO_RELATION_EXACT;
		if (use->org && use->org == s->rdns.org)
			return HELO_RELATION_SAME_ORG;
	}
	if (use->resolves == TRI_YES)
		return HELO_RELATION_FORWARD;
	if (use->class == HELO_UNRESOLVED_FQDN)
		return HELO_RELATION_NX;
	if (use->resolves == TRI_NO || !can_resolve(use->class))
		return HELO_RELATION_MISMATCH;
	return HELO_RELATION_UNKNOWN;
}

void helo_rdns_relate(
	struct judge *j, const struct source *s, struct helo_use *use, struct span name)
{
	struct addr ip = source_ip(s);

	if (j->answers && use->resolves == TRI_UNKNOWN && can_resolve(use->class))
		use->resolves = (uint8_t)facts_resolves_to(j->answers, name, &ip);
	use->relation = (uint8_t)relation_of(j, s, use, name);
}

enum tri helo_rdns_related(const struct helo_use *use)
{
	switch (use->relation) {
	case HELO_RELATION_UNKNOWN:
		return TRI_UNKNOWN;
	case HELO_RELATION_EXACT:
	case HELO_RELATION_SAME_ORG:
	case HELO_RELATION_FORWARD:
		return TRI_YES;
	default:
		return TRI_NO;
	}
}

/* A large provider's name from an address that is known to be none of its own. */
static bool is_false_freemail(struct judge *j, const struct source *s, const struct helo_use *use)
{
	char buf[ORG_DOMAIN_MAX];
	struct span org;

	if (use->org == 0 || use->relation == HELO_RELATION_EXACT ||
		use->relation == HELO_RELATION_SAME_ORG || use->resolves == TRI_YES)
		return false;
	if (!has_rdns(s) && use->resolves != TRI_NO)
		return false;
	org = org_domain(j->orgs, string_store_get(j->strings, use->text), buf);
	return freemail_has(org);
}

static void judge_use(struct judge *j, const struct observation *o, const struct helo_use *use)
{
	struct source *s = o->source;
	struct evidence e = {.permille = o->permille, .value = use->sessions, .time = o->time};

	if (use->relation == HELO_RELATION_EXACT && s->rdns.class == RDNS_NAMED)
		source_counter(s, COUNTER_HELO_EXACT);
	else if (use->relation == HELO_RELATION_SAME_ORG)
		source_counter(s, COUNTER_HELO_SAME_ORG);
	e.item = PARAM_HELO_RDNS_FREEMAIL_DB;
	if (is_false_freemail(j, s, use))
		source_evidence(j, s, &e);
	e.item = PARAM_HELO_RDNS_MISMATCH_DB;
	if (use->relation == HELO_RELATION_MISMATCH && s->rdns.confirmed == TRI_YES)
		source_evidence(j, s, &e);
}

void helo_rdns_judge(struct judge *j, const struct observation *o)
{
	size_t count;
	const struct helo_use *use = source_names(j->sources, o->source, &count);

	if (o->message)
		return;
	for (size_t i = 0; i < count; i++)
		if (!o->session || use[i].last_session == o->source->greeted)
			judge_use(j, o, &use[i]);
}
