/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that the checks decide by. Decibans are 10 log10 of a likelihood ratio. */
#include "heuristics/check.h"

/* A weight of 0 turns an item off; an item below half of its default is not decisive. */
#define DB(check, name, value, title)                  \
	{                                              \
		check, name, value, 0, 40, "db", title \
	}
/* Evidence to the contrary. */
#define COUNTER_DB(check, name, value, title)           \
	{                                               \
		check, name, value, -20, 0, "db", title \
	}
#define COUNT(check, name, value, title)                       \
	{                                                      \
		check, name, value, 1, 1000000, "count", title \
	}
/* What exact sets hold bounds what may be asked of them (contract 6.1). */
#define EXACT(check, name, value, title)                  \
	{                                                 \
		check, name, value, 2, 64, "count", title \
	}
#define PERMILLE(check, name, value, title)                    \
	{                                                      \
		check, name, value, 0, 1000, "permille", title \
	}

static const struct check_setting table[PARAM_COUNT] = {
	[PARAM_HELO_OWN_NAME_DB] = DB(CHECK_HELO_SYNTAX, "own_name_db", 15,
		"a greeting with our own name, domain or address"),
	[PARAM_HELO_KNOWN_BAD_DB] = DB(CHECK_HELO_SYNTAX, "known_bad_db", 15,
		"a greeting that only bots are known to use"),
	[PARAM_HELO_BARE_IP_DB] =
		DB(CHECK_HELO_SYNTAX, "bare_ip_db", 11, "an address without brackets"),
	[PARAM_HELO_LITERAL_DB] = DB(CHECK_HELO_SYNTAX, "literal_db", 9,
		"an address literal that is private, or not the client's"),
	[PARAM_HELO_ILLEGAL_DB] =
		DB(CHECK_HELO_SYNTAX, "illegal_db", 9, "characters that no host name has"),
	[PARAM_HELO_EMPTY_DB] = DB(CHECK_HELO_SYNTAX, "empty_db", 9, "no argument at all"),
	[PARAM_HELO_LOCALHOST_DB] =
		DB(CHECK_HELO_SYNTAX, "localhost_db", 6, "localhost and its variants"),
	[PARAM_HELO_WINDOWS_DB] = DB(CHECK_HELO_SYNTAX, "windows_default_db", 6,
		"a name that Windows gives to a new machine"),
	[PARAM_HELO_PRIVATE_TLD_DB] = DB(
		CHECK_HELO_SYNTAX, "private_tld_db", 6, "a top-level domain of private networks"),
	[PARAM_HELO_GENERIC_DB] = DB(CHECK_HELO_SYNTAX, "generic_fqdn_db", 6,
		"a name made from an address, as access providers give it"),
	[PARAM_HELO_SINGLE_LABEL_DB] =
		DB(CHECK_HELO_SYNTAX, "single_label_db", 4, "a name without a dot"),
	[PARAM_HELO_UNRESOLVED_DB] = DB(
		CHECK_HELO_SYNTAX, "unresolved_fqdn_db", 3, "a name that DNS was seen not to know"),
	[PARAM_HELO_FLOOR_SESSIONS] = COUNT(CHECK_HELO_SYNTAX, "floor_sessions", 3,
		"inbound sessions with a bad greeting that make a source suspect"),

	[PARAM_CHANGING_NAMES_5MIN] = EXACT(CHECK_HELO_CHANGING, "names_5min", 3,
		"names outside the dominant org-domain in 5 minutes"),
	[PARAM_CHANGING_NAMES_1H] = EXACT(CHECK_HELO_CHANGING, "names_1h", 4,
		"names outside the dominant org-domain in 1 hour; decisive"),
	[PARAM_CHANGING_NAMES_24H] = EXACT(CHECK_HELO_CHANGING, "names_24h", 6,
		"names outside the dominant org-domain in 24 hours"),
	[PARAM_CHANGING_DB_5MIN] = DB(CHECK_HELO_CHANGING, "db_5min", 8, "weight of names_5min"),
	[PARAM_CHANGING_DB_1H] = DB(CHECK_HELO_CHANGING, "db_1h", 12, "weight of names_1h"),
	[PARAM_CHANGING_DB_24H] = DB(CHECK_HELO_CHANGING, "db_24h", 8, "weight of names_24h"),
	[PARAM_CHANGING_POOL_NAMES] = EXACT(CHECK_HELO_CHANGING, "pool_names", 4,
		"names from which a stable set is taken for a NAT pool"),
	[PARAM_CHANGING_POOL_SESSIONS] = COUNT(CHECK_HELO_CHANGING, "pool_sessions", 3,
		"sessions in which each name of a NAT pool must recur"),

	[PARAM_SHARED_IPS] =
		EXACT(CHECK_HELO_SHARED, "ips", 5, "addresses with one name in 24 hours"),
	[PARAM_SHARED_NETWORKS] =
		EXACT(CHECK_HELO_SHARED, "networks", 3, "networks (/24, /48) they lie in"),
	[PARAM_SHARED_UNRELATED_PERMILLE] = PERMILLE(CHECK_HELO_SHARED, "unrelated_permille", 800,
		"share of them whose reverse DNS has nothing to do with the name"),
	[PARAM_SHARED_DB] = DB(CHECK_HELO_SHARED, "db", 12, "weight"),

	[PARAM_HELO_RDNS_MISMATCH_DB] = DB(CHECK_HELO_RDNS, "mismatch_db", 5,
		"a greeting foreign to the client's confirmed reverse DNS"),
	[PARAM_HELO_RDNS_FREEMAIL_DB] = DB(CHECK_HELO_RDNS, "freemail_db", 12,
		"a large mailbox provider's name from a foreign address"),
	[PARAM_HELO_RDNS_EXACT_DB] = COUNTER_DB(CHECK_HELO_RDNS, "exact_db", -6,
		"the greeting is the reverse-DNS name, and that is of class named"),
	[PARAM_HELO_RDNS_SAME_ORG_DB] = COUNTER_DB(CHECK_HELO_RDNS, "same_org_db", -4,
		"greeting and reverse DNS share their org-domain"),

	[PARAM_RDNS_NONE_DB] = DB(CHECK_RDNS_CLASS, "none_db", 5, "known to have no reverse DNS"),
	[PARAM_RDNS_UNCONFIRMED_DB] = DB(CHECK_RDNS_CLASS, "unconfirmed_db", 3,
		"reverse DNS that does not lead back to the address"),
	[PARAM_RDNS_GENERIC_DB] =
		DB(CHECK_RDNS_CLASS, "generic_db", 3, "a name made from the address"),
	[PARAM_RDNS_DYNAMIC_DB] = DB(CHECK_RDNS_CLASS, "dynamic_db", 8,
		"a name of an access line with changing addresses"),
	[PARAM_RDNS_NAMED_DB] = COUNTER_DB(
		CHECK_RDNS_CLASS, "named_db", -4, "a chosen name that leads back to the address"),

	[PARAM_SPREAD_IPS] = EXACT(
		CHECK_CONTENT_SPREAD, "ips", 10, "addresses that send one content, pools left out"),
	[PARAM_SPREAD_SHARED_IPS] = EXACT(CHECK_CONTENT_SPREAD, "shared_ips", 5,
		"addresses from which content counts as shared"),
	[PARAM_SPREAD_SHARED_ORGS] = EXACT(CHECK_CONTENT_SPREAD, "shared_org_domains", 3,
		"From org-domains from which content counts as shared"),

	[PARAM_SYNCHRONY_IPS] = EXACT(CHECK_SYNCHRONY, "ips", 5, "addresses in one window"),
	[PARAM_SYNCHRONY_NETWORKS] = EXACT(CHECK_SYNCHRONY, "networks", 4, "networks they lie in"),
	[PARAM_SYNCHRONY_WINDOW_S] = {CHECK_SYNCHRONY, "window_s", 60, 1, 600, "s",
		"length of the window"},
	[PARAM_SYNCHRONY_PAIRS] = COUNT(
		CHECK_SYNCHRONY, "pairs", 3, "pairs of different addresses that start together"),
	[PARAM_SYNCHRONY_PAIR_MS] = {CHECK_SYNCHRONY, "pair_ms", 2000, 1, 60000, "ms",
		"how close the starts of a pair lie"},
	[PARAM_SYNCHRONY_DB] = DB(CHECK_SYNCHRONY, "db", 10, "weight, for the campaign"),

	[PARAM_HOLD_MEDIAN_MS] = {CHECK_HOLD_TIME, "median_ms", 30000, 1000, 3600000, "ms",
		"median time between the last reply and the end"},
	[PARAM_HOLD_SESSIONS] =
		COUNT(CHECK_HOLD_TIME, "sessions", 5, "sessions below which the median is unknown"),
	[PARAM_HOLD_DB] = DB(CHECK_HOLD_TIME, "db", 6, "weight"),

	[PARAM_ENVELOPE_ORGS_1H] = EXACT(CHECK_ENVELOPE_FROM, "org_domains_1h", 10,
		"org-domains of envelope senders in 1 hour"),
	[PARAM_ENVELOPE_UNPROVEN_PERMILLE] = PERMILLE(CHECK_ENVELOPE_FROM, "unproven_permille", 800,
		"share of messages without a passing SPF or DKIM"),
	[PARAM_ENVELOPE_DB] = DB(CHECK_ENVELOPE_FROM, "db", 10, "weight"),
	[PARAM_ENVELOPE_MESSAGES] = COUNT(CHECK_ENVELOPE_FROM, "messages", 3,
		"messages below which nothing is said of their senders"),
	[PARAM_ENVELOPE_RELATED_PERMILLE] = PERMILLE(CHECK_ENVELOPE_FROM, "related_permille", 800,
		"share of senders like the reverse DNS that passes"),

	[PARAM_MESSAGE_ID_MISSING_DB] =
		DB(CHECK_MESSAGE_ID, "missing_db", 3, "messages without a Message-ID"),
	[PARAM_MESSAGE_ID_INVALID_DB] =
		DB(CHECK_MESSAGE_ID, "invalid_db", 6, "messages with one that is not valid"),
	[PARAM_MESSAGE_ID_BAD_PERMILLE] = PERMILLE(CHECK_MESSAGE_ID, "bad_permille", 100,
		"share of messages without a valid one that fails"),

	[PARAM_BOTNET_IPS] = EXACT(CHECK_CAMPAIGN_BOTNET, "ips", 8, "addresses"),
	[PARAM_BOTNET_NETWORKS] = EXACT(CHECK_CAMPAIGN_BOTNET, "networks", 6, "networks"),
	[PARAM_BOTNET_PER_IP] = COUNT(
		CHECK_CAMPAIGN_BOTNET, "per_ip", 5, "median of messages an address, at the most"),
	[PARAM_BOTNET_NONE_PERMILLE] = PERMILLE(CHECK_CAMPAIGN_BOTNET, "none_permille", 700,
		"share of messages without an identity"),
	[PARAM_BOTNET_HOST_PERMILLE] = PERMILLE(CHECK_CAMPAIGN_BOTNET, "host_permille", 700,
		"or share from addresses without a chosen, confirmed reverse DNS"),
	[PARAM_BOTNET_DB] = DB(CHECK_CAMPAIGN_BOTNET, "db", 22, "weight, for the campaign"),
	[PARAM_BOTNET_MEMBER_DB] =
		DB(CHECK_CAMPAIGN_BOTNET, "member_db", 30, "weight, for its members"),

	[PARAM_SNOWSHOE_IPS] = EXACT(CHECK_CAMPAIGN_SNOWSHOE, "ips", 10, "addresses"),
	[PARAM_SNOWSHOE_NETWORKS] = EXACT(CHECK_CAMPAIGN_SNOWSHOE, "networks", 4, "networks"),
	[PARAM_SNOWSHOE_BLOCK_IPS] = EXACT(CHECK_CAMPAIGN_SNOWSHOE, "block_ips", 8,
		"or neighbouring addresses inside one /22 or /48"),
	[PARAM_SNOWSHOE_PER_IP] = COUNT(
		CHECK_CAMPAIGN_SNOWSHOE, "per_ip", 5, "median of messages an address, at the most"),
	[PARAM_SNOWSHOE_IDENTITIES] =
		EXACT(CHECK_CAMPAIGN_SNOWSHOE, "identities", 5, "distinct identities"),
	[PARAM_SNOWSHOE_LARGEST_PERMILLE] = PERMILLE(CHECK_CAMPAIGN_SNOWSHOE, "largest_permille",
		500, "share of the largest identity, below"),
	[PARAM_SNOWSHOE_NONE_PERMILLE] = PERMILLE(CHECK_CAMPAIGN_SNOWSHOE, "none_permille", 700,
		"share of messages without an identity, below"),
	[PARAM_SNOWSHOE_DB] = DB(CHECK_CAMPAIGN_SNOWSHOE, "db", 20, "weight, for the campaign"),
	[PARAM_SNOWSHOE_MEMBER_DB] =
		DB(CHECK_CAMPAIGN_SNOWSHOE, "member_db", 30, "weight, for its members"),

	[PARAM_BRAND_IPS] = EXACT(CHECK_CAMPAIGN_SPOOFED_BRAND, "ips", 5, "addresses"),
	[PARAM_BRAND_NETWORKS] = EXACT(CHECK_CAMPAIGN_SPOOFED_BRAND, "networks", 4, "networks"),
	[PARAM_BRAND_FROM_PERMILLE] = PERMILLE(CHECK_CAMPAIGN_SPOOFED_BRAND, "from_permille", 800,
		"share of messages with one From org-domain"),
	[PARAM_BRAND_FAIL_PERMILLE] = PERMILLE(CHECK_CAMPAIGN_SPOOFED_BRAND, "fail_permille", 800,
		"share of messages that fail DMARC"),
	[PARAM_BRAND_NONE_PERMILLE] = PERMILLE(CHECK_CAMPAIGN_SPOOFED_BRAND, "none_permille", 500,
		"share of messages without an identity"),
	[PARAM_BRAND_DB] = DB(CHECK_CAMPAIGN_SPOOFED_BRAND, "db", 22, "weight, for the campaign"),
	[PARAM_BRAND_MEMBER_DB] =
		DB(CHECK_CAMPAIGN_SPOOFED_BRAND, "member_db", 30, "weight, for its members"),

	[PARAM_LOW_SLOW_IPS] =
		EXACT(CHECK_CAMPAIGN_LOW_AND_SLOW, "ips", 20, "addresses in 24 hours"),
	[PARAM_LOW_SLOW_NETWORKS] = EXACT(CHECK_CAMPAIGN_LOW_AND_SLOW, "networks", 6, "networks"),
	[PARAM_LOW_SLOW_PER_IP] = COUNT(
		CHECK_CAMPAIGN_LOW_AND_SLOW, "per_ip", 3, "messages of any address, at the most"),
	[PARAM_LOW_SLOW_IDENTITIES] =
		EXACT(CHECK_CAMPAIGN_LOW_AND_SLOW, "identities", 10, "distinct identities"),
	[PARAM_LOW_SLOW_NONE_PERMILLE] = PERMILLE(CHECK_CAMPAIGN_LOW_AND_SLOW, "none_permille", 700,
		"or share of messages without an identity"),
	[PARAM_LOW_SLOW_DB] = DB(CHECK_CAMPAIGN_LOW_AND_SLOW, "db", 18, "weight, for the campaign"),
	[PARAM_LOW_SLOW_MEMBER_DB] =
		DB(CHECK_CAMPAIGN_LOW_AND_SLOW, "member_db", 30, "weight, for its members"),

	[PARAM_REPLAY_IPS] =
		EXACT(CHECK_DKIM_REPLAY, "ips", 10, "addresses that send one signature"),
	[PARAM_REPLAY_ABSENT_PERMILLE] = PERMILLE(CHECK_DKIM_REPLAY, "absent_permille", 800,
		"share of recipients that To and Cc do not name"),
	[PARAM_REPLAY_DB] = DB(CHECK_DKIM_REPLAY, "db", 18, "weight"),

	[PARAM_PROXY_SHARE_PERMILLE] = PERMILLE(CHECK_PROXY_SUSPECTED, "share_permille", 300,
		"share of all sessions that come from one address"),
	[PARAM_PROXY_SESSIONS] = COUNT(CHECK_PROXY_SUSPECTED, "sessions", 200,
		"sessions in all below which nothing is said"),
	[PARAM_PROXY_ORGS] = EXACT(CHECK_PROXY_SUSPECTED, "org_domains", 20,
		"org-domains it greets with, each recurring"),
	[PARAM_PROXY_RECURRING] = COUNT(CHECK_PROXY_SUSPECTED, "recurring", 2,
		"sessions in which such an org-domain is seen"),

	[PARAM_ROGUE_CONNECTIONS] =
		EXACT(CHECK_ROGUE_EGRESS, "connections", 5, "connections to port 25 in 10 minutes"),
	[PARAM_ROGUE_HOSTS] =
		EXACT(CHECK_ROGUE_EGRESS, "hosts", 3, "distinct addresses they lead to"),
	[PARAM_ROGUE_DB] = DB(CHECK_ROGUE_EGRESS, "db", 25, "weight"),

	[PARAM_LOSS_PERMILLE] = PERMILLE(CHECK_CAPTURE_LOSS, "permille", 10,
		"share of the bytes of 100 sessions that was acknowledged and not seen"),
	[PARAM_LOSS_SESSIONS] =
		EXACT(CHECK_CAPTURE_LOSS, "sessions", 5, "sessions among them that lost any"),
};

const struct check_setting *check_setting_get(enum check_param p)
{
	return &table[p];
}

const struct check_setting *check_setting_find(struct span check, struct span name)
{
	for (int p = 0; p < PARAM_COUNT; p++)
		if (span_eq_str(name, table[p].name) &&
			span_eq_str(check, check_get(table[p].check)->id))
			return &table[p];
	return NULL;
}

void check_values_init(struct check_values *v)
{
	for (int p = 0; p < PARAM_COUNT; p++)
		v->v[p] = table[p].value;
}

int check_values_set(struct check_values *v, const struct check_setting *s, int64_t value)
{
	if (s < table || s >= table + PARAM_COUNT || value < s->min || value > s->max)
		return -1;
	v->v[s - table] = value;
	return 1;
}
