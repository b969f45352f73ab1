/* SPDX-License-Identifier: Apache-2.0 */
/* Checks rogue_egress and proxy_suspected: what a topology, or its lack, brings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

#define HOST "192.0.2.77"
#define MTA "192.0.2.25"

static struct cidr our_net, our_mta;

static struct fixture *with_topology(void)
{
	struct judge_config c = {.use_dns = true,
		.topology = {.our_networks = {&our_net, 1}, .our_mtas = {&our_mta, 1}}};

	cidr_parse(span_str("192.0.2.0/24"), &our_net);
	cidr_parse(span_str(MTA), &our_mta);
	return fixture_create(&c);
}

static void connect_out(struct fixture *f, const char *from, int server, nstime at)
{
	char ip[32];

	snprintf(ip, sizeof(ip), "203.0.113.%d", server);
	judge_record(f->j, make_connect(&f->m, from, ip, 25, at));
}

static void test_rogue_fires(void **state)
{
	struct fixture *f = with_topology();
	const struct said_card *c;

	for (int i = 0; i < 5; i++)
		connect_out(f, HOST, 1 + i % 3, i * NS_PER_MIN);
	assert_int_equal(f->alert_count, 1);
	assert_int_equal(f->alerts[0].a.severity, SEVERITY_HIGH);
	assert_string_equal(f->alerts[0].reasons[0].check, "rogue_egress");
	assert_int_equal(f->alerts[0].reasons[0].value, 5);
	assert_int_equal(f->alerts[0].reasons[0].threshold, 5);
	judge_finish(f->j);
	c = card_of(f, HOST);
	assert_int_equal(c->c.verdict, VERDICT_BOT_LIKE);
	assert_int_equal(c->c.items[ITEM_HOST_NOT_INFECTED].state, ITEM_FAIL);
	assert_string_equal(c->c.role, "rogue-egress");
	fixture_destroy(f);
}

/* Too slow, to too few, from a mail server of ours, from outside: nothing. */
static void test_rogue_near_misses(void **state)
{
	struct fixture *f = with_topology();

	for (int i = 0; i < 5; i++)
		connect_out(f, HOST, 1 + i, i * 150 * NS_PER_S);
	for (int i = 0; i < 9; i++)
		connect_out(f, "192.0.2.78", 1 + i % 2, NS_PER_HOUR + i * NS_PER_S);
	for (int i = 0; i < 9; i++)
		connect_out(f, MTA, 1 + i, NS_PER_HOUR + i * NS_PER_MIN);
	for (int i = 0; i < 9; i++)
		connect_out(f, "198.51.100.7", 1 + i, 2 * NS_PER_HOUR + i * NS_PER_S);
	judge_finish(f->j);
	assert_int_equal(f->alert_count, 0);
	assert_int_equal(f->card_count, 0);
	fixture_destroy(f);
}

/* Without a topology nobody is ours. */
static void test_rogue_unknown(void **state)
{
	struct fixture *f = fixture_create(NULL);

	for (int i = 0; i < 20; i++)
		connect_out(f, HOST, 1 + i, i * NS_PER_S);
	judge_finish(f->j);
	assert_int_equal(f->alert_count, 0);
	fixture_destroy(f);
}

/* One of ours that sends as it should is cleared by that. */
static void test_own_mta_passes(void **state)
{
	struct fixture *f = with_topology();

	say_session(
		f, (struct make_session){
			   .client = MTA, .server = "203.0.113.1", .helo = {"mx.ours.example"}});
	assert_string_equal(f->direction, "outbound");
	judge_finish(f->j);
	assert_int_equal(card_of(f, MTA)->c.items[ITEM_HOST_NOT_INFECTED].state, ITEM_PASS);
	assert_string_equal(card_of(f, MTA)->c.role, "egress");
	fixture_destroy(f);
}

/* A proxy in front of the server: no verdict, its alert taken back, the sensor told once. */
static void test_proxy(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48], ip[32];
	size_t sensor = 0;
	const struct said_card *c;

	for (int i = 0; i < 300; i++) {
		bool proxied = i % 2;

		snprintf(name, sizeof(name), "mail.org%d.example", i % 25);
		snprintf(ip, sizeof(ip), "203.0.113.%d", i % 50 + 1);
		say_session(f, (struct make_session){.client = proxied ? "198.51.100.9" : ip,
				       .start = i * NS_PER_S,
				       .helo = {proxied ? name : "mail.a.example"}});
	}
	judge_finish(f->j);
	c = card_of(f, "198.51.100.9");
	assert_true(c->c.no_verdict);
	for (size_t i = 0; i < f->alert_count; i++)
		if (f->alerts[i].a.type == ALERT_SENSOR) {
			sensor++;
			assert_string_equal(f->alerts[i].reasons[0].check, "proxy_suspected");
			assert_int_equal(f->alerts[i].a.severity, SEVERITY_LOW);
		}
	assert_int_equal(sensor, 1);
	assert_int_equal(f->alerts[0].a.state, ALERT_OPEN);
	assert_int_equal(f->alerts[1].a.close_reason, ALERT_CLOSE_RETRACTED);
	fixture_destroy(f);
}

/* A large correspondent with few names is none. */
static void test_proxy_near_miss(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[48];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "mail.org%d.example", i % 19);
		say_session(f,
			(struct make_session){
				.client = "198.51.100.9", .start = i * NS_PER_S, .helo = {name}});
	}
	judge_finish(f->j);
	assert_false(card_of(f, "198.51.100.9")->c.no_verdict);
	fixture_destroy(f);
}

/* A proxy that the operator named is not judged at all. */
static void test_configured_proxy(void **state)
{
	static struct cidr proxy;
	struct judge_config c = {.topology = {.proxies = {&proxy, 1}}};
	struct fixture *f;

	cidr_parse(span_str("198.51.100.9"), &proxy);
	f = fixture_create(&c);
	for (int i = 0; i < 8; i++) {
		char name[48];

		snprintf(name, sizeof(name), "mail.org%d.example", i);
		say_session(f, (struct make_session){
				       .client = "198.51.100.9", .start = i, .helo = {name}});
	}
	judge_finish(f->j);
	assert_int_equal(f->alert_count, 0);
	assert_true(card_of(f, "198.51.100.9")->c.no_verdict);
	fixture_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rogue_fires),
		cmocka_unit_test(test_rogue_near_misses),
		cmocka_unit_test(test_rogue_unknown),
		cmocka_unit_test(test_own_mta_passes),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_proxy_near_miss),
		cmocka_unit_test(test_configured_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
