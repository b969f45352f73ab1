/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/pattern.h"

#include <assert.h>

/* Rules 2.5 and 2.6. */
#define INDEPENDENT_PERMILLE 800 /* identities and networks an address */
#define INDEPENDENT_NONE_PERMILLE 300
#define SHARED_PERMILLE 800
#define NOTICE_PERMILLE 900
#define VETERAN_PERMILLE 500

nstime pattern_window_length(enum pattern_window w)
{
	return w == PATTERN_WINDOW_1H ? NS_PER_HOUR : NS_PER_DAY;
}

/* Is `part` of `whole` at least `permille`? No share of nothing is anything. */
static bool share_reaches(uint64_t part, uint64_t whole, int64_t permille)
{
	return whole > 0 && part * 1000 >= whole * (uint64_t)permille;
}

static bool at_least(uint32_t n, int64_t threshold)
{
	return (int64_t)n >= threshold;
}

static bool is_botnet(const struct pattern_measure *m, const int64_t *v)
{
	return at_least(m->ips, v[PARAM_BOTNET_IPS]) &&
	       at_least(m->nets, v[PARAM_BOTNET_NETWORKS]) &&
	       !at_least(m->median, v[PARAM_BOTNET_PER_IP] + 1) &&
	       (share_reaches(m->none, m->messages, v[PARAM_BOTNET_NONE_PERMILLE]) ||
		       share_reaches(m->bad_host, m->messages, v[PARAM_BOTNET_HOST_PERMILLE]));
}

static bool is_spoofed_brand(const struct pattern_measure *m, const int64_t *v)
{
	return at_least(m->ips, v[PARAM_BRAND_IPS]) && at_least(m->nets, v[PARAM_BRAND_NETWORKS]) &&
	       share_reaches(m->brand, m->held, v[PARAM_BRAND_FROM_PERMILLE]) &&
	       share_reaches(m->dmarc_fail, m->held, v[PARAM_BRAND_FAIL_PERMILLE]) &&
	       share_reaches(m->none, m->messages, v[PARAM_BRAND_NONE_PERMILLE]);
}

static bool is_snowshoe(const struct pattern_measure *m, const int64_t *v)
{
	bool spread = at_least(m->ips, v[PARAM_SNOWSHOE_IPS]) &&
		      at_least(m->nets, v[PARAM_SNOWSHOE_NETWORKS]);

	return (spread || at_least(m->block_ips, v[PARAM_SNOWSHOE_BLOCK_IPS])) &&
	       !share_reaches(m->none, m->messages, v[PARAM_SNOWSHOE_NONE_PERMILLE]) &&
	       !at_least(m->median, v[PARAM_SNOWSHOE_PER_IP] + 1) &&
	       at_least(m->identities, v[PARAM_SNOWSHOE_IDENTITIES]) &&
	       !share_reaches(m->largest, m->messages, v[PARAM_SNOWSHOE_LARGEST_PERMILLE]) &&
	       m->age < NS_PER_DAY;
}

static bool is_low_and_slow(const struct pattern_measure *m, const int64_t *v)
{
	return at_least(m->ips, v[PARAM_LOW_SLOW_IPS]) &&
	       at_least(m->nets, v[PARAM_LOW_SLOW_NETWORKS]) &&
	       !at_least(m->most, v[PARAM_LOW_SLOW_PER_IP] + 1) &&
	       (at_least(m->identities, v[PARAM_LOW_SLOW_IDENTITIES]) ||
		       share_reaches(m->none, m->messages, v[PARAM_LOW_SLOW_NONE_PERMILLE]));
}

/* In the order in which they name a campaign. */
static const struct row {
	enum check_id check;
	const char *name;
	bool (*matches)(const struct pattern_measure *m, const int64_t *v);
	enum pattern_window from; /* the shortest window it is tried over */
	enum check_param weight, member_weight, ips;
} rows[] = {
	{CHECK_CAMPAIGN_BOTNET, "botnet", is_botnet, PATTERN_WINDOW_1H, PARAM_BOTNET_DB,
		PARAM_BOTNET_MEMBER_DB, PARAM_BOTNET_IPS},
	{CHECK_CAMPAIGN_SPOOFED_BRAND, "spoofed_brand", is_spoofed_brand, PATTERN_WINDOW_1H,
		PARAM_BRAND_DB, PARAM_BRAND_MEMBER_DB, PARAM_BRAND_IPS},
	{CHECK_CAMPAIGN_SNOWSHOE, "snowshoe", is_snowshoe, PATTERN_WINDOW_1H, PARAM_SNOWSHOE_DB,
		PARAM_SNOWSHOE_MEMBER_DB, PARAM_SNOWSHOE_IPS},
	{CHECK_CAMPAIGN_LOW_AND_SLOW, "low_and_slow", is_low_and_slow, PATTERN_WINDOW_24H,
		PARAM_LOW_SLOW_DB, PARAM_LOW_SLOW_MEMBER_DB, PARAM_LOW_SLOW_IPS},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* A notice that many sites send by themselves, each under its own name. */
static bool independent_servers(const struct pattern_measure *m)
{
	return share_reaches(m->identities, m->ips, INDEPENDENT_PERMILLE) &&
	       share_reaches(m->nets, m->ips, INDEPENDENT_PERMILLE) &&
	       m->none * 1000ull <= m->messages * (uint64_t)INDEPENDENT_NONE_PERMILLE &&
	       !share_reaches(m->shared_reply, m->held, SHARED_PERMILLE);
}

static void excuse(struct pattern_match *r, const struct pattern_measure *m)
{
	const struct pattern_measure *day = &m[PATTERN_WINDOW_24H], *in = &m[r->window];

	r->level = PATTERN_FULL;
	r->background = share_reaches(day->veterans, day->ips, VETERAN_PERMILLE);
	r->independent = independent_servers(in);
	if (r->background)
		r->level = PATTERN_NOTHING;
	else if (r->independent)
		r->level = share_reaches(in->notices, in->held, NOTICE_PERMILLE) ? PATTERN_NOTHING
										 : PATTERN_LOW;
}

struct pattern_match pattern_find(const struct pattern_measure m[PATTERN_WINDOWS],
	const struct check_values *v, uint32_t ips_floor)
{
	struct pattern_match best = {.level = PATTERN_NOTHING}, r;

	for (size_t i = 0; i < ROWS; i++)
		for (int w = rows[i].from; w < PATTERN_WINDOWS; w++) {
			if (m[w].ips < ips_floor || !rows[i].matches(&m[w], v->v))
				continue;
			r = (struct pattern_match){.pattern = rows[i].check, .window = w};
			excuse(&r, m);
			if (!best.pattern || r.level > best.level)
				best = r;
		}
	return best;
}

static const struct row *row_of(enum check_id pattern)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].check == pattern)
			return &rows[i];
	assert(!"a pattern");
	return NULL;
}

bool pattern_holds(
	enum check_id pattern, const struct pattern_measure *m, const struct check_values *v)
{
	return row_of(pattern)->matches(m, v->v);
}

enum check_param pattern_weight(enum check_id pattern)
{
	return row_of(pattern)->weight;
}

enum check_param pattern_member_weight(enum check_id pattern)
{
	return row_of(pattern)->member_weight;
}

enum check_param pattern_ips(enum check_id pattern)
{
	return row_of(pattern)->ips;
}

const char *pattern_name(enum check_id pattern)
{
	return row_of(pattern)->name;
}
