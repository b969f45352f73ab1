/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks, one file each, in the order in which the judge runs them. Each looks at what an
 * observation brought, and at what is kept of its source, and hands evidence to the score. With
 * neither session nor message in it, an observation says that facts became known.
 */
#ifndef HEURISTICS_CHECKS_H
#define HEURISTICS_CHECKS_H

#include "heuristics/judge_state.h"

/* Takes a session's greetings in: names, classes, relations. Not a check; runs before them. True
 * where the source may now greet otherwise than before. */
bool helo_observe(struct judge *j, const struct observation *o);
/* The same names again, by what is known now. */
void helo_observe_facts(struct judge *j, struct source *s);

void helo_syntax_judge(struct judge *j, const struct observation *o);
void helo_changing_judge(struct judge *j, const struct observation *o);
void helo_shared_judge(struct judge *j, const struct observation *o);
void helo_rdns_judge(struct judge *j, const struct observation *o);
void rdns_class_judge(struct judge *j, const struct observation *o);
void hold_time_judge(struct judge *j, const struct observation *o);
void envelope_from_judge(struct judge *j, const struct observation *o);
void message_id_judge(struct judge *j, const struct observation *o);
void proxy_suspected_judge(struct judge *j, const struct observation *o);
void rogue_egress_connect(struct judge *j, const struct connect_record *c);
/* Of a session, whatever it is evidence for: what the tap shows. Keeps the feed. */
void tap_judge(struct judge *j, const struct session_record *r);
/* Tells of a proxy once. */
void sensor_alert_proxy(struct judge *j, struct source *s, uint32_t orgs, nstime now);

/* What the cards and alerts say of them. */

enum helo_relation {
	HELO_RELATION_UNKNOWN = 0,
	HELO_RELATION_EXACT,
	HELO_RELATION_SAME_ORG,
	HELO_RELATION_FORWARD,
	HELO_RELATION_MISMATCH,
	HELO_RELATION_NX,
};

/* How a name relates to the reverse DNS of its source, by what is known of both. */
void helo_rdns_relate(
	struct judge *j, const struct source *s, struct helo_use *use, struct span name);
/* Does the source's greeting lead to it, or share its reverse DNS's org-domain? */
enum tri helo_rdns_related(const struct helo_use *use);

/* Distinct names outside the dominant org-domain, whose last use lies in the `window` before the
 * source's latest greeting; only of sessions that weigh in full, or of all. */
struct helo_changing_count {
	uint32_t in_5min, in_1h, in_24h, ever;
	bool pool; /* a stable set: the rule is off (contract 4.2) */
};
struct helo_changing_count helo_changing_measure(struct judge *j, struct source *s, bool in_full);
/* The org-domain whose names do not count; 0 where there is none. */
uint32_t helo_changing_dominant(struct judge *j, struct source *s, bool in_full);

/* Adds a hold time, in ms. */
void hold_time_add(struct sources *t, struct source *s, uint32_t ms);
/* The lower `permille` quantile: 500 is the lower median, 1000 the greatest. Exact up to 64 hold
 * times, beyond that the lower end of a bucket, at most an eighth too low. */
uint32_t hold_time_quantile(struct sources *t, const struct source *s, uint32_t permille);

/* Share in permille of envelope senders that are, or are like, the reverse DNS's org-domain; -1
 * where that is not known. */
int envelope_from_related(struct judge *j, const struct source *s);
/* Most distinct org-domains of envelope senders in an hour. */
uint32_t envelope_from_most(struct judge *j, const struct source *s);

#endif
