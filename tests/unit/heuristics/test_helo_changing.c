/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

#define IP "198.51.100.7"

static void greet(struct fixture *f, const char *helo, nstime at)
{
	say_session(f, (struct make_session){.client = IP, .start = at, .helo = {helo}});
}

static const struct said_card *finish(struct fixture *f)
{
	judge_finish(f->j);
	return card_of(f, IP);
}

static enum item_state consistent(const struct said_card *c)
{
	return c->c.items[ITEM_HELO_CONSISTENT].state;
}

/* Names a hundred minutes apart fire by the day, not by the hour; nothing decides. */
static void test_day(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;
	char name[48];

	for (int i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "h%d.a%d.example", i, i);
		greet(f, name, i * 100 * NS_PER_MIN);
	}
	c = finish(f);
	assert_int_equal(f->alert_count, 0);
	assert_int_equal(consistent(c), ITEM_FAIL);
	assert_int_equal(c->c.items[ITEM_HELO_CONSISTENT].value, 6);
	assert_int_equal(c->c.items[ITEM_HELO_CONSISTENT].threshold, 6);
	assert_int_equal(c->reasons[0].db, 8);
	fixture_destroy(f);
}

static void test_five_minutes(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	greet(f, "a.one.example", 0);
	greet(f, "b.two.example", NS_PER_MIN);
	greet(f, "c.three.example", 5 * NS_PER_MIN);
	c = finish(f);
	assert_int_equal(consistent(c), ITEM_FAIL);
	assert_int_equal(c->c.items[ITEM_HELO_CONSISTENT].threshold, 3);
	assert_int_equal(f->alert_count, 0);
	fixture_destroy(f);
}

/* A moment more than five minutes; names that only differ in case or a dot. */
static void test_near_miss(void **state)
{
	struct fixture *f = fixture_create(NULL);

	greet(f, "a.one.example", 0);
	greet(f, "A.One.Example.", NS_PER_MIN);
	greet(f, "b.two.example", 2 * NS_PER_MIN);
	greet(f, "c.three.example", 6 * NS_PER_MIN + NS_PER_MS);
	assert_int_equal(consistent(finish(f)), ITEM_PASS);
	fixture_destroy(f);
}

static void test_unknown(void **state)
{
	struct fixture *f = fixture_create(NULL);

	greet(f, "a.one.example", 0);
	assert_int_equal(consistent(finish(f)), ITEM_UNKNOWN);
	fixture_destroy(f);
}

/* Several names in one session count as several. */
static void test_in_one_session(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_session(f, (struct make_session){
			       .client = IP, .helo = {"a.test", "b.test", "c.test", "d.test"}});
	assert_int_equal(f->alert_count, 1);
	assert_int_equal(finish(f)->c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

/* Names without an org-domain count singly. */
static void test_names_without_org(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_session(f, (struct make_session){
			       .client = IP, .helo = {"192.0.2.1", "192.0.2.2", "pc1", "pc2"}});
	assert_int_equal(consistent(finish(f)), ITEM_FAIL);
	fixture_destroy(f);
}

/* A farm behind one address, under the org-domain of its reverse DNS. */
static void test_dominant_by_rdns(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48];

	say_rdns(f, IP, "nat.farm.example", 0);
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "mta%d.farm.example", i);
		greet(f, name, i * NS_PER_S);
	}
	assert_int_equal(f->alert_count, 0);
	greet(f, "odd.other.example", 20 * NS_PER_S);
	assert_int_equal(consistent(finish(f)), ITEM_PASS);
	fixture_destroy(f);
}

/* The same without facts: flapping, until each name has come back; then taken back. */
static void test_dominant_without_facts(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5; i++) {
			snprintf(name, sizeof(name), "mta%d.farm.example", i);
			greet(f, name, (round * 5 + i) * NS_PER_MIN);
		}
	assert_int_equal(f->alert_count, 2);
	assert_int_equal(f->alerts[1].a.state, ALERT_CLOSE);
	assert_int_equal(f->alerts[1].a.close_reason, ALERT_CLOSE_RETRACTED);
	assert_int_equal(consistent(finish(f)), ITEM_PASS);
	assert_int_equal(card_of(f, IP)->c.verdict, VERDICT_CLEAN);
	fixture_destroy(f);
}

/* Reverse DNS that comes late takes it back too. */
static void test_facts_come_late(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48];

	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "mta%d.farm.example", i);
		greet(f, name, i * NS_PER_MIN);
	}
	assert_int_equal(f->alert_count, 1);
	say_rdns(f, IP, "nat.farm.example", 10 * NS_PER_MIN);
	assert_int_equal(f->alert_count, 2);
	assert_int_equal(f->alerts[1].a.close_reason, ALERT_CLOSE_RETRACTED);
	assert_int_equal(finish(f)->c.verdict, VERDICT_CLEAN);
	fixture_destroy(f);
}

/* A bot's own domain is not dominant when its names are known to lead elsewhere. */
static void test_names_that_lead_elsewhere(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "x%d.bank.example", i);
		say_dns(f, name, DNS_A, "203.0.113.1", 0, i * NS_PER_MIN);
		greet(f, name, i * NS_PER_MIN);
		greet(f, name, i * NS_PER_MIN + NS_PER_S);
	}
	assert_int_equal(finish(f)->c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

/* An office behind NAT: a stable set of names that come back is a pool. */
static void test_nat_pool(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48];

	for (int i = 0; i < 24; i++) {
		snprintf(name, sizeof(name), "srv.office%d.example", i % 5);
		greet(f, name, i * NS_PER_MIN);
	}
	assert_int_equal(f->alerts[f->alert_count - 1].a.state, ALERT_CLOSE);
	assert_int_equal(f->alerts[f->alert_count - 1].a.close_reason, ALERT_CLOSE_RETRACTED);
	assert_int_equal(consistent(finish(f)), ITEM_PASS);
	assert_int_equal(card_of(f, IP)->c.verdict, VERDICT_CLEAN);
	fixture_destroy(f);
}

/* Each name three times in a row, and a new one every time, is no pool. */
static void test_runs_are_no_pool(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48];

	for (int i = 0; i < 15; i++) {
		snprintf(name, sizeof(name), "srv.office%d.example", i / 3);
		greet(f, name, i * NS_PER_MIN);
	}
	assert_int_equal(consistent(finish(f)), ITEM_FAIL);
	assert_int_equal(card_of(f, IP)->c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

/* On submission it weighs a fifth, and decides nothing. */
static void test_submission(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48];

	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "laptop%d.example%d.test", i, i);
		say_session(f, (struct make_session){.client = IP,
				       .port = 587,
				       .start = i * NS_PER_MIN,
				       .helo = {name}});
	}
	assert_int_equal(f->alert_count, 0);
	assert_int_equal(consistent(finish(f)), ITEM_FAIL);
	assert_int_equal(card_of(f, IP)->c.verdict, VERDICT_CLEAN);
	fixture_destroy(f);
}

/* More names than are held: still counted, and no crash. */
static void test_flood_of_names(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;
	char name[48];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "n%d.flood%d.example", i, i);
		greet(f, name, i * NS_PER_S);
	}
	c = finish(f);
	assert_int_equal(c->c.helo_names_total, 300);
	assert_int_equal(c->c.helo_count, 64);
	assert_int_equal(c->c.items[ITEM_HELO_CONSISTENT].value, 64);
	assert_string_equal(c->helo, "n236.flood236.example");
	fixture_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_day),
		cmocka_unit_test(test_five_minutes),
		cmocka_unit_test(test_near_miss),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_in_one_session),
		cmocka_unit_test(test_names_without_org),
		cmocka_unit_test(test_dominant_by_rdns),
		cmocka_unit_test(test_dominant_without_facts),
		cmocka_unit_test(test_facts_come_late),
		cmocka_unit_test(test_names_that_lead_elsewhere),
		cmocka_unit_test(test_nat_pool),
		cmocka_unit_test(test_runs_are_no_pool),
		cmocka_unit_test(test_submission),
		cmocka_unit_test(test_flood_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
