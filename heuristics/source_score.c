/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/source_score.h"

#include "heuristics/card.h"
#include "heuristics/judge_state.h"

#define DECISIVE_HOLDS NS_PER_HOUR /* after it last fired (contract 1.5) */
#define CONFIRMED_BY 3             /* sessions and messages (detection 2.3) */

static const struct {
	enum source_counter bit;
	enum check_param item;
} counters[] = {
	{COUNTER_HELO_EXACT, PARAM_HELO_RDNS_EXACT_DB},
	{COUNTER_HELO_SAME_ORG, PARAM_HELO_RDNS_SAME_ORG_DB},
	{COUNTER_RDNS_NAMED, PARAM_RDNS_NAMED_DB},
};

struct source_score *source_score_find(struct judge *j, const struct source *s)
{
	return s->bits & SOURCE_HAS_SCORE ? table_find(j->scores, &s->key) : NULL;
}

static struct source_score *score_of(struct judge *j, struct source *s, nstime now)
{
	bool fresh;
	struct source_score *sc = table_get(j->scores, &s->key, &fresh);

	s->bits |= SOURCE_HAS_SCORE;
	if (fresh) {
		sc->slot.kind = &j->source_kind;
		sc->first = now;
	}
	if (now > sc->last)
		sc->last = now;
	return sc;
}

static struct decisive_item *decisive_find(struct source_score *sc, enum check_param item)
{
	for (int i = 0; i < SOURCE_DECISIVE; i++)
		if (sc->decisive[i].severity && sc->decisive[i].item == item)
			return &sc->decisive[i];
	return NULL;
}

/* The item's place, a free one, or that of the one which fired longest ago. */
static struct decisive_item *decisive_place(struct source_score *sc, enum check_param item)
{
	struct decisive_item *oldest = decisive_find(sc, item);

	if (oldest)
		return oldest;
	oldest = &sc->decisive[0];
	for (int i = 0; i < SOURCE_DECISIVE; i++) {
		if (!sc->decisive[i].severity)
			return &sc->decisive[i];
		if (sc->decisive[i].last < oldest->last)
			oldest = &sc->decisive[i];
	}
	return oldest;
}

static void note_decisive(struct source_score *sc, const struct evidence *e)
{
	struct decisive_item *d = decisive_place(sc, e->item);

	if (!d->severity || d->item != e->item || d->severity < e->severity)
		sc->news++;
	if (!d->severity || d->item != e->item)
		*d = (struct decisive_item){.item = (uint8_t)e->item, .last = e->time};
	d->severity = (uint8_t)e->severity;
	d->closed = false;
	if (e->time > d->last)
		d->last = e->time;
}

void source_evidence(struct judge *j, struct source *s, const struct evidence *e)
{
	struct source_score *sc;

	if (score_weight(e, &j->values) <= 0)
		return;
	j->evidence++;
	sc = score_of(j, s, e->time);
	score_add(&sc->score, e, &j->values);
	if (score_decides(e, &j->values) && e->severity >= SEVERITY_MEDIUM)
		note_decisive(sc, e);
}

void source_counter(struct source *s, enum source_counter bit)
{
	if (bit == COUNTER_HELO_EXACT)
		s->counter &= (uint8_t)~COUNTER_HELO_SAME_ORG;
	if (bit == COUNTER_HELO_SAME_ORG && s->counter & COUNTER_HELO_EXACT)
		return;
	s->counter |= (uint8_t)bit;
}

static centidb counter_sum(struct judge *j, const struct source *s)
{
	centidb sum = 0;

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		if (s->counter & counters[i].bit)
			sum += CENTIDB(j->values.v[counters[i].item]);
	return sum > SCORE_COUNTER_FLOOR ? sum : SCORE_COUNTER_FLOOR;
}

/* What evidence for it adds to. */
static centidb base_of(struct judge *j, const struct source *s)
{
	return SCORE_PRIOR_SOURCE + counter_sum(j, s);
}

centidb source_sum(struct judge *j, const struct source *s, nstime now)
{
	const struct source_score *sc = source_score_find(j, s);

	return base_of(j, s) + (sc ? score_sum(&sc->score, now, SCORE_ALL) : 0);
}

static bool is_bot_like(const struct score *sc, centidb base, enum score_part part, nstime now)
{
	return base + score_sum(sc, now, part) >= SCORE_OPEN && score_families(sc, now, part) >= 2;
}

/* The peak of what it came to, with and without what may be withdrawn. */
static void raise_peak(struct judge *j, struct source *s, const struct source_score *sc, nstime now)
{
	centidb base = base_of(j, s), sum = base, plain = base;
	bool first = s->peak == SOURCE_PEAK_NONE;

	if (sc) {
		sum += score_sum(&sc->score, now, SCORE_ALL);
		plain += score_sum(&sc->score, now, SCORE_PLAIN);
		if (is_bot_like(&sc->score, base, SCORE_ALL, now))
			s->bits |= SOURCE_CONVICTED;
		if (is_bot_like(&sc->score, base, SCORE_PLAIN, now))
			s->bits |= SOURCE_CONVICTED_PLAIN;
	}
	if (first || sum > s->peak)
		s->peak = (int16_t)sum;
	if (first || plain > s->peak_plain)
		s->peak_plain = (int16_t)plain;
}

void source_withdraw(struct judge *j, struct source *s, enum check_param item, nstime now)
{
	struct source_score *sc = source_score_find(j, s);
	struct decisive_item *d = sc ? decisive_find(sc, item) : NULL;

	if (!d && !(sc && score_find(&sc->score, item)))
		return;
	if (d)
		*d = (struct decisive_item){0};
	score_withdraw(&sc->score, item);
	s->peak = s->peak_plain;
	if (!(s->bits & SOURCE_CONVICTED_PLAIN))
		s->bits &= ~(uint32_t)SOURCE_CONVICTED;
	raise_peak(j, s, sc, now);
	alert_book_retract(j->book, &sc->slot, now);
}

void source_undecide(struct judge *j, struct source *s, enum check_param item, nstime now)
{
	struct source_score *sc = source_score_find(j, s);
	struct decisive_item *d = sc ? decisive_find(sc, item) : NULL;

	if (!d)
		return;
	*d = (struct decisive_item){0};
	alert_book_retract(j->book, &sc->slot, now);
}

void source_alert_drop(struct judge *j, struct source *s, nstime now)
{
	struct source_score *sc = source_score_find(j, s);

	if (sc)
		alert_book_retract(j->book, &sc->slot, now);
}

void source_release(struct judge *j, struct source *s, enum check_param item)
{
	struct source_score *sc = source_score_find(j, s);
	struct decisive_item *d = sc ? decisive_find(sc, item) : NULL;

	if (d)
		d->closed = true;
}

void source_exemplar(struct judge *j, const struct source *s, const struct exemplar *e)
{
	struct source_score *sc = source_score_find(j, s);
	uint8_t at;

	if (!sc)
		return;
	for (at = 0; at < sc->exemplar_count; at++)
		if (sc->exemplars[at].first_packet == e->first_packet)
			break;
	if (at == LIMIT_EXEMPLARS)
		at--;
	sc->exemplars[at] = *e;
	if (at == sc->exemplar_count)
		sc->exemplar_count++;
}

bool source_floor(const struct source *s, const struct check_values *v)
{
	return s->inbound_bad > 0 && ((int64_t)s->inbound_bad >= v->v[PARAM_HELO_FLOOR_SESSIONS] ||
					     s->inbound_bad == s->inbound);
}

enum verdict source_verdict(struct judge *j, const struct source *s, bool ceiling)
{
	const struct source_score *sc = source_score_find(j, s);
	bool bot_like = s->bits & SOURCE_CONVICTED;

	for (int i = 0; sc && i < SOURCE_DECISIVE; i++)
		bot_like |= sc->decisive[i].severity != 0;
	if (bot_like)
		return ceiling ? VERDICT_SUSPECT : VERDICT_BOT_LIKE;
	return s->peak >= SCORE_SUSPECT || source_floor(s, &j->values) ? VERDICT_SUSPECT
								       : VERDICT_CLEAN;
}

void source_settle(struct judge *j, struct source *s, nstime now)
{
	struct source_score *sc = source_score_find(j, s);

	raise_peak(j, s, sc, now);
	if (sc && !(s->bits & SOURCE_PROXY))
		alert_book_touch(j->book, &sc->slot, now);
	card_follow(j, s);
}

/* What decides at `now` of the source's own items: until when, how severe (0: nothing does). */
struct decision {
	nstime until;
	unsigned int severity;
};

static bool is_own(enum check_param item)
{
	return check_get(check_setting_get(item)->check)->family != FAMILY_CONTENT_SPREAD;
}

static struct decision decision_at(const struct source_score *sc, nstime now)
{
	struct decision r = {0};

	for (int i = 0; i < SOURCE_DECISIVE; i++) {
		const struct decisive_item *d = &sc->decisive[i];

		if (!d->severity || d->closed || !is_own(d->item) ||
			now >= d->last + DECISIVE_HOLDS)
			continue;
		if (d->severity > r.severity)
			r.severity = d->severity;
		if (d->last + DECISIVE_HOLDS > r.until)
			r.until = d->last + DECISIVE_HOLDS;
	}
	return r;
}

/* Does an open campaign of medium or above tell of it? (contract 1.4) */
static bool is_told_of(const struct source_score *sc)
{
	for (int i = 0; i < SOURCE_DECISIVE; i++)
		if (sc->decisive[i].severity && !sc->decisive[i].closed &&
			!is_own(sc->decisive[i].item))
			return true;
	return false;
}

/*
 * A member of a campaign has an alert of its own only for what is graver than the campaign's ways:
 * a bad HELO or a poor rDNS is what bots have in common, and stands on the card. Since a message
 * may yet turn out to be a campaign's, one that sent mail is spoken of after a minute only
 * (detection 2.3), unless what it did is grave.
 */
static void on_assess(
	void *cookie, const struct alert_slot *slot, nstime now, struct alert_standing *ret)
{
	struct judge *j = cookie;
	const struct source_score *sc = source_score_of_slot(slot);
	const struct source *s = sources_find(j->sources, &sc->key);
	centidb base = base_of(j, s), own = base + score_sum(&sc->score, now, SCORE_OWN);
	struct decision d = decision_at(sc, now);
	bool scored = is_bot_like(&sc->score, base, SCORE_OWN, now);
	nstime below;

	if (s->bits & SOURCE_PROXY)
		return;
	below = score_falls_below(&sc->score, SCORE_OWN, SCORE_OPEN - SCORE_HYSTERESIS - base, now);
	ret->severity = scored && score_severity(own) > d.severity ? score_severity(own)
			: d.severity                               ? d.severity
								   : SEVERITY_MEDIUM;
	ret->stands = (d.severity || scored) && (ret->severity >= SEVERITY_HIGH || !is_told_of(sc));
	ret->confirmed = ret->severity >= SEVERITY_HIGH ||
			 (s->messages == 0 && (d.severity || s->sessions >= CONFIRMED_BY));
	ret->holds = d.severity || own >= SCORE_OPEN - SCORE_HYSTERESIS;
	ret->until = d.until > below ? d.until : below;
	ret->news = sc->news;
}

static struct span on_key(void *cookie, const struct alert_slot *slot)
{
	const struct source_score *sc = source_score_of_slot(slot);

	return span_of(sc->key.b, sizeof(sc->key.b));
}

struct alert_kind source_alert_kind(struct judge *j)
{
	return (struct alert_kind){.type = ALERT_SOURCE,
		.cookie = j,
		.assess = on_assess,
		.describe = source_alert_describe,
		.key = on_key};
}
