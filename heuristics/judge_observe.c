/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/judge_observe.h"

#include "base/hash.h"
#include "heuristics/card.h"
#include "heuristics/checks.h"

static void (*const checks[])(struct judge *j, const struct observation *o) = {
	helo_syntax_judge,
	helo_changing_judge,
	helo_shared_judge,
	helo_rdns_judge,
	rdns_class_judge,
	hold_time_judge,
	envelope_from_judge,
	message_id_judge,
	proxy_suspected_judge,
};

static bool is_mail_port(uint16_t port)
{
	return port == 25 || port == 465 || port == 587;
}

void judge_source_evicted(void *cookie, struct source *s)
{
	struct judge *j = cookie;
	struct source_score *sc = source_score_find(j, s);

	if (j->next_card == s)
		j->next_card = sources_newer(j->sources, s);
	if (!(s->bits & SOURCE_CARDED))
		card_emit(j, s);
	if (!sc)
		return;
	alert_book_forget(j->book, &sc->slot, j->now);
	table_remove(j->scores, sc);
}

bool judge_source_may_go(void *cookie, const struct source *s)
{
	return !(s->bits & SOURCE_HAS_SCORE);
}

void judge_score_evicted(void *cookie, void *entry)
{
	struct judge *j = cookie;
	struct source_score *sc = entry;
	struct source *s = sources_find(j->sources, &sc->key);

	alert_book_forget(j->book, &sc->slot, j->now);
	if (!s)
		return;
	if (source_verdict(j, s, false) == VERDICT_BOT_LIKE)
		s->bits |= SOURCE_CONVICTED | SOURCE_CONVICTED_PLAIN;
	s->bits &= ~(uint32_t)SOURCE_HAS_SCORE;
}

bool judge_score_may_go(void *cookie, const void *entry)
{
	return ((const struct source_score *)entry)->slot.state == SLOT_QUIET;
}

static bool bind_facts(struct judge *j, struct source *s)
{
	if (j->facts && !j->answers && facts_get_stats(j->facts).answers_believed > 0)
		j->answers = j->facts;
	return j->answers && source_bind_rdns(s, j->answers, j->orgs, j->strings);
}

struct source *judge_source(struct judge *j, const struct addr *a, nstime now)
{
	struct source *s = sources_find(j->sources, a);

	if (s && j->next_card == s)
		j->next_card = sources_newer(j->sources, s);
	if (s)
		sources_touch(j->sources, s);
	else
		s = sources_get(j->sources, a, now);
	if (!j->next_card)
		j->next_card = s;
	s->bits &= ~(uint32_t)SOURCE_CARDED;
	if (now > s->last)
		s->last = now;
	if (bind_facts(j, s)) {
		helo_observe_facts(j, s);
		campaigns_news(j->campaigns, a, now);
	}
	if (cidr_list_contains(&j->config.topology.proxies, a))
		s->bits |= SOURCE_PROXY;
	return s;
}

static void run_checks(struct judge *j, const struct observation *o)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](j, o);
}

/* Is what the record says evidence, and may it decide (contract 1.7)? */
static bool is_evidence(const struct judge *j, uint8_t proven, bool *ret_unverified)
{
	*ret_unverified = proven != TRI_YES;
	return proven == TRI_YES || feed_is_one_sided(&j->feed);
}

static void note_server(struct judge *j, const struct session_record *r)
{
	if (r->banner_code == 220)
		roles_greeted(j->roles, &r->flow.server, &r->flow.client);
	if (j->facts && is_mail_port(r->flow.server_port) &&
		(r->flow.synack_time != 0 || r->server_spoke == TRI_YES))
		facts_mail_host(j->facts, &r->flow.server);
}

static struct exemplar session_exemplar(const struct session_record *r)
{
	return (struct exemplar){.client = r->flow.client,
		.server = r->flow.server,
		.client_port = r->flow.client_port,
		.server_port = r->flow.server_port,
		.peer = r->peer,
		.peer_port = r->peer_port,
		.first_packet = r->flow.first_packet,
		.last_packet = r->flow.last_packet,
		.time = r->flow.first_time};
}

/* A session: of the client, its greetings, its end. */
static void observe_session(struct judge *j, const struct session_record *r, struct observation *o)
{
	struct exemplar e = session_exemplar(r);
	uint64_t before = j->evidence;
	bool changed;

	if (!o->unverified)
		o->source->bits |= SOURCE_VERIFIED;
	if (o->role.role == ROLE_EGRESS)
		o->source->bits |= SOURCE_EGRESS_SEEN;
	if (r->auth_outcome == AUTH_SUCCESS)
		o->source->bits |= SOURCE_AUTHENTICATED;
	changed = helo_observe(j, o);
	run_checks(j, o);
	if (j->evidence != before)
		source_exemplar(j, o->source, &e);
	source_settle(j, o->source, o->time);
	if (changed)
		campaigns_news(j->campaigns, &r->flow.client, o->time);
}

void judge_session(struct judge *j, const struct session_record *r)
{
	struct observation o = {.session = r, .time = r->r.time};
	struct session_judgement out;

	j->stats.sessions++;
	tap_judge(j, r);
	note_server(j, r);
	o.role = roles_of(j->roles, &r->flow.client, &r->flow.server, r->flow.server_port,
		r->auth_outcome == AUTH_SUCCESS);
	out.direction = o.role.direction;
	if (j->out.session)
		j->out.session(j->out.cookie, r, &out);
	o.source = judge_source(j, &r->flow.client, r->r.time);
	o.source->sessions++;
	o.source->role = (uint8_t)o.role.role;
	if (r->flow.first_time < o.source->first)
		o.source->first = r->flow.first_time;
	o.permille = o.source->bits & SOURCE_PROXY ? 0 : role_weight(o.role.role);
	if (is_evidence(j, r->proven, &o.unverified))
		observe_session(j, r, &o);
	else
		source_settle(j, o.source, o.time);
}

/* How a message takes part in what campaigns count (contract 1.7, 4.5). */
static enum campaign_part part_of(struct role_result role, bool evidence, bool unverified)
{
	if (!evidence || !role_counts_in_fanout(role))
		return CAMPAIGN_PART_NONE;
	if (unverified)
		return CAMPAIGN_PART_UNVERIFIED;
	return role.role == ROLE_EGRESS || role.role == ROLE_ROGUE ? CAMPAIGN_PART_OWN
								   : CAMPAIGN_PART_OUTSIDE;
}

void judge_message(struct judge *j, const struct message_record *m)
{
	struct observation o = {.message = m, .time = m->r.time};
	struct source *s;
	bool evidence;

	j->stats.messages++;
	o.role = roles_of(
		j->roles, &m->client, &m->server, m->server_port, m->authenticated == TRI_YES);
	s = o.source = judge_source(j, &m->client, m->r.time);
	if (m->session_start < s->first)
		s->first = m->session_start;
	s->messages++;
	s->recipients += m->rcpts;
	s->role = (uint8_t)o.role.role;
	o.permille = s->bits & SOURCE_PROXY ? 0 : role_weight(o.role.role);
	evidence = is_evidence(j, m->proven, &o.unverified);
	if (evidence) {
		if (m->authenticated == TRI_YES)
			s->bits |= SOURCE_AUTHENTICATED;
		if (m->traits & MESSAGE_DKIM_SIGNATURE)
			s->bits |= SOURCE_DKIM_SEEN;
		run_checks(j, &o);
	}
	source_settle(j, s, o.time);
	campaigns_message(j->campaigns, m,
		s->bits & SOURCE_PROXY ? CAMPAIGN_PART_NONE
				       : part_of(o.role, evidence, o.unverified));
}

void source_facts_changed(struct judge *j, struct source *s, nstime now)
{
	struct observation o = {.source = s,
		.role = {.role = s->role},
		.permille = s->bits & SOURCE_PROXY ? 0 : (uint16_t)role_weight(s->role),
		.unverified = !(s->bits & SOURCE_VERIFIED),
		.time = now};
	struct addr ip = source_ip(s);

	helo_observe_facts(j, s);
	if (s->greeted || s->messages) {
		run_checks(j, &o);
		source_settle(j, s, now);
	}
	campaigns_news(j->campaigns, &ip, now);
}

/* A name became known: of those that greet with it, and of those whose reverse DNS it is. */
static void name_news(struct judge *j, const struct dns_record *r, struct span name)
{
	struct helo_name *n = helo_names_find(j->helo_names, hash64(name));
	const struct dns_answer *a = record_array(r, r->answers);

	for (uint32_t i = 0; n && i < n->count; i++) {
		struct source *s = sources_find(j->sources, &n->user[i].ip);

		if (s)
			source_facts_changed(j, s, r->r.time);
	}
	for (uint32_t i = 0; i < r->answers.count; i++) {
		struct source *s = NULL;

		if (a[i].type == DNS_A || a[i].type == DNS_AAAA)
			s = sources_find(j->sources, &a[i].addr);
		if (s && bind_facts(j, s))
			source_facts_changed(j, s, r->r.time);
	}
}

void judge_dns(struct judge *j, const struct dns_record *r)
{
	struct facts_news news = {0};
	struct source *s;

	j->stats.dns_records++;
	if (!j->facts || facts_dns(j->facts, r, &news) != 1)
		return;
	j->answers = j->facts;
	s = news.about_addr ? sources_find(j->sources, &news.addr) : NULL;
	if (s && bind_facts(j, s))
		source_facts_changed(j, s, r->r.time);
	if (news.about_name)
		name_news(j, r, news.name);
}

void judge_refresh_all(struct judge *j)
{
	for (struct source *s = sources_oldest(j->sources); s; s = sources_newer(j->sources, s))
		if (bind_facts(j, s))
			source_facts_changed(j, s, j->now);
}
