/* SPDX-License-Identifier: Apache-2.0 */
/* What a campaign scores, and when it has decayed (contract 1.1, 1.5, 2.4; detection 2.1, 2.3). */
#ifndef HEURISTICS_CAMPAIGN_SCORE_H
#define HEURISTICS_CAMPAIGN_SCORE_H

#include "heuristics/campaign.h"

/* While it is open: at least +10 for a full one, below it for one at low. */
int campaign_score(const struct campaign *c, const struct check_values *v);
/* Decayed since it fired last. */
int campaign_score_at(const struct campaign *c, const struct check_values *v, nstime now);
/* When it closes if nothing else fires. */
nstime campaign_closing(const struct campaign *c, const struct check_values *v);

#endif
