/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/heuristics/judge_fixture.h"

static void host(char ip[32], int i)
{
	snprintf(ip, 32, "198.51.%d.7", 100 + i);
}

/* Host `i` greets as `helo`; its reverse DNS is `rdns`, NULL: not seen. */
static void greet(struct fixture *f, int i, const char *rdns, const char *helo)
{
	char ip[32];

	host(ip, i);
	if (rdns)
		say_rdns(f, ip, rdns, i * NS_PER_MIN);
	say_session(
		f, (struct make_session){.client = ip, .start = i * NS_PER_MIN, .helo = {helo}});
}

static size_t count_told(struct fixture *f)
{
	size_t n = 0;

	judge_finish(f->j);
	for (size_t i = 0; i < f->card_count; i++)
		n += reason_of(f->cards[i].reasons, f->cards[i].c.reason_count, "helo_shared") !=
		     NULL;
	return n;
}

/* Once it fires, those that came before are told too. */
static void test_fires(void **state)
{
	struct fixture *f = fixture_create(NULL);
	const struct said_reason *r;

	for (int i = 0; i < 6; i++)
		greet(f, i, "c7.isp.example", "winbox");
	assert_int_equal(count_told(f), 6);
	r = reason_of(f->cards[5].reasons, f->cards[5].c.reason_count, "helo_shared");
	assert_int_equal(r->db, 12);
	assert_int_equal(r->value, 6);
	assert_int_equal(r->threshold, 5);
	assert_string_equal(r->text, "greets as winbox, like 6 addresses in 24 hours that have "
				     "nothing to do with that name");
	fixture_destroy(f);
}

static void test_near_miss(void **state)
{
	struct fixture *f = fixture_create(NULL);

	for (int i = 0; i < 4; i++)
		greet(f, i, "c7.isp.example", "winbox");
	assert_int_equal(count_told(f), 0);
	fixture_destroy(f);
}

/* A provider's servers greet with one service name. */
static void test_same_org(void **state)
{
	struct fixture *f = fixture_create(NULL);

	for (int i = 0; i < 8; i++)
		greet(f, i, "out7.big.example", "smtp.big.example");
	assert_int_equal(count_told(f), 0);
	fixture_destroy(f);
}

static void test_unknown(void **state)
{
	struct fixture *f = fixture_create(NULL);

	for (int i = 0; i < 8; i++)
		greet(f, i, NULL, "smtp.big.example");
	assert_int_equal(count_told(f), 0);
	fixture_destroy(f);
}

/* That many call themselves localhost says nothing about any of them. */
static void test_nobodys_name(void **state)
{
	struct fixture *f = fixture_create(NULL);

	for (int i = 0; i < 8; i++)
		greet(f, i, "c7.isp.example", "localhost");
	assert_int_equal(count_told(f), 0);
	fixture_destroy(f);
}

/* What was a day ago no longer counts. */
static void test_window(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char ip[32];

	for (int i = 0; i < 6; i++) {
		host(ip, i);
		say_rdns(f, ip, "c7.isp.example", i * 6 * NS_PER_HOUR);
		say_session(
			f, (struct make_session){
				   .client = ip, .start = i * 6 * NS_PER_HOUR, .helo = {"winbox"}});
	}
	assert_int_equal(count_told(f), 0);
	fixture_destroy(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fires),
		cmocka_unit_test(test_near_miss),
		cmocka_unit_test(test_same_org),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_nobodys_name),
		cmocka_unit_test(test_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
