/* SPDX-License-Identifier: Apache-2.0 */
/* A campaign in words: its reasons, what is not known of it, its members. */
#ifndef HEURISTICS_CAMPAIGN_ALERT_H
#define HEURISTICS_CAMPAIGN_ALERT_H

#include "heuristics/campaign.h"

#define CAMPAIGN_REASONS_MAX 6
#define CAMPAIGN_UNKNOWNS_MAX 4
#define CAMPAIGN_TEXT_MAX 256

/* What an alert borrows. */
struct campaign_words {
	struct reason reason[CAMPAIGN_REASONS_MAX];
	struct span unknown[CAMPAIGN_UNKNOWNS_MAX];
	struct member member[LIMIT_ALERT_MEMBERS];
	char text[CAMPAIGN_REASONS_MAX + CAMPAIGN_UNKNOWNS_MAX][CAMPAIGN_TEXT_MAX];
	size_t reasons, unknowns, texts;
};

struct alert_counts campaign_counts(const struct campaign *c);
/* One member as alerts and reports show it. */
struct member campaign_member_shown(
	const struct campaign_member *m, const struct campaigns_env *env);
/*
 * Everything of an alert but state, severity and revision. The next members that have not been
 * said are said with it.
 */
void campaign_alert_fill(struct campaign_words *w, struct campaign *c, const struct check_values *v,
	const struct campaigns_env *env, struct alert *ret);

#endif
