/* SPDX-License-Identifier: Apache-2.0 */
/* Checks feed_one_sided and capture_loss: what they say of the tap, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

struct tap {
	struct fixture *f;
	int said; /* sessions */
};

static void say_sessions(struct tap *t, int count, bool client_only, uint64_t lost)
{
	for (; count > 0; count--) {
		char ip[32];

		snprintf(ip, sizeof(ip), "203.0.113.%d", t->said % 250 + 1);
		say_session(t->f, (struct make_session){.client = ip,
					  .start = t->said++ * NS_PER_S,
					  .helo = {"mail.a.example"},
					  .client_only = client_only,
					  .lost = lost});
	}
}

static void expect(struct tap *t, const char *check, int64_t value, int64_t threshold)
{
	const struct said_alert *a = &t->f->alerts[0];

	assert_int_equal(t->f->alert_count, 1);
	assert_int_equal(a->a.type, ALERT_SENSOR);
	assert_int_equal(a->a.state, ALERT_OPEN);
	assert_int_equal(a->a.severity, SEVERITY_LOW);
	assert_false(a->a.has_ip);
	assert_string_equal(a->reasons[0].check, check);
	assert_int_equal(a->reasons[0].value, value);
	assert_int_equal(a->reasons[0].threshold, threshold);
	assert_string_equal(a->reasons[0].unit, "permille");
	t->f->alert_count = 0;
}

/* The hundredth tells; it is said once, and again only after the feed was whole. */
static void test_one_sided(void **state)
{
	struct tap t = {.f = fixture_create(NULL)};

	say_sessions(&t, 99, true, 0);
	assert_int_equal(t.f->alert_count, 0);
	say_sessions(&t, 1, true, 0);
	expect(&t, "feed_one_sided", 0, 100);
	say_sessions(&t, 300, true, 0);
	say_sessions(&t, 20, false, 0);
	say_sessions(&t, 200, true, 0);
	assert_int_equal(t.f->alert_count, 0);
	say_sessions(&t, 100, false, 0);
	say_sessions(&t, 90, true, 0);
	assert_int_equal(t.f->alert_count, 0);
	say_sessions(&t, 1, true, 0);
	expect(&t, "feed_one_sided", 90, 100);
	fixture_destroy(t.f);
}

/* A tenth is enough. */
static void test_one_sided_near_miss(void **state)
{
	struct tap t = {.f = fixture_create(NULL)};

	for (int i = 0; i < 40; i++) {
		say_sessions(&t, 1, false, 0);
		say_sessions(&t, 9, true, 0);
	}
	assert_int_equal(t.f->alert_count, 0);
	fixture_destroy(t.f);
}

/* Of 100 sessions with 200 bytes each: 5 that lost 41 bytes are 10 permille. */
static void test_loss(void **state)
{
	struct tap t = {.f = fixture_create(NULL)};

	say_sessions(&t, 5, false, 41);
	say_sessions(&t, 94, false, 0);
	assert_int_equal(t.f->alert_count, 0);
	say_sessions(&t, 1, false, 0);
	expect(&t, "capture_loss", 10, 10);
	say_sessions(&t, 100, false, 200);
	assert_int_equal(t.f->alert_count, 0); /* said already */
	say_sessions(&t, 100, false, 0);
	say_sessions(&t, 100, false, 200);
	expect(&t, "capture_loss", 500, 10);
	fixture_destroy(t.f);
}

static void test_loss_near_miss(void **state)
{
	struct tap t = {.f = fixture_create(NULL)};

	say_sessions(&t, 4, false, 1000); /* too few sessions */
	say_sessions(&t, 96, false, 0);
	say_sessions(&t, 100, false, 1); /* too few bytes */
	assert_int_equal(t.f->alert_count, 0);
	fixture_destroy(t.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_sided),
		cmocka_unit_test(test_one_sided_near_miss),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_loss_near_miss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
