/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check rdns_class: has the address a reverse DNS, does it lead back, and what does it look like
 * (detection 1.4)? A property: it is evidence with every session, and holds its weight once.
 */
#include "heuristics/checks.h"

static bool item_of(const struct source *s, enum check_param *ret)
{
	switch (s->rdns.class) {
	case RDNS_NONE:
		*ret = PARAM_RDNS_NONE_DB;
		return true;
	case RDNS_DYNAMIC:
		*ret = PARAM_RDNS_DYNAMIC_DB;
		return true;
	case RDNS_GENERIC:
		*ret = PARAM_RDNS_GENERIC_DB;
		return true;
	default:
		return false;
	}
}

void rdns_class_judge(struct judge *j, const struct observation *o)
{
	struct source *s = o->source;
	struct evidence e = {.permille = o->permille, .value = 1, .time = o->time};

	if (item_of(s, &e.item))
		source_evidence(j, s, &e);
	e.item = PARAM_RDNS_UNCONFIRMED_DB;
	if (s->rdns.confirmed == TRI_NO)
		source_evidence(j, s, &e);
	if (s->rdns.confirmed == TRI_YES && s->rdns.class == RDNS_NAMED)
		source_counter(s, COUNTER_RDNS_NAMED);
}
