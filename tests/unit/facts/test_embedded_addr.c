/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/embedded_addr.h"

static const struct {
	const char *addr, *name;
	bool expected;
} rows[] = {
	/* Decimal, any separator, either direction, four octets or three. */
	{"203.0.113.45", "203-0-113-45.isp.example", true},
	{"203.0.113.45", "203.0.113.45.isp.example", true},
	{"203.0.113.45", "45.113.0.203.isp.example", true},
	{"203.0.113.45", "host203_0_113_45.isp.example", true},
	{"203.0.113.45", "ip203x0x113x45.isp.example", true},
	{"203.0.113.45", "a203b0c113d45.isp.example", true},
	{"203.0.113.45", "45-113-0.area.isp.example", true},
	{"203.0.113.45", "h113.n0.b203.isp.example", true},
	{"203.0.113.45", "0-113-45.isp.example", true},
	{"203.0.113.45", "203.000.113.045.isp.example", true},
	{"203.0.113.45", "isp-203-0-113.example", true}, /* in the org-domain too */
	/* Joined. */
	{"203.0.113.45", "p203000113045.isp.example", true},
	{"203.0.113.45", "045113000203.isp.example", true},
	{"203.0.113.45", "c9203000113.isp.example", true},
	{"203.0.113.45", "203011345.isp.example", true},
	{"203.0.113.45", "451130203.isp.example", true},
	{"203.0.113.45", "u20301134599.isp.example", false},
	/* Hexadecimal. */
	{"203.0.113.45", "cb00712d.isp.example", true},
	{"203.0.113.45", "ipcb00712d.isp.example", true},
	{"203.0.113.45", "2d7100cb.isp.example", true},
	{"203.0.113.45", "cb-00-71-2d.isp.example", true},
	{"203.0.113.45", "cb.0.71.2d.isp.example", true},
	{"203.0.113.45", "xcb0071.isp.example", true},
	/* Not this address, or too little of it. */
	{"203.0.113.45", "198-51-100-7.isp.example", false},
	{"203.0.113.45", "203-113-45.isp.example", false},
	{"203.0.113.45", "113-45.isp.example", false},
	{"203.0.113.45", "mx45.corp.example", false},
	{"203.0.113.45", "203-0-1130-45.isp.example", false},
	{"203.0.113.45", "203-zone-0-zone-113.isp.example", false},
	{"203.0.113.45", "2030-113-45.isp.example", false},
	{"203.0.113.45", "mail.corp.example", false},
	{"203.0.113.45", "", false},
	{"203.0.113.45", "000000000000000000000000.example", false},
	/* The last octet 255: one pattern of old filters took single digits only. */
	{"192.0.2.255", "192.0.2.255.isp.example", true},
	{"192.0.2.255", "192x0x2x255.isp.example", true},
	/* IPv6: hextets joined or apart, reversed nibbles, the whole with dashes. */
	{"2001:db8:12:34::56", "2001-db8-12-34--56.isp.example", true},
	{"2001:db8:12:34::56", "host-2001-db8-12-34--56.isp.example", true},
	{"2001:db8::1", "2001-db8--1.isp.example", true},
	{"2001:db8:12:34::56", "2001.db8.12.isp.example", true},
	{"2001:db8:12:34::56", "ipv6-2001-0db8-0012.isp.example", true},
	{"2001:db8:12:34::56", "12-db8-2001.isp.example", true},
	{"2001:db8:12:34::56", "20010db800120034.isp.example", true},
	{"2001:db8:12:34::56", "x20010db80012.isp.example", true},
	{"2001:db8:12:34::56",
		"6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.3.0.0.2.1.0.0.8.b.d.0.1.0.0.2.isp.example",
		true},
	{"2001:db8:12:34::56", "2001-db8-99.isp.example", false},
	{"2001:db8:12:34::56", "2001-db8.isp.example", false},
	{"2001:db8::1", "0-0-0-0.isp.example", false}, /* zeros say nothing */
	{"2001:db8::1", "mail.corp.example", false},
};

static void test_rows(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a;

		assert_int_equal(addr_parse(span_str(rows[i].addr), &a), 1);
		if (embedded_addr(span_str(rows[i].name), &a) != rows[i].expected)
			fail_msg("%s in %s: expected %d", rows[i].addr, rows[i].name,
				rows[i].expected);
	}
}

static void test_tail(void **state)
{
	static const struct {
		const char *name;
		size_t org;
		bool expected;
	} tails[] = {
		{"cpc-113-45.city.isp.example", 16, true},
		{"113-45.city.isp.example", 12, true},
		{"45-113.city.isp.example", 12, true},
		{"h45-113.city.isp.example", 13, true},
		{"cpc-113-45.isp.example", 11, false}, /* no label between */
		{"cpc-113-46.city.isp.example", 16, false},
		{"113-45-9.city.isp.example", 14, false},
		{"mx.city.isp.example", 8, false},
		{"localhost", 0, false},
	};
	struct addr a, small;

	assert_int_equal(addr_parse(span_str("203.0.113.45"), &a), 1);
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		if (embedded_addr_tail(span_str(tails[i].name), tails[i].org, &a) !=
			tails[i].expected)
			fail_msg("%s: expected %d", tails[i].name, tails[i].expected);
	assert_int_equal(addr_parse(span_str("203.0.1.12"), &small), 1);
	assert_false(embedded_addr_tail(span_str("mx1-12.city.isp.example"), 12, &small));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
