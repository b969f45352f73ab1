/* SPDX-License-Identifier: Apache-2.0 */
/* Checks helo_rdns and rdns_class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

#define IP "198.51.100.7"

static const struct said_card *card_with(
	struct fixture *f, const char *rdns, const char *helo, const char *leads_to)
{
	if (rdns)
		say_rdns(f, IP, rdns, 0);
	if (leads_to)
		say_dns(f, helo, DNS_A, leads_to, 0, 0);
	say_session(f, (struct make_session){.client = IP, .helo = {helo}});
	judge_finish(f->j);
	return card_of(f, IP);
}

static enum item_state matches(const struct said_card *c)
{
	return c->c.items[ITEM_HELO_MATCHES_RDNS].state;
}

static const struct said_reason *mismatch(const struct said_card *c)
{
	return reason_of(c->reasons, c->c.reason_count, "helo_rdns");
}

static void test_relations(void **state)
{
	static const struct {
		const char *rdns, *helo, *leads_to;
		enum item_state state;
		int score;
	} rows[] = {
		{"mail.a.example", "mail.a.example", NULL, ITEM_PASS, -30},
		{"mail.a.example", "other.a.example", NULL, ITEM_PASS, -28},
		{"mail.a.example", "mail.b.example", IP, ITEM_PASS, -24},
		{"mail.a.example", "mail.b.example", "203.0.113.1", ITEM_FAIL, -19},
		{"mail.a.example", "winbox", NULL, ITEM_FAIL, -15},
		{"mail.a.example", "mail.b.example", NULL, ITEM_UNKNOWN, -24},
		{NULL, "mail.b.example", IP, ITEM_PASS, -20},
		{NULL, "mail.b.example", "203.0.113.1", ITEM_UNKNOWN, -20},
		{NULL, "mail.b.example", NULL, ITEM_UNKNOWN, -20},
		/* exact, and yet nothing earned: the name is an access line's (+8, +6) */
		{"dsl-198-51-100-7.isp.example", "dsl-198-51-100-7.isp.example", NULL, ITEM_PASS,
			-6},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *f = fixture_create(NULL);
		const struct said_card *c =
			card_with(f, rows[i].rdns, rows[i].helo, rows[i].leads_to);

		assert_int_equal(matches(c), rows[i].state);
		assert_int_equal(c->c.score_db, rows[i].score);
		fixture_destroy(f);
	}
}

/* Evidence to the contrary counts once, however many sessions bring it. */
static void test_counter_counts_once(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	say_rdns(f, IP, "mail.a.example", 0);
	for (int i = 0; i < 20; i++)
		say_session(f, (struct make_session){.client = IP,
				       .start = i * NS_PER_MIN,
				       .helo = {i % 2 ? "mail.a.example" : "mx.a.example"}});
	judge_finish(f->j);
	c = card_of(f, IP);
	assert_int_equal(c->c.counter_count, 2);
	assert_string_equal(c->counter[0].check, "helo_rdns");
	assert_int_equal(c->counter[0].db, -6);
	assert_string_equal(c->counter[0].text, "greets with its reverse-DNS name, mail.a.example");
	assert_string_equal(c->counter[1].check, "rdns_class");
	assert_int_equal(c->counter[1].db, -4);
	fixture_destroy(f);
}

static void test_mismatch_text(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_reason *r =
		mismatch(card_with(f, "mail.a.example", "mail.b.example", "203.0.113.1"));

	assert_int_equal(r->db, 5);
	assert_string_equal(r->text, "greeted as mail.b.example from an address whose reverse DNS "
				     "is mail.a.example");
	fixture_destroy(f);
}

static void test_freemail(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_reason *r =
		mismatch(card_with(f, "mail.a.example", "mx.gmail.com", NULL));

	assert_int_equal(r->db, 12);
	fixture_destroy(f);
	f = fixture_create(NULL); /* with nothing known it is not held against it */
	assert_null(mismatch(card_with(f, NULL, "mx.gmail.com", NULL)));
	fixture_destroy(f);
	f = fixture_create(NULL); /* the provider's own */
	assert_null(mismatch(card_with(f, "out.gmail.com", "mx.gmail.com", NULL)));
	fixture_destroy(f);
}

/* An unconfirmed reverse DNS makes no mismatch, and weighs itself. */
static void test_unconfirmed(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	say_dns(f, "7.100.51.198.in-addr.arpa", DNS_PTR, "mail.a.example", 0, 0);
	say_dns(f, "mail.a.example", DNS_A, "203.0.113.1", 0, 0);
	c = card_with(f, NULL, "mail.b.example", "203.0.113.1");
	assert_null(mismatch(c));
	assert_int_equal(reason_of(c->reasons, c->c.reason_count, "rdns_class")->db, 3);
	assert_int_equal(c->c.counter_count, 0);
	fixture_destroy(f);
}

static void test_rdns_classes(void **state)
{
	static const struct {
		const char *rdns, *class;
		enum item_state has, not_dynamic;
		int db;
	} rows[] = {
		{"dsl-198-51-100-7.isp.example", "dynamic", ITEM_PASS, ITEM_FAIL, 8},
		{"198-51-100-7.isp.example", "generic", ITEM_PASS, ITEM_FAIL, 3},
		{"static-198-51-100-7.isp.example", "static_generic", ITEM_PASS, ITEM_PASS, 0},
		{"mail.a.example", "named", ITEM_PASS, ITEM_PASS, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *f = fixture_create(NULL);
		const struct said_card *c = card_with(f, rows[i].rdns, "x.b.example", NULL);
		const struct said_reason *r =
			reason_of(c->reasons, c->c.reason_count, "rdns_class");

		assert_string_equal(c->c.rdns_class, rows[i].class);
		assert_int_equal(c->c.items[ITEM_IP_HAS_RDNS].state, rows[i].has);
		assert_int_equal(c->c.items[ITEM_IP_RDNS_NOT_DYNAMIC].state, rows[i].not_dynamic);
		assert_int_equal(r ? r->db : 0, rows[i].db);
		fixture_destroy(f);
	}
}

static void test_no_rdns(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c;

	say_rdns(f, IP, NULL, 0);
	c = card_with(f, NULL, "x.b.example", NULL);
	assert_int_equal(c->c.items[ITEM_IP_HAS_RDNS].state, ITEM_FAIL);
	assert_int_equal(c->c.items[ITEM_IP_RDNS_NOT_DYNAMIC].state, ITEM_UNKNOWN);
	assert_int_equal(reason_of(c->reasons, c->c.reason_count, "rdns_class")->db, 5);
	assert_string_equal(c->reasons[0].text, "the address has no reverse DNS");
	fixture_destroy(f);
}

static void test_rdns_unknown(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_card *c = card_with(f, NULL, "x.b.example", NULL);

	assert_int_equal(c->c.items[ITEM_IP_HAS_RDNS].state, ITEM_UNKNOWN);
	assert_null(c->c.rdns_class);
	assert_int_equal(c->c.reason_count, 0);
	fixture_destroy(f);
}

/* Answers that come after the last session still reach the card. */
static void test_late_answer(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_session(f, (struct make_session){.client = IP, .helo = {"mail.a.example"}});
	say_rdns(f, IP, "mail.a.example", NS_PER_MIN);
	judge_finish(f->j);
	assert_int_equal(matches(card_of(f, IP)), ITEM_PASS);
	assert_int_equal(card_of(f, IP)->c.counter_count, 2);
	fixture_destroy(f);
}

/* With --dns off nothing is taken from answers. */
static void test_dns_off(void **state)
{
	struct judge_config c = {.use_dns = false};
	struct fixture *f = fixture_create(&c);

	assert_int_equal(card_with(f, "mail.a.example", "mail.a.example", NULL)
				 ->c.items[ITEM_IP_HAS_RDNS]
				 .state,
		ITEM_UNKNOWN);
	fixture_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_counter_counts_once),
		cmocka_unit_test(test_mismatch_text),
		cmocka_unit_test(test_freemail),
		cmocka_unit_test(test_unconfirmed),
		cmocka_unit_test(test_rdns_classes),
		cmocka_unit_test(test_no_rdns),
		cmocka_unit_test(test_rdns_unknown),
		cmocka_unit_test(test_late_answer),
		cmocka_unit_test(test_dns_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
