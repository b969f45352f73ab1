/* SPDX-License-Identifier: Apache-2.0 */
/* Campaigns and their members, from records to cards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

/* One content from many hosts, each with its session. */
static void say_bot(struct fixture *f, int i, bool with_rdns, const char *helo)
{
	nstime at = i * 20 * NS_PER_S;
	char ip[32], name[48];

	snprintf(ip, sizeof(ip), "198.51.%d.7", 100 + i);
	snprintf(name, sizeof(name), "dsl-198-51-%d-7.isp%d.example", 100 + i, i);
	if (with_rdns)
		say_rdns(f, ip, name, at);
	say_message(f, (struct make_message){.client = ip,
			       .time = at + NS_PER_S,
			       .from_domain = "brand.example",
			       .message_id = "<1@brand.example>",
			       .subject = "Parcel",
			       .rcpts_hash = 100 + (uint64_t)i,
			       .digest = 4711});
	say_session(f, (struct make_session){
			       .client = ip, .start = at, .length = 2 * NS_PER_S, .helo = {helo}});
}

static size_t count_type(const struct fixture *f, enum alert_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < f->alert_count; i++)
		n += f->alerts[i].a.type == type && f->alerts[i].a.state == ALERT_OPEN;
	return n;
}

/* A botnet: one campaign alert that owns its members, each of them bot-like. */
static void test_botnet(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;
	const struct said_reason *r;

	for (int i = 0; i < 15; i++)
		say_bot(f, i, true, "user-pc");
	judge_finish(f->j);
	assert_int_equal(count_type(f, ALERT_CAMPAIGN), 1);
	assert_int_equal(count_type(f, ALERT_SOURCE), 0);
	assert_int_equal(f->card_count, 15);
	assert_int_equal(f->message_count, 15);
	for (size_t i = 0; i < f->card_count; i++)
		assert_int_equal(f->cards[i].c.verdict, VERDICT_BOT_LIKE);
	c = card_of(f, "198.51.103.7");
	assert_int_equal(c->c.items[ITEM_CONTENT_NOT_THINLY_SPREAD].state, ITEM_FAIL);
	assert_int_equal(c->c.items[ITEM_IP_CONTENT_ON_FEW_IPS].state, ITEM_FAIL);
	assert_int_equal(c->c.items[ITEM_HOST_NOT_INFECTED].state, ITEM_FAIL);
	r = reason_of(c->reasons, c->c.reason_count, "campaign_botnet");
	assert_non_null(r);
	assert_int_equal(r->db, 30);
	fixture_destroy(f);
}

/* A pool: one provider's servers send a newsletter. */
static void test_pool_is_no_botnet(void **state)
{
	struct fixture *f = fixture_create(NULL);

	for (int i = 0; i < 30; i++) {
		char ip[32], name[48];

		snprintf(ip, sizeof(ip), "203.0.%d.%d", 113 + i % 8, 10 + i);
		snprintf(name, sizeof(name), "out%d.esp.example", i);
		say_rdns(f, ip, name, i * NS_PER_S);
		say_message(f, (struct make_message){.client = ip,
				       .time = i * NS_PER_S + NS_PER_MS,
				       .from_domain = "bounce.esp.example",
				       .header_from_domain = "shop.example",
				       .message_id = "<1@esp.example>",
				       .rcpts_hash = 100 + (uint64_t)i,
				       .digest = 4712});
		say_session(f,
			(struct make_session){.client = ip, .start = i * NS_PER_S, .helo = {name}});
	}
	judge_finish(f->j);
	assert_int_equal(f->alert_count, 0);
	for (size_t i = 0; i < f->card_count; i++) {
		assert_int_equal(f->cards[i].c.verdict, VERDICT_CLEAN);
		assert_int_equal(
			f->cards[i].c.items[ITEM_CONTENT_NOT_THINLY_SPREAD].state, ITEM_PASS);
	}
	fixture_destroy(f);
}

/* Seven hosts are no campaign. */
static void test_near_miss(void **state)
{
	struct fixture *f = fixture_create(NULL);

	for (int i = 0; i < 7; i++)
		say_bot(f, i, true, "user-pc");
	judge_finish(f->j);
	assert_int_equal(count_type(f, ALERT_CAMPAIGN), 0);
	for (size_t i = 0; i < f->card_count; i++)
		assert_int_not_equal(f->cards[i].c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

/* Without DNS the claimed names carry identity: bots with none of their own are found. */
static void test_botnet_without_dns(void **state)
{
	struct judge_config c = {.use_dns = false};
	struct fixture *f = fixture_create(&c);

	for (int i = 0; i < 15; i++)
		say_bot(f, i, false, "user-pc");
	judge_finish(f->j);
	assert_int_equal(count_type(f, ALERT_CAMPAIGN), 1);
	for (size_t i = 0; i < f->card_count; i++)
		assert_int_equal(f->cards[i].c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_botnet),
		cmocka_unit_test(test_pool_is_no_botnet),
		cmocka_unit_test(test_near_miss),
		cmocka_unit_test(test_botnet_without_dns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
