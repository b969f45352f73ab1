/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/transfer_qp.h"

static size_t decode_cut(struct span in, size_t a, size_t b, uint8_t *out)
{
	struct transfer_qp t = {0};
	size_t n = 0;

	n += transfer_qp_decode(&t, span_head(in, a), out + n);
	n += transfer_qp_decode(&t, span_head(span_skip(in, a), b - a), out + n);
	n += transfer_qp_decode(&t, span_skip(in, b), out + n);
	return n + transfer_qp_end(&t, out + n);
}

static void test_rows(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"", ""},
		{"plain\r\ntext", "plain\r\ntext"},
		{"a=3Db", "a=b"},
		{"=C3=A9=c3=a9", "\xc3\xa9\xc3\xa9"},
		{"soft=\r\nbreak", "softbreak"},
		{"soft=\nbreak", "softbreak"},
		{"soft= \t\r\nbreak", "softbreak"},
		{"=\r\n=\r\n=\r\nx", "x"},
		{"hard =20\r\nbreak", "hard  \r\nbreak"},
		/* not valid: stands as it is */
		{"a=b", "a=b"},
		{"a=zb", "a=zb"},
		{"1=2 3", "1=2 3"},
		{"a==3Db", "a==b"},
		{"a= b", "a= b"},
		{"a=\rb", "ab"},
		{"a==\r\nb", "a=b"},
		/* ends within an escape */
		{"a=", "a="},
		{"a=3", "a=3"},
		{"a=\r", "a"},
		{"a= ", "a"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span in = span_str(rows[i].in);
		uint8_t out[64];

		for (size_t a = 0; a <= in.len; a++)
			for (size_t b = a; b <= in.len; b++) {
				size_t n = decode_cut(in, a, b, out);

				assert_true(n <= TRANSFER_QP_ROOM(in.len));
				out[n] = '\0';
				assert_string_equal((char *)out, rows[i].out);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
