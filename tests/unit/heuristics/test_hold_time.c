/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/checks.h"
#include "tests/unit/heuristics/judge_fixture.h"

#define IP "198.51.100.7"

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Against a sorted array: exact to 64, at most an eighth low beyond. */
static void test_quantiles(void **state)
{
	enum { MOST = 3000 };
	static const uint32_t asked[] = {500, 950, 1000};
	struct sources_config c = {.memory = 1 << 20};
	struct sources *t = sources_create(&c);
	struct addr a = make_addr(IP);
	struct source *s = sources_get(t, &a, 0);
	static uint32_t all[MOST], sorted[MOST];
	uint32_t x = 1;

	for (uint32_t n = 0; n < MOST; n++) {
		x = x * 1664525 + 1013904223;
		all[n] = x >> (8 + x % 24);
		hold_time_add(t, s, all[n]);
		memcpy(sorted, all, sizeof(sorted));
		qsort(sorted, n + 1, sizeof(sorted[0]), compare);
		for (int i = 0; i < 3; i++) {
			uint64_t rank = ((uint64_t)(n + 1) * asked[i] + 999) / 1000;
			uint32_t want = sorted[rank - 1];
			uint32_t got = hold_time_quantile(t, s, asked[i]);

			if (n < 64 || asked[i] == 1000)
				assert_int_equal(got, want);
			assert_true(got <= want);
			assert_true(want - got <= want / 8);
		}
	}
	sources_destroy(t);
}

/* The median of an even count is the lower one. */
static void test_lower_median(void **state)
{
	struct sources_config c = {.memory = 1 << 20};
	struct sources *t = sources_create(&c);
	struct addr a = make_addr(IP);
	struct source *s = sources_get(t, &a, 0);

	assert_int_equal(hold_time_quantile(t, s, 500), 0);
	hold_time_add(t, s, UINT32_MAX);
	hold_time_add(t, s, 5);
	assert_int_equal(hold_time_quantile(t, s, 500), 5);
	assert_int_equal(hold_time_quantile(t, s, 1000), UINT32_MAX);
	sources_destroy(t);
}

static const struct said_card *card_of_holds(
	struct fixture *f, const int64_t *ms, size_t count, uint16_t port)
{
	for (size_t i = 0; i < count; i++)
		say_session(f, (struct make_session){.client = IP,
				       .port = port,
				       .start = (nstime)i * NS_PER_MIN,
				       .hold_ms = ms[i],
				       .helo = {"mail.a.example"}});
	judge_finish(f->j);
	return card_of(f, IP);
}

static void test_fires(void **state)
{
	static const int64_t ms[] = {30001, 1, 2, 40000, 50000};
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c = card_of_holds(f, ms, 5, 25);
	const struct item_result *item = &c->c.items[ITEM_SENDING_CLOSES_PROMPTLY];

	assert_int_equal(item->state, ITEM_FAIL);
	assert_int_equal(item->value, 30001);
	assert_int_equal(item->threshold, 30000);
	assert_string_equal(item->unit, "ms");
	assert_string_equal(c->reasons[0].check, "hold_time");
	assert_int_equal(c->reasons[0].db, 6);
	assert_string_equal(c->reasons[0].text, "held its connections open for 30 seconds after "
						"the last reply (median of 5 sessions)");
	assert_int_equal(c->c.verdict, VERDICT_CLEAN); /* adds its decibans, no more */
	assert_true(c->c.hold_known);
	assert_int_equal(c->c.hold_median_ms, 30001);
	assert_int_equal(c->c.hold_max_ms, 50000);
	fixture_destroy(f);
}

/* The measure is the same; the reason names who may have been waited for. */
static void test_server_blocks(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	for (int i = 0; i < 6; i++)
		say_session(f, (struct make_session){.client = IP,
				       .port = 25,
				       .start = i * NS_PER_MIN,
				       .hold_ms = 40000,
				       .blocked_ms = i < 2 ? 39000 : 0,
				       .helo = {"mail.a.example"}});
	judge_finish(f->j);
	c = card_of(f, IP);
	assert_int_equal(c->c.hold_median_ms, 40000);
	assert_int_equal(c->c.items[ITEM_SENDING_CLOSES_PROMPTLY].state, ITEM_FAIL);
	assert_string_equal(c->reasons[0].text,
		"held its connections open for 40 seconds after the last reply (median of 6 "
		"sessions; in 2 the server's receive window was closed for a time)");
	fixture_destroy(f);
}

static void test_near_miss(void **state)
{
	static const int64_t ms[] = {30000, 1, 2, 40000, 50000};
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c = card_of_holds(f, ms, 5, 25);

	assert_int_equal(c->c.items[ITEM_SENDING_CLOSES_PROMPTLY].state, ITEM_PASS);
	assert_int_equal(c->c.reason_count, 0);
	fixture_destroy(f);
}

/* Four sessions say nothing, nor does a fifth whose end was not seen. */
static void test_unknown(void **state)
{
	static const int64_t ms[] = {60000, 60000, 60000, 60000, -1};
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c = card_of_holds(f, ms, 5, 25);

	assert_int_equal(c->c.items[ITEM_SENDING_CLOSES_PROMPTLY].state, ITEM_UNKNOWN);
	assert_int_equal(c->c.reason_count, 0);
	assert_int_equal(c->c.hold_median_ms, 60000);
	fixture_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_lower_median),
		cmocka_unit_test(test_fires),
		cmocka_unit_test(test_server_blocks),
		cmocka_unit_test(test_near_miss),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
