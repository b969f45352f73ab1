/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge: records in, in the order of their merge key; verdicts out. One thread, packet time
 * only, bounded state. It borrows every record during the call.
 */
#ifndef HEURISTICS_JUDGE_H
#define HEURISTICS_JUDGE_H

#include "base/addr.h"
#include "base/record.h"
#include "heuristics/alert.h"

struct judge;

/* Where the judge's words go. Any may be NULL. Called in order of packet time. */
struct judge_out {
	void *cookie;
	void (*session)(void *cookie, const struct session_record *s,
		const struct session_judgement *j);
	/* When its facts are in or late (contract 5.2): up to 10 s of packet time after it. */
	void (*message)(void *cookie, const struct message_record *m,
		const struct message_judgement *j);
	void (*alert)(void *cookie, const struct alert *a);
	void (*campaign)(void *cookie, const struct campaign_report *c);
	void (*source)(void *cookie, const struct source_card *c);
};

struct topology {
	struct cidr_list our_networks, our_mtas, proxies, trusted_peers;
	const char *const *our_domains; /* lower case */
	size_t our_domain_count;
};

/* One setting of a check, as `checks.<check>.<setting>` names it. */
struct check_override {
	const char *check, *setting;
	int64_t value;
};

struct judge_config {
	struct topology topology;
	const struct check_override *overrides; /* names and ranges verified by the caller */
	size_t override_count;
	const struct cidr *trusted_resolvers; /* empty: learned (contract 5.1) */
	size_t trusted_resolver_count;
	bool use_dns;	   /* --dns passive */
	bool live;	   /* cards after an hour of quiet; learning may apply */
	bool learning;	   /* live only: campaigns capped at low for the first 24 h */
	uint64_t memory;   /* bytes of all of heloscope; the judge takes its share */
	uint64_t seed;	   /* of its tables; changes no verdict */
};

struct judge_stats {
	uint64_t sessions, messages, dns_records, connects;
	uint64_t sources, sources_evicted, clusters, clusters_evicted;
	uint64_t messages_pending, messages_late_facts; /* left pending at the deadline */
	uint64_t messages_unknown_facts;
	uint64_t alerts_open, campaigns_open, suppressed_alerts;
	uint64_t bytes; /* memory held */
};

/* NULL where memory is short. `out` and the config's lists are borrowed for the judge's life. */
struct judge *judge_create(const struct judge_config *config, const struct judge_out *out);
void judge_destroy(struct judge *j);

/* What judge_record() will look up of a record. */
struct judge_wants {
	bool source, helo; /* which of these */
	struct addr client;
	uint64_t helo_name;
};

/*
 * Ask for the memory that judge_record() will want of a record that comes soon: first where to
 * look; then, when that has come, what lies there. Nothing but time changes.
 */
struct judge_wants judge_prefetch(struct judge *j, const struct record *r);
void judge_prefetch_more(struct judge *j, const struct judge_wants *w);
/* Time first moves to the record's, firing what is due before it. */
void judge_record(struct judge *j, const struct record *r);
/* Time moves to `now`, firing what is due before it (live and idle). */
void judge_advance(struct judge *j, nstime now);
/* The end of the input: drains what waits, then reports campaigns by id, and cards sorted. */
void judge_finish(struct judge *j);

struct judge_stats judge_get_stats(const struct judge *j);

#endif
