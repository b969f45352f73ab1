/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/smtp_first_bytes.h"

struct row {
	const char *line;
	enum smtp_line tells;
};

static const struct row rows[] = {
	{"EHLO client.example", SMTP_LINE_CLIENT},
	{"ehlo", SMTP_LINE_CLIENT},
	{"HeLo\tx", SMTP_LINE_CLIENT},
	{"LHLO x", SMTP_LINE_CLIENT},
	{"EHLOX", SMTP_LINE_OTHER},
	{"EHL", SMTP_LINE_OTHER},
	{"MAIL FROM:<a@b.example>", SMTP_LINE_CLIENT},
	{"mail  from :x", SMTP_LINE_CLIENT},
	{"MAILFROM:x", SMTP_LINE_CLIENT},
	{"MAIL TO:x", SMTP_LINE_OTHER},
	{"RCPT TO:<c@d.example>", SMTP_LINE_CLIENT},
	{"XCLIENT NAME=x", SMTP_LINE_CLIENT},
	{"STARTTLS", SMTP_LINE_LIKELY_COMMAND},
	{"DATA", SMTP_LINE_LIKELY_COMMAND},
	{"BDAT 10 LAST", SMTP_LINE_LIKELY_COMMAND},
	{"AUTH LOGIN", SMTP_LINE_COMMAND},
	{"AUTH TLS", SMTP_LINE_NOT},
	{"QUIT", SMTP_LINE_COMMAND},
	{"PROXY TCP4 192.0.2.1 192.0.2.2 1 25", SMTP_LINE_COMMAND},
	{"CONNECT mx.example:25 HTTP/1.1", SMTP_LINE_TUNNEL},
	{"GET / HTTP/1.1", SMTP_LINE_NOT},
	{"USER anonymous", SMTP_LINE_NOT},
	{"SSH-2.0-x", SMTP_LINE_NOT},
	{"HTTP/1.1 200 OK", SMTP_LINE_NOT},
	{"+OK ready", SMTP_LINE_NOT},
	{"* OK IMAP4rev1", SMTP_LINE_NOT},
	{"220 mx.example ESMTP Postfix", SMTP_LINE_SERVER},
	{"220-mx.example esmtp", SMTP_LINE_SERVER},
	{"220 lmtp ready", SMTP_LINE_SERVER},
	{"220 box ready", SMTP_LINE_GREETING},
	{"220", SMTP_LINE_GREETING},
	{"220-", SMTP_LINE_GREETING},
	{"220x", SMTP_LINE_OTHER},
	{"2200", SMTP_LINE_OTHER},
	{"220 (vsFTPd)", SMTP_LINE_GREETING},
	{"554 no SMTP service here", SMTP_LINE_SERVER},
	{"550 5.1.1 unknown user", SMTP_LINE_SERVER},
	{"550 4.1.1 another class", SMTP_LINE_REPLY},
	{"250 2.1.0 Ok", SMTP_LINE_SERVER},
	{"250 2.1.", SMTP_LINE_OK},
	{"250 Ok", SMTP_LINE_OK},
	{"250-PIPELINING", SMTP_LINE_OK},
	{"354 go", SMTP_LINE_SERVER},
	{"331 password", SMTP_LINE_REPLY},
	{"200 news", SMTP_LINE_REPLY},
	{"", SMTP_LINE_OTHER},
	{"hello", SMTP_LINE_OTHER},
};

static void test_rows(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (smtp_line_tell(span_str(rows[i].line)) != rows[i].tells)
			fail_msg("\"%s\" tells %d, not %d", rows[i].line,
				smtp_line_tell(span_str(rows[i].line)), rows[i].tells);
	}
}

static void test_continues(void **state)
{
	assert_true(smtp_line_continues(span_str("220-x")));
	assert_false(smtp_line_continues(span_str("220 x")));
	assert_false(smtp_line_continues(span_str("220")));
	assert_false(smtp_line_continues(span_str("EHLO-x")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_continues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
