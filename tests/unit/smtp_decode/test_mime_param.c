/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/mime_param.h"

static void test_token(void **state)
{
	static const struct {
		const char *body, *token;
	} rows[] = {
		{"", ""},
		{"Text/HTML", "text/html"},
		{"text/html;charset=utf-8", "text/html"},
		{" text / html ; x", "text/html"},
		{"text/plain (comment); x", "text/plain"},
		{"Attachment", "attachment"},
		/* the semicolon is missing */
		{"TEXT/PLAIN charset=US-ASCII", "text/plain"},
		{"text /html charset=x", "text/html"},
		{"attachment filename=x", "attachment"},
		{"a-very-long-token-that-is-cut", "a-very-long-toke"},
	};
	char buf[16];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(span_eq_str(
			mime_param_token(span_str(rows[i].body), buf, sizeof(buf)), rows[i].token));
}

static void test_get(void **state)
{
	static const struct {
		const char *body, *name, *value;
	} rows[] = {
		{"text/plain", "charset", NULL},
		{"text/plain;", "charset", NULL},
		{"text/plain; charset", "charset", NULL},
		{"text/plain; charset=utf-8", "charset", "utf-8"},
		{"text/plain; Charset = \"utf-8\" ; x=y", "charset", "utf-8"},
		{"text/plain; x=y; charset=utf-8; charset=latin1", "charset", "utf-8"},
		{"text/plain; xcharset=a; charset=b", "charset", "b"},
		{"text/plain; charsets=a; charset=b", "charset", "b"},
		{"text/plain; charset=", "charset", ""},
		{"text/plain; charset=\"\"", "charset", ""},
		{"multipart/mixed; boundary=----=_NextPart_0/1:2", "boundary",
			"----=_NextPart_0/1:2"},
		{"multipart/mixed; boundary=with blank", "boundary", "with blank"},
		{"multipart/mixed; boundary=\"a;b=c\"; x=y", "boundary", "a;b=c"},
		{"multipart/mixed; boundary=\"a\\\"b\\\\c\"", "boundary", "a\"b\\c"},
		{"multipart/mixed; boundary=\"open", "boundary", "open"},
		{"multipart/mixed; boundary=\"open\\", "boundary", "open\\"},
		{"multipart/mixed; x=\"a;boundary=no\"; boundary=yes", "boundary", "yes"},
		{"multipart/mixed;;; boundary=b", "boundary", "b"},
		{"multipart/mixed boundary=b", "boundary", "b"},
		{"multipart/mixed boundary=b; x=y", "x", "y"},
		{"boundary=b", "boundary", NULL},
		/* RFC 2231 */
		{"a; filename*=utf-8''na%C3%AFve.txt", "filename", "na\xc3\xafve.txt"},
		{"a; filename*=us-ascii'en-us'This%20is", "filename", "This is"},
		{"a; boundary*0=one; boundary*1=two", "boundary", "onetwo"},
		{"a; filename*0*=utf-8''a%20; filename*1*=b%20; filename*2=\"c%20\"", "filename",
			"a b c%20"},
		{"a; filename*0=one; filename*2=three", "filename", "one"},
		{"a; filename*2=three; filename*0=one; filename*1=two", "filename", "onetwothree"},
		{"a; filename*0=one; filename*0=two", "filename", "one"},
		{"a; filename*0=one; filename=two", "filename", "one"},
		{"a; filename=two; filename*0=one", "filename", "two"},
		{"a; filename*1=one; filename=two", "filename", "two"},
		{"a; filename*64=no; filename*0=yes", "filename", "yes"},
		{"a; filename*1=two", "filename", NULL},
		{"a; filename*=no-quotes%41", "filename", "no-quotesA"},
		{"a; filename*=utf-8''bad%zz%4", "filename", "bad%zz%4"},
		{"a; filename*99999999999999999999=x", "filename", NULL},
	};
	char buf[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ssize_t n = mime_param_get(span_str(rows[i].body), rows[i].name, buf, sizeof(buf));

		if (!rows[i].value) {
			assert_int_equal(n, -1);
			continue;
		}
		assert_int_equal(n, strlen(rows[i].value));
		assert_memory_equal(buf, rows[i].value, (size_t)n);
	}
}

static void test_charset(void **state)
{
	static const char *const rows[][2] = {
		{"a; b*=iso-8859-1'en'x", "iso-8859-1"},
		{"a; b*0*=Big5''x; b*1*=utf-8''y", "Big5"},
		{"a; b*=''x", ""},
		{"a; b*=x", ""},
		{"a; b*0=utf-8''x", ""},
		{"a; b=utf-8''x", ""},
	};
	char buf[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span charset;

		assert_true(mime_param_get_encoded(
				    span_str(rows[i][0]), "b", buf, sizeof(buf), &charset) > 0);
		assert_true(span_eq_str(charset, rows[i][1]));
	}
}

static void test_cut(void **state)
{
	char buf[4];

	assert_int_equal(mime_param_get(span_str("a; b=123456"), "b", buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "1234", 4);
	assert_int_equal(mime_param_get(span_str("a; b*0=123; b*1=456"), "b", buf, 4), 4);
	assert_memory_equal(buf, "1234", 4);
	assert_int_equal(mime_param_get(span_str("a; b=123456"), "b", buf, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_charset),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
