/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/smtp_tls.h"

static bool any_turn(struct span in, size_t piece)
{
	struct smtp_tls t = {0};
	bool turn = false;

	while (in.len > 0) {
		turn = smtp_tls_turn(&t, span_head(in, piece)) || turn;
		in = span_skip(in, piece);
	}
	return turn;
}

static void test_records(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool turn;
	} rows[] = {
		{"\x16\x03\x01\0\3abc", 8, true},
		{"\x17\x03\x03\0\x14"
		 "01234567890123456789",
			25, true},
		{"\x17\x03\x03\0\x13"
		 "0123456789012345678",
			24, false}, /* an alert of TLS 1.3 */
		{"\x15\x03\x03\0\2ab", 7, false},
		{"\x15\x03\x03\0\2ab\x16\x03\x03\0\1x", 13, true},
		{"\x15\x03\x03\0\2ab\x15\x03\x03\0\2ab", 14, false},
		{"\x16\x03\x01\0", 4, false}, /* not told yet */
		{"QUIT\r\n", 6, true},        /* no TLS at all: a turn */
		{"", 0, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t piece = 1; piece <= rows[i].len; piece++)
			assert_int_equal(
				any_turn(span_of(rows[i].bytes, rows[i].len), piece), rows[i].turn);
	}
}

static void test_gap(void **state)
{
	struct smtp_tls t = {0};

	assert_false(smtp_tls_turn(&t, span_of("\x15\x03\x03\0\2a", 6)));
	smtp_tls_gap(&t);
	assert_true(smtp_tls_turn(&t, span_of("x", 1)));
	assert_false(smtp_tls_turn(&t, span_of("", 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
