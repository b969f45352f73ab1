/* SPDX-License-Identifier: Apache-2.0 */
#include "output/summary.h"

#include <stdlib.h>

#include "output/summary_data.h"

const char *const summary_patterns[SUMMARY_PATTERNS] = {
	"botnet", "snowshoe", "spoofed_brand", "low_and_slow", "content"};

struct summary *summary_create(void)
{
	return calloc(1, sizeof(struct summary));
}

void summary_destroy(struct summary *s)
{
	free(s);
}

static void keep(struct kept *k, struct span s)
{
	k->len = s.len < sizeof(k->bytes) ? s.len : sizeof(k->bytes);
	if (k->len > 0)
		memcpy(k->bytes, s.p, k->len);
}

void summary_session(struct summary *s, const struct session_record *r)
{
	struct summary_counts *c = &s->counts;

	c->sessions++;
	c->one_sided += r->one_sided == TRI_YES;
	c->dark += r->opaque == TRI_YES;
	c->gaps += r->bytes_missed > 0;
	c->unproven += r->proven != TRI_YES;
}

void summary_message(struct summary *s, const struct message_record *m)
{
	struct summary_counts *c = &s->counts;

	c->messages++;
	c->accepted += m->accepted == TRI_YES;
	c->rejected += m->accepted == TRI_NO;
	c->incomplete += m->complete != TRI_YES;
}

/* Worse first: each comparison is negative where `a` is the worse. */
static int by_campaign(const void *a, const void *b)
{
	const struct summary_campaign *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->counts.sources != y->counts.sources)
		return x->counts.sources > y->counts.sources ? -1 : 1;
	return memcmp(x->id, y->id, sizeof(x->id));
}

static int by_source(const void *a, const void *b)
{
	const struct summary_source *x = a, *y = b;

	if (x->verdict != y->verdict)
		return x->verdict > y->verdict ? -1 : 1;
	if (x->score_db != y->score_db)
		return x->score_db > y->score_db ? -1 : 1;
	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return addr_cmp(&x->ip, &y->ip);
}

static int by_alert(const void *a, const void *b)
{
	const struct summary_alert *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->score_db != y->score_db)
		return x->score_db > y->score_db ? -1 : 1;
	return memcmp(x->id, y->id, sizeof(x->id));
}

/* A list of at most SUMMARY_TOP entries of `size` bytes, the worst first. */
static void insert(void *list, size_t *count, size_t size, const void *entry,
	int (*by)(const void *, const void *))
{
	uint8_t *p = list;
	size_t at = *count;

	while (at > 0 && by(entry, p + (at - 1) * size) < 0)
		at--;
	if (at == SUMMARY_TOP)
		return;
	if (*count < SUMMARY_TOP)
		++*count;
	memmove(p + (at + 1) * size, p + at * size, (*count - at - 1) * size);
	memcpy(p + at * size, entry, size);
}

static void take_out(void *list, size_t *count, size_t size, size_t at)
{
	uint8_t *p = list;

	--*count;
	memmove(p + at * size, p + (at + 1) * size, (*count - at) * size);
}

/* The campaign of that id is taken out of the list and copied; a zeroed one where it is new. */
static struct summary_campaign take_campaign(struct summary *s, const uint8_t id[16])
{
	struct summary_campaign c = {.closed = false};

	memcpy(c.id, id, sizeof(c.id));
	for (size_t i = 0; i < s->campaign_count; i++) {
		if (memcmp(s->campaigns[i].id, id, sizeof(c.id)) != 0)
			continue;
		c = s->campaigns[i];
		take_out(s->campaigns, &s->campaign_count, sizeof(c), i);
		break;
	}
	return c;
}

static size_t pattern_index(const char *pattern)
{
	size_t i = 0;

	while (i < SUMMARY_PATTERNS - 1 && (!pattern || strcmp(pattern, summary_patterns[i]) != 0))
		i++;
	return i;
}

static const struct reason *leading(const struct alert *a)
{
	const struct reason *best = NULL;

	for (size_t i = 0; i < a->reason_count; i++)
		if (!best || a->reasons[i].db > best->db)
			best = &a->reasons[i];
	return best;
}

static void count_campaign(struct summary *s, const struct alert *a, int change)
{
	s->counts.campaigns += (uint64_t)change;
	s->counts.patterns[pattern_index(a->pattern)] += (uint64_t)change;
}

static void campaign_alert(struct summary *s, const struct alert *a)
{
	struct summary_campaign c = take_campaign(s, a->id);
	const struct reason *lead = leading(a);

	if (a->state == ALERT_OPEN)
		count_campaign(s, a, 1);
	if (a->close_reason == ALERT_CLOSE_RETRACTED) {
		count_campaign(s, a, -1);
		return;
	}
	c.pattern = a->pattern;
	c.severity = c.severity > a->severity ? c.severity : a->severity;
	c.score_db = c.score_db > a->score_db ? c.score_db : a->score_db;
	c.closed = a->state == ALERT_CLOSE;
	c.counts = a->counts;
	if (c.first_seen == 0)
		c.first_seen = a->first_seen;
	c.last_seen = a->last_seen;
	if (a->subject.len > 0)
		keep(&c.subject, a->subject);
	if (lead)
		keep(&c.reason, lead->text);
	if (!c.has_exemplar && a->exemplar_count > 0) {
		c.has_exemplar = true;
		c.exemplar = a->exemplars[0];
	}
	insert(s->campaigns, &s->campaign_count, sizeof(c), &c, by_campaign);
}

static void other_alert(struct summary *s, const struct alert *a)
{
	struct summary_alert x = {.type = a->type};
	const struct reason *lead = leading(a);

	s->counts.alerts += a->state == ALERT_OPEN;
	memcpy(x.id, a->id, sizeof(x.id));
	for (size_t i = 0; i < s->alert_count; i++) {
		if (memcmp(s->alerts[i].id, a->id, sizeof(x.id)) != 0)
			continue;
		x = s->alerts[i];
		take_out(s->alerts, &s->alert_count, sizeof(x), i);
		break;
	}
	if (a->close_reason == ALERT_CLOSE_RETRACTED) {
		s->counts.alerts--;
		return;
	}
	x.severity = x.severity > a->severity ? x.severity : a->severity;
	x.score_db = x.score_db > a->score_db ? x.score_db : a->score_db;
	x.has_ip = a->has_ip;
	x.ip = a->ip;
	if (lead && a->state != ALERT_CLOSE)
		keep(&x.reason, lead->text);
	if (!x.has_exemplar && a->exemplar_count > 0) {
		x.has_exemplar = true;
		x.exemplar = a->exemplars[0];
	}
	insert(s->alerts, &s->alert_count, sizeof(x), &x, by_alert);
}

void summary_alert(struct summary *s, const struct alert *a)
{
	if (a->type == ALERT_CAMPAIGN)
		campaign_alert(s, a);
	else
		other_alert(s, a);
}

void summary_campaign(struct summary *s, const struct campaign_report *r)
{
	struct summary_campaign c = take_campaign(s, r->id);

	c.pattern = r->pattern;
	c.severity = c.severity > r->severity ? c.severity : r->severity;
	c.score_db = c.score_db > r->score_db ? c.score_db : r->score_db;
	c.closed = r->closed;
	c.first_seen = r->first_seen;
	c.last_seen = r->last_seen;
	c.counts = r->counts;
	if (r->subject.len > 0)
		keep(&c.subject, r->subject);
	insert(s->campaigns, &s->campaign_count, sizeof(c), &c, by_campaign);
}

/* The check of the strongest reason that is not in the list yet; NULL where none is left. */
static const char *next_check(const struct summary_source *x, const struct source_card *c)
{
	const struct reason *best = NULL;

	for (size_t i = 0; i < c->reason_count; i++) {
		bool there = false;

		for (size_t k = 0; k < x->check_count; k++)
			there |= strcmp(x->checks[k], c->reasons[i].check) == 0;
		if (!there && (!best || c->reasons[i].db > best->db))
			best = &c->reasons[i];
	}
	return best ? best->check : NULL;
}

static void keep_why(struct summary_source *x, const struct source_card *c)
{
	const char *check;

	while (x->check_count < SUMMARY_REASONS && (check = next_check(x, c)) != NULL)
		x->checks[x->check_count++] = check;
	for (int i = 0; i < ITEM_COUNT; i++)
		if (c->items[i].state == ITEM_FAIL)
			x->failed_items |= UINT32_C(1) << i;
}

/* The name it used most; the first of several. */
static struct span main_helo(const struct source_card *c)
{
	size_t best = 0;

	for (size_t i = 1; i < c->helo_count; i++)
		if (c->helos[i].count > c->helos[best].count)
			best = i;
	return c->helo_count > 0 ? c->helos[best].name : span_of(NULL, 0);
}

static void count_card(struct summary_counts *n, const struct source_card *c)
{
	n->sources++;
	if (c->no_verdict)
		n->no_verdict++;
	else
		n->verdicts[c->verdict]++;
	n->rdns_unknown += c->items[ITEM_IP_HAS_RDNS].state == ITEM_UNKNOWN;
}

static bool is_member(const struct summary_source *x)
{
	for (size_t i = 0; i < x->check_count; i++)
		if (strncmp(x->checks[i], "campaign_", strlen("campaign_")) == 0)
			return true;
	return false;
}

/* An earlier card of the same source. */
static void forget(struct summary_source *list, size_t *count, const struct addr *ip)
{
	for (size_t i = 0; i < *count; i++) {
		if (addr_eq(&list[i].ip, ip)) {
			take_out(list, count, sizeof(list[0]), i);
			return;
		}
	}
}

void summary_source(struct summary *s, const struct source_card *c)
{
	struct summary_source x = {
		.ip = c->ip,
		.no_verdict = c->no_verdict,
		.verdict = c->verdict,
		.score_db = c->score_db,
		.sessions = c->sessions,
		.messages = c->messages,
		.helo_names = c->helo_names_total,
		.hold_known = c->hold_known,
		.hold_median_ms = c->hold_median_ms,
	};

	if (c->revision == 0) /* later cards of it tell the same source again */
		count_card(&s->counts, c);
	forget(s->members, &s->member_count, &c->ip);
	forget(s->others, &s->other_count, &c->ip);
	keep(&x.rdns, c->rdns);
	keep(&x.helo, main_helo(c));
	keep_why(&x, c);
	if (!c->no_verdict && c->verdict == VERDICT_CLEAN)
		return;
	if (is_member(&x))
		insert(s->members, &s->member_count, sizeof(x), &x, by_source);
	else
		insert(s->others, &s->other_count, sizeof(x), &x, by_source);
}

size_t summary_worst(const struct summary *s, const struct summary_source *ret[SUMMARY_TOP])
{
	size_t members = s->member_count < SUMMARY_MEMBERS ? s->member_count : SUMMARY_MEMBERS;
	size_t others =
		s->other_count < SUMMARY_TOP - members ? s->other_count : SUMMARY_TOP - members;
	size_t m = 0, o = 0;

	members = s->member_count < SUMMARY_TOP - others ? s->member_count : SUMMARY_TOP - others;
	while (m < members || o < others) {
		bool member = m < members &&
			      (o == others || by_source(&s->members[m], &s->others[o]) < 0);

		ret[m + o] = member ? &s->members[m] : &s->others[o];
		m += member;
		o += !member;
	}
	return m + o;
}
