/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/card.h"

#include <stdlib.h>

#include "heuristics/card_item.h"
#include "heuristics/checks.h"
#include "heuristics/helo_class.h"
#include "heuristics/reason.h"
#include "heuristics/source_names.h"

/* All that a card borrows while it is told. */
struct card_parts {
	struct card_helo helos[LIMIT_EXACT_SET];
	struct reason reasons[LIMIT_REASONS], counter[LIMIT_REASONS];
};

static void fill_helos(
	struct judge *j, struct source *s, struct card_parts *p, struct source_card *c)
{
	size_t count;
	const struct helo_use *use = source_names(j->sources, s, &count);

	for (size_t i = 0; i < count; i++)
		p->helos[i] = (struct card_helo){string_store_get(j->strings, use[i].text),
			helo_class_name(use[i].class), use[i].sessions};
	c->helos = p->helos;
	c->helo_count = count;
	c->helo_names_total = s->name_total;
}

static void fill_holds(struct judge *j, struct source *s, struct source_card *c)
{
	c->hold_known = s->hold_count > 0;
	c->hold_median_ms = hold_time_quantile(j->sources, s, 500);
	c->hold_p95_ms = hold_time_quantile(j->sources, s, 950);
	c->hold_max_ms = hold_time_quantile(j->sources, s, 1000);
}

static struct addr network_of(const struct source *s)
{
	return addr_prefix(&s->key, addr_is_v4(&s->key) ? 32 : 64);
}

static void fill_card(
	struct judge *j, struct source *s, const struct card_view *v, struct source_card *c)
{
	struct card_parts *p = arena_alloc(&j->texts, sizeof(*p));

	*c = (struct source_card){.ip = source_ip(s),
		.network = network_of(s),
		.no_verdict = s->bits & SOURCE_PROXY,
		.verdict = source_verdict(j, s, v->content.ceiling),
		.score_db = score_db(s->peak),
		.first_seen = s->first,
		.last_seen = s->last,
		.sessions = s->sessions,
		.messages = s->messages,
		.recipients = s->recipients,
		.revision = s->revision,
		.role = role_name(s->role),
		.rdns = string_store_get(j->strings, s->rdns.name)};
	if (s->rdns.class != RDNS_UNKNOWN)
		c->rdns_class = rdns_class_name(s->rdns.class);
	fill_holds(j, s, c);
	card_items(v, c->items);
	if (!p)
		return;
	fill_helos(j, s, p, c);
	c->reasons = p->reasons;
	c->reason_count = reasons_for(j, s, p->reasons);
	c->counter = p->counter;
	c->counter_count = reasons_against(j, s, p->counter);
}

static struct card_view view_of(struct judge *j, struct source *s)
{
	struct card_view v = {.j = j, .s = s};

	campaigns_standing(j->campaigns, &s->key, s->messages, &v.content);
	return v;
}

void card_emit(struct judge *j, struct source *s)
{
	struct card_view v = view_of(j, s);
	struct source_card c;

	arena_reset(&j->texts);
	fill_card(j, s, &v, &c);
	s->verdict = (uint8_t)c.verdict;
	s->bits |= SOURCE_CARDED;
	s->revision++;
	if (j->out.source)
		j->out.source(j->out.cookie, &c);
}

void card_follow(struct judge *j, struct source *s)
{
	struct card_view v;

	if (!j->config.live || !(s->bits & SOURCE_CARDED))
		return;
	v = view_of(j, s);
	if (source_verdict(j, s, v.content.ceiling) != s->verdict)
		card_emit(j, s);
}

static int compare_sources(const void *a, const void *b)
{
	const struct source *x = *(const struct source *const *)a;
	const struct source *y = *(const struct source *const *)b;

	return addr_cmp(&x->key, &y->key);
}

void card_emit_all(struct judge *j)
{
	size_t n = 0;
	struct source **all;

	if (!j->out.source) /* they are the last that is said */
		return;
	all = malloc((sources_count(j->sources) + 1) * sizeof(struct source *));
	if (!all)
		return;
	for (struct source *s = sources_oldest(j->sources); s; s = sources_newer(j->sources, s))
		if (!(s->bits & SOURCE_CARDED))
			all[n++] = s;
	qsort(all, n, sizeof(all[0]), compare_sources);
	for (size_t i = 0; i < n; i++)
		card_emit(j, all[i]);
	free(all);
}
