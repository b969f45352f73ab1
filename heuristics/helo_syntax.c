/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check helo_syntax: what a greeting looks like (contract 1.3 and 4.4, detection 1.1). Once is
 * evidence, a repeat of the same adds nothing: an item holds its weight in the score however often
 * it fires.
 */
#include "heuristics/checks.h"
#include "heuristics/helo_class.h"
#include "heuristics/source_names.h"

/* The weights of bad greetings. */
static const enum check_param bad_items[] = {PARAM_HELO_OWN_NAME_DB, PARAM_HELO_KNOWN_BAD_DB,
	PARAM_HELO_BARE_IP_DB, PARAM_HELO_LITERAL_DB, PARAM_HELO_ILLEGAL_DB,
	PARAM_HELO_LOCALHOST_DB};

/* The heaviest bad greeting of sessions in full weight, or NULL; *ret_worst: is any of them one
 * that decides in its first session? */
static const struct helo_use *heaviest_bad(struct judge *j, struct source *s, bool *ret_worst)
{
	const struct helo_use *found = NULL;
	size_t count;
	const struct helo_use *use = source_names(j->sources, s, &count);
	int64_t heaviest = -1;

	*ret_worst = false;
	for (size_t i = 0; i < count; i++) {
		enum check_param item;

		if (!(use[i].bits & HELO_BIT_INBOUND) || !helo_class_is_bad(use[i].class) ||
			!helo_class_item(use[i].class, &item))
			continue;
		*ret_worst |= helo_class_is_worst(use[i].class);
		if (j->values.v[item] > heaviest) {
			heaviest = j->values.v[item];
			found = &use[i];
		}
	}
	return found;
}

static bool is_bad_host(const struct source *s)
{
	return s->rdns.class == RDNS_NONE || s->rdns.class == RDNS_DYNAMIC ||
	       s->rdns.class == RDNS_GENERIC;
}

/* Contract 1.3: when bad greetings open an alert by themselves. */
static const struct helo_use *decides(struct judge *j, struct source *s)
{
	bool worst;
	const struct helo_use *bad;

	if (!source_floor(s, &j->values) || !is_bad_host(s) || s->bits & SOURCE_AUTHENTICATED ||
		!(s->bits & SOURCE_VERIFIED))
		return NULL;
	bad = heaviest_bad(j, s, &worst);
	if (!worst && (int64_t)s->inbound_bad < j->values.v[PARAM_HELO_FLOOR_SESSIONS])
		return NULL;
	return bad;
}

static void fire(struct judge *j, const struct observation *o, const struct helo_use *use,
	uint16_t permille, bool decisive)
{
	struct evidence e = {.permille = permille,
		.decisive = decisive,
		.severity = SEVERITY_MEDIUM,
		.value = use->sessions,
		.time = use->last};

	if (helo_class_item(use->class, &e.item))
		source_evidence(j, o->source, &e);
}

void helo_syntax_judge(struct judge *j, const struct observation *o)
{
	struct source *s = o->source;
	const struct helo_use *bad;
	size_t count;
	const struct helo_use *use = source_names(j->sources, s, &count);

	if (o->message)
		return;
	for (size_t i = 0; i < count; i++) {
		bool now = o->session && use[i].last_session == s->greeted;

		if (now || (!o->session && use[i].class == HELO_UNRESOLVED_FQDN))
			fire(j, o, &use[i], o->permille, false);
	}
	bad = decides(j, s);
	if (bad) {
		fire(j, o, bad, 1000, true);
		s->bits |= SOURCE_BAD_HELO;
	} else if (s->bits & SOURCE_BAD_HELO) {
		s->bits &= ~(uint32_t)SOURCE_BAD_HELO;
		for (size_t i = 0; i < sizeof(bad_items) / sizeof(bad_items[0]); i++)
			source_undecide(j, s, bad_items[i], o->time);
	}
}
