/* SPDX-License-Identifier: Apache-2.0 */
/* Checks envelope_from and message_id, and what else a card says of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

#define IP "198.51.100.7"

static void send(struct fixture *f, int i, const char *from, const char *message_id, uint16_t port)
{
	say_message(f, (struct make_message){.client = IP,
			       .port = port,
			       .time = i * NS_PER_MIN,
			       .from_domain = from,
			       .message_id = message_id,
			       .digest = 100 + (uint64_t)i});
}

static const struct item_result *item(struct fixture *f, enum check_item i)
{
	if (f->card_count == 0)
		judge_finish(f->j);
	return &card_of(f, IP)->c.items[i];
}

static void test_message_id(void **state)
{
	static const struct {
		int good, missing, invalid;
		enum item_state state;
		int db; /* of the heaviest reason */
	} rows[] = {
		{10, 0, 0, ITEM_PASS, 0}, {10, 1, 0, ITEM_PASS, 0}, /* 90 permille */
		{9, 1, 0, ITEM_FAIL, 3}, {9, 0, 1, ITEM_FAIL, 6},
		{18, 1, 1, ITEM_FAIL, 0}, /* together a tenth, and neither alone */
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		struct fixture *f = fixture_create(NULL);
		int n = 0;
		const struct said_card *c;

		for (int i = 0; i < rows[r].good; i++)
			send(f, n++, "a.example", "<1@a.example>", 25);
		for (int i = 0; i < rows[r].missing; i++)
			send(f, n++, "a.example", NULL, 25);
		for (int i = 0; i < rows[r].invalid; i++)
			send(f, n++, "a.example", "", 25);
		assert_int_equal(item(f, ITEM_HEADER_MESSAGE_ID)->state, rows[r].state);
		c = card_of(f, IP);
		assert_int_equal(c->c.reason_count ? c->reasons[0].db : 0, rows[r].db);
		fixture_destroy(f);
	}
}

static void test_message_id_unknown(void **state)
{
	struct fixture *f = fixture_create(NULL);

	send(f, 0, "a.example", NULL, 587); /* the server adds it */
	say_message(
		f, (struct make_message){.client = IP, .time = NS_PER_MIN, .header_unseen = true});
	assert_int_equal(item(f, ITEM_HEADER_MESSAGE_ID)->state, ITEM_UNKNOWN);
	assert_int_equal(card_of(f, IP)->c.reason_count, 0);
	fixture_destroy(f);
}

static void test_senders_consistent(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char from[48];

	for (int i = 0; i < 9; i++) {
		snprintf(from, sizeof(from), "m.org%d.example", i);
		send(f, i, from, "<1@a.example>", 25);
	}
	assert_int_equal(item(f, ITEM_HEADER_ENVELOPE_FROM_CONSISTENT)->state, ITEM_PASS);
	assert_int_equal(item(f, ITEM_HEADER_ENVELOPE_FROM_CONSISTENT)->value, 9);
	fixture_destroy(f);
}

/* Ten in an hour: without SPF and DKIM it cannot be told whether they are its own. */
static void test_senders_many(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char from[48];

	for (int i = 0; i < 10; i++) {
		snprintf(from, sizeof(from), "m.org%d.example", i);
		send(f, i, from, "<1@a.example>", 25);
	}
	assert_int_equal(item(f, ITEM_HEADER_ENVELOPE_FROM_CONSISTENT)->state, ITEM_UNKNOWN);
	assert_int_equal(card_of(f, IP)->c.reason_count, 0);
	fixture_destroy(f);
}

/* Ten, but never more than six in an hour. */
static void test_senders_slow(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char from[48];

	for (int i = 0; i < 10; i++) {
		snprintf(from, sizeof(from), "m.org%d.example", i);
		send(f, i * 10, from, "<1@a.example>", 25);
	}
	assert_int_equal(item(f, ITEM_HEADER_ENVELOPE_FROM_CONSISTENT)->state, ITEM_PASS);
	assert_int_equal(item(f, ITEM_HEADER_ENVELOPE_FROM_CONSISTENT)->value, 6);
	fixture_destroy(f);
}

static void test_senders_like_rdns(void **state)
{
	static const struct {
		const char *rdns;
		const char *from[4];
		enum item_state state;
		int64_t permille;
	} rows[] = {
		{"mail.shop.example", {"shop.example", "news.shop.example", "shop.example"},
			ITEM_PASS, 1000},
		{"mx1.examplehost.test", {"examplehost-mail.test", "examplehost.example", "a.test"},
			ITEM_UNKNOWN, 0},
		{"mail.shop.example", {"a.test", "b.test", "c.test"}, ITEM_FAIL, 0},
		/* a public suffix, or a host's name, is not what they have in common */
		{"server.isp.example", {"a.example", "b.example", "server.example"}, ITEM_FAIL, 0},
		{"mx.green-garden.example", {"garden-club.test", "garden.test", "mygarden.test"},
			ITEM_PASS, 1000},
		{"mail.shop.example", {"a.test", "b.test"}, ITEM_UNKNOWN, 0},
		{"mail.shop.example", {"a.test", "b.test", NULL, "c.test"}, ITEM_UNKNOWN, 0},
		{NULL, {"a.test", "b.test", "c.test"}, ITEM_UNKNOWN, 0},
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		struct fixture *f = fixture_create(NULL);

		if (rows[r].rdns)
			say_rdns(f, IP, rows[r].rdns, 0);
		for (int i = 0; i < 4 && rows[r].from[i]; i++)
			send(f, i, rows[r].from[i], "<1@a.example>", 25);
		if (rows[r].from[3]) /* null senders are nobody's */
			send(f, 5, NULL, "<1@a.example>", 25);
		assert_int_equal(
			item(f, ITEM_HEADER_ENVELOPE_FROM_LIKE_RDNS)->state, rows[r].state);
		if (rows[r].state != ITEM_UNKNOWN)
			assert_int_equal(item(f, ITEM_HEADER_ENVELOPE_FROM_LIKE_RDNS)->value,
				rows[r].permille);
		fixture_destroy(f);
	}
}

static void test_auth_present(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_message(f, (struct make_message){.client = IP,
			       .from_domain = "a.example",
			       .message_id = "<1@a.example>",
			       .traits = MESSAGE_DKIM_SIGNATURE});
	assert_int_equal(item(f, ITEM_AUTH_PRESENT)->state, ITEM_PASS);
	assert_int_equal(item(f, ITEM_AUTH_CORRECT)->state, ITEM_UNKNOWN);
	fixture_destroy(f);
}

/* A source is known by its messages before its first session ends. */
static void test_counts(void **state)
{
	struct fixture *f = fixture_create(NULL);

	say_message(f, (struct make_message){.client = IP, .from_domain = "a.example", .rcpts = 3});
	judge_finish(f->j);
	assert_int_equal(card_of(f, IP)->c.messages, 1);
	assert_int_equal(card_of(f, IP)->c.recipients, 3);
	assert_int_equal(card_of(f, IP)->c.sessions, 0);
	fixture_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_id),
		cmocka_unit_test(test_message_id_unknown),
		cmocka_unit_test(test_senders_consistent),
		cmocka_unit_test(test_senders_many),
		cmocka_unit_test(test_senders_slow),
		cmocka_unit_test(test_senders_like_rdns),
		cmocka_unit_test(test_auth_present),
		cmocka_unit_test(test_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
