/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/campaign_score.h"

#define PRIOR_DB (-10)
#define OPEN_DB 10
#define HYSTERESIS_DB 6
#define STAYS_OPEN NS_PER_HOUR /* since the decisive item fired last */
#define BELOW_FOR (30 * NS_PER_MIN)
#define COOLS_FOR NS_PER_HOUR

/* Evidence of spread and of synchrony halves in an hour: what is left, in quarters of one. */
#define STEP (15 * NS_PER_MIN)
#define STEPS 16
static const uint16_t left_permille[STEPS + 1] = {
	1000, 841, 707, 595, 500, 420, 354, 297, 250, 210, 177, 149, 125, 105, 88, 74, 63};

static int weight(const struct campaign *c, const struct check_values *v)
{
	int spread = (int)v->v[pattern_weight(c->look.pattern)], cap;
	int synchrony = c->look.sync.fired ? (int)v->v[PARAM_SYNCHRONY_DB] : 0;

	cap = check_family_cap(FAMILY_CONTENT_SPREAD);
	if (spread > cap)
		spread = cap;
	cap = check_family_cap(FAMILY_SYNCHRONY);
	if (synchrony > cap)
		synchrony = cap;
	return spread + synchrony;
}

int campaign_score(const struct campaign *c, const struct check_values *v)
{
	int score = PRIOR_DB + weight(c, v);

	if (c->severity == SEVERITY_LOW)
		return score < 0 ? 0 : score >= OPEN_DB ? OPEN_DB - 1 : score;
	return score < OPEN_DB ? OPEN_DB : score;
}

int campaign_score_at(const struct campaign *c, const struct check_values *v, nstime now)
{
	nstime steps = (now - c->fired) / STEP;

	return PRIOR_DB + weight(c, v) *
				  left_permille[steps < 0       ? 0
						: steps > STEPS ? STEPS
								: steps] /
				  1000;
}

nstime campaign_closing(const struct campaign *c, const struct check_values *v)
{
	nstime below = c->fired + STAYS_OPEN;

	while (below < c->fired + STEPS * STEP &&
		campaign_score_at(c, v, below) >= OPEN_DB - HYSTERESIS_DB)
		below += STEP;
	return below + BELOW_FOR + COOLS_FOR;
}
