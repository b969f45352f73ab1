/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge and those who listen to it: records in, in order; lines and a summary out. One thread.
 *
 *     record -> judge -> emitter, summary, topology guess
 */
#ifndef APP_JUDGING_H
#define APP_JUDGING_H

#include "app/topology_guess.h"
#include "heuristics/judge.h"
#include "output/emitter.h"
#include "output/summary.h"

struct judging;

/* Those who listen are borrowed; `summary` and `guess` NULL: none. NULL where memory is short. */
struct judging *judging_create(const struct judge_config *config, struct emitter *emitter,
	struct summary *summary, struct topology_guess *guess);
void judging_destroy(struct judging *j);

/* In a replay it may be judged a little later: see record_queue.h. */
void judging_record(struct judging *j, const struct record *r);
/* Judges what came so far. */
void judging_settle(struct judging *j);
/* Live and idle: time is `now`. */
void judging_advance(struct judging *j, nstime now);
/* The end of the input: every judgement is said. */
void judging_finish(struct judging *j);

struct judging_stats {
	struct judge_stats judge;
	uint64_t alerts;
	int worst_severity; /* of any alert so far; 0: none */
};

struct judging_stats judging_get_stats(const struct judging *j);

#endif
