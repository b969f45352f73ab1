/* SPDX-License-Identifier: Apache-2.0 */
/* The judge as a whole: verdicts, alerts and cards from records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

#define BOT "198.51.100.7"
#define HONEST "203.0.113.9"

/* Ever new names: the alert says which, how fast, and what it does not know. */
static void test_changing_helo_opens(void **state)
{
	static const char *const names[] = {"mail1.example", "user-pc", "smtp.other.example",
		"box.third.example", "fifth.example"};
	struct fixture *f = fixture_create(NULL);
	const struct said_alert *a = &f->alerts[0];
	const struct said_card *c;

	for (int i = 0; i < 3; i++)
		say_session(
			f, (struct make_session){
				   .client = BOT, .start = i * 8 * NS_PER_MIN, .helo = {names[i]}});
	assert_int_equal(f->alert_count, 0);
	for (int i = 3; i < 5; i++)
		say_session(
			f, (struct make_session){
				   .client = BOT, .start = i * 8 * NS_PER_MIN, .helo = {names[i]}});
	assert_int_equal(f->alert_count, 1);
	assert_int_equal(a->a.type, ALERT_SOURCE);
	assert_int_equal(a->a.state, ALERT_OPEN);
	assert_int_equal(a->a.severity, SEVERITY_MEDIUM);
	assert_int_equal(a->a.exemplar_count, 2); /* user-pc was evidence before */
	assert_string_equal(a->reasons[0].check, "helo_changing");
	assert_int_equal(a->reasons[0].db, 12);
	assert_int_equal(a->reasons[0].value, 4);
	assert_int_equal(a->reasons[0].threshold, 4);
	assert_string_equal(a->reasons[0].unit, "count");
	assert_string_equal(a->reasons[0].text,
		"greeted with 4 different names in 24 minutes (mail1.example, user-pc, "
		"smtp.other.example, ...)");
	assert_string_equal(a->unknown, "reverse DNS not seen: no DNS answers on this tap");
	judge_finish(f->j);
	assert_int_equal(f->alert_count, 1); /* no close is invented */
	c = card_of(f, BOT);
	assert_int_equal(c->c.verdict, VERDICT_BOT_LIKE);
	assert_int_equal(c->c.items[ITEM_HELO_CONSISTENT].state, ITEM_FAIL);
	assert_int_equal(c->c.items[ITEM_HELO_CONSISTENT].value, 5);
	assert_int_equal(c->c.helo_count, 5);
	fixture_destroy(f);
}

/* An hour after it last fired S decides: it is far below, so the alert sinks, cools, closes. */
static void test_alert_decays(void **state)
{
	struct fixture *f = fixture_create(NULL);
	static const char *const names[] = {"a.example", "b.test", "c.test", "d.test"};

	for (int i = 0; i < 4; i++)
		say_session(f, (struct make_session){
				       .client = BOT, .start = i * NS_PER_S, .helo = {names[i]}});
	assert_int_equal(f->alert_count, 1);
	judge_advance(f->j, MAKE_T0 + 3 * NS_PER_HOUR);
	assert_int_equal(f->alert_count, 2);
	assert_int_equal(f->alerts[1].a.state, ALERT_CLOSE);
	assert_int_equal(f->alerts[1].a.close_reason, ALERT_CLOSE_DECAYED);
	assert_int_equal(f->alerts[1].a.time, MAKE_T0 + 4 * NS_PER_S + 150 * NS_PER_MIN);
	judge_finish(f->j);
	assert_int_equal(card_of(f, BOT)->c.verdict, VERDICT_BOT_LIKE); /* the peak stands */
	fixture_destroy(f);
}

/* Two families of evidence add up, and open an alert once it is confirmed. */
static void test_score_opens(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_rdns(f, BOT, NULL, 0);
	for (int i = 0; i < 8; i++)
		say_session(f, (struct make_session){.client = BOT,
				       .start = i * NS_PER_MIN,
				       .hold_ms = 60000,
				       .helo = {i % 2 ? "ylmf-pc" : "localhost"}});
	judge_finish(f->j);
	assert_int_equal(f->alerts[0].a.state, ALERT_OPEN);
	assert_int_equal(card_of(f, BOT)->c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

/* A decent server: a host name that is its confirmed reverse DNS, prompt ends. */
static void test_clean(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	say_rdns(f, HONEST, "mail.honest.example", 0);
	for (int i = 0; i < 6; i++) {
		say_session(f, (struct make_session){.client = HONEST,
				       .start = i * NS_PER_MIN,
				       .hold_ms = 12,
				       .helo = {"mail.honest.example"}});
		say_message(f, (struct make_message){.client = HONEST,
				       .time = i * NS_PER_MIN + 2 * NS_PER_S,
				       .from_domain = "honest.example",
				       .message_id = "<1@honest.example>",
				       .digest = 1000 + (uint64_t)i});
	}
	judge_finish(f->j);
	assert_int_equal(f->alert_count, 0);
	c = card_of(f, HONEST);
	assert_int_equal(c->c.verdict, VERDICT_CLEAN);
	assert_int_equal(c->c.score_db, -30);
	assert_int_equal(c->c.sessions, 6);
	assert_int_equal(c->c.messages, 6);
	assert_string_equal(c->helo, "mail.honest.example");
	assert_string_equal(c->helo_class, "fqdn");
	assert_string_equal(c->c.rdns_class, "named");
	assert_int_equal(c->c.items[ITEM_HELO_CONSISTENT].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_HELO_FQDN].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_HELO_NOT_BARE_IP].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_HELO_MATCHES_RDNS].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_IP_HAS_RDNS].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_IP_RDNS_NOT_DYNAMIC].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_SENDING_CLOSES_PROMPTLY].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_HEADER_MESSAGE_ID].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_HEADER_ENVELOPE_FROM_CONSISTENT].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_HEADER_ENVELOPE_FROM_LIKE_RDNS].state, ITEM_PASS);
	assert_int_equal(c->c.items[ITEM_AUTH_PRESENT].state, ITEM_UNKNOWN);
	assert_int_equal(c->c.items[ITEM_HOST_NOT_INFECTED].state, ITEM_UNKNOWN);
	for (int i = 0; i < ITEM_COUNT; i++)
		if (c->c.items[i].state == ITEM_UNKNOWN)
			assert_non_null(c->c.items[i].why);
		else
			assert_non_null(c->c.items[i].unit);
	fixture_destroy(f);
}

static void test_cards_are_sorted(void **state)
{
	static const char *const ips[] = {
		"2001:db8::9", "203.0.113.9", "2001:db8::1:9", "198.51.100.10", "198.51.100.9"};
	static const char *const sorted[] = {
		"198.51.100.9", "198.51.100.10", "203.0.113.9", "2001:db8::9"};
	struct fixture *f = fixture_create(NULL);
	struct addr net = make_addr("2001:db8::");

	for (int i = 0; i < 5; i++)
		say_session(f,
			(struct make_session){.client = ips[i], .start = i, .helo = {"a.example"}});
	judge_finish(f->j);
	assert_int_equal(f->card_count, 4); /* two of one /64 */
	for (int i = 0; i < 4; i++) {
		struct addr want = make_addr(sorted[i]);

		assert_true(addr_eq(&f->cards[i].c.ip, &want));
	}
	assert_true(addr_eq(&f->cards[3].c.network, &net));
	assert_int_equal(f->cards[3].c.sessions, 2);
	fixture_destroy(f);
}

/* Live a card comes after an hour of quiet, and again after the next. */
static void test_live_cards(void **state)
{
	struct judge_config c = {.live = true, .use_dns = true};
	struct fixture *f = fixture_create(&c);

	say_session(f, (struct make_session){.client = BOT, .helo = {"a.example"}});
	say_session(f, (struct make_session){
			       .client = HONEST, .start = 30 * NS_PER_MIN, .helo = {"b.example"}});
	say_session(f, (struct make_session){
			       .client = BOT, .start = 40 * NS_PER_MIN, .helo = {"a.example"}});
	judge_advance(f->j, MAKE_T0 + 89 * NS_PER_MIN);
	assert_int_equal(f->card_count, 0);
	judge_advance(f->j, MAKE_T0 + 95 * NS_PER_MIN);
	assert_int_equal(f->card_count, 1);
	judge_advance(f->j, MAKE_T0 + 6 * NS_PER_HOUR);
	assert_int_equal(f->card_count, 2);
	assert_int_equal(card_of(f, BOT)->c.sessions, 2);
	say_session(f, (struct make_session){
			       .client = BOT, .start = 7 * NS_PER_HOUR, .helo = {"a.example"}});
	judge_finish(f->j);
	assert_int_equal(f->card_count, 3); /* the other's is out already */
	assert_int_equal(card_of(f, BOT)->c.revision, 1);
	assert_int_equal(card_of(f, BOT)->c.sessions, 3);
	fixture_destroy(f);
}

/* A verdict that changes after the card is out is told at once. */
static void test_live_verdict_changes(void **state)
{
	struct judge_config c = {.live = true, .use_dns = true};
	struct fixture *f = fixture_create(&c);

	say_session(f, (struct make_session){.client = BOT, .helo = {"[10.0.0.1]"}});
	say_session(f, (struct make_session){
			       .client = HONEST, .start = NS_PER_S, .helo = {"mail.a.example"}});
	judge_advance(f->j, MAKE_T0 + 2 * NS_PER_HOUR);
	assert_int_equal(f->card_count, 2);
	assert_int_equal(card_of(f, BOT)->c.verdict, VERDICT_SUSPECT);
	say_rdns(f, HONEST, "mail.a.example", 2 * NS_PER_HOUR); /* changes nothing */
	say_rdns(f, BOT, NULL, 3 * NS_PER_HOUR);
	assert_int_equal(f->card_count, 3);
	assert_int_equal(card_of(f, BOT)->c.verdict, VERDICT_BOT_LIKE);
	assert_int_equal(card_of(f, BOT)->c.revision, 1);
	judge_finish(f->j);
	assert_int_equal(f->card_count, 3);
	fixture_destroy(f);
}

/* More sources than there is room for: each has its card when it goes, or at the end. */
static void test_eviction(void **state)
{
	struct judge_config c = {.memory = 7 << 17};
	struct fixture *f = fixture_create(&c);
	char ip[32];
	struct judge_stats st;

	for (int i = 0; i < 480; i++) {
		snprintf(ip, sizeof(ip), "198.51.%d.%d", i / 200, 1 + i % 200);
		say_session(f, (struct make_session){.client = ip,
				       .start = i * NS_PER_MS,
				       .helo = {i < 4 ? "192.0.2.1" : "mail.a.example"}});
	}
	assert_true(f->card_count > 0);
	st = judge_get_stats(f->j);
	assert_int_equal(st.sources_evicted, f->card_count);
	judge_finish(f->j);
	assert_int_equal(f->card_count, 480);
	assert_int_equal(card_of(f, "198.51.0.1")->c.verdict, VERDICT_SUSPECT);
	fixture_destroy(f);
}

/* A flow that no ACK proves is no evidence, where others show both directions. */
static void test_unproven_flows(void **state)
{
	static const char *const names[] = {"a.example", "b.test", "c.test", "d.test", "e.test"};
	struct fixture *f = fixture_create(NULL);

	say_session(f, (struct make_session){.client = HONEST, .helo = {"a.example"}});
	for (int i = 0; i < 5; i++)
		say_session(f, (struct make_session){.client = BOT,
				       .start = i * NS_PER_S,
				       .helo = {names[i]},
				       .unproven = true});
	judge_finish(f->j);
	assert_int_equal(f->alert_count, 0);
	assert_int_equal(card_of(f, BOT)->c.verdict, VERDICT_CLEAN);
	assert_int_equal(card_of(f, BOT)->c.sessions, 5);
	assert_int_equal(card_of(f, BOT)->c.items[ITEM_HELO_FQDN].state, ITEM_UNKNOWN);
	fixture_destroy(f);
}

/* A one-sided feed: taken as it is, and never decisive. */
static void test_one_sided_feed(void **state)
{
	static const char *const names[] = {"a.example", "b.test", "c.test", "d.test", "e.test"};
	struct fixture *f = fixture_create(NULL);

	for (int i = 0; i < 5; i++)
		say_session(f, (struct make_session){.client = BOT,
				       .start = i * NS_PER_S,
				       .helo = {names[i]},
				       .client_only = true});
	judge_finish(f->j);
	assert_int_equal(f->alert_count, 0);
	assert_int_equal(card_of(f, BOT)->c.items[ITEM_HELO_CONSISTENT].state, ITEM_FAIL);
	assert_int_not_equal(card_of(f, BOT)->c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

/* Two runs say the same, whatever the seed of the tables. */
static void test_seed_changes_nothing(void **state)
{
	struct judge_config c = {.use_dns = true, .seed = 1};
	struct fixture *a = fixture_create(&c), *b;

	c.seed = 99;
	b = fixture_create(&c);
	for (int i = 0; i < 200; i++) {
		char ip[20], helo[30];
		struct make_session s = {.client = ip, .start = i * NS_PER_S, .helo = {helo}};

		snprintf(ip, sizeof(ip), "198.51.100.%d", i % 20);
		snprintf(helo, sizeof(helo), "h%d.example%d.test", i % 7, i % 3);
		say_session(a, s);
		say_session(b, s);
	}
	judge_finish(a->j);
	judge_finish(b->j);
	assert_true(a->alert_count > 0);
	assert_int_equal(a->alert_count, b->alert_count);
	for (size_t i = 0; i < a->alert_count; i++) {
		assert_memory_equal(a->alerts[i].a.id, b->alerts[i].a.id, 16);
		assert_string_equal(a->alerts[i].reasons[0].text, b->alerts[i].reasons[0].text);
	}
	fixture_destroy(a);
	fixture_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changing_helo_opens),
		cmocka_unit_test(test_alert_decays),
		cmocka_unit_test(test_score_opens),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_cards_are_sorted),
		cmocka_unit_test(test_live_cards),
		cmocka_unit_test(test_live_verdict_changes),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_unproven_flows),
		cmocka_unit_test(test_one_sided_feed),
		cmocka_unit_test(test_seed_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
