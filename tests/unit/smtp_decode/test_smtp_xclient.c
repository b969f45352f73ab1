/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/smtp_xclient.h"

static void test_rows(void **state)
{
	static const struct {
		const char *args;
		int result;
		bool addr_given;
		const char *addr; /* NULL: not known */
		int port;         /* -1: not known */
		const char *helo, *login;
	} rows[] = {
		{"ADDR=203.0.113.9", 1, true, "203.0.113.9", -1, "", ""},
		{"NAME=spike.example ADDR=IPV6:2001:db8::9 PORT=4711", 1, true, "2001:db8::9", 4711,
			"", ""},
		{"addr=ipv6:2001:db8::9", 1, true, "2001:db8::9", -1, "", ""},
		{"ADDR=203.0.113+2E9", 1, true, "203.0.113.9", -1, "", ""},
		{"ADDR=[UNAVAILABLE] PORT=[TEMPUNAVAIL]", 1, true, NULL, -1, "", ""},
		{"HELO=a+2Db.example PROTO=ESMTP LOGIN=ann+40example", 1, false, NULL, -1,
			"a+2Db.example", "ann+40example"},
		{"HELO=[UNAVAILABLE] LOGIN=[UNAVAILABLE]", 1, false, NULL, -1, "", ""},
		{"IDENT=4XyZ SOURCE=REMOTE DESTADDR=192.0.2.1 DESTPORT=25", 1, false, NULL, -1, "",
			""},
		{"ADDR=203.0.113.900", -1, false, NULL, -1, "", ""},
		{"ADDR=", -1, false, NULL, -1, "", ""},
		{"PORT=65536", -1, false, NULL, -1, "", ""},
		{"PORT=x", -1, false, NULL, -1, "", ""},
		{"ADDR", -1, false, NULL, -1, "", ""},
		{"=x", -1, false, NULL, -1, "", ""},
		{"", -1, false, NULL, -1, "", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smtp_xclient x = {0};
		char text[ADDR_STRLEN];

		assert_int_equal(smtp_xclient_parse(span_str(rows[i].args), &x), rows[i].result);
		assert_int_equal(x.addr_given, rows[i].addr_given);
		assert_int_equal(x.addr_known, rows[i].addr != NULL);
		if (rows[i].addr)
			assert_string_equal(addr_format(&x.addr, text), rows[i].addr);
		assert_int_equal(x.port_known ? x.port : -1, rows[i].port);
		assert_true(span_eq_str(x.helo, rows[i].helo));
		assert_true(span_eq_str(x.login, rows[i].login));
	}
}

static void test_xtext(void **state)
{
	static const char *const rows[][2] = {{"a+2Bb", "a+b"}, {"+2", "+2"}, {"+2x", "+2x"},
		{"+", "+"}, {"+2b+2B+2b+2b+2b+2b+2b+2b+2b", "++++++++"}, {"", ""}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t buf[8];
		size_t n = smtp_xtext_decode(span_str(rows[i][0]), buf, sizeof(buf));

		assert_true(span_eq_str(span_of(buf, n), rows[i][1]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_xtext),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
