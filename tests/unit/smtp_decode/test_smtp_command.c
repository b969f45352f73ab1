/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/smtp_command.h"

static void test_verbs(void **state)
{
	static const struct {
		const char *line;
		enum smtp_verb verb;
		const char *args;
		char letter;
	} rows[] = {
		{"HELO a.example", SMTP_HELO, "a.example", 'H'},
		{"ehlo a.example", SMTP_EHLO, "a.example", 'E'},
		{"LHLO\ta.example", SMTP_LHLO, "a.example", 'L'},
		{"MAIL FROM:<a@b.example>", SMTP_MAIL, "FROM:<a@b.example>", 'M'},
		{"RCPT TO:<a@b.example>", SMTP_RCPT, "TO:<a@b.example>", 'R'},
		{"DATA", SMTP_DATA, "", 'D'},
		{"BDAT 5 LAST", SMTP_BDAT, "5 LAST", 'B'},
		{"BURL imap://x LAST", SMTP_BURL, "imap://x LAST", 'U'},
		{"RSET", SMTP_RSET, "", 'T'},
		{"QUIT\r", SMTP_QUIT, "", 'Q'},
		{"NOOP  with more  ", SMTP_NOOP, "with more", 'N'},
		{"VRFY a", SMTP_VRFY, "a", 'V'},
		{"EXPN a", SMTP_EXPN, "a", 'X'},
		{"HELP", SMTP_HELP, "", 'P'},
		{"AUTH PLAIN", SMTP_AUTH, "PLAIN", 'A'},
		{"STARTTLS", SMTP_STARTTLS, "", 'S'},
		{"X-ANONYMOUSTLS", SMTP_STARTTLS, "", 'S'},
		{"ETRN a.example", SMTP_ETRN, "a.example", 'O'},
		{"TURN", SMTP_TURN, "", 'W'},
		{"ATRN a.example", SMTP_TURN, "a.example", 'W'},
		{"XCLIENT ADDR=192.0.2.1", SMTP_XCLIENT, "ADDR=192.0.2.1", 'C'},
		{"XFORWARD NAME=a", SMTP_XFORWARD, "NAME=a", 'F'},
		{"PROXY TCP4 192.0.2.1 192.0.2.2 1 25", SMTP_PROXY, "TCP4 192.0.2.1 192.0.2.2 1 25",
			'Y'},
		{"  \tQUIT", SMTP_QUIT, "", 'Q'},
		{"GET / HTTP/1.1", SMTP_UNKNOWN, "/ HTTP/1.1", '?'},
		{"QUITX", SMTP_UNKNOWN, "", '?'},
		{"QUI", SMTP_UNKNOWN, "", '?'},
		{"", SMTP_UNKNOWN, "", '?'},
		{"\r\r", SMTP_UNKNOWN, "", '?'},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smtp_command c = smtp_command_parse(span_str(rows[i].line));

		assert_int_equal(c.verb, rows[i].verb);
		assert_true(span_eq_str(c.args, rows[i].args));
		assert_int_equal(smtp_verb_letter(c.verb), rows[i].letter);
		assert_int_equal(c.trailing, strstr(rows[i].line, "more  ") != NULL);
	}
}

static void test_certain(void **state)
{
	static const char *const certain[] = {"MAIL FROM:<a@b.example>",
		"rcpt to:<a@b.example> X=Y", "MAIL FROM:<>", "EHLO a", "QUIT", "RSET", "DATA",
		"data \r", "NOOP", "STARTTLS", "BDAT 7 LAST", "AUTH LOGIN",
		"AUTH PLAIN AGEAYg==", "BURL imap://a/ LAST", "burl imap://a/"};
	static const char *const doubtful[] = {"Data sheets attached", "Help me", "Mail from me",
		"MAIL FROM: a@b.example", "Rset it", "Quit smoking", "Helo dear friend", "EHLO", "",
		"From: a@b.example", "BDAT many", "AUTH (the author)", "AUTH", "VRFY a", ".",
		"Burl wood", "BURL", "Burl: a knot in wood"};

	for (size_t i = 0; i < sizeof(certain) / sizeof(certain[0]); i++)
		assert_true(smtp_command_certain(span_str(certain[i])));
	for (size_t i = 0; i < sizeof(doubtful) / sizeof(doubtful[0]); i++)
		assert_false(smtp_command_certain(span_str(doubtful[i])));
}

static void test_prefix(void **state)
{
	static const struct {
		const char *start;
		enum smtp_prefix prefix;
	} rows[] = {
		{"", SMTP_PREFIX_MORE},
		{"R", SMTP_PREFIX_MORE},
		{"rse", SMTP_PREFIX_MORE},
		{"RSET", SMTP_PREFIX_MORE},
		{"RSET\r", SMTP_PREFIX_YES},
		{"RSET\n", SMTP_PREFIX_YES},
		{"MAIL F", SMTP_PREFIX_YES},
		{"QUIT\t", SMTP_PREFIX_YES},
		{"QUITX", SMTP_PREFIX_NO},
		{"dXNlcg==", SMTP_PREFIX_NO},
		{"\r", SMTP_PREFIX_NO},
		{"*", SMTP_PREFIX_NO},
		{"X-ANONYMOUSTLS", SMTP_PREFIX_MORE},
		{"X-ANONYMOUSTLS\r", SMTP_PREFIX_YES},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(smtp_command_prefix(span_str(rows[i].start)), rows[i].prefix);
}

static void test_paths(void **state)
{
	static const struct {
		enum smtp_verb verb;
		const char *args, *mailbox, *params;
		bool well_formed, null;
	} rows[] = {
		{SMTP_MAIL, "FROM:<a@b.example>", "a@b.example", "", true, false},
		{SMTP_MAIL, "from: < a@b.example > SIZE=9", "a@b.example", "SIZE=9", true, false},
		{SMTP_MAIL, "FROM :\t<a@b.example>SIZE=9", "a@b.example", "SIZE=9", true, false},
		{SMTP_MAIL, "FROM:<>", "", "", true, true},
		{SMTP_MAIL, "FROM:< > BODY=7BIT", "", "BODY=7BIT", true, true},
		{SMTP_MAIL, "FROM:", "", "", false, false},
		{SMTP_MAIL, "", "", "", false, false},
		{SMTP_MAIL, "FROM:a@b.example SIZE=1", "a@b.example", "SIZE=1", false, false},
		{SMTP_MAIL, "FROM <a@b.example>", "a@b.example", "", false, false},
		{SMTP_MAIL, "<a@b.example>", "a@b.example", "", false, false},
		{SMTP_MAIL, "fromage@b.example", "fromage@b.example", "", false, false},
		{SMTP_RCPT, "tom@b.example", "tom@b.example", "", false, false},
		{SMTP_RCPT, "TO:<a@b.example", "a@b.example", "", false, false},
		{SMTP_RCPT, "TO:<@x.example,@y.example:a@b.example>", "a@b.example", "", true,
			false},
		{SMTP_RCPT, "TO:<@[IPv6:2001:db8::1]:a@b.example>", "a@b.example", "", true, false},
		{SMTP_RCPT, "TO:<\"a b>c\"@d.example> X", "\"a b>c\"@d.example", "X", true, false},
		{SMTP_RCPT, "TO:<\"a\\\">b\"@d.example>", "\"a\\\">b\"@d.example", "", true, false},
		{SMTP_RCPT, "TO:<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", "", true, false},
		{SMTP_RCPT, "TO:<postmaster>", "postmaster", "", true, false},
		{SMTP_RCPT, "TO:<\xc3\xbc@b.example>", "\xc3\xbc@b.example", "", true, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smtp_path p = smtp_path_parse(rows[i].verb, span_str(rows[i].args));

		assert_true(span_eq_str(p.mailbox, rows[i].mailbox));
		assert_true(span_eq_str(p.params, rows[i].params));
		assert_int_equal(p.well_formed, rows[i].well_formed);
		assert_int_equal(p.null, rows[i].null);
	}
}

static void test_params(void **state)
{
	struct span s = span_str(" SIZE=12 \tSMTPUTF8  AUTH=<> ENVID="), k, v;

	assert_true(smtp_param_next(&s, &k, &v));
	assert_true(span_eq_str(k, "SIZE") && span_eq_str(v, "12"));
	assert_true(smtp_param_next(&s, &k, &v));
	assert_true(span_eq_str(k, "SMTPUTF8") && v.p == NULL);
	assert_true(smtp_param_next(&s, &k, &v));
	assert_true(span_eq_str(k, "AUTH") && span_eq_str(v, "<>"));
	assert_true(smtp_param_next(&s, &k, &v));
	assert_true(span_eq_str(k, "ENVID") && v.len == 0);
	assert_false(smtp_param_next(&s, &k, &v));
	assert_int_equal(smtp_param_size(span_str("BODY=8BITMIME size=0042")), 42);
	assert_int_equal(smtp_param_size(span_str("SIZE=9223372036854775807")), INT64_MAX);
	assert_int_equal(smtp_param_size(span_str("SIZE=9223372036854775808")), -1);
	assert_int_equal(smtp_param_size(span_str("SIZE=-1")), -1);
	assert_int_equal(smtp_param_size(span_str("SIZE")), -1);
	assert_int_equal(smtp_param_size(span_str("")), -1);
}

static void test_bdat(void **state)
{
	static const struct {
		const char *args;
		int ret;
		uint64_t size;
		bool last;
	} rows[] = {
		{"5", 1, 5, false},
		{"5 LAST", 1, 5, true},
		{"0  last\r", 1, 0, true},
		{"9223372036854775807 LAST", 1, INT64_MAX, true},
		{"9223372036854775808", -1, 0, false},
		{"18446744073709551616 LAST", -1, 0, false},
		{"-1 LAST", -1, 0, false},
		{"+5", -1, 0, false},
		{"5 X", -1, 0, false},
		{"5 LAST X", -1, 0, false},
		{"LAST", -1, 0, false},
		{"", -1, 0, false},
		{"0x5", -1, 0, false},
		{"5,", -1, 0, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t size = 77;
		bool last = true;

		assert_int_equal(
			smtp_bdat_parse(span_str(rows[i].args), &size, &last), rows[i].ret);
		assert_int_equal(size, rows[i].ret == 1 ? rows[i].size : 77);
		assert_int_equal(last, rows[i].ret == 1 ? rows[i].last : true);
	}
}

static void test_burl(void **state)
{
	static const struct {
		const char *args;
		int ret;
		bool last;
	} rows[] = {
		{"imap://a/;UID=1", 1, false},
		{"imap://a/;UID=1 LAST", 1, true},
		{"imap:a last\r", 1, true},
		{"", -1, true},
		{"LAST", -1, true},
		{":x LAST", -1, true},
		{"imap://a/ FIRST", -1, true},
		{"imap://a/ LAST LAST", -1, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool last = true;

		assert_int_equal(smtp_burl_parse(span_str(rows[i].args), &last), rows[i].ret);
		assert_int_equal(last, rows[i].last);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_certain),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_bdat),
		cmocka_unit_test(test_burl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
