/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/smtp_data.h"

struct result {
	char text[256];
	size_t len, left; /* octets; bytes behind the end */
	bool ended;
	struct smtp_data data;
};

/* Reads `in` in pieces of `piece` bytes, each in memory of its own size. */
static struct result read_data(struct span in, size_t piece, bool lf_lines)
{
	struct result r = {.len = 0};

	smtp_data_start(&r.data, lf_lines);
	while (in.len > 0 && !r.ended) {
		struct span part = span_head(in, piece), run;
		uint8_t *copy = malloc(part.len), *from = copy;
		enum smtp_data_result what;

		assert_non_null(copy);
		memcpy(copy, part.p, part.len);
		in = span_skip(in, part.len);
		part.p = copy;
		do {
			what = smtp_data_next(&r.data, &part, &run);
			if (what == SMTP_DATA_RUN) {
				assert_true(r.len + run.len <= sizeof(r.text));
				if (run.len > 0)
					memcpy(r.text + r.len, run.p, run.len);
				r.len += run.len;
			}
		} while (what == SMTP_DATA_RUN);
		r.ended = what == SMTP_DATA_END;
		r.left = part.len + in.len;
		free(from);
	}
	return r;
}

static void test_rows(void **state)
{
	static const struct {
		const char *in, *out;
		bool ended, lf;
		size_t left;
		unsigned int candidates;
		bool attempt;
	} rows[] = {
		{"a\r\n.\r\n", "a\r\n", true, false, 0, 0, false},
		{".\r\n", "", true, false, 0, 0, false},
		{"a\r\n.\r\nQUIT\r\n", "a\r\n", true, false, 6, 0, false},
		{"..\r\n...\r\n.a\r\n.\r\n", ".\r\n..\r\na\r\n", true, false, 0, 0, false},
		{"a.\r\nb\r\n.\r\n", "a.\r\nb\r\n", true, false, 0, 0, false},
		{"a\r\n.", "a\r\n", false, false, 0, 0, false},
		{"a\r\n.\r", "a\r\n", false, false, 0, 0, false},
		{"a\n.\nb", "a\n.\nb", false, false, 0, 1, false},
		{"a\n.\r\nb", "a\n.\r\nb", false, false, 0, 1, false},
		{"a\r\n.\nb", "a\r\n\nb", false, false, 0, 1, false},
		{"a\r.\rb", "a\r.\rb", false, false, 0, 1, false},
		{"a\r.\r\nb", "a\r.\r\nb", false, false, 0, 1, false},
		{"a\r\n.\rb", "a\r\n\rb", false, false, 0, 1, false},
		{"a\r\n\r.\rb", "a\r\n\r.\rb", false, false, 0, 1, false},
		{"a\r\n.\n.\nb", "a\r\n\n.\nb", false, false, 0, 2, false},
		{"a\n.b\n", "a\n.b\n", false, false, 0, 0, false},
		{"a\n.\nMAIL FROM:<x>", "a\n.\nMAIL FROM:<x>", false, false, 0, 1, true},
		{"a\n.\nx\r\nRCPT TO:<x>\r\n", "a\n.\nx\r\nRCPT TO:<x>\r\n", false, false, 0, 1,
			true},
		{"a\n.\nrset\r\n", "a\n.\nrset\r\n", false, false, 0, 1, true},
		{"a\n.\nmail order\r\n", "a\n.\nmail order\r\n", false, false, 0, 1, false},
		{"MAIL FROM:<x>\n.\nb\r\n", "MAIL FROM:<x>\n.\nb\r\n", false, false, 0, 1, false},
		{"a\n.\nQUIT\n", "a\n", true, true, 5, 0, false},
		{"a\n..b\n.\r\nQUIT\n", "a\n.b\n", true, true, 5, 0, false},
		{"a\r\n.\r\nQUIT\n", "a\r\n", true, true, 5, 0, false},
		{"\r\n.\r\n", "\r\n", true, false, 0, 0, false},
		{"\r\r\n.\r\n", "\r\r\n", true, false, 0, 0, false},
		{"\r\n\r\n..\r\n.\r\n", "\r\n\r\n.\r\n", true, false, 0, 0, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span in = span_str(rows[i].in);

		for (size_t piece = 1; piece <= in.len; piece++) {
			struct result r = read_data(in, piece, rows[i].lf);

			assert_true(span_eq_str(span_of(r.text, r.len), rows[i].out));
			assert_int_equal(r.ended, rows[i].ended);
			assert_int_equal(r.left, rows[i].left);
			assert_int_equal(r.data.candidates, rows[i].candidates);
			assert_int_equal(r.data.attempt, rows[i].attempt);
			assert_int_equal(r.data.at, in.len - r.left);
		}
	}
}

/* CR LF NUL . CR LF: no C string. */
static void test_nul(void **state)
{
	static const char in[] = "a\r\n\0.\r\nEHLO x\r\n.\r\n";
	struct span s = span_of(in, sizeof(in) - 1);

	for (size_t piece = 1; piece <= s.len; piece++) {
		struct result r = read_data(s, piece, false);

		assert_true(r.ended);
		assert_int_equal(r.len, s.len - 3);
		assert_int_equal(r.data.candidates, 1);
		assert_true(r.data.attempt);
	}
}

static void test_reach(void **state)
{
	static char in[700];
	int n = snprintf(in, sizeof(in), "a\n.\n%0510d\nMAIL FROM:<x>\n", 0);
	struct result r;
	struct smtp_data d;
	struct span s = span_of(in, (size_t)n), run;

	smtp_data_start(&d, false);
	while (smtp_data_next(&d, &s, &run) == SMTP_DATA_RUN)
		;
	assert_true(d.attempt); /* the line begins 511 bytes behind the candidate */
	n = snprintf(in, sizeof(in), "a\n.\n%0511d\nMAIL FROM:<x>\n", 0);
	s = span_of(in, (size_t)n);
	smtp_data_start(&d, false);
	while (smtp_data_next(&d, &s, &run) == SMTP_DATA_RUN)
		;
	assert_false(d.attempt);
	r = read_data(span_str("a\n.\n"), 9, false);
	assert_true(smtp_data_at_candidate(&r.data));
	r = read_data(span_str("a\r\n.\r\r\n"), 9, false);
	assert_true(smtp_data_at_candidate(&r.data));
	r = read_data(span_str("a\n.\nb"), 9, false);
	assert_false(smtp_data_at_candidate(&r.data));
	r = read_data(span_str("a\r\n"), 9, false);
	assert_false(smtp_data_at_candidate(&r.data));
}

static void test_gap(void **state)
{
	struct smtp_data d;
	struct span s = span_str("a\r\n"), run;

	smtp_data_start(&d, false);
	assert_int_equal(smtp_data_next(&d, &s, &run), SMTP_DATA_RUN);
	smtp_data_gap(&d);
	s = span_str(".\r\n.\r\n"); /* the first dot is not known to begin a line */
	assert_int_equal(smtp_data_next(&d, &s, &run), SMTP_DATA_RUN);
	assert_true(span_eq_str(run, ".\r\n"));
	assert_int_equal(smtp_data_next(&d, &s, &run), SMTP_DATA_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
