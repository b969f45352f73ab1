/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "smtp_decode/dialect_header.h"

static void read_in(struct dialect_header *h, const char *text, size_t piece)
{
	struct span s = span_str(text);

	dialect_header_begin(h);
	while (s.len > 0) {
		dialect_header_run(h, span_head(s, piece));
		s = span_skip(s, piece);
	}
}

static void test_forms(void **state)
{
	static const struct {
		const char *header, *form;
	} rows[] = {
		{"From: a@b.example\r\nTO:c\r\n\r\nDate: body\r\n", "From: TO:-"},
		{"Received: from x\r\n\tby y\r\nSubject: a\r\n\tb\r\n c\r\n\r\n", "Subject: \t"},
		{"Date: Tue, 24 Nov 2026 14:08:12 -0500 (EST)\r\n\r\n",
			"Date: Aa, 9 Aa 9 9:9:9 +9 (A)\n-"},
		{"Date: Tue,  3 Nov 2026 04:08:12 +0100 (CET)\r\n\r\n",
			"Date: Aa, 9 Aa 9 9:9:9 +9 (A)\n-"},
		{"Message-ID: <304326.76866.mv@COKIJIW.TASIMIR.example>\r\n\r\n",
			"Message-ID: <9.9.a@d\n-"},
		{"MESSAGE-ID:\r\n <AB12ab--@host>\r\n\r\n", "MESSAGE-ID:<w-@s\n "},
		{"Message-Id: <1@[192.0.2.7]>\r\n\r\n", "Message-Id: <9@l\n-"},
		{"Content-Type: text/plain; charset=\"UTF-8\"\r\n\r\n",
			"Content-Type: \x01\"UTF-8\"\n-"},
		{"Content-Type: multipart/mixed;\r\n\tboundary=\"----=_Part_12_x\"; "
		 "charset=utf-8\r\n\r\n",
			"Content-Type: \"-=_Aa_9_a\"\x11utf-8\n\t"},
		{"Subject: LF alone\nFrom: x\n\nbody", "Subject: From: -"},
		{"Subject: no empty line\r\nbody\r\n", "Subject: -"},
		{"\r\nbody", "-"},
	};
	static struct dialect_header h;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *want = rows[i].form;
		size_t n = strlen(rows[i].header);

		for (size_t piece = 1; piece <= n; piece++) {
			read_in(&h, rows[i].header, piece);
			assert_true(h.ended);
			/* An empty boundary has the length 0, written as 1 in the table. */
			for (uint16_t k = 0; k < h.text_len; k++)
				h.text[k] = h.text[k] ? h.text[k] : 1;
			if (h.text_len != strlen(want) || memcmp(h.text, want, h.text_len) != 0)
				print_error("%zu: %.*s\n", i, h.text_len, h.text);
			assert_int_equal(h.text_len, strlen(want));
			assert_memory_equal(h.text, want, h.text_len);
		}
	}
}

static void test_bounds(void **state)
{
	static struct dialect_header h;
	static char text[64 * 1024];
	size_t n = 0;

	for (int i = 0; i < 40; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "X-%0*d: %0600d\r\n", 100, i, i);
	snprintf(text + n, sizeof(text) - n, "Date: x%0600d\r\n\r\n", 1);
	read_in(&h, text, sizeof(text));
	assert_true(h.ended);
	assert_int_equal(h.names, DIALECT_HEADER_NAMES);
	read_in(&h, "Subject: never", 3);
	assert_false(h.ended);
	read_in(&h, "Subject: a\rb\r\n\r\n", 3);
	assert_true(h.bare_cr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
