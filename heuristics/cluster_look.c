/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/cluster_look.h"

/* Up to so many messages each is looked at; beyond, one in a share of them, and at the least one
 * in so many. */
#define LOOK_ALWAYS 64
#define LOOK_SHARE 16
#define LOOK_AFTER_MAX 64

static void measure(struct cluster_look *l, bool sure_only)
{
	for (int w = 0; w < PATTERN_WINDOWS; w++)
		residue_measure(&l->residue, (enum pattern_window)w, sure_only, &l->measure[w]);
}

/* Takes over the pools. Where they changed, or facts did, what was seen before does not stand. */
static void note_pools(struct cluster *cl, const struct residue *r, bool anew)
{
	for (int k = 0; k < CLUSTER_POOL_KINDS; k++) {
		anew |= cl->pool[k].key != r->pool[k].key;
		cl->pool[k] = r->pool[k];
	}
	cl->scattered = r->scattered;
	if (!anew)
		return;
	cl->peak_ips = cl->peak_orgs = cl->peak_orgs_ips = 0;
	cl->sync = (struct synchrony){.fired = false};
	for (struct cluster_part *p = cl->newest; p; p = p->older)
		p->synchronous = false;
}

/* What its card items need. */
static void note_peaks(
	struct cluster *cl, const struct pattern_measure *day, const struct check_values *v)
{
	cl->residue_ips = day->ips;
	if (day->ips > cl->peak_ips)
		cl->peak_ips = day->ips;
	if (day->ips >= v->v[PARAM_SPREAD_SHARED_IPS] && day->from_orgs >= cl->peak_orgs) {
		cl->peak_orgs = day->from_orgs;
		cl->peak_orgs_ips = day->ips;
	}
}

static struct synchrony scan(
	struct cluster_look *l, struct cluster *cl, const struct check_values *v)
{
	size_t n = residue_starts(&l->residue, l->start);
	struct synchrony s = synchrony_scan(l->start, n, l->residue.until - cl->first, v);

	for (size_t i = 0; s.fired && i < n; i++)
		if (l->start[i].together)
			l->residue.item[l->start[i].item].part->synchronous = true;
	if (s.fired || !cl->sync.fired)
		cl->sync = s;
	return s;
}

static void count_unknowns(const struct residue *r, struct campaign_look *ret)
{
	for (uint32_t i = 0; i < r->count; i++) {
		ret->rdns_unknown += r->item[i].rdns_unknown;
		ret->helo_unknown += r->item[i].helo_unknown;
	}
}

/* Sure messages first: only they are held against anybody in full. */
static struct pattern_match match(struct cluster_look *l, const struct check_values *v,
	uint32_t ips_floor, struct campaign_look *ret)
{
	bool scattered = l->residue.scattered.key != 0, unverified = l->residue.unverified;
	struct pattern_match found;

	if (scattered || unverified) {
		measure(l, true);
		found = pattern_find(l->measure, v, ips_floor);
		ret->sure_only = found.level == PATTERN_FULL;
		if (ret->sure_only)
			return found;
		measure(l, false);
		ret->reserve = (scattered ? CAMPAIGN_SCATTERED : 0u) |
			       (unverified ? CAMPAIGN_UNVERIFIED : 0u);
	}
	return pattern_find(l->measure, v, ips_floor);
}

static uint32_t look_after(uint32_t counted)
{
	uint32_t n = counted <= LOOK_ALWAYS ? 1 : 1 + (counted - LOOK_ALWAYS) / LOOK_SHARE;

	return n < LOOK_AFTER_MAX ? n : LOOK_AFTER_MAX;
}

static void note_third(struct cluster *cl, const struct residue *r)
{
	if (residue_ips(r) < 3)
		cl->three_since = 0;
	else if (cl->three_since == 0)
		cl->three_since = residue_third(r);
}

struct campaign_look cluster_look(struct cluster_look *l, struct cluster *cl, nstime until,
	bool anew, const struct residue_env *env, const struct check_values *v,
	struct fanout_floor *floor, bool learning)
{
	struct campaign_look ret = {.level = PATTERN_NOTHING};
	struct pattern_match found;
	bool pool;

	residue_build(&l->residue, cl, until, env);
	note_third(cl, &l->residue);
	measure(l, false);
	note_pools(cl, &l->residue, anew);
	note_peaks(cl, &l->measure[PATTERN_WINDOW_24H], v);
	cl->waiting = 0;
	cl->look_after = look_after(cl->counted);
	found = match(l, v, fanout_floor_ips(floor), &ret);
	ret.pattern = found.pattern;
	ret.window = found.window;
	ret.measure = l->measure[found.window];
	ret.sync = scan(l, cl, v);
	count_unknowns(&l->residue, &ret);
	ret.reserve |= (found.independent ? CAMPAIGN_INDEPENDENT : 0u) |
		       (learning ? CAMPAIGN_LEARNING : 0u);
	ret.level = found.level == PATTERN_FULL && ret.reserve ? PATTERN_LOW : found.level;
	pool = cl->pool[CLUSTER_POOL_SHOWN].key || cl->pool[CLUSTER_POOL_CLAIMED].key;
	fanout_floor_move(floor, &cl->floor_bin, pool || found.pattern ? 0 : cl->residue_ips);
	return ret;
}
