/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/dialect_helo.h"

static void test_arguments(void **state)
{
	static const struct {
		const char *arg;
		char letter;
	} rows[] = {
		{"mx1.example.org", 'd'},
		{"MX1.Example.ORG.", 'd'},
		{"192-0-2-7.dyn.isp.example", 'g'},
		{"ip192.0.2.7.isp.example", 'g'},
		{"7.2.0.192.isp.example", 'g'},
		{"host-192000002007.isp.example", 'g'},
		{"pc000207.isp.example", 'd'},
		{"xc0000207.isp.example", 'g'},
		{"192-0-2-8.dyn.isp.example", 'd'}, /* another's */
		{"[192.0.2.7]", 'l'},
		{"[127.0.0.1]", 'l'},
		{"[IPv6:2001:db8::1]", 'l'},
		{"192.0.2.7", 'i'},
		{"2001:db8::1", 'i'},
		{"IPv6:2001:db8::1", 'i'},
		{"localhost", 'o'},
		{"localhost.localdomain", 'o'},
		{"DESKTOP-1A2B3C4", 'w'},
		{"WIN-ABCDEFGHIJK", 'w'},
		{"ylmf-pc", 'w'},
		{"bob", 's'},
		{"12345", 's'},
		{"server.local", 'p'},
		{"", 'x'},
		{"a b", 'x'},
		{"..", 'x'},
		{"a..b", 'x'},
		{"b\xc3\xbc"
		 "cher.example",
			'x'},
	};
	struct addr client;

	assert_int_equal(addr_parse(span_str("192.0.2.7"), &client), 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char letter = dialect_helo(span_str(rows[i].arg), &client);

		if (letter != rows[i].letter)
			print_error("%s: %c\n", rows[i].arg, letter);
		assert_int_equal(letter, rows[i].letter);
	}
}

static void test_ipv6_client(void **state)
{
	struct addr client;

	assert_int_equal(addr_parse(span_str("2001:db8::7"), &client), 1);
	assert_int_equal(dialect_helo(span_str("0-0-0-7.isp.example"), &client), 'd');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_ipv6_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
