/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/pattern.h"

static struct check_values defaults(void)
{
	struct check_values v;

	check_values_init(&v);
	return v;
}

/* The same in both windows. */
static struct pattern_match find(const struct pattern_measure *m)
{
	const struct pattern_measure both[PATTERN_WINDOWS] = {*m, *m};
	struct check_values v = defaults();

	return pattern_find(both, &v, 0);
}

static struct pattern_measure botnet(void)
{
	return (struct pattern_measure){
		.messages = 10, .ips = 8, .nets = 6, .median = 5, .most = 9, .none = 7, .held = 10};
}

static struct pattern_measure snowshoe(void)
{
	return (struct pattern_measure){.messages = 20,
		.ips = 10,
		.nets = 4,
		.median = 2,
		.most = 3,
		.identities = 5,
		.largest = 9,
		.age = NS_PER_DAY - 1,
		.held = 20};
}

static struct pattern_measure brand(void)
{
	return (struct pattern_measure){.messages = 10,
		.ips = 5,
		.nets = 4,
		.median = 2,
		.most = 2,
		.none = 5,
		.held = 10,
		.brand = 8,
		.dmarc_fail = 8};
}

static struct pattern_measure slow(void)
{
	return (struct pattern_measure){.messages = 30,
		.ips = 20,
		.nets = 6,
		.median = 1,
		.most = 3,
		.identities = 10,
		.largest = 3,
		.none = 10,
		.age = 2 * NS_PER_DAY,
		.held = 30};
}

static void assert_pattern(const struct pattern_measure *m, const char *name)
{
	struct pattern_match r = find(m);

	if (!name) {
		assert_int_equal(r.level, PATTERN_NOTHING);
		return;
	}
	assert_int_equal(r.level, PATTERN_FULL);
	assert_string_equal(pattern_name(r.pattern), name);
}

/* `change` is the near miss: with it the pattern does not match, without it it does. */
#define NEAR_MISS(make, pattern, change)              \
	do {                                          \
		struct pattern_measure near = make(); \
		assert_pattern(&near, pattern);       \
		near.change;                          \
		assert_pattern(&near, NULL);          \
	} while (0)

static void test_botnet(void **state)
{
	struct pattern_measure m = botnet();
	(void)state;

	NEAR_MISS(botnet, "botnet", ips = 7);
	NEAR_MISS(botnet, "botnet", nets = 5);
	NEAR_MISS(botnet, "botnet", median = 6);
	NEAR_MISS(botnet, "botnet", none = 6);
	m.none = 0;
	m.bad_host = 7;
	assert_pattern(&m, "botnet");
}

static void test_snowshoe(void **state)
{
	struct pattern_measure m = snowshoe();
	(void)state;

	NEAR_MISS(snowshoe, "snowshoe", ips = 9);
	NEAR_MISS(snowshoe, "snowshoe", nets = 3);
	NEAR_MISS(snowshoe, "snowshoe", median = 6);
	NEAR_MISS(snowshoe, "snowshoe", identities = 4);
	NEAR_MISS(snowshoe, "snowshoe", largest = 10);
	NEAR_MISS(snowshoe, "snowshoe", none = 14);
	NEAR_MISS(snowshoe, "snowshoe", age = NS_PER_DAY);
	m.ips = m.block_ips = 8;
	m.nets = 1;
	assert_pattern(&m, "snowshoe");
	m.block_ips = 7;
	assert_pattern(&m, NULL);
}

static void test_spoofed_brand(void **state)
{
	(void)state;

	NEAR_MISS(brand, "spoofed_brand", ips = 4);
	NEAR_MISS(brand, "spoofed_brand", nets = 3);
	NEAR_MISS(brand, "spoofed_brand", brand = 7);
	NEAR_MISS(brand, "spoofed_brand", dmarc_fail = 7);
	NEAR_MISS(brand, "spoofed_brand", none = 4);
}

static void test_low_and_slow(void **state)
{
	struct pattern_measure m = slow(), hour[PATTERN_WINDOWS] = {slow(), {.ips = 0}};
	struct check_values v = defaults();
	(void)state;

	NEAR_MISS(slow, "low_and_slow", ips = 19);
	NEAR_MISS(slow, "low_and_slow", nets = 5);
	NEAR_MISS(slow, "low_and_slow", most = 4);
	NEAR_MISS(slow, "low_and_slow", identities = 9);
	m.identities = 9;
	m.none = 21;
	m.median = 6;
	m.most = 3;
	assert_pattern(&m, "low_and_slow");
	/* Never over an hour. */
	assert_int_equal(pattern_find(hour, &v, 0).level, PATTERN_NOTHING);
}

static void test_order_and_windows(void **state)
{
	struct pattern_measure m[PATTERN_WINDOWS] = {snowshoe(), botnet()};
	struct check_values v = defaults();
	struct pattern_match r = pattern_find(m, &v, 0);
	(void)state;

	assert_int_equal(r.pattern, CHECK_CAMPAIGN_BOTNET);
	assert_int_equal(r.window, PATTERN_WINDOW_24H);
	m[PATTERN_WINDOW_24H].ips = 7;
	r = pattern_find(m, &v, 0);
	assert_int_equal(r.pattern, CHECK_CAMPAIGN_SNOWSHOE);
	assert_int_equal(r.window, PATTERN_WINDOW_1H);
	assert_int_equal(pattern_find(m, &v, 11).level, PATTERN_NOTHING);
	assert_true(pattern_holds(CHECK_CAMPAIGN_SNOWSHOE, &m[PATTERN_WINDOW_1H], &v));
	assert_false(pattern_holds(CHECK_CAMPAIGN_BOTNET, &m[PATTERN_WINDOW_1H], &v));
}

/* Each site under its own name, in its own network. */
static void test_independent(void **state)
{
	struct pattern_measure m = snowshoe();
	(void)state;

	m.identities = m.nets = 8;
	m.none = 6;
	assert_int_equal(find(&m).level, PATTERN_LOW);
	assert_true(find(&m).independent);
	m.notices = 18;
	assert_int_equal(find(&m).level, PATTERN_NOTHING);
	assert_int_equal(find(&m).pattern, CHECK_CAMPAIGN_SNOWSHOE);
	m.notices = 17;
	assert_int_equal(find(&m).level, PATTERN_LOW);
	m.shared_reply = 16;
	assert_int_equal(find(&m).level, PATTERN_FULL);
	m.shared_reply = 15;
	assert_int_equal(find(&m).level, PATTERN_LOW);
	m.none = 7;
	assert_int_equal(find(&m).level, PATTERN_FULL);
	m.none = 6;
	m.nets = 7;
	assert_int_equal(find(&m).level, PATTERN_FULL);
}

/* An excuse in one window does not hide what the other shows. */
static void test_excuse_in_one_window(void **state)
{
	struct pattern_measure m[PATTERN_WINDOWS] = {snowshoe(), snowshoe()};
	struct check_values v = defaults();
	struct pattern_match r;
	(void)state;

	m[PATTERN_WINDOW_1H].identities = m[PATTERN_WINDOW_1H].nets = 10;
	r = pattern_find(m, &v, 0);
	assert_int_equal(r.level, PATTERN_FULL);
	assert_int_equal(r.window, PATTERN_WINDOW_24H);
}

static void test_background(void **state)
{
	struct pattern_measure m = botnet();
	(void)state;

	m.veterans = 4;
	assert_int_equal(find(&m).level, PATTERN_NOTHING);
	assert_true(find(&m).background);
	m.veterans = 3;
	assert_int_equal(find(&m).level, PATTERN_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_botnet),
		cmocka_unit_test(test_snowshoe),
		cmocka_unit_test(test_spoofed_brand),
		cmocka_unit_test(test_low_and_slow),
		cmocka_unit_test(test_order_and_windows),
		cmocka_unit_test(test_independent),
		cmocka_unit_test(test_excuse_in_one_window),
		cmocka_unit_test(test_background),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
