/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the judge says: alerts, sender cards, campaign reports, and what it adds to a message.
 * Everything is borrowed during the call that hands it over. Numbers are integers in the named
 * unit (contract 1.8); texts are free of recipients, and still hold bytes from the wire: the
 * output escapes them.
 */
#ifndef HEURISTICS_ALERT_H
#define HEURISTICS_ALERT_H

#include "base/addr.h"
#include "base/nstime.h"
#include "base/span.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/session_record.h"

enum severity {
	SEVERITY_LOW = 21,
	SEVERITY_MEDIUM = 47,
	SEVERITY_HIGH = 73,
	SEVERITY_CRITICAL = 99,
};

enum alert_type {
	ALERT_CAMPAIGN,
	ALERT_SOURCE,
	ALERT_NETWORK,
	ALERT_ACCOUNT,
	ALERT_RELAY,
	ALERT_REPUTATION,
	ALERT_PROTOCOL,
	ALERT_SENSOR,
};

enum alert_state {
	ALERT_OPEN,
	ALERT_UPDATE,
	ALERT_CLOSE,
};

enum alert_close_reason {
	ALERT_CLOSE_NONE,
	ALERT_CLOSE_DECAYED,
	ALERT_CLOSE_RETRACTED,
};

/* `value` against `threshold` in `unit` ("count", "ms", "permille", "bool"); `text` is a sentence. */
struct reason {
	const char *check; /* an id of the table in heuristics/check.h */
	int db;
	int64_t value, threshold;
	const char *unit;
	struct span text;
};

/* Where the evidence lies in the packets. */
struct exemplar {
	struct addr client, server;
	struct addr peer; /* the connection's client, where another speaks for `client` */
	uint16_t client_port, server_port, peer_port;
	uint64_t first_packet, last_packet; /* indexes in the input, from 0 */
	nstime time;
};

struct member {
	struct addr ip;
	struct span helo, rdns; /* zero span: unknown */
	uint64_t messages;
	nstime first_seen;
};

struct alert_counts {
	uint64_t sources, networks, messages, recipients, identities;
};

struct alert {
	enum alert_type type;
	enum alert_state state;
	enum alert_close_reason close_reason;
	enum severity severity;
	bool severity_rose; /* of an update: event.kind is alert then */
	uint8_t id[16];	    /* the same over the alert's life */
	int score_db;
	uint32_t revision; /* 0 for open, then rising */
	const char *pattern; /* campaigns: botnet, snowshoe, spoofed_brand, low_and_slow */
	uint64_t cluster_id; /* campaigns */
	struct span subject; /* campaigns: of an exemplar message; zero span where none was seen */
	nstime time;	    /* of the crossing */
	nstime first_seen, last_seen; /* of the behaviour */
	bool has_ip;
	struct addr ip; /* sources: the address */
	struct span helo, rdns; /* sources; zero span: unknown */
	const struct reason *reasons;
	size_t reason_count;
	const struct reason *counter; /* evidence to the contrary, db < 0 */
	size_t counter_count;
	const struct span *unknowns; /* one sentence each */
	size_t unknown_count;
	struct alert_counts counts;
	const struct member *members; /* those not reported before */
	size_t member_count;
	uint64_t members_left; /* known and not yet reported */
	const struct exemplar *exemplars;
	size_t exemplar_count;
};

/* The checklist (contract 3), in the order of the cards. */
enum check_item {
	ITEM_HELO_CONSISTENT,
	ITEM_HELO_FQDN,
	ITEM_HELO_NOT_BARE_IP,
	ITEM_HELO_MATCHES_RDNS,
	ITEM_IP_HAS_RDNS,
	ITEM_IP_RDNS_NOT_DYNAMIC,
	ITEM_IP_CONTENT_ON_FEW_IPS,
	ITEM_HEADER_ENVELOPE_FROM_CONSISTENT,
	ITEM_HEADER_ENVELOPE_FROM_LIKE_RDNS,
	ITEM_HEADER_MESSAGE_ID,
	ITEM_AUTH_PRESENT,
	ITEM_AUTH_CORRECT,
	ITEM_CONTENT_NOT_THINLY_SPREAD,
	ITEM_CONTENT_NOT_SHARED,
	ITEM_URL_NOT_INFECTED,
	ITEM_URL_NOT_AD_SERVED,
	ITEM_SENDING_CLOSES_PROMPTLY,
	ITEM_SENDING_NOT_SYNCHRONISED,
	ITEM_HOST_NOT_INFECTED,
	ITEM_HOST_NOT_OPEN_RELAY,
	ITEM_HOST_NOT_OPEN_PROXY,
	ITEM_ACCOUNT_NOT_HIJACKED,
	ITEM_COUNT,
};

enum item_state {
	ITEM_UNKNOWN = 0,
	ITEM_PASS,
	ITEM_FAIL,
};

/* value and threshold are absent while unknown. */
struct item_result {
	enum item_state state;
	int64_t value, threshold;
	const char *unit;
	const char *why; /* of an unknown: what was not seen, or what does not measure it yet */
};

enum verdict {
	VERDICT_CLEAN,
	VERDICT_SUSPECT,
	VERDICT_BOT_LIKE,
};

struct card_helo {
	struct span name;
	const char *class_name;
	uint64_t count;
};

struct source_card {
	struct addr ip;	     /* IPv6: the first address seen */
	struct addr network; /* IPv6: the /64 */
	bool no_verdict;     /* a suspected proxy has none (contract 4.5) */
	enum verdict verdict;
	int score_db;
	nstime first_seen, last_seen;
	uint64_t sessions, messages, recipients;
	uint32_t revision;
	const char *role; /* of its sessions: inbound, submission, egress, internal */
	struct span rdns; /* zero span: unknown */
	const char *rdns_class; /* NULL: unknown */
	const struct card_helo *helos;
	size_t helo_count;
	uint64_t helo_names_total;
	bool hold_known;
	int64_t hold_median_ms, hold_p95_ms, hold_max_ms;
	struct item_result items[ITEM_COUNT];
	const struct reason *reasons;
	size_t reason_count;
	const struct reason *counter;
	size_t counter_count;
};

struct campaign_report {
	uint8_t id[16]; /* of its alert */
	const char *pattern;
	bool closed;
	enum severity severity;
	int score_db;
	uint64_t cluster_id;
	struct span subject;
	nstime first_seen, last_seen;
	struct alert_counts counts;
	const struct member *members; /* in the order of their first message */
	size_t member_count;
	const struct span *queue_ids, *message_ids; /* of accepted copies */
	size_t queue_id_count, message_id_count;
};

/* What the judge knows of a message when its record leaves. */
struct message_judgement {
	uint64_t cluster_id; /* 0: its content has no digest */
	const char *direction; /* as session_judgement */
};

struct session_judgement {
	const char *direction; /* ECS network.direction: inbound, outbound, internal, external */
};

#endif
