/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence for and against a source in words, for its card and its alert: one reason an item,
 * the heaviest first. Texts lie in the judge's arena until the next alert or card.
 */
#ifndef HEURISTICS_REASON_H
#define HEURISTICS_REASON_H

#include "heuristics/judge_state.h"

/* Fills at most LIMIT_REASONS; returns how many. */
size_t reasons_for(struct judge *j, struct source *s, struct reason *ret);
size_t reasons_against(struct judge *j, struct source *s, struct reason *ret);
/* What was not seen, one sentence each. Fills at most UNKNOWNS_MAX. */
#define UNKNOWNS_MAX 4
size_t reasons_unknown(struct judge *j, const struct source *s, struct span *ret);

#endif
