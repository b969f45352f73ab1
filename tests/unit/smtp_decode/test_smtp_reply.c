/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/smtp_reply.h"

static void test_lines(void **state)
{
	static const struct {
		const char *line, *text;
		int ret, code;
		bool more;
	} rows[] = {
		{"250 Ok", "Ok", 1, 250, false},
		{"250-first", "first", 1, 250, true},
		{"354", "", 1, 354, false},
		{"220\tmx  ", "mx", 1, 220, false},
		{"250-", "", 1, 250, true},
		{"000 x", "x", 1, 0, false},
		{"999 x", "x", 1, 999, false},
		{"250 Ok\r\r", "Ok", 1, 250, false},
		{"25", "", -1, 0, false},
		{"", "", -1, 0, false},
		{"2500 x", "", -1, 0, false},
		{"4.7.0 later", "", -1, 0, false},
		{"250Ok", "", -1, 0, false},
		{" 250 Ok", "", -1, 0, false},
		{"hello", "", -1, 0, false},
		{"+OK", "", -1, 0, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct smtp_reply_line r = {0};

		assert_int_equal(smtp_reply_parse(span_str(rows[i].line), &r), rows[i].ret);
		if (rows[i].ret < 0)
			continue;
		assert_int_equal(r.code, rows[i].code);
		assert_int_equal(r.more, rows[i].more);
		assert_true(span_eq_str(r.text, rows[i].text));
	}
}

static void test_enhanced(void **state)
{
	static const struct {
		const char *text, *code;
	} rows[] = {
		{"2.1.0 Ok", "2.1.0"},
		{"5.1.10 no", "5.1.10"},
		{"4.7.500: busy", "4.7.500"},
		{"5.7.1", "5.7.1"},
		{"3.1.0 x", ""},
		{"2.1 x", ""},
		{"2.1.0x", ""},
		{"2..0 x", ""},
		{"2.1.1234 x", ""},
		{"2.1234.1 x", ""},
		{"", ""},
		{"2.1.", ""},
		{"Ok 2.1.0", ""},
		{"2.0.0.1 x", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(span_eq_str(smtp_reply_enhanced(span_str(rows[i].text)), rows[i].code));
}

static void test_unknown_user(void **state)
{
	static const struct {
		int code;
		const char *enhanced, *text;
		bool unknown;
	} rows[] = {
		{550, "5.1.1", "anything", true},
		{550, "5.1.10", "x", true},
		{550, "", "User unknown", true},
		{553, "", "sorry, no mailbox here by that name", true},
		{550, "5.1.0", "no such user here", true},
		{550, "", "Unrouteable address", true},
		{550, "5.7.1", "User unknown in our list", false},
		{450, "4.1.1", "user unknown", false},
		{450, "", "user unknown", false},
		{550, "", "mailbox unavailable", false},
		{550, "", "blocked", false},
		{550, "", "", false},
		{554, "5.7.1", "relay denied", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(smtp_reply_unknown_user(rows[i].code, span_str(rows[i].enhanced),
					 span_str(rows[i].text)),
			rows[i].unknown);
}

static void test_queue_id(void **state)
{
	static const struct {
		const char *text, *id;
	} rows[] = {
		{"Ok: queued as 4XyZ12", "4XyZ12"},
		{"Ok: queued as 5C19921E0D)", "5C19921E0D"},
		{"OK id=1pgobK-001mwq-ED", "1pgobK-001mwq-ED"},
		{"tB8LU0vs014629 Message accepted for delivery", "tB8LU0vs014629"},
		{"9a0b1c2d Message accepted for delivery", "9a0b1c2d"},
		{"<a1@mx.example> [InternalId=97779625] Queued mail for delivery",
			"<a1@mx.example>"},
		{"<a1@mx.example> Queued mail for delivery", "<a1@mx.example>"},
		{"OK  1693000000 a1-20b2c3si123.45 - gsmtp", "a1-20b2c3si123.45"},
		{"Message Queued (0E2A-11)", "0E2A-11"},
		{"Ok. <000000AB.4C5D>", "000000AB.4C5D"},
		{"ok 1184401929 qp 26211", "1184401929 qp 26211"},
		{"Ok", ""},
		{"Message accepted for delivery", ""},
		{"Ok: queued as ", ""},
		{"OK message accepted for delivery", ""},
		{"Queued (0.123 seconds)", ""},
		{"321 KB/sec Queued mail for delivery", ""},
		{"ok thanks", ""},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(span_eq_str(smtp_reply_queue_id(span_str(rows[i].text)), rows[i].id));
}

static void test_capabilities(void **state)
{
	assert_int_equal(smtp_reply_capability(span_str("PIPELINING")), SMTP_CAP_PIPELINING);
	assert_int_equal(smtp_reply_capability(span_str("size 1000")), SMTP_CAP_SIZE);
	assert_int_equal(smtp_reply_capability(span_str("AUTH=LOGIN PLAIN")), SMTP_CAP_AUTH);
	assert_int_equal(smtp_reply_capability(span_str("STARTTLS")), SMTP_CAP_STARTTLS);
	assert_int_equal(smtp_reply_capability(span_str("STARTTLSX")), 0);
	assert_int_equal(smtp_reply_capability(span_str("mx.example at your service")), 0);
	assert_int_equal(
		smtp_reply_capability(span_str("mt-priority MIXER")), SMTP_CAP_MT_PRIORITY);
	assert_int_equal(smtp_reply_capability(span_str("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_enhanced),
		cmocka_unit_test(test_unknown_user),
		cmocka_unit_test(test_queue_id),
		cmocka_unit_test(test_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
