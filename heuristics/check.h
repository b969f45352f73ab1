/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of checks: what each measures, when it fires, what it weighs and why. One row a check;
 * --list-checks, --explain, the catalogue and the configuration all read it.
 */
#ifndef HEURISTICS_CHECK_H
#define HEURISTICS_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/span.h"
#include "heuristics/alert.h"

enum check_id {
	CHECK_HELO_SYNTAX,
	CHECK_HELO_CHANGING,
	CHECK_HELO_SHARED,
	CHECK_HELO_RDNS,
	CHECK_RDNS_CLASS,
	CHECK_CONTENT_SPREAD,
	CHECK_SYNCHRONY,
	CHECK_HOLD_TIME,
	CHECK_ENVELOPE_FROM,
	CHECK_MESSAGE_ID,
	CHECK_CAMPAIGN_BOTNET,
	CHECK_CAMPAIGN_SNOWSHOE,
	CHECK_CAMPAIGN_SPOOFED_BRAND,
	CHECK_CAMPAIGN_LOW_AND_SLOW,
	CHECK_DKIM_REPLAY,
	CHECK_PROXY_SUSPECTED,
	CHECK_ROGUE_EGRESS,
	CHECK_FEED_ONE_SIDED,
	CHECK_CAPTURE_LOSS,
	CHECK_COUNT,
};

/*
 * Evidence of one family is correlated: only its strongest item counts in full, the second at half
 * (detection 2.1).
 */
enum check_family {
	FAMILY_HELO_SYNTAX,
	FAMILY_HELO_BEHAVIOUR,
	FAMILY_RDNS,
	FAMILY_IDENTITY,
	FAMILY_MESSAGE_FORM,
	FAMILY_CONTENT_SPREAD,
	FAMILY_URL,
	FAMILY_SESSION,
	FAMILY_DIALECT,
	FAMILY_SYNCHRONY,
	FAMILY_REPUTATION,
	FAMILY_AUTH_ABUSE,
	FAMILY_COUNT,
};

/* Every number that a check decides by, in the order of the table in check_setting.c. */
enum check_param {
	PARAM_HELO_OWN_NAME_DB,
	PARAM_HELO_KNOWN_BAD_DB,
	PARAM_HELO_BARE_IP_DB,
	PARAM_HELO_LITERAL_DB,
	PARAM_HELO_ILLEGAL_DB,
	PARAM_HELO_EMPTY_DB,
	PARAM_HELO_LOCALHOST_DB,
	PARAM_HELO_WINDOWS_DB,
	PARAM_HELO_PRIVATE_TLD_DB,
	PARAM_HELO_GENERIC_DB,
	PARAM_HELO_SINGLE_LABEL_DB,
	PARAM_HELO_UNRESOLVED_DB,
	PARAM_HELO_FLOOR_SESSIONS,
	PARAM_CHANGING_NAMES_5MIN,
	PARAM_CHANGING_NAMES_1H,
	PARAM_CHANGING_NAMES_24H,
	PARAM_CHANGING_DB_5MIN,
	PARAM_CHANGING_DB_1H,
	PARAM_CHANGING_DB_24H,
	PARAM_CHANGING_POOL_NAMES,
	PARAM_CHANGING_POOL_SESSIONS,
	PARAM_SHARED_IPS,
	PARAM_SHARED_NETWORKS,
	PARAM_SHARED_UNRELATED_PERMILLE,
	PARAM_SHARED_DB,
	PARAM_HELO_RDNS_MISMATCH_DB,
	PARAM_HELO_RDNS_FREEMAIL_DB,
	PARAM_HELO_RDNS_EXACT_DB,
	PARAM_HELO_RDNS_SAME_ORG_DB,
	PARAM_RDNS_NONE_DB,
	PARAM_RDNS_UNCONFIRMED_DB,
	PARAM_RDNS_GENERIC_DB,
	PARAM_RDNS_DYNAMIC_DB,
	PARAM_RDNS_NAMED_DB,
	PARAM_SPREAD_IPS,
	PARAM_SPREAD_SHARED_IPS,
	PARAM_SPREAD_SHARED_ORGS,
	PARAM_SYNCHRONY_IPS,
	PARAM_SYNCHRONY_NETWORKS,
	PARAM_SYNCHRONY_WINDOW_S,
	PARAM_SYNCHRONY_PAIRS,
	PARAM_SYNCHRONY_PAIR_MS,
	PARAM_SYNCHRONY_DB,
	PARAM_HOLD_MEDIAN_MS,
	PARAM_HOLD_SESSIONS,
	PARAM_HOLD_DB,
	PARAM_ENVELOPE_ORGS_1H,
	PARAM_ENVELOPE_UNPROVEN_PERMILLE,
	PARAM_ENVELOPE_DB,
	PARAM_ENVELOPE_MESSAGES,
	PARAM_ENVELOPE_RELATED_PERMILLE,
	PARAM_MESSAGE_ID_MISSING_DB,
	PARAM_MESSAGE_ID_INVALID_DB,
	PARAM_MESSAGE_ID_BAD_PERMILLE,
	PARAM_BOTNET_IPS,
	PARAM_BOTNET_NETWORKS,
	PARAM_BOTNET_PER_IP,
	PARAM_BOTNET_NONE_PERMILLE,
	PARAM_BOTNET_HOST_PERMILLE,
	PARAM_BOTNET_DB,
	PARAM_BOTNET_MEMBER_DB,
	PARAM_SNOWSHOE_IPS,
	PARAM_SNOWSHOE_NETWORKS,
	PARAM_SNOWSHOE_BLOCK_IPS,
	PARAM_SNOWSHOE_PER_IP,
	PARAM_SNOWSHOE_IDENTITIES,
	PARAM_SNOWSHOE_LARGEST_PERMILLE,
	PARAM_SNOWSHOE_NONE_PERMILLE,
	PARAM_SNOWSHOE_DB,
	PARAM_SNOWSHOE_MEMBER_DB,
	PARAM_BRAND_IPS,
	PARAM_BRAND_NETWORKS,
	PARAM_BRAND_FROM_PERMILLE,
	PARAM_BRAND_FAIL_PERMILLE,
	PARAM_BRAND_NONE_PERMILLE,
	PARAM_BRAND_DB,
	PARAM_BRAND_MEMBER_DB,
	PARAM_LOW_SLOW_IPS,
	PARAM_LOW_SLOW_NETWORKS,
	PARAM_LOW_SLOW_PER_IP,
	PARAM_LOW_SLOW_IDENTITIES,
	PARAM_LOW_SLOW_NONE_PERMILLE,
	PARAM_LOW_SLOW_DB,
	PARAM_LOW_SLOW_MEMBER_DB,
	PARAM_REPLAY_IPS,
	PARAM_REPLAY_ABSENT_PERMILLE,
	PARAM_REPLAY_DB,
	PARAM_PROXY_SHARE_PERMILLE,
	PARAM_PROXY_SESSIONS,
	PARAM_PROXY_ORGS,
	PARAM_PROXY_RECURRING,
	PARAM_ROGUE_CONNECTIONS,
	PARAM_ROGUE_HOSTS,
	PARAM_ROGUE_DB,
	PARAM_LOSS_PERMILLE,
	PARAM_LOSS_SESSIONS,
	PARAM_COUNT,
};

/* A row of check_setting.c: `checks.<check>.<name>`. */
struct check_setting {
	enum check_id check;
	const char *name;
	int64_t value, min, max; /* the default, and the range that may be configured */
	const char *unit;        /* count, ms, s, permille, db */
	const char *title;
};

#define CHECK_ITEMS_MAX 3

struct check {
	const char *id; /* [a-z0-9_]+ */
	enum check_family family;
	const char *unit; /* of `value` and `threshold` in its reasons; "count" where they differ */
	const char *title;    /* one line */
	const char *decisive; /* when it opens an alert by itself; NULL: never */
	const char *measure, *fires, *false_positives, *advice, *sources;
	enum check_item items[CHECK_ITEMS_MAX]; /* of the sender card that it answers */
	size_t item_count;
};

/* The row of `id`. */
const struct check *check_get(enum check_id id);
/* The row whose id is `name`, or NULL. */
const struct check *check_find(struct span name);
/* "F1" to "F12", and the greatest sum in decibans that the family may bring. */
const char *check_family_name(enum check_family f);
int check_family_cap(enum check_family f);
/* Hours after which its evidence weighs half. */
int check_family_half_life_h(enum check_family f);
/* The name on the card: "helo.consistent", ... */
const char *check_item_name(enum check_item item);

/* One line a check: id, family, title. */
void check_list(FILE *f);
/* All of a check's row and its settings, wrapped at 79 columns. */
void check_explain(FILE *f, const struct check *c);

const struct check_setting *check_setting_get(enum check_param p);
/* The setting `checks.<check>.<name>`, or NULL. */
const struct check_setting *check_setting_find(struct span check, struct span name);

/* What the checks decide by: the defaults, overridden. */
struct check_values {
	int64_t v[PARAM_COUNT];
};

void check_values_init(struct check_values *v);
/* 1; -1 where `s` is no row of the table or the value lies outside its range. */
int check_values_set(struct check_values *v, const struct check_setting *s, int64_t value);

#endif
