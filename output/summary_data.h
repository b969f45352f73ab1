/* SPDX-License-Identifier: Apache-2.0 */
/* What a summary has kept: read by its text and its JSON form. */
#ifndef OUTPUT_SUMMARY_DATA_H
#define OUTPUT_SUMMARY_DATA_H

#include "output/summary.h"

#define SUMMARY_TOP 20
#define SUMMARY_MEMBERS 8
#define SUMMARY_REASONS 4
#define SUMMARY_KEPT 240
#define SUMMARY_PATTERNS 5

/* Bytes from the wire, cut to what is kept. */
struct kept {
	size_t len;
	uint8_t bytes[SUMMARY_KEPT];
};

static inline struct span kept_span(const struct kept *k)
{
	return span_of(k->bytes, k->len);
}

struct summary_campaign {
	uint8_t id[16];
	const char *pattern;
	enum severity severity;
	int score_db;
	bool closed;
	nstime first_seen, last_seen;
	struct alert_counts counts;
	struct kept subject, reason;
	bool has_exemplar;
	struct exemplar exemplar;
};

struct summary_source {
	struct addr ip;
	bool no_verdict;
	enum verdict verdict;
	int score_db;
	uint64_t sessions, messages, helo_names;
	struct kept rdns, helo;
	const char *checks[SUMMARY_REASONS]; /* of its reasons, strongest first, each once */
	size_t check_count;
	uint32_t failed_items; /* bits of enum check_item */
	bool hold_known;
	int64_t hold_median_ms;
};

/* Any alert but a campaign's. */
struct summary_alert {
	uint8_t id[16];
	enum alert_type type;
	enum severity severity;
	int score_db;
	bool has_ip;
	struct addr ip;
	struct kept reason;
	bool has_exemplar;
	struct exemplar exemplar;
};

struct summary_counts {
	uint64_t sessions, one_sided, dark, gaps, unproven;
	uint64_t messages, accepted, rejected, incomplete;
	uint64_t sources, verdicts[3], no_verdict; /* by enum verdict */
	uint64_t rdns_unknown;
	uint64_t campaigns, patterns[SUMMARY_PATTERNS];
	uint64_t alerts; /* other than campaigns */
};

struct summary {
	struct summary_counts counts;
	struct summary_campaign campaigns[SUMMARY_TOP];
	/* Members of campaigns and others apart, or a campaign would hide all else. */
	struct summary_source members[SUMMARY_TOP], others[SUMMARY_TOP];
	struct summary_alert alerts[SUMMARY_TOP];
	size_t campaign_count, member_count, other_count, alert_count;
};

/* The sources to show, the worst first; members of campaigns only where others leave room, but
 * SUMMARY_MEMBERS in any case. Returns how many. */
size_t summary_worst(const struct summary *s, const struct summary_source *ret[SUMMARY_TOP]);

/* Names of summary_counts.patterns, in its order; the last stands for all others. */
extern const char *const summary_patterns[SUMMARY_PATTERNS];

#endif
