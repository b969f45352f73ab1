/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

#define BOT "198.51.100.7"

static void greet(struct fixture *f, const char *helo, int times, uint16_t port)
{
	for (int i = 0; i < times; i++)
		say_session(f, (struct make_session){.client = BOT,
				       .port = port,
				       .start = i * NS_PER_MIN,
				       .helo = {helo}});
}

static const struct said_card *finish(struct fixture *f)
{
	judge_finish(f->j);
	return card_of(f, BOT);
}

/* A bare address in three sessions: at least suspect; with a dynamic host it decides. */
static void test_fires(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	say_rdns(f, BOT, "dsl-198-51-100-7.isp.example", 0);
	greet(f, BOT, 3, 25);
	assert_int_equal(f->alert_count, 1);
	assert_int_equal(f->alerts[0].a.severity, SEVERITY_MEDIUM);
	c = finish(f);
	assert_int_equal(c->c.verdict, VERDICT_BOT_LIKE);
	assert_string_equal(c->reasons[0].check, "helo_syntax");
	assert_int_equal(c->reasons[0].db, 11);
	assert_int_equal(c->reasons[0].value, 3);
	assert_string_equal(
		c->reasons[0].text, "greeted with a bare IP address, 198.51.100.7, in 3 sessions");
	assert_int_equal(c->c.items[ITEM_HELO_NOT_BARE_IP].state, ITEM_FAIL);
	assert_int_equal(c->c.items[ITEM_HELO_FQDN].state, ITEM_FAIL);
	assert_int_equal(c->c.items[ITEM_HELO_FQDN].value, 1);
	fixture_destroy(f);
}

/* The same host once is enough where the greeting is of the worst, not for a localhost. */
static void test_decides_by_class(void **state)
{
	static const struct {
		const char *helo;
		int times;
		enum verdict verdict;
	} rows[] = {
		{"mx.example.net", 1, VERDICT_BOT_LIKE}, /* the server's own name */
		{"[192.168.1.5]", 1, VERDICT_BOT_LIKE},
		{"ylmf-pc", 1, VERDICT_BOT_LIKE},
		{"localhost", 1, VERDICT_SUSPECT},
		{"localhost", 2, VERDICT_SUSPECT},
		{"localhost", 3, VERDICT_BOT_LIKE},
		{"a b", 2, VERDICT_SUSPECT},
		{"a b", 3, VERDICT_BOT_LIKE},
		{"mailserver", 5, VERDICT_CLEAN}, /* adds decibans, and no more */
		{"", 5, VERDICT_CLEAN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *f = fixture_create(NULL);

		say_rdns(f, BOT, NULL, 0);
		greet(f, rows[i].helo, rows[i].times, 25);
		assert_int_equal(finish(f)->c.verdict, rows[i].verdict);
		fixture_destroy(f);
	}
}

/* A named host, or one whose reverse DNS is unknown: suspect, and no alert. */
static void test_near_miss(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_rdns(f, BOT, "mail.office.example", 0);
	greet(f, "[192.168.1.5]", 3, 25);
	assert_int_equal(finish(f)->c.verdict, VERDICT_SUSPECT);
	assert_int_equal(f->alert_count, 0);
	fixture_destroy(f);
}

static void test_unknown_rdns(void **state)
{
	struct fixture *f = fixture_create(NULL);

	greet(f, "[192.168.1.5]", 3, 25);
	assert_int_equal(finish(f)->c.verdict, VERDICT_SUSPECT);
	assert_int_equal(f->alert_count, 0);
	fixture_destroy(f);
}

/* Fewer than all of a few sessions, or of three and more less than three: no floor. */
static void test_floor(void **state)
{
	struct fixture *f = fixture_create(NULL);

	greet(f, "localhost", 2, 25);
	say_session(f, (struct make_session){
			       .client = BOT, .start = NS_PER_HOUR, .helo = {"mail.a.example"}});
	assert_int_equal(finish(f)->c.verdict, VERDICT_CLEAN);
	fixture_destroy(f);
}

/* What decided is taken back when a decent greeting shows that not every one is bad. */
static void test_retracted(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_rdns(f, BOT, NULL, 0);
	greet(f, "[192.168.1.5]", 1, 25);
	assert_int_equal(f->alert_count, 1);
	say_session(f, (struct make_session){
			       .client = BOT, .start = NS_PER_MIN, .helo = {"mail.a.example"}});
	assert_int_equal(f->alert_count, 2);
	assert_int_equal(f->alerts[1].a.close_reason, ALERT_CLOSE_RETRACTED);
	assert_int_not_equal(finish(f)->c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

/* On submission a laptop may call itself what it likes. */
static void test_submission(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	say_rdns(f, BOT, "dsl-198-51-100-7.isp.example", 0);
	greet(f, "[192.168.1.5]", 5, 587);
	c = finish(f);
	assert_int_equal(f->alert_count, 0);
	assert_int_equal(c->c.verdict, VERDICT_CLEAN);
	assert_string_equal(c->c.role, "submission");
	assert_int_equal(c->reasons[0].db, 2);
	fixture_destroy(f);
}

/* Who authenticated shows an identity. */
static void test_authenticated(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_rdns(f, BOT, NULL, 0);
	greet(f, "[192.168.1.5]", 1, 25);
	say_session(f, (struct make_session){.client = BOT,
			       .start = NS_PER_MIN,
			       .helo = {"[192.168.1.5]"},
			       .auth = AUTH_SUCCESS});
	assert_int_equal(f->alerts[f->alert_count - 1].a.close_reason, ALERT_CLOSE_RETRACTED);
	assert_int_not_equal(finish(f)->c.verdict, VERDICT_BOT_LIKE);
	fixture_destroy(f);
}

/* A name that DNS was seen not to know, also when the answer comes after the session. */
static void test_unresolved(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	greet(f, "mail.nowhere.example", 1, 25);
	say_dns(f, "mail.nowhere.example", DNS_A, NULL, 3, NS_PER_MIN);
	c = finish(f);
	assert_string_equal(c->helo_class, "unresolved_fqdn");
	assert_non_null(reason_of(c->reasons, c->c.reason_count, "helo_syntax"));
	fixture_destroy(f);
}

/* A weight of nothing turns an item off. */
static void test_configured(void **state)
{
	struct check_override o = {"helo_syntax", "literal_db", 0};
	struct judge_config c = {.use_dns = true, .overrides = &o, .override_count = 1};
	struct fixture *f = fixture_create(&c);

	say_rdns(f, BOT, NULL, 0);
	greet(f, "[192.168.1.5]", 3, 25);
	assert_int_equal(finish(f)->c.verdict, VERDICT_SUSPECT); /* the floor stands */
	assert_int_equal(f->alert_count, 0);
	fixture_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fires),
		cmocka_unit_test(test_decides_by_class),
		cmocka_unit_test(test_near_miss),
		cmocka_unit_test(test_unknown_rdns),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_retracted),
		cmocka_unit_test(test_submission),
		cmocka_unit_test(test_authenticated),
		cmocka_unit_test(test_unresolved),
		cmocka_unit_test(test_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
