/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at a cluster: what is its residue, does that match a pattern, and how far may that be
 * held against anybody?
 */
#ifndef HEURISTICS_CLUSTER_LOOK_H
#define HEURISTICS_CLUSTER_LOOK_H

#include "heuristics/campaign.h"
#include "heuristics/fanout_floor.h"
#include "heuristics/residue.h"
#include "heuristics/synchrony.h"

struct cluster_look {
	struct residue residue;
	struct pattern_measure measure[PATTERN_WINDOWS];
	struct synchrony_start start[RESIDUE_STARTS_MAX];
};

/*
 * Fills `l`, and says what it comes to. The cluster keeps what its card items need; its place in
 * `floor` moves. `anew`: facts changed, so that what was seen before does not stand.
 */
struct campaign_look cluster_look(struct cluster_look *l, struct cluster *cl, nstime until,
	bool anew, const struct residue_env *env, const struct check_values *v,
	struct fanout_floor *floor, bool learning);

#endif
