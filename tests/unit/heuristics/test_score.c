/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/score.h"

#define T0 (1000 * NS_PER_HOUR)

static struct check_values defaults;

static struct evidence ev(enum check_param item, nstime time)
{
	return (struct evidence){.item = item, .permille = 1000, .value = 1, .time = time};
}

static void add(struct score *s, enum check_param item, nstime time)
{
	struct evidence e = ev(item, time);

	score_add(s, &e, &defaults);
}

static void test_decay(void **state)
{
	assert_int_equal(score_decay(1200, FAMILY_HELO_BEHAVIOUR, -5), 1200);
	assert_int_equal(score_decay(1200, FAMILY_HELO_BEHAVIOUR, 0), 1200);
	assert_int_equal(score_decay(1200, FAMILY_HELO_BEHAVIOUR, NS_PER_DAY), 600);
	assert_int_equal(score_decay(1200, FAMILY_HELO_BEHAVIOUR, NS_PER_DAY / 2), 848);
	assert_int_equal(score_decay(3000, FAMILY_CONTENT_SPREAD, NS_PER_HOUR), 1500);
	assert_int_equal(score_decay(3000, FAMILY_CONTENT_SPREAD, 16 * NS_PER_HOUR), 0);
}

static void test_decay_only_falls(void **state)
{
	centidb last = 3000;

	for (nstime age = 0; age < 17 * NS_PER_HOUR; age += 7 * NS_PER_S) {
		centidb now = score_decay(3000, FAMILY_CONTENT_SPREAD, age);

		assert_true(now <= last);
		last = now;
	}
	assert_int_equal(last, 0);
}

/* The strongest in full, the second at half, others not at all; the family capped. */
static void test_family(void **state)
{
	struct score s = {0};

	add(&s, PARAM_HELO_SINGLE_LABEL_DB, T0); /* 4 */
	assert_int_equal(score_family(&s, FAMILY_HELO_SYNTAX, T0), 400);
	add(&s, PARAM_HELO_SINGLE_LABEL_DB, T0); /* again: no more */
	assert_int_equal(score_family(&s, FAMILY_HELO_SYNTAX, T0), 400);
	add(&s, PARAM_HELO_LOCALHOST_DB, T0); /* 6 + 4/2 */
	assert_int_equal(score_family(&s, FAMILY_HELO_SYNTAX, T0), 800);
	add(&s, PARAM_HELO_BARE_IP_DB, T0); /* 11 + 6/2 */
	assert_int_equal(score_family(&s, FAMILY_HELO_SYNTAX, T0), 1400);
	add(&s, PARAM_HELO_UNRESOLVED_DB, T0); /* weaker than both */
	assert_int_equal(score_family(&s, FAMILY_HELO_SYNTAX, T0), 1400);
	add(&s, PARAM_HELO_OWN_NAME_DB, T0); /* 15 + 11/2, capped at 15 */
	assert_int_equal(score_family(&s, FAMILY_HELO_SYNTAX, T0), 1500);
	add(&s, PARAM_RDNS_DYNAMIC_DB, T0);
	assert_int_equal(score_sum(&s, T0, SCORE_ALL), 2300);
	assert_int_equal(score_families(&s, T0, SCORE_ALL), 2);
}

static void test_withdraw(void **state)
{
	struct score s = {0};
	struct evidence e = ev(PARAM_CHANGING_DB_1H, T0);

	e.withdrawable = true;
	score_add(&s, &e, &defaults);
	add(&s, PARAM_HELO_RDNS_MISMATCH_DB, T0);
	assert_int_equal(score_sum(&s, T0, SCORE_ALL), 1450);
	assert_int_equal(score_sum(&s, T0, SCORE_PLAIN), 500);
	assert_non_null(score_find(&s, PARAM_CHANGING_DB_1H));
	score_withdraw(&s, PARAM_CHANGING_DB_1H);
	assert_null(score_find(&s, PARAM_CHANGING_DB_1H));
	assert_int_equal(score_sum(&s, T0, SCORE_ALL), 500);
}

static void test_reduced_weight(void **state)
{
	struct evidence e = ev(PARAM_CHANGING_DB_1H, T0);
	struct check_values v = defaults;

	e.decisive = true;
	assert_true(score_decides(&e, &v));
	e.permille = 200; /* submission */
	assert_int_equal(score_weight(&e, &v), 240);
	assert_false(score_decides(&e, &v));
	e.permille = 1000;
	check_values_set(&v, check_setting_get(PARAM_CHANGING_DB_1H), 6);
	assert_true(score_decides(&e, &v)); /* exactly half */
	check_values_set(&v, check_setting_get(PARAM_CHANGING_DB_1H), 5);
	assert_false(score_decides(&e, &v));
}

static void test_falls_below(void **state)
{
	struct score s = {0};
	nstime t;

	add(&s, PARAM_BOTNET_MEMBER_DB, T0); /* 30, half-life 1 h */
	t = score_falls_below(&s, SCORE_ALL, CENTIDB(15), T0);
	assert_in_range(t, T0 + NS_PER_HOUR, T0 + NS_PER_HOUR + 2 * NS_PER_MIN);
	assert_true(score_sum(&s, t, SCORE_ALL) < CENTIDB(15));
	assert_true(score_sum(&s, t - 1, SCORE_ALL) >= CENTIDB(15));
	assert_int_equal(score_falls_below(&s, SCORE_ALL, CENTIDB(31), T0), T0);
	assert_int_equal(score_falls_below(&s, SCORE_ALL, 0, T0), NSTIME_MAX);
}

static void test_rounding(void **state)
{
	assert_int_equal(score_db(1000), 10);
	assert_int_equal(score_db(999), 9);
	assert_int_equal(score_db(0), 0);
	assert_int_equal(score_db(-1), -1);
	assert_int_equal(score_db(-2000), -20);
	assert_int_equal(score_db(-2001), -21);
	assert_int_equal(score_severity(SCORE_HIGH - 1), SEVERITY_MEDIUM);
	assert_int_equal(score_severity(SCORE_HIGH), SEVERITY_HIGH);
	assert_int_equal(score_severity(SCORE_CRITICAL), SEVERITY_CRITICAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decay),
		cmocka_unit_test(test_decay_only_falls),
		cmocka_unit_test(test_family),
		cmocka_unit_test(test_withdraw),
		cmocka_unit_test(test_reduced_weight),
		cmocka_unit_test(test_falls_below),
		cmocka_unit_test(test_rounding),
	};

	check_values_init(&defaults);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
