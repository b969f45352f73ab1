/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/org_domain.h"

static const struct {
	const char *host, *expected;
} rows[] = {
	{"mx1.corp.example", "corp.example"},
	{"MX1.Corp.EXAMPLE.", "corp.example"},
	{"corp.example", "corp.example"},
	{"a.b.c.shop.co.uk", "shop.co.uk"},
	{"co.uk", "co.uk"}, /* itself a suffix: the whole name */
	{"user.github.io", "user.github.io"},
	{"localhost.localdomain", "localhost.localdomain"},
	{"a_b.corp.example", "corp.example"},
	{"192-0-2-1.dyn.isp.example", "isp.example"},
	{"", ""},
	{".", ""},
	{"localhost", ""},
	{"192.0.2.1", ""},
	{"192.0.2.001", ""},
	{"host.192", ""},
	{"[192.0.2.1]", ""},
	{"[IPv6:2001:db8::1]", ""},
	{"2001:db8::192.0.2.1", ""},
	{"a..corp.example", ""},
	{".corp.example", ""},
	{"corp.example..", ""},
	{"corp example.test", ""},
};

static void check(struct org_domains *o, struct span host, const char *expected)
{
	char buf[ORG_DOMAIN_MAX];
	struct span s = org_domain(o, host, buf);

	if (!span_eq_str(s, expected))
		fail_msg("%.*s: got %.*s", (int)host.len, (const char *)host.p, (int)s.len,
			(const char *)s.p);
}

/* With one cache line all names displace one another; the second pass finds them as the first. */
static void test_rows(void **state)
{
	static const uint32_t sizes[] = {0, 1, 64};

	for (size_t k = 0; k < 3; k++) {
		struct org_domains *o = org_domains_create(NULL, sizes[k]);

		assert_non_null(o);
		for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
			size_t n = i / 2;

			check(o, span_str(rows[n].host), rows[n].expected);
		}
		org_domains_destroy(o);
	}
}

static void test_bytes(void **state)
{
	struct org_domains *o = org_domains_create(NULL, 16);
	char name[300];

	assert_non_null(o);
	check(o, span_of("a.corp\0.example", 15), "");
	memset(name, 'a', sizeof(name));
	memcpy(name + 253 - 13, ".corp.example", 13);
	check(o, span_of(name, 253), "corp.example");
	check(o, span_of(name, 253), "corp.example"); /* too long for the cache */
	memset(name, 'a', sizeof(name));
	memcpy(name + 254 - 13, ".corp.example", 13);
	check(o, span_of(name, 254), "");
	org_domains_destroy(o);
}

static void test_known(void **state)
{
	static const struct {
		const char *host;
		bool known;
	} known[] = {
		{"shop.com", true},
		{"a.shop.co.uk", true},
		{"SHOP.DE.", true},
		{"shop.example", false},
		{"offer.pdf", false},
		{"e.g.", false},
		{"com", false},
		{"192.0.2.1", false},
		{"", false},
	};
	struct org_domains *o = org_domains_create(NULL, 16);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(org_domain_known(o, span_str(known[i].host)), known[i].known);
	org_domains_destroy(o);
}

static void test_file(void **state)
{
	char path[] = "/tmp/test_org_domain_XXXXXX";
	int fd = mkstemp(path);
	struct org_domains *o;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "example\nhosting.example\n", 24), 24);
	close(fd);
	o = org_domains_create(path, 16);
	assert_non_null(o);
	check(o, span_str("mx.a.hosting.example"), "a.hosting.example");
	check(o, span_str("mx.corp.example"), "corp.example");
	org_domains_destroy(o);
	unlink(path);
	assert_null(org_domains_create("/nonexistent/list", 16));
	org_domains_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
