/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/alert_book.h"

#include <stdlib.h>

#include "base/hash.h"

#define TYPES (ALERT_SENSOR + 1)

#define CONFIRM_AFTER (60 * NS_PER_S)
#define GAP_FIRST (5 * NS_PER_MIN)
#define GAP_MAX NS_PER_HOUR
#define SINK_FOR (30 * NS_PER_MIN)
#define COOL_FOR (60 * NS_PER_MIN)

#define OPENS_A_MINUTE 30
#define TOKEN_EVERY (NS_PER_MIN / OPENS_A_MINUTE)

struct alert_book {
	struct alert_book_config config;
	struct alert_slot **heap; /* a binary heap by (due, order) */
	uint32_t count;
	uint64_t next_order, open, suppressed;
	nstime bucket[TYPES]; /* when the bucket of tokens will be full again */
};

struct alert_book *alert_book_create(const struct alert_book_config *config)
{
	struct alert_book *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->config = *config;
	b->heap = malloc(config->slots * sizeof(struct alert_slot *));
	if (!b->heap) {
		free(b);
		return NULL;
	}
	for (int i = 0; i < TYPES; i++)
		b->bucket[i] = INT64_MIN;
	return b;
}

void alert_book_destroy(struct alert_book *b)
{
	if (!b)
		return;
	free(b->heap);
	free(b);
}

static bool is_before(const struct alert_slot *x, const struct alert_slot *y)
{
	return x->due != y->due ? x->due < y->due : x->order < y->order;
}

static void place(struct alert_book *b, struct alert_slot *s, uint32_t at)
{
	b->heap[at] = s;
	s->place = at + 1;
}

/* Moves the slot at `at` up or down to where it belongs. */
static void settle(struct alert_book *b, uint32_t at)
{
	struct alert_slot *s = b->heap[at];

	while (at > 0 && is_before(s, b->heap[(at - 1) / 2])) {
		place(b, b->heap[(at - 1) / 2], at);
		at = (at - 1) / 2;
	}
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < b->count && is_before(b->heap[child + 1], b->heap[child]))
			child++;
		if (child >= b->count || !is_before(b->heap[child], s))
			break;
		place(b, b->heap[child], at);
		at = child;
	}
	place(b, s, at);
}

static void unschedule(struct alert_book *b, struct alert_slot *s)
{
	uint32_t at = s->place - 1;

	if (s->place == 0)
		return;
	s->place = 0;
	b->count--;
	if (at < b->count) {
		place(b, b->heap[b->count], at);
		settle(b, at);
	}
}

static void schedule(struct alert_book *b, struct alert_slot *s, nstime due)
{
	if (due == NSTIME_MAX) {
		unschedule(b, s);
		return;
	}
	s->due = due;
	s->order = b->next_order++;
	if (s->place == 0) {
		if (b->count == b->config.slots)
			return; /* as many slots as entities that may hold one: cannot be */
		b->heap[b->count] = s;
		s->place = ++b->count;
	}
	settle(b, s->place - 1);
}

bool alert_book_allows(struct alert_book *b, enum alert_type type, nstime now)
{
	nstime *full = &b->bucket[type];

	if (*full < now)
		*full = now;
	if (*full - now > (OPENS_A_MINUTE - 1) * TOKEN_EVERY) {
		b->suppressed++;
		return false;
	}
	*full += TOKEN_EVERY;
	return true;
}

void alert_book_id(enum alert_type type, struct span key, nstime opened, uint8_t ret[16])
{
	struct {
		uint64_t type;
		int64_t opened;
		uint8_t key[32];
	} text = {(uint64_t)type, opened, {0}};
	XXH128_canonical_t id;

	memcpy(text.key, key.p, key.len < sizeof(text.key) ? key.len : sizeof(text.key));
	XXH128_canonicalFromHash(&id, XXH3_128bits(&text, sizeof(text)));
	memcpy(ret, id.digest, 16);
}

static void tell(struct alert_book *b, struct alert_slot *s, enum alert_state state, bool rose,
	enum alert_close_reason why, nstime now)
{
	struct alert a = {0};

	if (s->silent || !b->config.emit)
		return;
	s->kind->describe(s->kind->cookie, s, &a);
	a.type = s->kind->type;
	a.state = state;
	a.close_reason = why;
	a.severity = s->severity;
	a.severity_rose = rose;
	memcpy(a.id, s->id, sizeof(a.id));
	a.revision = s->revision;
	a.time = now;
	b->config.emit(b->config.cookie, &a);
}

static void open_alert(
	struct alert_book *b, struct alert_slot *s, const struct alert_standing *st, nstime now)
{
	s->state = SLOT_OPEN;
	s->opened = s->emitted = now;
	s->gap = GAP_FIRST;
	s->revision = 0;
	s->severity = (uint8_t)st->severity;
	s->news = st->news;
	s->silent = !alert_book_allows(b, s->kind->type, now);
	alert_book_id(s->kind->type, s->kind->key(s->kind->cookie, s), now, s->id);
	b->open++;
	tell(b, s, ALERT_OPEN, false, ALERT_CLOSE_NONE, now);
	schedule(b, s, st->until > now ? st->until : now + 1);
}

static void close_alert(
	struct alert_book *b, struct alert_slot *s, enum alert_close_reason why, nstime now)
{
	unschedule(b, s);
	s->revision++;
	tell(b, s, ALERT_CLOSE, false, why, now);
	s->state = SLOT_QUIET;
	b->open--;
}

/* A rise of severity is told at once (there are at most three), other news at growing gaps. */
static void update(
	struct alert_book *b, struct alert_slot *s, const struct alert_standing *st, nstime now)
{
	bool rose = st->severity > s->severity;

	if (!rose && (st->news == s->news || now < s->emitted + s->gap))
		return;
	if (rose)
		s->severity = (uint8_t)st->severity;
	s->news = st->news;
	s->emitted = now;
	s->gap = s->gap * 2 < GAP_MAX ? s->gap * 2 : GAP_MAX;
	s->revision++;
	tell(b, s, ALERT_UPDATE, rose, ALERT_CLOSE_NONE, now);
}

static void go_on(
	struct alert_book *b, struct alert_slot *s, const struct alert_standing *st, nstime now)
{
	nstime due = st->until;

	s->state = SLOT_OPEN;
	update(b, s, st, now);
	if (st->news != s->news && s->emitted + s->gap < due)
		due = s->emitted + s->gap;
	schedule(b, s, due > now ? due : now + 1);
}

static void assess_quiet(
	struct alert_book *b, struct alert_slot *s, const struct alert_standing *st, nstime now)
{
	bool waited = s->state == SLOT_PENDING && now >= s->due;

	if (!st->stands) {
		s->state = SLOT_QUIET;
		unschedule(b, s);
	} else if (st->confirmed || waited) {
		open_alert(b, s, st, now);
	} else if (s->state == SLOT_QUIET) {
		s->state = SLOT_PENDING;
		schedule(b, s, now + CONFIRM_AFTER);
	}
}

static void assess_open(
	struct alert_book *b, struct alert_slot *s, const struct alert_standing *st, nstime now)
{
	bool due = now >= s->due && s->place;

	switch (s->state) {
	case SLOT_OPEN:
		if (st->holds) {
			go_on(b, s, st, now);
		} else {
			s->state = SLOT_SINKING;
			schedule(b, s, now + SINK_FOR);
		}
		break;
	case SLOT_SINKING:
		if (st->holds) {
			go_on(b, s, st, now);
		} else if (due) {
			s->state = SLOT_COOLING;
			schedule(b, s, now + COOL_FOR);
		}
		break;
	default:
		if (st->stands) {
			s->news = st->news - 1; /* that it is back is news */
			s->gap = 0;
			go_on(b, s, st, now);
			s->gap = GAP_FIRST;
		} else if (due) {
			close_alert(b, s, ALERT_CLOSE_DECAYED, now);
		}
	}
}

void alert_book_touch(struct alert_book *b, struct alert_slot *s, nstime now)
{
	struct alert_standing st = {.until = NSTIME_MAX, .severity = SEVERITY_MEDIUM};

	s->kind->assess(s->kind->cookie, s, now, &st);
	if (s->state <= SLOT_PENDING)
		assess_quiet(b, s, &st, now);
	else
		assess_open(b, s, &st, now);
}

void alert_book_retract(struct alert_book *b, struct alert_slot *s, nstime now)
{
	struct alert_standing st = {.until = NSTIME_MAX};

	s->kind->assess(s->kind->cookie, s, now, &st);
	if (s->state <= SLOT_PENDING)
		assess_quiet(b, s, &st, now);
	else if (!st.holds)
		close_alert(b, s, ALERT_CLOSE_RETRACTED, now);
	else
		assess_open(b, s, &st, now);
}

void alert_book_forget(struct alert_book *b, struct alert_slot *s, nstime now)
{
	if (s->state > SLOT_PENDING)
		close_alert(b, s, ALERT_CLOSE_DECAYED, now);
	unschedule(b, s);
	s->state = SLOT_QUIET;
}

nstime alert_book_next(const struct alert_book *b)
{
	return b->count ? b->heap[0]->due : NSTIME_MAX;
}

void alert_book_advance(struct alert_book *b, nstime now)
{
	while (b->count && b->heap[0]->due <= now) {
		struct alert_slot *s = b->heap[0];

		alert_book_touch(b, s, s->due);
	}
}

void alert_book_finish(struct alert_book *b, nstime now)
{
	for (uint32_t i = 0; i < b->count; i++) /* rising ones change places with seen ones */
		if (b->heap[i]->state == SLOT_PENDING) {
			b->heap[i]->due = now;
			settle(b, i);
		}
	while (b->count && b->heap[0]->due <= now && b->heap[0]->state == SLOT_PENDING)
		alert_book_touch(b, b->heap[0], now);
}

uint64_t alert_book_open(const struct alert_book *b)
{
	return b->open;
}

uint64_t alert_book_suppressed(const struct alert_book *b)
{
	return b->suppressed;
}

size_t alert_book_bytes(const struct alert_book *b)
{
	return sizeof(*b) + b->config.slots * sizeof(struct alert_slot *);
}
