/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/header_section.h"

struct outcome {
	char fields[8192]; /* "number=body;" for each */
	char rest[256];    /* what follows the section */
	bool ended, capped;
	size_t count;
};

static void on_field(void *cookie, enum header_field f, struct span body)
{
	struct outcome *o = cookie;
	size_t n = strlen(o->fields);

	o->count++;
	if (n + body.len + 20 < sizeof(o->fields))
		snprintf(o->fields + n, sizeof(o->fields) - n, "%d=%.*s;", (int)f, (int)body.len,
			(const char *)body.p);
}

static void add_rest(struct outcome *o, const void *p, size_t n)
{
	size_t len = strlen(o->rest);

	if (n > sizeof(o->rest) - 1 - len)
		n = sizeof(o->rest) - 1 - len;
	memcpy(o->rest + len, p, n);
	o->rest[len + n] = '\0';
}

/* Feeds `in` in pieces: [0, a), [a, b), the rest. */
static void parse(struct span in, size_t a, size_t b, bool mime_only, struct outcome *o)
{
	struct header_section h;
	uint8_t *buf = malloc(LIMIT_HEADER_FIELD);
	struct span pieces[3] = {
		span_head(in, a), span_head(span_skip(in, a), b - a), span_skip(in, b)};

	memset(o, 0, sizeof(*o));
	header_section_begin(&h, mime_only, buf);
	for (int i = 0; i < 3; i++) {
		size_t n = h.ended ? 0 : header_section_run(&h, pieces[i], on_field, o);
		struct span rest = span_skip(pieces[i], n);

		if (h.ended && h.len > 0) {
			add_rest(o, h.buf, h.len);
			h.len = 0;
		}
		if (h.ended && rest.len > 0)
			add_rest(o, rest.p, rest.len);
	}
	o->ended = h.ended;
	o->capped = h.capped;
	if (!h.ended) {
		header_section_end(&h, on_field, o);
		add_rest(o, h.buf, h.len);
	}
	free(buf);
}

static void test_rows(void **state)
{
	static const struct {
		const char *in, *fields, *rest;
		bool ended;
	} rows[] = {
		{"Subject: one\r\nFrom: a@b.example\r\n\r\nbody", "16=one;8=a@b.example;", "body",
			true},
		{"Subject: one\n\nbody", "16=one;", "body", true},
		{"SUBJECT:one\r\n\r\n", "16=one;", "", true},
		{"Subject:\r\n\r\n", "16=;", "", true},
		{"Subject: one\r\n\ttwo\r\n  three\r\n\r\n", "16=one\ttwo  three;", "", true},
		{"Subject:\r\n one\r\n\r\n", "16=one;", "", true},
		{"Subject : one\r\n\r\n", "16=one;", "", true},
		{"X-Other: Subject: no\r\n\tSubject: no\r\nSubject: yes\r\n\r\n", "16=yes;", "",
			true},
		{"\r\nbody", "", "body", true},
		{"\nbody", "", "body", true},
		{" lost\r\nSubject: one\r\n\r\n", "16=one;", "", true},
		/* no empty line: what can be no field is body */
		{"Subject: one\r\nhello world\r\n", "16=one;", "hello world\r\n", true},
		{"hello\r\nSubject: no\r\n", "", "hello\r\nSubject: no\r\n", true},
		{": x\r\n", "", ": x\r\n", true},
		{"Subject: one\r\nab\x80: x\r\n", "16=one;", "ab\x80: x\r\n", true},
		{"Subject: one\r\n\rx\r\n", "16=one;", "\rx\r\n", true},
		{"Subject: one\r\na b: c\r\n", "16=one;", "a b: c\r\n", true},
		/* mbox separators are passed over in front only */
		{"From a@b.example Thu Jan 1\r\nSubject: one\r\n\r\n", "16=one;", "", true},
		{">From a@b.example Thu Jan 1\r\nSubject: one\r\n\r\n", "16=one;", "", true},
		{"Subject: one\r\nFrom x\r\n", "16=one;", "From x\r\n", true},
		/* the input ends within */
		{"Subject: one\r\n", "16=one;", "", false},
		{"Subject: one", "16=one;", "", false},
		{"Subject: one\r", "16=one\r;", "", false},
		{"Subject: one\r\nhello", "16=one;", "hello", false},
		{"", "", "", false},
		{"Subject: a\rb\r\n\r\n", "16=a\rb;", "", true},
	};
	struct outcome o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span in = span_str(rows[i].in);

		for (size_t a = 0; a <= in.len; a++)
			for (size_t b = a; b <= in.len; b++) {
				parse(in, a, b, false, &o);
				assert_string_equal(o.fields, rows[i].fields);
				assert_string_equal(o.rest, rows[i].rest);
				assert_int_equal(o.ended, rows[i].ended);
			}
	}
}

static void test_mime_only(void **state)
{
	struct span in = span_str("Subject: one\r\nContent-Type: text/html\r\n\r\n");
	struct outcome o;

	parse(in, 0, 0, true, &o);
	assert_string_equal(o.fields, "5=text/html;");
}

static void test_every_name(void **state)
{
	static const char *names[] = {"Auto-Submitted", "Cc", "Content-Disposition",
		"Content-Transfer-Encoding", "Content-Type", "Date", "DKIM-Signature", "From",
		"In-Reply-To", "List-Id", "Message-ID", "Received", "References", "Reply-To",
		"Sender", "Subject", "To", "User-Agent", "X-Mailer"};

	assert_int_equal(sizeof(names) / sizeof(names[0]), HEADER_FIELDS - 1);
	for (int i = 1; i < HEADER_FIELDS; i++)
		assert_int_equal(header_field_find(span_str(names[i - 1])), i);
	assert_int_equal(header_field_find(span_str("Subjec")), HEADER_NONE);
	assert_int_equal(header_field_find(span_str("Tq")), HEADER_NONE);
	assert_int_equal(header_field_find(span_str("")), HEADER_NONE);
}

static void test_caps(void **state)
{
	size_t len = 1 << 20;
	char *p = malloc(len);
	struct outcome *o = malloc(sizeof(*o));

	/* one field of a megabyte */
	memset(p, 'x', len);
	memcpy(p, "Subject: ", 9);
	parse(span_of(p, len), 1000, 5000, false, o);
	assert_true(o->capped);
	assert_int_equal(strlen(o->fields), 3 + LIMIT_HEADER_FIELD - 9 + 1);
	/* a name that does not end */
	parse(span_of(p + 9, len - 9), 1000, 5000, false, o);
	assert_true(o->ended);
	assert_int_equal(o->count, 0);
	/* a hundred thousand fields: those past the section's limit are not looked at */
	for (size_t i = 0; i + 7 <= len; i += 7)
		memcpy(p + i, "To: a\r\n", 7);
	parse(span_of(p, len / 7 * 7), 1000, 5000, false, o);
	assert_true(o->capped);
	assert_int_equal(o->count, LIMIT_HEADER_SECTION / 7 + 1);
	free(o);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_mime_only),
		cmocka_unit_test(test_every_name),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
