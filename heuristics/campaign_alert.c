/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/campaign_alert.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "heuristics/campaign_score.h"

struct alert_counts campaign_counts(const struct campaign *c)
{
	uint64_t senders = exact_set_count(&c->senders);

	return (struct alert_counts){
		.sources = c->members_left_out ? senders : c->member_count,
		.networks = exact_set_count(&c->nets),
		.messages = c->messages,
		.recipients = c->recipients,
		.identities = exact_set_count(&c->identities),
	};
}

struct member campaign_member_shown(
	const struct campaign_member *m, const struct campaigns_env *env)
{
	struct campaign_source s;

	env->source(env->cookie, &m->ip, &s);
	return (struct member){
		.ip = m->ip,
		.helo = s.helo,
		.rdns = s.rdns,
		.messages = m->messages,
		.first_seen = m->first,
	};
}

static struct span __attribute__((format(printf, 2, 3)))
say(struct campaign_words *w, const char *fmt, ...)
{
	char *text = w->text[w->texts++];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, CAMPAIGN_TEXT_MAX, fmt, args);
	va_end(args);
	return span_of(text, n < CAMPAIGN_TEXT_MAX ? (size_t)n : CAMPAIGN_TEXT_MAX - 1);
}

static void add_reason(struct campaign_words *w, enum check_id check, int db, int64_t value,
	int64_t threshold, const char *unit, struct span text)
{
	w->reason[w->reasons++] = (struct reason){
		.check = check_get(check)->id,
		.db = db,
		.value = value,
		.threshold = threshold,
		.unit = unit,
		.text = text,
	};
}

static int64_t permille(uint64_t part, uint64_t whole)
{
	return whole ? (int64_t)(part * 1000 / whole) : 0;
}

static const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* What stands out in the match, in the pattern's own terms. */
struct feature {
	int64_t value, threshold;
	const char *unit;
};

/* "; 88 % of the messages show no responsible identity" */
static struct feature put_feature(
	char *text, size_t size, const struct campaign_look *l, const struct check_values *v)
{
	const struct pattern_measure *m = &l->measure;
	int64_t none = permille(m->none, m->messages), host = permille(m->bad_host, m->messages);

	switch (l->pattern) {
	case CHECK_CAMPAIGN_SNOWSHOE:
		snprintf(text, size,
			"under %" PRIu32 " identities, the largest of them behind %" PRId64
			" %% of the messages",
			m->identities, permille(m->largest, m->messages) / 10);
		return (struct feature){m->identities, v->v[PARAM_SNOWSHOE_IDENTITIES], "count"};
	case CHECK_CAMPAIGN_SPOOFED_BRAND:
		snprintf(text, size,
			"%" PRId64 " %% of the messages carry one From domain and %" PRId64
			" %% fail its DMARC policy",
			permille(m->brand, m->held) / 10, permille(m->dmarc_fail, m->held) / 10);
		return (struct feature){permille(m->dmarc_fail, m->held),
			v->v[PARAM_BRAND_FAIL_PERMILLE], "permille"};
	case CHECK_CAMPAIGN_LOW_AND_SLOW:
		snprintf(text, size,
			"no address sent more than %" PRIu32 "; %" PRIu32
			" identities, and none for %" PRId64 " %% of the messages",
			m->most, m->identities, none / 10);
		return (struct feature){m->most, v->v[PARAM_LOW_SLOW_PER_IP], "count"};
	default:
		break;
	}
	if (none >= v->v[PARAM_BOTNET_NONE_PERMILLE]) {
		snprintf(text, size, "%" PRId64 " %% of the messages show no responsible identity",
			none / 10);
		return (struct feature){none, v->v[PARAM_BOTNET_NONE_PERMILLE], "permille"};
	}
	snprintf(text, size,
		"%" PRId64 " %% of the messages come from hosts without a chosen, confirmed "
		"reverse DNS",
		host / 10);
	return (struct feature){host, v->v[PARAM_BOTNET_HOST_PERMILLE], "permille"};
}

static void add_pattern(
	struct campaign_words *w, const struct campaign *c, const struct check_values *v)
{
	const struct campaign_look *l = &c->look;
	struct alert_counts n = campaign_counts(c);
	uint64_t tenths = n.sources ? (n.messages * 10 + n.sources / 2) / n.sources : 0;
	char feature[CAMPAIGN_TEXT_MAX];
	struct feature f = put_feature(feature, sizeof(feature), l, v);

	add_reason(w, l->pattern, (int)v->v[pattern_weight(l->pattern)], (int64_t)n.sources,
		v->v[pattern_ips(l->pattern)], "count",
		say(w,
			"%" PRIu64 " addresses in %" PRIu64 " %s sent the same text, %" PRIu64
			".%" PRIu64 " messages each; %s",
			n.sources, n.networks, plural(n.networks, "network", "networks"),
			tenths / 10, tenths % 10, feature));
	add_reason(w, l->pattern, 0, f.value, f.threshold, f.unit,
		say(w, "In the last %s: %" PRIu32 " messages of %" PRIu32 " addresses; %s",
			l->window == PATTERN_WINDOW_1H ? "hour" : "24 hours", l->measure.messages,
			l->measure.ips, feature));
}

static void add_spread(
	struct campaign_words *w, const struct campaign *c, const struct check_values *v)
{
	uint32_t ips = c->look.measure.ips;

	if (ips >= v->v[PARAM_SPREAD_IPS])
		add_reason(w, CHECK_CONTENT_SPREAD, 0, ips, v->v[PARAM_SPREAD_IPS], "count",
			say(w,
				"The same content came from %" PRIu32 " addresses, with %" PRIu32
				" From %s, recognised pools left out",
				ips, c->look.measure.from_orgs,
				plural(c->look.measure.from_orgs, "domain", "domains")));
}

static void add_synchrony(
	struct campaign_words *w, const struct campaign *c, const struct check_values *v)
{
	const struct synchrony *s = &c->look.sync;
	struct span text;

	if (!s->fired)
		return;
	if (s->by_pairs)
		text = say(w,
			"%" PRIu32 " pairs of addresses began within %" PRId64 " ms of each other",
			s->value, v->v[PARAM_SYNCHRONY_PAIR_MS]);
	else
		text = say(w, "%" PRIu32 " addresses sent it within %" PRId64 " seconds", s->value,
			v->v[PARAM_SYNCHRONY_WINDOW_S]);
	add_reason(w, CHECK_SYNCHRONY, (int)v->v[PARAM_SYNCHRONY_DB], s->value, s->threshold,
		"count", text);
}

/* Why it is at low, in the words of its check. */
static void add_reserve(struct campaign_words *w, const struct campaign *c)
{
	static const struct {
		enum campaign_reserve bit;
		const char *text;
	} rows[] = {
		{CAMPAIGN_INDEPENDENT, "Each address sent under a name of its own: it may be a "
				       "notice of software that many sites run"},
		{CAMPAIGN_SCATTERED, "All claim one organisation that nothing confirms: it may "
				     "be its own servers"},
		{CAMPAIGN_UNVERIFIED, "Only one direction of the traffic was seen"},
		{CAMPAIGN_LEARNING, "The sensor is still learning"},
	};

	if (c->severity != SEVERITY_LOW)
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (c->look.reserve & rows[i].bit) {
			w->unknown[w->unknowns++] = span_str(rows[i].text);
			return;
		}
}

static void add_unknowns(struct campaign_words *w, const struct campaign *c)
{
	const struct campaign_look *l = &c->look;

	if (l->rdns_unknown)
		w->unknown[w->unknowns++] = say(w, "rDNS: %" PRIu32 " of %" PRIu32 " not seen",
			l->rdns_unknown, l->measure.ips);
	if (l->helo_unknown)
		w->unknown[w->unknowns++] = say(w, "HELO: %" PRIu32 " of %" PRIu32 " not seen",
			l->helo_unknown, l->measure.ips);
	add_reserve(w, c);
}

/* Moves past the members that are listed. */
static size_t add_members(
	struct campaign_words *w, struct campaign *c, const struct campaigns_env *env)
{
	struct campaign_member *m = c->said_last ? c->said_last->next : c->members;
	size_t n = 0;

	for (; m && n < LIMIT_ALERT_MEMBERS; m = m->next) {
		w->member[n++] = campaign_member_shown(m, env);
		m->said = true;
		c->said_last = m;
		c->said_count++;
	}
	return n;
}

void campaign_alert_fill(struct campaign_words *w, struct campaign *c, const struct check_values *v,
	const struct campaigns_env *env, struct alert *ret)
{
	w->reasons = w->unknowns = w->texts = 0;
	add_pattern(w, c, v);
	add_spread(w, c, v);
	add_synchrony(w, c, v);
	add_unknowns(w, c);
	ret->type = ALERT_CAMPAIGN;
	ret->severity = c->severity;
	memcpy(ret->id, c->id, sizeof(ret->id));
	ret->score_db = campaign_score(c, v);
	ret->pattern = pattern_name(c->look.pattern);
	ret->cluster_id = c->cluster->id;
	ret->subject = c->subject_len ? span_of(c->subject, c->subject_len) : span_of(NULL, 0);
	ret->first_seen = c->first;
	ret->last_seen = c->last;
	ret->reasons = w->reason;
	ret->reason_count = w->reasons;
	ret->unknowns = w->unknown;
	ret->unknown_count = w->unknowns;
	ret->counts = campaign_counts(c);
	ret->members = w->member;
	ret->member_count = add_members(w, c, env);
	ret->members_left = c->member_count - c->said_count;
	ret->exemplars = c->exemplars;
	ret->exemplar_count = c->exemplar_count;
}
