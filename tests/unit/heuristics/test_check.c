/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heuristics/check.h"

/* The names that outside tools rely on (contract 10). */
static const char *const fixed_ids[] = {"helo_syntax", "helo_changing", "helo_shared", "helo_rdns",
	"rdns_class", "content_spread", "synchrony", "hold_time", "envelope_from", "message_id",
	"campaign_botnet", "campaign_snowshoe", "campaign_spoofed_brand", "campaign_low_and_slow",
	"dkim_replay", "proxy_suspected"};

static void test_ids(void **state)
{
	for (size_t i = 0; i < sizeof(fixed_ids) / sizeof(*fixed_ids); i++)
		assert_non_null(check_find(span_str(fixed_ids[i])));
	for (int i = 0; i < CHECK_COUNT; i++) {
		const char *id = check_get(i)->id;

		assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(id));
		assert_ptr_equal(check_find(span_str(id)), check_get(i));
	}
	assert_null(check_find(span_str("helo")));
	assert_null(check_find(span_str("")));
}

static void test_rows_are_whole(void **state)
{
	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct check *c = check_get(i);

		assert_true(c->unit && c->title && c->measure && c->fires);
		assert_true(c->false_positives && c->advice && c->sources);
		assert_true(strlen(c->title) <= 52);
	}
	for (int i = 0; i < ITEM_COUNT; i++)
		assert_non_null(check_item_name(i));
	assert_string_equal(
		check_item_name(ITEM_SENDING_CLOSES_PROMPTLY), "sending.closes_promptly");
	assert_int_equal(check_family_cap(FAMILY_CONTENT_SPREAD), 30);
}

static void test_settings(void **state)
{
	struct check_values v;
	const struct check_setting *s;

	check_values_init(&v);
	for (int p = 0; p < PARAM_COUNT; p++) {
		s = check_setting_get(p);
		assert_non_null(s->name);
		assert_true(s->min <= s->value && s->value <= s->max);
		assert_ptr_equal(
			check_setting_find(span_str(check_get(s->check)->id), span_str(s->name)),
			s);
		assert_int_equal(v.v[p], s->value);
	}
	s = check_setting_find(span_str("hold_time"), span_str("median_ms"));
	assert_int_equal(check_values_set(&v, s, 45000), 1);
	assert_int_equal(v.v[PARAM_HOLD_MEDIAN_MS], 45000);
	assert_int_equal(check_values_set(&v, s, 999), -1);
	assert_int_equal(check_values_set(&v, s, 3600001), -1);
	assert_int_equal(v.v[PARAM_HOLD_MEDIAN_MS], 45000);
	assert_null(check_setting_find(span_str("hold_time"), span_str("median")));
	assert_null(check_setting_find(span_str("hold"), span_str("median_ms")));
}

static void test_explain(void **state)
{
	for (int i = 0; i < CHECK_COUNT; i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);

		check_explain(f, check_get(i));
		fclose(f);
		assert_non_null(strstr(text, check_get(i)->id));
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			assert_true(strlen(line) <= 79);
		free(text);
	}
}

static void test_list(void **state)
{
	char *text = NULL;
	size_t len = 0, lines = 0;
	FILE *f = open_memstream(&text, &len);

	check_list(f);
	fclose(f);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	assert_int_equal(lines, CHECK_COUNT);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_rows_are_whole),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
