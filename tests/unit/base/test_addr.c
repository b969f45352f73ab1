/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/addr.h"

static struct addr must(const char *s)
{
	struct addr a;

	assert_int_equal(addr_parse(span_str(s), &a), 1);
	return a;
}

static void test_text_forms(void **state)
{
	static const char *const good[] = {"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1",
		"::1", "2001:db8:0:1::"};
	static const char *const bad[] = {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1.2.3.4 ",
		"[192.0.2.1]", "2001:db8::1::", "fe80::1%eth0", "example.org"};
	char buf[ADDR_STRLEN];
	struct addr a;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		a = must(good[i]);
		assert_string_equal(addr_format(&a, buf), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(addr_parse(span_str(bad[i]), &a), -1);
	assert_int_equal(addr_parse(span_of("1.2.3.4\0x", 9), &a), -1);
}

static void test_order(void **state)
{
	struct addr a = must("9.0.0.0"), b = must("192.0.2.1"), c = must("::1");

	assert_true(addr_cmp(&a, &b) < 0);
	assert_true(addr_cmp(&b, &c) < 0);
	assert_true(addr_cmp(&c, &b) > 0);
	assert_int_equal(addr_cmp(&b, &b), 0);
}

static void test_prefixes(void **state)
{
	struct addr a = must("198.51.100.77"), b = must("2001:db8:1:2:3:4:5:6");
	struct addr n;
	char buf[ADDR_STRLEN];

	n = addr_net_key(&a);
	assert_string_equal(addr_format(&n, buf), "198.51.100.0");
	n = addr_host_key(&a);
	assert_string_equal(addr_format(&n, buf), "198.51.100.77");
	n = addr_host_key(&b);
	assert_string_equal(addr_format(&n, buf), "2001:db8:1:2::");
	n = addr_net_key(&b);
	assert_string_equal(addr_format(&n, buf), "2001:db8:1::");
	n = addr_prefix(&a, 22);
	assert_string_equal(addr_format(&n, buf), "198.51.100.0");
	n = addr_prefix(&a, 0);
	assert_string_equal(addr_format(&n, buf), "0.0.0.0");
}

static void test_cidr(void **state)
{
	struct cidr c;
	struct addr in = must("192.0.2.255"), out = must("192.0.3.0"), six = must("2001:db8::1");
	struct cidr_list list;

	assert_int_equal(cidr_parse(span_str("192.0.2.9/24"), &c), 1);
	assert_true(cidr_contains(&c, &in));
	assert_false(cidr_contains(&c, &out));
	assert_false(cidr_contains(&c, &six));
	list = (struct cidr_list){&c, 1};
	assert_true(cidr_list_contains(&list, &in));
	list.count = 0;
	assert_false(cidr_list_contains(&list, &in));
	assert_int_equal(cidr_parse(span_str("2001:db8::/32"), &c), 1);
	assert_true(cidr_contains(&c, &six));
	assert_int_equal(cidr_parse(span_str("0.0.0.0/0"), &c), 1);
	assert_true(cidr_contains(&c, &out));
	assert_false(cidr_contains(&c, &six));
	assert_int_equal(cidr_parse(span_str("192.0.2.0/33"), &c), -1);
	assert_int_equal(cidr_parse(span_str("192.0.2.0/"), &c), -1);
	assert_int_equal(cidr_parse(span_str("192.0.2.0/024"), &c), -1);
	assert_int_equal(cidr_parse(span_str("192.0.2.0/2x"), &c), -1);
}

static void test_private(void **state)
{
	static const char *const yes[] = {"10.1.2.3", "127.0.0.1", "192.168.0.1", "172.31.0.1",
		"100.64.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.1", "fd00::1", "fe80::1", "::1"};
	static const char *const no[] = {"192.0.2.1", "172.32.0.1", "100.128.0.1", "8.8.8.8",
		"2001:db8::1", "223.255.255.255"};
	struct addr a;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		a = must(yes[i]);
		assert_true(addr_is_private(&a));
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		a = must(no[i]);
		assert_false(addr_is_private(&a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_forms),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_cidr),
		cmocka_unit_test(test_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
