/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check proxy_suspected: one address brings a large part of all sessions and greets for many
 * organisations that come back (contract 4.5). What it does is not its own doing.
 */
#include "heuristics/checks.h"
#include "heuristics/source_names.h"

/* Org-domains whose names together were used in enough sessions. */
static uint32_t recurring_orgs(struct judge *j, struct source *s)
{
	size_t count;
	const struct helo_use *use = source_names(j->sources, s, &count);
	uint32_t orgs = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t sessions = 0;
		bool counted = false;

		for (size_t k = 0; k < count; k++) {
			if (use[k].org != use[i].org)
				continue;
			counted |= k < i;
			sessions += use[k].sessions;
		}
		orgs += use[i].org != 0 && !counted &&
			(int64_t)sessions >= j->values.v[PARAM_PROXY_RECURRING];
	}
	return orgs;
}

void proxy_suspected_judge(struct judge *j, const struct observation *o)
{
	struct source *s = o->source;
	int64_t all = (int64_t)j->stats.sessions;

	if (!o->session || s->bits & SOURCE_PROXY || all < j->values.v[PARAM_PROXY_SESSIONS] ||
		(int64_t)s->name_count < j->values.v[PARAM_PROXY_ORGS] ||
		(int64_t)s->sessions * 1000 < j->values.v[PARAM_PROXY_SHARE_PERMILLE] * all ||
		(int64_t)recurring_orgs(j, s) < j->values.v[PARAM_PROXY_ORGS])
		return;
	s->bits |= SOURCE_PROXY;
	source_alert_drop(j, s, o->time);
	sensor_alert_proxy(j, s, recurring_orgs(j, s), o->time);
}
