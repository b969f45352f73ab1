/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/judge.h"

#include <stdlib.h>

#include "heuristics/card.h"
#include "heuristics/checks.h"
#include "heuristics/judge_observe.h"
#include "heuristics/judge_state.h"
#include "heuristics/rogue_egress.h"

#define CARD_AFTER NS_PER_HOUR /* of quiet, live (contract 8.3) */

/* Shares of the memory of all of heloscope, in thousandths (contract 6.2). */
#define SHARE_SOURCES 195
#define SHARE_SCORES 30
#define SHARE_HELO_NAMES 20
#define SHARE_STRINGS 60
#define SHARE_FACTS 30
#define SHARE_CAMPAIGNS 180

#define GREETERS 16384
#define EGRESS_HOSTS 1024
#define ORG_CACHE 65536
#define ENTRY_OVERHEAD 24 /* of base/table */

static uint64_t share(const struct judge *j, unsigned int thousandths)
{
	return j->config.memory / 1000 * thousandths;
}

static uint64_t power_of_two_below(uint64_t n, uint64_t least)
{
	uint64_t p = least;

	while (p * 2 <= n)
		p *= 2;
	return p;
}

static void set_values(struct judge *j)
{
	check_values_init(&j->values);
	for (size_t i = 0; i < j->config.override_count; i++) {
		const struct check_override *o = &j->config.overrides[i];
		const struct check_setting *s =
			check_setting_find(span_str(o->check), span_str(o->setting));

		if (s)
			check_values_set(&j->values, s, o->value);
	}
}

static int create_facts(struct judge *j)
{
	struct facts_config c = {.trusted_resolvers = j->config.trusted_resolvers,
		.trusted_resolver_count = j->config.trusted_resolver_count,
		.our_networks = j->config.topology.our_networks.items,
		.our_network_count = j->config.topology.our_networks.count,
		.memory = share(j, SHARE_FACTS),
		.seed = j->config.seed};

	if (!j->config.use_dns)
		return 1;
	j->facts = facts_create(&c);
	return j->facts ? 1 : -1;
}

static int create_sources(struct judge *j)
{
	struct sources_config c = {.memory = share(j, SHARE_SOURCES),
		.seed = j->config.seed,
		.evicted = judge_source_evicted,
		.may_evict = judge_source_may_go,
		.cookie = j};
	struct table_config scores = {.entry_size = sizeof(struct source_score),
		.key_size = sizeof(struct addr),
		.seed = j->config.seed,
		.evicted = judge_score_evicted,
		.may_evict = judge_score_may_go,
		.cookie = j};
	uint64_t capacity = share(j, SHARE_SCORES) / (sizeof(struct source_score) + ENTRY_OVERHEAD);
	struct alert_book_config book = {.emit = j->out.alert, .cookie = j->out.cookie};

	scores.capacity = capacity < 64 ? 64 : capacity > 1u << 24 ? 1u << 24 : (uint32_t)capacity;
	book.slots = scores.capacity;
	j->sources = sources_create(&c);
	j->scores = table_create(&scores);
	j->book = alert_book_create(&book);
	j->source_kind = source_alert_kind(j);
	return j->sources && j->scores && j->book ? 1 : -1;
}

static int create_tables(struct judge *j)
{
	struct table_config egress = {.capacity = EGRESS_HOSTS,
		.entry_size = sizeof(struct egress_host),
		.key_size = sizeof(struct addr),
		.seed = j->config.seed};

	j->orgs = org_domains_create(NULL, ORG_CACHE);
	j->strings = string_store_create(power_of_two_below(share(j, SHARE_STRINGS), 64 * 1024));
	j->helo_names = helo_names_create(share(j, SHARE_HELO_NAMES), j->config.seed);
	j->roles = roles_create(&j->config.topology, GREETERS, j->config.seed);
	j->egress = table_create(&egress);
	return j->orgs && j->strings && j->helo_names && j->roles && j->egress ? 1 : -1;
}

struct judge *judge_create(const struct judge_config *config, const struct judge_out *out)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->config = *config;
	j->out = *out;
	arena_init(&j->texts);
	set_values(j);
	if (create_tables(j) == 1 && create_facts(j) == 1 && create_sources(j) == 1 &&
		judge_campaigns_create(j, share(j, SHARE_CAMPAIGNS)) == 1)
		return j;
	judge_destroy(j);
	return NULL;
}

void judge_destroy(struct judge *j)
{
	if (!j)
		return;
	campaigns_destroy(j->campaigns);
	table_destroy(j->campaign_alerts);
	alert_book_destroy(j->book);
	table_destroy(j->scores);
	sources_destroy(j->sources);
	facts_destroy(j->facts);
	table_destroy(j->egress);
	roles_destroy(j->roles);
	helo_names_destroy(j->helo_names);
	string_store_destroy(j->strings);
	org_domains_destroy(j->orgs);
	arena_finish(&j->texts);
	free(j);
}

/* Live: when the card of the longest quiet source is due. */
static nstime next_card_due(const struct judge *j)
{
	return j->config.live && j->next_card ? j->next_card->last + CARD_AFTER : NSTIME_MAX;
}

static void fire_card(struct judge *j)
{
	struct source *s = j->next_card;

	j->next_card = sources_newer(j->sources, s);
	card_emit(j, s);
}

/* Messages that waited first, since alerts may come of them; then alerts, then cards. */
void judge_advance(struct judge *j, nstime now)
{
	for (;;) {
		nstime message = campaigns_next_deadline(j->campaigns);
		nstime alert = alert_book_next(j->book), card = next_card_due(j);
		nstime due = message < alert ? message : alert;

		due = due < card ? due : card;
		if (due > now)
			break;
		if (due > j->now)
			j->now = due;
		if (message == due)
			campaigns_advance(j->campaigns, due);
		else if (alert == due)
			alert_book_advance(j->book, due);
		else
			fire_card(j);
	}
	if (now > j->now)
		j->now = now;
}

void judge_record(struct judge *j, const struct record *r)
{
	judge_advance(j, r->time);
	switch (r->kind) {
	case RECORD_SESSION:
		judge_session(j, (const struct session_record *)r);
		break;
	case RECORD_MESSAGE:
		judge_message(j, (const struct message_record *)r);
		break;
	case RECORD_CONNECT:
		j->stats.connects++;
		rogue_egress_connect(j, (const struct connect_record *)r);
		break;
	case RECORD_DNS:
		judge_dns(j, (const struct dns_record *)r);
		break;
	default:
		break;
	}
}

void judge_finish(struct judge *j)
{
	campaigns_finish(j->campaigns);
	judge_refresh_all(j);
	alert_book_finish(j->book, j->now);
	card_emit_all(j);
}

struct judge_stats judge_get_stats(const struct judge *j)
{
	struct judge_stats s = j->stats;
	struct campaigns_stats c = campaigns_get_stats(j->campaigns);

	s.sources = sources_count(j->sources);
	s.sources_evicted = sources_evicted(j->sources);
	s.clusters = c.clusters;
	s.clusters_evicted = c.clusters_evicted;
	s.messages_pending = c.messages_pending;
	s.messages_late_facts = c.messages_late_facts;
	s.messages_unknown_facts = c.messages_unknown_facts;
	s.campaigns_open = c.campaigns_open;
	s.alerts_open = alert_book_open(j->book) + c.campaigns_open;
	s.suppressed_alerts = alert_book_suppressed(j->book);
	s.bytes = sizeof(*j) + sources_bytes(j->sources) + table_bytes(j->scores) +
		  table_bytes(j->egress) + table_bytes(j->campaign_alerts) +
		  helo_names_bytes(j->helo_names) + string_store_bytes(j->strings) +
		  alert_book_bytes(j->book) + c.bytes;
	if (j->facts)
		s.bytes += facts_get_stats(j->facts).bytes;
	return s;
}
