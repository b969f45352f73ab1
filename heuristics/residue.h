/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left of a cluster once pools are taken out (contract 2.3), and what it measures (2.4).
 * Addresses are asked for what is known of them now, so that late facts count.
 */
#ifndef HEURISTICS_RESIDUE_H
#define HEURISTICS_RESIDUE_H

#include "heuristics/cluster.h"
#include "heuristics/pattern.h"

struct residue_env {
	void *cookie;
	void (*facts)(void *cookie, const struct addr *ip, struct identity_facts *ret);
};

struct residue_item {
	struct cluster_part *part;
	struct identity id; /* none too for a claim of a scattered pool */
	bool shows_own;     /* D, R or C (contract 2.7) */
	bool bad_host;
	bool scattered; /* of a scattered pool */
	bool rdns_unknown, helo_unknown;
};

struct residue {
	struct cluster *cl;
	nstime until;
	uint32_t count; /* items, sorted by host */
	struct residue_item item[LIMIT_EXACT_SET];
	struct identity pool[CLUSTER_POOL_KINDS]; /* taken out */
	struct identity scattered; /* a claimed pool that stays in: what matches opens at low */
	bool unverified;           /* some messages are */
};

/* Of messages later than a day before `until`, up to it. Sets the state of their parts. */
void residue_build(
	struct residue *r, struct cluster *cl, nstime until, const struct residue_env *env);
/* May the message be held against anybody in full? */
bool residue_sure(const struct residue_item *item, const struct cluster_message *m);
/* Of its sure messages alone, or of all. */
void residue_measure(const struct residue *r, enum pattern_window w, bool sure_only,
	struct pattern_measure *ret);
#define RESIDUE_STARTS_MAX (LIMIT_EXACT_SET * CLUSTER_MESSAGES_MAX)

/* Session starts of its messages, `item` being their index in `r`. Returns their number. */
size_t residue_starts(const struct residue *r, struct synchrony_start ret[RESIDUE_STARTS_MAX]);

/* How many addresses it has now, and when the third came; 0 where there are fewer. */
uint32_t residue_ips(const struct residue *r);
nstime residue_third(const struct residue *r);

#endif
