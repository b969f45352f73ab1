/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/identity.h"

static const struct identity nobody = {.kind = IDENTITY_NONE};

/* Chosen name that leads back, greeting with a name of another organisation. */
static struct identity_facts good(void)
{
	return (struct identity_facts){
		.rdns_class = RDNS_NAMED,
		.rdns_confirmed = TRI_YES,
		.rdns_org = 7,
		.helo_known = true,
		.helo_fqdn = true,
		.helo_org = 8,
		.helo_ips = 1,
	};
}

static void test_strongest_wins(void **state)
{
	struct identity_facts f = good();
	struct identity account = {.kind = IDENTITY_ACCOUNT, .key = 3};
	struct identity signature = {.kind = IDENTITY_DKIM, .key = 4};
	struct identity i = identity_of(nobody, &f);
	(void)state;

	assert_int_equal(i.kind, IDENTITY_RDNS);
	assert_int_equal(i.key, 7);
	i = identity_of(account, &f);
	assert_int_equal(i.kind, IDENTITY_RDNS);
	i = identity_of(signature, &f);
	assert_int_equal(i.kind, IDENTITY_DKIM);
	assert_int_equal(i.key, 4);
	f.rdns_class = RDNS_UNKNOWN;
	i = identity_of(account, &f);
	assert_int_equal(i.kind, IDENTITY_ACCOUNT);
	i = identity_of(nobody, &f);
	assert_int_equal(i.kind, IDENTITY_CLAIMED);
	assert_int_equal(i.key, 8);
}

/* What a greeting claims counts where reverse DNS is unknown or a provider's, and nowhere else. */
static void test_claims(void **state)
{
	static const struct {
		enum rdns_class class;
		enum tri confirmed;
		enum identity_kind kind;
	} rows[] = {
		{RDNS_UNKNOWN, TRI_UNKNOWN, IDENTITY_CLAIMED},
		{RDNS_NAMED, TRI_UNKNOWN, IDENTITY_CLAIMED},
		{RDNS_NAMED, TRI_YES, IDENTITY_RDNS},
		{RDNS_NAMED, TRI_NO, IDENTITY_NONE},
		{RDNS_STATIC_GENERIC, TRI_YES, IDENTITY_CLAIMED},
		{RDNS_STATIC_GENERIC, TRI_UNKNOWN, IDENTITY_CLAIMED},
		{RDNS_NONE, TRI_NO, IDENTITY_NONE},
		{RDNS_DYNAMIC, TRI_YES, IDENTITY_NONE},
		{RDNS_GENERIC, TRI_UNKNOWN, IDENTITY_NONE},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_facts f = good();

		f.rdns_class = rows[i].class;
		f.rdns_confirmed = rows[i].confirmed;
		assert_int_equal(identity_of(nobody, &f).kind, rows[i].kind);
	}
}

static void test_claims_that_do_not_count(void **state)
{
	struct identity_facts f = good(), g;
	(void)state;

	f.rdns_class = RDNS_UNKNOWN;
	f.helo_ips = 2;
	assert_int_equal(identity_of(nobody, &f).kind, IDENTITY_CLAIMED);
	g = f;
	g.helo_ips = 3;
	assert_int_equal(identity_of(nobody, &g).kind, IDENTITY_NONE);
	g = f;
	g.helo_freemail = true;
	assert_int_equal(identity_of(nobody, &g).kind, IDENTITY_NONE);
	g = f;
	g.helo_fqdn = false;
	assert_int_equal(identity_of(nobody, &g).kind, IDENTITY_NONE);
	g = f;
	g.helo_org = 0;
	assert_int_equal(identity_of(nobody, &g).kind, IDENTITY_NONE);
	g = f;
	g.helo_known = false;
	assert_int_equal(identity_of(nobody, &g).kind, IDENTITY_NONE);
}

static void test_bad_host(void **state)
{
	struct identity_facts f = {.rdns_class = RDNS_UNKNOWN};
	(void)state;

	assert_false(identity_bad_host(&f));
	f.rdns_class = RDNS_NONE;
	assert_true(identity_bad_host(&f));
	f.rdns_class = RDNS_DYNAMIC;
	f.rdns_confirmed = TRI_YES;
	assert_true(identity_bad_host(&f));
	f.rdns_class = RDNS_GENERIC;
	assert_true(identity_bad_host(&f));
	f.rdns_class = RDNS_NAMED;
	assert_false(identity_bad_host(&f));
	f.rdns_confirmed = TRI_UNKNOWN;
	assert_false(identity_bad_host(&f));
	f.rdns_confirmed = TRI_NO;
	assert_true(identity_bad_host(&f));
	f.rdns_class = RDNS_STATIC_GENERIC;
	assert_true(identity_bad_host(&f));
}

static void test_complete(void **state)
{
	struct identity_facts f = good();
	(void)state;

	assert_true(identity_facts_complete(&f, true));
	f.rdns_confirmed = TRI_UNKNOWN;
	assert_false(identity_facts_complete(&f, true));
	assert_true(identity_facts_complete(&f, false));
	f.rdns_class = RDNS_DYNAMIC;
	assert_true(identity_facts_complete(&f, true));
	f.rdns_class = RDNS_UNKNOWN;
	assert_false(identity_facts_complete(&f, true));
	f = good();
	f.helo_known = false;
	assert_false(identity_facts_complete(&f, false));
}

static void test_keys(void **state)
{
	uint32_t a = identity_org_key(span_str("client.example"));
	struct identity x = {.kind = IDENTITY_RDNS, .key = a};
	struct identity y = {.kind = IDENTITY_CLAIMED, .key = a};
	(void)state;

	assert_int_not_equal(a, 0);
	assert_int_equal(a, identity_org_key(span_str("client.example")));
	assert_int_not_equal(a, identity_org_key(span_str("other.example")));
	assert_int_equal(identity_org_key(span_of(NULL, 0)), 0);
	assert_int_equal(identity_fold(0), 0);
	assert_int_equal(identity_fold(0x0000000500000005), 1);
	assert_true(identity_same(x, y));
	assert_false(identity_same(nobody, nobody));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strongest_wins),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_claims_that_do_not_count),
		cmocka_unit_test(test_bad_host),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
