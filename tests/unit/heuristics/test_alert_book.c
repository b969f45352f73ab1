/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heuristics/alert_book.h"

#define T0 (1000 * NS_PER_HOUR)
#define MAX_SAID 256
#define ENTITIES 64

struct entity {
	struct alert_slot slot; /* first */
	uint32_t number;
	struct alert_standing now;
};

struct fixture {
	struct alert_book *book;
	struct alert_kind kind;
	struct entity entities[ENTITIES];
	struct alert said[MAX_SAID];
	size_t count;
};

static void on_assess(
	void *cookie, const struct alert_slot *slot, nstime now, struct alert_standing *ret)
{
	const struct entity *e = (const struct entity *)slot;

	*ret = e->now;
	if (now >= e->now.until)
		ret->holds = ret->stands = false;
}

static void on_describe(void *cookie, const struct alert_slot *slot, struct alert *a)
{
	a->score_db = (int)((const struct entity *)slot)->number;
}

static struct span on_key(void *cookie, const struct alert_slot *slot)
{
	return span_of(&((const struct entity *)slot)->number, sizeof(uint32_t));
}

static void on_emit(void *cookie, const struct alert *a)
{
	struct fixture *f = cookie;

	assert_true(f->count < MAX_SAID);
	f->said[f->count++] = *a;
}

static void setup(struct fixture *f)
{
	struct alert_book_config c = {.slots = ENTITIES, .emit = on_emit, .cookie = f};

	memset(f, 0, sizeof(*f));
	f->kind = (struct alert_kind){
		.type = ALERT_SOURCE, .assess = on_assess, .describe = on_describe, .key = on_key};
	f->book = alert_book_create(&c);
	for (uint32_t i = 0; i < ENTITIES; i++) {
		f->entities[i].slot.kind = &f->kind;
		f->entities[i].number = i;
		f->entities[i].now =
			(struct alert_standing){.until = NSTIME_MAX, .severity = SEVERITY_MEDIUM};
	}
}

static struct entity *stand(struct fixture *f, int i, nstime now, nstime until)
{
	struct entity *e = &f->entities[i];

	e->now.stands = e->now.confirmed = e->now.holds = true;
	e->now.until = until;
	alert_book_touch(f->book, &e->slot, now);
	return e;
}

static void test_life(void **state)
{
	struct fixture f;
	nstime until = T0 + NS_PER_HOUR;

	setup(&f);
	stand(&f, 3, T0, until);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.said[0].state, ALERT_OPEN);
	assert_int_equal(f.said[0].revision, 0);
	assert_int_equal(f.said[0].score_db, 3);
	alert_book_advance(f.book, until + 89 * NS_PER_MIN);
	assert_int_equal(f.count, 1);
	alert_book_advance(f.book, until + 91 * NS_PER_MIN);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.said[1].state, ALERT_CLOSE);
	assert_int_equal(f.said[1].close_reason, ALERT_CLOSE_DECAYED);
	assert_int_equal(f.said[1].time, until + 90 * NS_PER_MIN);
	assert_int_equal(f.said[1].revision, 1);
	assert_memory_equal(f.said[0].id, f.said[1].id, 16);
	assert_int_equal(alert_book_next(f.book), NSTIME_MAX);
	stand(&f, 3, T0 + NS_PER_DAY, T0 + 2 * NS_PER_DAY); /* a new alert, a new id */
	assert_int_equal(f.count, 3);
	assert_memory_not_equal(f.said[0].id, f.said[2].id, 16);
	alert_book_destroy(f.book);
}

static void test_waits_to_be_confirmed(void **state)
{
	struct fixture f;
	struct entity *e = &f.entities[0];

	setup(&f);
	e->now.stands = e->now.holds = true;
	alert_book_touch(f.book, &e->slot, T0);
	alert_book_advance(f.book, T0 + 59 * NS_PER_S);
	assert_int_equal(f.count, 0);
	alert_book_advance(f.book, T0 + 61 * NS_PER_S);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.said[0].time, T0 + 60 * NS_PER_S);

	e = &f.entities[1]; /* does not stand for a minute */
	e->now.stands = true;
	alert_book_touch(f.book, &e->slot, T0 + 70 * NS_PER_S);
	e->now.stands = false;
	alert_book_touch(f.book, &e->slot, T0 + 80 * NS_PER_S);
	alert_book_advance(f.book, T0 + NS_PER_HOUR);
	assert_int_equal(f.count, 1);
	alert_book_destroy(f.book);
}

static void test_updates_are_spaced(void **state)
{
	struct fixture f;
	struct entity *e;

	setup(&f);
	e = stand(&f, 0, T0, T0 + NS_PER_DAY);
	for (int i = 1; i <= 100; i++) { /* news every minute: at 5, 15, 35, 75 */
		alert_book_advance(f.book, T0 + i * NS_PER_MIN);
		e->now.news++;
		alert_book_touch(f.book, &e->slot, T0 + i * NS_PER_MIN);
	}
	assert_int_equal(f.count, 5);
	assert_int_equal(f.said[1].time, T0 + 5 * NS_PER_MIN);
	assert_int_equal(f.said[2].time, T0 + 15 * NS_PER_MIN);
	assert_int_equal(f.said[4].time, T0 + 75 * NS_PER_MIN);
	assert_int_equal(f.said[4].state, ALERT_UPDATE);
	assert_false(f.said[4].severity_rose);
	e->now.severity = SEVERITY_HIGH; /* told at once */
	alert_book_touch(f.book, &e->slot, T0 + 101 * NS_PER_MIN);
	assert_int_equal(f.count, 6);
	assert_true(f.said[5].severity_rose);
	assert_int_equal(f.said[5].severity, SEVERITY_HIGH);
	e->now.severity = SEVERITY_MEDIUM; /* never falls */
	alert_book_touch(f.book, &e->slot, T0 + 102 * NS_PER_MIN);
	assert_int_equal(f.count, 6);
	alert_book_destroy(f.book);
}

/* One piece of news within the gap is told when the gap is over. */
static void test_held_news(void **state)
{
	struct fixture f;
	struct entity *e;

	setup(&f);
	e = stand(&f, 0, T0, T0 + NS_PER_DAY);
	e->now.news++;
	alert_book_touch(f.book, &e->slot, T0 + NS_PER_S);
	assert_int_equal(f.count, 1);
	alert_book_advance(f.book, T0 + NS_PER_HOUR);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.said[1].time, T0 + 5 * NS_PER_MIN);
	alert_book_destroy(f.book);
}

static void test_comes_back(void **state)
{
	struct fixture f;

	setup(&f);
	stand(&f, 0, T0, T0 + NS_PER_MIN);
	alert_book_advance(f.book, T0 + 40 * NS_PER_MIN); /* cooling */
	stand(&f, 0, T0 + 50 * NS_PER_MIN, T0 + NS_PER_DAY);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.said[1].state, ALERT_UPDATE);
	assert_memory_equal(f.said[0].id, f.said[1].id, 16);
	alert_book_advance(f.book, T0 + NS_PER_DAY);
	assert_int_equal(f.count, 2);
	alert_book_destroy(f.book);
}

static void test_retracts(void **state)
{
	struct fixture f;
	struct entity *e;

	setup(&f);
	e = stand(&f, 0, T0, NSTIME_MAX);
	alert_book_retract(f.book, &e->slot, T0 + 1); /* something else holds it */
	assert_int_equal(f.count, 1);
	e->now.stands = e->now.holds = false;
	alert_book_retract(f.book, &e->slot, T0 + 2);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.said[1].state, ALERT_CLOSE);
	assert_int_equal(f.said[1].close_reason, ALERT_CLOSE_RETRACTED);
	assert_int_equal(alert_book_open(f.book), 0);
	alert_book_destroy(f.book);
}

static void test_limits_opens(void **state)
{
	struct fixture f;

	setup(&f);
	for (int i = 0; i < 40; i++)
		stand(&f, i, T0, NSTIME_MAX);
	assert_int_equal(f.count, 30);
	assert_int_equal(alert_book_suppressed(f.book), 10);
	stand(&f, 40, T0 + 1900 * NS_PER_MS, NSTIME_MAX);
	assert_int_equal(f.count, 30);
	stand(&f, 41, T0 + 2 * NS_PER_S, NSTIME_MAX);
	assert_int_equal(f.count, 31);
	f.entities[35].now.severity = SEVERITY_HIGH; /* suppressed: stays silent */
	alert_book_touch(f.book, &f.entities[35].slot, T0 + NS_PER_MIN);
	assert_int_equal(f.count, 31);
	alert_book_destroy(f.book);
}

/* At the end what stands unconfirmed opens, in order; nothing closes. */
static void test_finish(void **state)
{
	struct fixture f;

	setup(&f);
	stand(&f, 9, T0, T0 + NS_PER_MIN);
	for (int i = 0; i < 5; i++) {
		f.entities[i].now.stands = f.entities[i].now.holds = true;
		alert_book_touch(f.book, &f.entities[i].slot, T0 + i);
	}
	alert_book_finish(f.book, T0 + 10);
	assert_int_equal(f.count, 6);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(f.said[i + 1].score_db, i);
		assert_int_equal(f.said[i + 1].time, T0 + 10);
		assert_int_equal(f.said[i + 1].state, ALERT_OPEN);
	}
	alert_book_destroy(f.book);
}

/* Many deadlines fire in order. */
static void test_heap_order(void **state)
{
	struct fixture f;
	uint32_t x = 1;
	nstime last = 0;

	setup(&f);
	for (int i = 0; i < ENTITIES; i++) {
		x = x * 1664525 + 1013904223;
		f.entities[i].slot.silent = false;
		stand(&f, i, T0 + i * 2 * NS_PER_S, T0 + NS_PER_HOUR + (x >> 16) * NS_PER_MS);
	}
	for (int i = 0; i < ENTITIES; i += 3)
		alert_book_forget(f.book, &f.entities[i].slot, T0 + NS_PER_HOUR);
	f.count = 0;
	alert_book_advance(f.book, T0 + NS_PER_DAY);
	assert_int_equal(f.count, ENTITIES - (ENTITIES + 2) / 3);
	for (size_t i = 0; i < f.count; i++) {
		assert_int_equal(f.said[i].state, ALERT_CLOSE);
		assert_true(f.said[i].time >= last);
		last = f.said[i].time;
	}
	alert_book_destroy(f.book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_waits_to_be_confirmed),
		cmocka_unit_test(test_updates_are_spaced),
		cmocka_unit_test(test_held_news),
		cmocka_unit_test(test_comes_back),
		cmocka_unit_test(test_retracts),
		cmocka_unit_test(test_limits_opens),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_heap_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
