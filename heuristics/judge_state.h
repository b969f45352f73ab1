/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the judge, for the files of heuristics/ that together are it. */
#ifndef HEURISTICS_JUDGE_STATE_H
#define HEURISTICS_JUDGE_STATE_H

#include "base/arena.h"
#include "base/connect_record.h"
#include "base/org_domain.h"
#include "base/table.h"
#include "facts/facts.h"
#include "heuristics/alert_book.h"
#include "heuristics/campaigns.h"
#include "heuristics/feed.h"
#include "heuristics/helo_names.h"
#include "heuristics/judge.h"
#include "heuristics/role.h"
#include "heuristics/source_score.h"
#include "heuristics/string_store.h"

struct judge {
	struct judge_config config;
	struct judge_out out;
	struct check_values values;
	struct org_domains *orgs;
	struct facts *facts;   /* NULL: nothing is taken from DNS */
	struct facts *answers; /* the same, once an answer was believed: worth asking */
	struct string_store *strings;
	struct sources *sources;
	struct helo_names *helo_names;
	struct roles *roles;
	struct table *scores;          /* struct source_score */
	struct table *egress;          /* struct egress_host, of rogue_egress.c */
	struct table *campaign_alerts; /* struct campaign_alert, of judge.c */
	struct alert_book *book;
	struct alert_kind source_kind;
	struct campaigns *campaigns;
	struct source *next_card; /* live: the longest quiet source whose card is not out */
	struct feed feed;
	bool one_sided_told, loss_told; /* sensor alerts that still hold */
	struct arena texts; /* of the alert or card that is being told */
	struct judge_stats stats;
	uint64_t evidence; /* items that came up; tells whether an observation brought any */
	nstime now;
};

/* What a record says of one source, as the checks see it. */
struct observation {
	struct source *source;
	const struct session_record *session; /* or */
	const struct message_record *message;
	struct role_result role;
	uint16_t permille; /* of each weight */
	bool unverified;   /* the feed is one-sided: never decisive */
	nstime time;
};

/* The source of an address, made where it was not known; the latest from now on. */
struct source *judge_source(struct judge *j, const struct addr *a, nstime now);
/* The reverse DNS of a source, or names that it greeted with, became known. */
void source_facts_changed(struct judge *j, struct source *s, nstime now);

#endif
