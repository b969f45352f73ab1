/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "facts/rdns_class.h"

static const struct {
	const char *addr, *name;
	enum rdns_class expected;
} rows[] = {
	/* Weight 5, no static token. */
	{"203.0.113.45", "dyn-203-0-113-45.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "203-0-113-45.dynamic.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "dhcp77.campus.example.test", RDNS_DYNAMIC},
	{"203.0.113.45", "pppoe-4711.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "p5b0.dip0.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "adsl_12.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "xdsl12.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "vdsl12.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "dsl12.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "cpe-1-2.north.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "CABLEMODEM7.Isp.Example.", RDNS_DYNAMIC},
	{"203.0.113.45", "user12.pool9.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "host1.res.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "mobile-203-0-113-45.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "45.113.0.203.broadband.isp.co.uk", RDNS_DYNAMIC},
	{"203.0.113.45", "vps1.home.isp.example", RDNS_DYNAMIC},
	{"2001:db8:12:34::56", "2001-db8-12-34--56.dyn6.isp.example", RDNS_DYNAMIC},
	/* A static token vetoes. */
	{"203.0.113.45", "203-0-113-45.static.isp.example", RDNS_STATIC_GENERIC},
	{"203.0.113.45", "static-dsl-12.isp.example", RDNS_STATIC_GENERIC},
	{"203.0.113.45", "mail.customer12.isp.example", RDNS_STATIC_GENERIC},
	{"203.0.113.45", "smtp.vps12.isp.example", RDNS_STATIC_GENERIC},
	{"203.0.113.45", "o203-0-113-45.outbound-mail.esp.example", RDNS_STATIC_GENERIC},
	{"203.0.113.45", "203-0-113-45-static.hfc.isp.example", RDNS_STATIC_GENERIC},
	{"203.0.113.45", "fixip203000113045.isp.example", RDNS_STATIC_GENERIC},
	{"203.0.113.45", "dedicated-cb00712d.isp.example", RDNS_STATIC_GENERIC},
	{"203.0.113.45", "cmr-203-0-113-45.cr.net.cable.rogers.com", RDNS_STATIC_GENERIC},
	/* An embedded address, or weight 3. */
	{"203.0.113.45", "203-0-113-45.isp.example", RDNS_GENERIC},
	{"203.0.113.45", "ec2-203-0-113-45.region-1.compute.cloud.example", RDNS_GENERIC},
	{"203.0.113.45", "45.113.0.203.bc.cloud.example", RDNS_GENERIC},
	{"203.0.113.45", "cb00712d.isp.example", RDNS_GENERIC},
	{"203.0.113.45", "cust77.isp.example", RDNS_GENERIC},
	{"203.0.113.45", "customer.north.isp.example", RDNS_GENERIC},
	{"203.0.113.45", "client-9.isp.example", RDNS_GENERIC},
	{"203.0.113.45", "host9.isp.example", RDNS_GENERIC},
	{"203.0.113.45", "user_9.isp.example", RDNS_GENERIC},
	{"203.0.113.45", "vps-203-0-113-45.isp.example", RDNS_GENERIC},
	{"203.0.113.45", "113-45.city.isp.example", RDNS_GENERIC},
	{"2001:db8:12:34::56", "2001-db8-12-34--56.isp.example", RDNS_GENERIC},
	/* Chosen by somebody. */
	{"203.0.113.45", "mail.corp.example", RDNS_NAMED},
	{"203.0.113.45", "mx1.corp.example", RDNS_NAMED},
	{"203.0.113.45", "smtp-out-45.corp.example", RDNS_NAMED},
	{"203.0.113.45", "corp.example", RDNS_NAMED},
	{"203.0.113.45", "vps12.isp.example", RDNS_NAMED}, /* weight 1 alone */
	{"203.0.113.45", "node3.cluster.corp.example", RDNS_NAMED},
	{"203.0.113.45", "mail-eu1-f45.esp.example", RDNS_NAMED},
	{"203.0.113.45", "mta-07.mailer.example", RDNS_NAMED},
	{"203.0.113.45", "a113-45.smtp-out.region-2.esp.example", RDNS_NAMED},
	{"203.0.113.45", "rigel.corp.example", RDNS_NAMED},
	/* Tokens count whole, and outside the org-domain only. */
	{"203.0.113.45", "dynamo.corp.example", RDNS_NAMED},
	{"203.0.113.45", "resort.corp.example", RDNS_NAMED},
	{"203.0.113.45", "natalie.corp.example", RDNS_NAMED},
	{"203.0.113.45", "ns.dsl.example", RDNS_NAMED},
	{"203.0.113.45", "dynamic.example", RDNS_NAMED},
	{"203.0.113.45", "a|dsl.isp.example", RDNS_DYNAMIC},
	{"203.0.113.45", "ns1.dynamic-host.example", RDNS_NAMED},
	/* No org-domain: the whole name counts. */
	{"203.0.113.45", "dhcp12", RDNS_DYNAMIC},
	{"203.0.113.45", "rigel", RDNS_NAMED},
	{"203.0.113.45", "203.0.113.45", RDNS_GENERIC},
	{"203.0.113.45", "", RDNS_UNKNOWN},
	{"203.0.113.45", ".", RDNS_UNKNOWN},
};

static void test_rows(void **state)
{
	struct org_domains *o = org_domains_create(NULL, 64);

	assert_non_null(o);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a;
		enum rdns_class got;

		assert_int_equal(addr_parse(span_str(rows[i].addr), &a), 1);
		got = rdns_classify(o, span_str(rows[i].name), &a);
		if (got != rows[i].expected)
			fail_msg("%s: %s, expected %s", rows[i].name, rdns_class_name(got),
				rdns_class_name(rows[i].expected));
	}
	org_domains_destroy(o);
}

/* Each token of the table alone, so that a wrong order in it cannot hide one from the search. */
static void test_each_token(void **state)
{
	static const struct {
		const char *words;
		enum rdns_class expected, with_addr;
	} lists[] = {
		{"dyn dynamic dynip dhcp pppoe ppp dial dialup pool dip dsl adsl xdsl vdsl cable "
		 "cablemodem catv docsis cpe fttb ftth wifi gprs lte mobile cdma broadband nat res "
		 "resnet home ",
			RDNS_DYNAMIC, RDNS_DYNAMIC},
		{"cust customer client user host ", RDNS_GENERIC, RDNS_GENERIC},
		{"vps node peer ", RDNS_NAMED, RDNS_GENERIC},
		{"static fix fixip dedicated mail smtp mx mta out outbound relay ", RDNS_NAMED,
			RDNS_STATIC_GENERIC},
	};
	struct org_domains *o = org_domains_create(NULL, 64);
	struct addr a;

	assert_int_equal(addr_parse(span_str("203.0.113.45"), &a), 1);
	for (size_t i = 0; i < 4; i++) {
		const char *w = lists[i].words, *end;

		for (; (end = strchr(w, ' ')) != NULL; w = end + 1) {
			char name[80];

			snprintf(name, sizeof(name), "%.*s7.isp.example", (int)(end - w), w);
			if (rdns_classify(o, span_str(name), &a) != lists[i].expected)
				fail_msg("%s", name);
			snprintf(name, sizeof(name), "203-0-113-45.%.*s7.isp.example",
				(int)(end - w), w);
			if (rdns_classify(o, span_str(name), &a) != lists[i].with_addr)
				fail_msg("%s", name);
		}
	}
	org_domains_destroy(o);
}

/* Linear: a name of the greatest length in its worst form still takes microseconds. */
static void test_long_names(void **state)
{
	struct org_domains *o = org_domains_create(NULL, 64);
	struct timespec t0, t1;
	char name[400];
	struct addr a;
	int64_t ns;

	assert_int_equal(addr_parse(span_str("203.0.113.45"), &a), 1);
	memset(name, '0', sizeof(name));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(rdns_classify(o, span_of(name, sizeof(name)), &a), RDNS_NAMED);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	ns = (t1.tv_sec - t0.tv_sec) * INT64_C(1000000000) + t1.tv_nsec - t0.tv_nsec;
	assert_true(ns / 1000 < 100000);
	org_domains_destroy(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_each_token),
		cmocka_unit_test(test_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
