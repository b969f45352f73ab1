/* SPDX-License-Identifier: Apache-2.0 */
/* What an alert about a source says. */
#include "heuristics/checks.h"
#include "heuristics/reason.h"
#include "heuristics/source_names.h"

/* Everything that an alert borrows while it is told. */
struct alert_parts {
	struct reason reasons[LIMIT_REASONS], counter[LIMIT_REASONS];
	struct span unknowns[UNKNOWNS_MAX];
};

static struct span latest_name(struct judge *j, struct source *s)
{
	const struct helo_use *use = source_name_latest(j->sources, s);

	return use ? string_store_get(j->strings, use->text) : span_of(NULL, 0);
}

static void describe(struct judge *j, struct source *s, struct alert *a)
{
	struct alert_parts *p;

	arena_reset(&j->texts);
	p = arena_alloc(&j->texts, sizeof(*p));
	a->has_ip = true;
	a->ip = source_ip(s);
	a->helo = latest_name(j, s);
	a->rdns = string_store_get(j->strings, s->rdns.name);
	a->first_seen = s->first;
	a->last_seen = s->last;
	a->counts = (struct alert_counts){
		.sources = 1, .networks = 1, .messages = s->messages, .recipients = s->recipients};
	if (!p)
		return;
	a->reasons = p->reasons;
	a->reason_count = reasons_for(j, s, p->reasons);
	a->counter = p->counter;
	a->counter_count = reasons_against(j, s, p->counter);
	a->unknowns = p->unknowns;
	a->unknown_count = reasons_unknown(j, s, p->unknowns);
}

void source_alert_describe(void *cookie, const struct alert_slot *slot, struct alert *a)
{
	struct judge *j = cookie;
	const struct source_score *sc = source_score_of_slot(slot);
	struct source *s = sources_find(j->sources, &sc->key);

	describe(j, s, a);
	a->score_db = score_db(source_sum(j, s, j->now));
	a->exemplars = sc->exemplars;
	a->exemplar_count = sc->exemplar_count;
}

/* A sensor alert has no life: it opens, once, and says what to do about the tap. */
void sensor_alert_proxy(struct judge *j, struct source *s, uint32_t orgs, nstime now)
{
	static const char why[] =
		"its sessions are a large part of all, and it greets for many "
		"organisations: a proxy in front of the server is likely; name it in "
		"topology.proxies, or put the tap in front of it";
	const struct check *check = check_get(CHECK_PROXY_SUSPECTED);
	struct reason reasons[] = {
		{.check = check->id,
			.value = (int64_t)((uint64_t)s->sessions * 1000 / j->stats.sessions),
			.threshold = j->values.v[PARAM_PROXY_SHARE_PERMILLE],
			.unit = "permille",
			.text = span_str(why)},
		{.check = check->id,
			.value = orgs,
			.threshold = j->values.v[PARAM_PROXY_ORGS],
			.unit = "count",
			.text = span_str("organisations it greets for that come back")},
	};
	struct alert a = {.type = ALERT_SENSOR,
		.state = ALERT_OPEN,
		.severity = SEVERITY_LOW,
		.time = now,
		.first_seen = s->first,
		.last_seen = s->last,
		.has_ip = true,
		.ip = source_ip(s),
		.helo = latest_name(j, s),
		.rdns = string_store_get(j->strings, s->rdns.name),
		.reasons = reasons,
		.reason_count = 2,
		.counts = {.sources = 1, .networks = 1, .messages = s->messages}};

	alert_book_id(ALERT_SENSOR, span_of(s->key.b, sizeof(s->key.b)), now, a.id);
	if (alert_book_allows(j->book, ALERT_SENSOR, now) && j->out.alert)
		j->out.alert(j->out.cookie, &a);
}
