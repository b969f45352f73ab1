/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "output/rule_table.h"

static void test_every_check_has_a_rule(void **state)
{
	static const char *const checks[] = {"helo_syntax", "helo_changing", "helo_shared",
		"helo_rdns", "rdns_class", "content_spread", "synchrony", "hold_time",
		"envelope_from", "message_id", "campaign_botnet", "campaign_snowshoe",
		"campaign_spoofed_brand", "campaign_low_and_slow", "dkim_replay", "proxy_suspected",
		"rogue_egress"};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct rule *r = rule_table_find(checks[i]);

		assert_non_null(r);
		assert_string_equal(r->check, checks[i]);
		assert_true(r->name[0] && r->brief[0]);
	}
	assert_null(rule_table_find("no_such_check"));
	assert_null(rule_table_find(NULL));
}

static void test_subtechniques_are_of_their_technique(void **state)
{
	const struct technique *const *t = rule_table_find("campaign_botnet")->techniques;

	assert_string_equal(t[0]->id, "T1566");
	assert_null(t[0]->sub_id);
	assert_string_equal(t[1]->sub_id, "T1584.005");
	assert_memory_equal(t[1]->sub_id, t[1]->id, strlen(t[1]->id));
	assert_null(rule_table_find("rdns_class")->techniques[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_check_has_a_rule),
		cmocka_unit_test(test_subtechniques_are_of_their_technique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
