/* SPDX-License-Identifier: Apache-2.0 */
/* How the judge takes in each kind of record. */
#ifndef HEURISTICS_JUDGE_OBSERVE_H
#define HEURISTICS_JUDGE_OBSERVE_H

#include "heuristics/judge_state.h"

void judge_session(struct judge *j, const struct session_record *r);
void judge_message(struct judge *j, const struct message_record *m);
void judge_dns(struct judge *j, const struct dns_record *r);
/* Looks once more for facts that came after the last record of each source. */
void judge_refresh_all(struct judge *j);

/* judge_campaigns.c: the campaigns of this judge. 1, or -1 where memory is short. */
int judge_campaigns_create(struct judge *j, uint64_t memory);

/* Callbacks of the tables; the cookie is the judge. */
void judge_source_evicted(void *cookie, struct source *s);
bool judge_source_may_go(void *cookie, const struct source *s);
void judge_score_evicted(void *cookie, void *entry);
bool judge_score_may_go(void *cookie, const void *entry);

#endif
