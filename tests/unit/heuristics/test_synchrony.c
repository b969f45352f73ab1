/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/synchrony.h"

static struct check_values defaults(void)
{
	struct check_values v;

	check_values_init(&v);
	return v;
}

/* `count` addresses of networks of their own, `apart` from each other. */
static size_t spread(struct synchrony_start *s, uint32_t count, nstime apart)
{
	for (uint32_t i = 0; i < count; i++)
		s[i] = (struct synchrony_start){
			.time = (count - i) * apart, .host = i + 1, .net = i + 1, .item = i};
	return count;
}

static void test_window(void **state)
{
	struct check_values v = defaults();
	struct synchrony_start s[16];
	struct synchrony r;
	(void)state;

	r = synchrony_scan(s, spread(s, 5, 15 * NS_PER_S), NS_PER_HOUR, &v);
	assert_true(r.fired);
	assert_false(r.by_pairs);
	assert_int_equal(r.value, 5);
	assert_int_equal(r.threshold, 5);
	r = synchrony_scan(s, spread(s, 5, 15 * NS_PER_S + 1), NS_PER_HOUR, &v);
	assert_false(r.fired);
	r = synchrony_scan(s, spread(s, 4, NS_PER_S * 5), NS_PER_HOUR, &v);
	assert_false(r.fired);
	assert_int_equal(r.value, 4);
}

static void test_networks(void **state)
{
	struct check_values v = defaults();
	struct synchrony_start s[16];
	(void)state;

	spread(s, 8, 5 * NS_PER_S);
	for (int i = 0; i < 8; i++)
		s[i].net = (uint32_t)i % 3;
	assert_false(synchrony_scan(s, 8, NS_PER_HOUR, &v).fired);
}

/* One address that starts often is one. */
static void test_one_host_is_one(void **state)
{
	struct check_values v = defaults();
	struct synchrony_start s[64];
	(void)state;

	for (uint32_t i = 0; i < 64; i++)
		s[i] = (struct synchrony_start){
			.time = i * NS_PER_S / 10, .host = i % 4, .net = i % 4};
	assert_false(synchrony_scan(s, 64, NS_PER_HOUR, &v).fired);
}

/* Five a minute are nothing special where eighty an hour are the rule. */
static void test_chance(void **state)
{
	struct check_values v = defaults();
	struct synchrony_start s[128];
	size_t n = 0;
	(void)state;

	for (uint32_t i = 0; i < 80; i++)
		s[n++] = (struct synchrony_start){
			.time = i * 45 * NS_PER_S, .host = 100 + i % 50, .net = i % 50};
	for (uint32_t i = 0; i < 4; i++)
		s[n++] = (struct synchrony_start){
			.time = 450 * NS_PER_S + i * 5 * NS_PER_S, .host = i, .net = 200 + i};
	assert_false(synchrony_scan(s, n, NS_PER_HOUR, &v).fired);
	assert_true(synchrony_scan(s, n, 8 * NS_PER_HOUR, &v).fired);
}

static size_t pairs(struct synchrony_start *s, uint32_t count, nstime apart)
{
	for (uint32_t i = 0; i < count; i++) {
		nstime t = i * 10 * NS_PER_MIN;

		s[2 * i] =
			(struct synchrony_start){.time = t, .host = 2 * i, .net = i, .item = 2 * i};
		s[2 * i + 1] = (struct synchrony_start){
			.time = t + apart, .host = 2 * i + 1, .net = i, .item = 2 * i + 1};
	}
	return 2 * count;
}

static void test_pairs(void **state)
{
	struct check_values v = defaults();
	struct synchrony_start s[16];
	struct synchrony r = synchrony_scan(s, pairs(s, 3, 2 * NS_PER_S), NS_PER_HOUR, &v);
	(void)state;

	assert_true(r.fired);
	assert_true(r.by_pairs);
	assert_int_equal(r.value, 3);
	assert_int_equal(r.threshold, 3);
	for (int i = 0; i < 6; i++)
		assert_true(s[i].together);
	assert_false(synchrony_scan(s, pairs(s, 3, 2 * NS_PER_S + 1), NS_PER_HOUR, &v).fired);
	assert_false(synchrony_scan(s, pairs(s, 2, NS_PER_S), NS_PER_HOUR, &v).fired);
	/* The same two over and over are one pair. */
	pairs(s, 4, NS_PER_S);
	for (int i = 0; i < 8; i++)
		s[i].host = (uint32_t)i % 2;
	assert_false(synchrony_scan(s, 8, NS_PER_HOUR, &v).fired);
}

static void test_who_was_together(void **state)
{
	struct check_values v = defaults();
	struct synchrony_start s[16];
	size_t n = spread(s, 6, NS_PER_S), together = 0;
	(void)state;

	s[n++] = (struct synchrony_start){.time = NS_PER_HOUR, .host = 50, .net = 50, .item = 6};
	assert_true(synchrony_scan(s, n, 2 * NS_PER_HOUR, &v).fired);
	for (size_t i = 0; i < n; i++) {
		together += s[i].together;
		assert_int_equal(s[i].together, s[i].item != 6);
	}
	assert_int_equal(together, 6);
	assert_false(synchrony_scan(s, 0, NS_PER_HOUR, &v).fired);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_one_host_is_one),
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_who_was_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
