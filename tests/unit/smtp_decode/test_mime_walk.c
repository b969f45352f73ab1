/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/mime_walk.h"

/* What the walk said, as text: "F16=subject;" a field, "H;" the header's end, "T(text);" a text
 * ("A(" within an alternative, "h(" or "a(" HTML), "D(data);" an attachment (")!;" where it is not
 * whole), "M;" an attached message. */
struct events {
	char text[4096];
	size_t len;
	bool open;
};

static void put(struct events *e, const void *p, size_t n)
{
	if (n > sizeof(e->text) - 1 - e->len)
		n = sizeof(e->text) - 1 - e->len;
	memcpy(e->text + e->len, p, n);
	e->len += n;
	e->text[e->len] = '\0';
}

static void on_field(void *cookie, enum header_field f, struct span body)
{
	char s[16];

	snprintf(s, sizeof(s), "F%d=", (int)f);
	put(cookie, s, strlen(s));
	put(cookie, body.p, body.len);
	put(cookie, ";", 1);
}

static void on_header_end(void *cookie, const struct mime_entity *entity)
{
	put(cookie, "H;", 2);
}

static void on_text_begin(void *cookie, const struct mime_entity *entity, bool alternative)
{
	struct events *e = cookie;
	bool html = entity->kind == MIME_HTML;

	assert_false(e->open);
	e->open = true;
	put(e, alternative ? html ? "a(" : "A(" : html ? "h(" : "T(", 2);
}

static void on_text(void *cookie, struct span data)
{
	struct events *e = cookie;

	assert_true(e->open);
	assert_true(data.len > 0);
	put(e, data.p, data.len);
}

static void on_text_end(void *cookie)
{
	struct events *e = cookie;

	assert_true(e->open);
	e->open = false;
	put(e, ");", 2);
}

static void on_file_begin(void *cookie, const struct mime_entity *entity)
{
	struct events *e = cookie;

	assert_false(e->open);
	e->open = true;
	put(e, "D(", 2);
}

static void on_file_end(void *cookie, bool complete)
{
	struct events *e = cookie;

	assert_true(e->open);
	e->open = false;
	put(e, complete ? ");" : ")!;", complete ? 2 : 3);
}

static void on_message(void *cookie, const struct mime_entity *entity)
{
	put(cookie, "M;", 2);
}

static const struct mime_walk_ops ops = {on_field, on_header_end, on_text_begin, on_text,
	on_text_end, on_file_begin, on_text, on_file_end, on_message};

static struct charsets *charsets;

static void walk_pieces(
	struct mime_walk *w, struct span in, size_t a, size_t b, size_t step, struct events *e)
{
	uint8_t *buf = malloc(LIMIT_HEADER_FIELD);

	memset(e, 0, sizeof(*e));
	mime_walk_begin(w, &ops, e, charsets, buf);
	mime_walk_run(w, span_head(in, a));
	mime_walk_run(w, span_head(span_skip(in, a), b - a));
	in = span_skip(in, b);
	while (in.len > 0) {
		mime_walk_run(w, span_head(in, step));
		in = span_skip(in, step);
	}
	mime_walk_end(w);
	assert_false(e->open);
	free(buf);
}

static const char *walk(struct mime_walk *w, struct span in)
{
	static struct events e;

	walk_pieces(w, in, 0, 0, SIZE_MAX, &e);
	return e.text;
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define TYPE(t) "Content-Type: " t "\r\n\r\n"

static void test_rows(void **state)
{
	static const struct {
		const char *in, *events;
		unsigned int parts, attachments;
	} rows[] = {
		{"", "H;T();", 1, 0},
		{"\r\nx\r\n", "H;T(x\r\n);", 1, 0},
		{"Subject: s\r\n\r\nx", "F16=s;H;T(x);", 1, 0},
		{"no header\r\nx", "H;T(no header\r\nx);", 1, 0},
		{TYPE("text/html") "x--y\r\n--b\r\n", "F5=text/html;H;h(x--y\r\n--b\r\n);", 1, 0},
		{TYPE("image/png") "x", "F5=image/png;H;D(x);", 1, 1},
		/* parts, preamble and epilogue */
		{MIXED "pre\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\npost",
			"F5=multipart/mixed; boundary=b;H;T(one);T(two);", 2, 0},
		{MIXED "--b\n\none\n\n--b\n\ntwo\n--b--\n",
			"F5=multipart/mixed; boundary=b;H;T(one\n);T(two);", 2, 0},
		{MIXED "--b\r\n\r\none\r\n--b", "F5=multipart/mixed; boundary=b;H;T(one);T();", 2,
			0},
		{MIXED "--b\r\n\r\none\r\n--b--", "F5=multipart/mixed; boundary=b;H;T(one);", 1, 0},
		{MIXED "--b\r\n\r\none\r\n", "F5=multipart/mixed; boundary=b;H;T(one\r\n);", 1, 0},
		{MIXED "--b\r\n\r\none\r\n-", "F5=multipart/mixed; boundary=b;H;T(one\r\n-);", 1,
			0},
		{MIXED "none", "F5=multipart/mixed; boundary=b;H;", 0, 0},
		{MIXED "--b\r\n\r\n--b\r\n\r\n\r\n--b--",
			"F5=multipart/mixed; boundary=b;H;T();T();", 2, 0},
		{MIXED "--b\r\n--b\r\nX: y\r\n--b--", "F5=multipart/mixed; boundary=b;H;T();T();",
			2, 0},
		{MIXED "--b\r\n" TYPE("image/png") "x\r\n--b\r\n\r\ny",
			"F5=multipart/mixed; boundary=b;H;D(x);T(y);", 2, 1},
		/* what is a delimiter and what is not */
		{MIXED "--b \t\r\n\r\n--bb\r\n--b-\r\n-- b\r\n -b\r\n-b\r\nx--b\r\n--\r\n--b -- "
		       "\r\n--b-- \r\nz",
			"F5=multipart/mixed; boundary=b;H;"
			"T(--bb\r\n--b-\r\n-- b\r\n -b\r\n-b\r\nx--b\r\n--\r\n--b -- );",
			1, 0},
		{MIXED "--b\r\n\r\nx\r\r\n--b--", "F5=multipart/mixed; boundary=b;H;T(x\r);", 1, 0},
		{MIXED "--b\r\n\r\nx\r--b\r\n--b--", "F5=multipart/mixed; boundary=b;H;T(x\r--b);",
			1, 0},
		{MIXED "--b\r\n\r\n\r\n\r\n\r\nx\n\r\n--b--",
			"F5=multipart/mixed; boundary=b;H;T(\r\n\r\n\r\nx\n);", 1, 0},
		{"Content-Type: multipart/mixed; "
		 "boundary=----=_x\r\n\r\n------=_x\r\n\r\ny\r\n------=_x--",
			"F5=multipart/mixed; boundary=----=_x;H;T(y);", 1, 0},
		{"Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\n--a b\r\n\r\ny\r\n--a b--",
			"F5=multipart/mixed; boundary=\"a b\";H;T(y);", 1, 0},
		/* one boundary is the beginning of another */
		{"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" TYPE(
			 "multipart/alternative; boundary=bb") "--bb\r\n\r\none\r\n--"
							       "bb\r\n" TYPE(
								       "text/html") "t"
										    "w"
										    "o"
										    "\r\n--bb--"
										    "\r\n--"
										    "b\r\n\r\nthree"
										    "\r\n--b--",
			"F5=multipart/mixed; boundary=b;H;A(one);a(two);T(three);", 3, 0},
		{"Content-Type: multipart/mixed; boundary=b--\r\n\r\n--b--\r\n" TYPE(
			 "multipart/mixed; boundary=b") "--b\r\n\r\none\r\n--b--\r\n--b--"
							"\r\n\r\ntwo\r\n--b----",
			"F5=multipart/mixed; boundary=b--;H;T(one);T(two);", 2, 0},
		/* an inner multipart that does not end */
		{MIXED "--b\r\n" TYPE("multipart/mixed; boundary=c") "--c\r\n\r\none\r\n--"
								     "b\r\n\r\ntwo\r\n--c\r\n--b--",
			"F5=multipart/mixed; boundary=b;H;T(one);T(two\r\n--c);", 2, 0},
		/* attachments that are text */
		{MIXED "--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--",
			"F5=multipart/mixed; boundary=b;H;D(x);T(y);", 2, 1},
		{"Content-Disposition: attachment\r\n\r\nx", "F3=attachment;H;T(x);", 1, 0},
		/* attached messages */
		{MIXED "--b\r\n" TYPE(
			 "message/rfc822") "Subject: in\r\n\r\nx\r\n--b\r\nSubject: no\r\n\r\ny",
			"F5=multipart/mixed; boundary=b;H;M;T(x);T(y);", 3, 1},
		{TYPE("message/rfc822") "Subject: in\r\n\r\nx", "F5=message/rfc822;H;M;T(x);", 2,
			1},
		{TYPE("multipart/digest; boundary=b") "--b\r\n\r\nSubject: "
						      "in\r\n\r\nx\r\n--b\r\n" TYPE(
							      "text/plain") "y\r\n--b--",
			"F5=multipart/digest; boundary=b;H;M;T(x);T(y);", 3, 1},
		{MIXED "--b\r\nContent-Transfer-Encoding: base64\r\n" TYPE(
			 "message/rfc822") "Subject: in\r\n\r\nx",
			"F5=multipart/mixed; boundary=b;H;D(Subject: in\r\n\r\nx);", 1, 1},
		/* the line end in front of a delimiter is no content */
		{MIXED "--b\r\n" TYPE("image/png") "x\r\n\r\n--b\r\n" TYPE(
			 "image/gif") "\n--b--\r\n",
			"F5=multipart/mixed; boundary=b;H;D(x\r\n);D();", 2, 2},
		{TYPE("image/png") "x\r\n--b\r\n", "F5=image/png;H;D(x\r\n--b\r\n);", 1, 1},
		/* a part whose header does not end as it should */
		{MIXED "--b\r\nnot a field\r\nx\r\n--b--",
			"F5=multipart/mixed; boundary=b;H;T(not a field\r\nx);", 1, 0},
		{MIXED "--b\r\n--x y\r\nz\r\n--b--",
			"F5=multipart/mixed; boundary=b;H;T(--x y\r\nz);", 1, 0},
		{MIXED "--b\r\n"
		       "Content-Type: text/html",
			"F5=multipart/mixed; boundary=b;H;h();", 1, 0},
	};
	struct mime_walk w;
	struct events e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span in = span_str(rows[i].in);

		assert_string_equal(walk(&w, in), rows[i].events);
		assert_int_equal(w.parts, rows[i].parts);
		assert_int_equal(w.attachments, rows[i].attachments);
		assert_false(w.capped);
		for (size_t a = 0; a <= in.len; a++)
			for (size_t b = a; b <= in.len; b++) {
				walk_pieces(&w, in, a, b, SIZE_MAX, &e);
				assert_string_equal(e.text, rows[i].events);
			}
		for (size_t step = 1; step < 8; step++) {
			walk_pieces(&w, in, 0, 0, step, &e);
			assert_string_equal(e.text, rows[i].events);
			assert_int_equal(w.parts, rows[i].parts);
		}
	}
}

/* A line that is longer than any delimiter, but for blanks. */
static void test_long_lines(void **state)
{
	static char text[2000];
	struct mime_walk w;
	size_t n;

	n = (size_t)snprintf(
		text, sizeof(text), MIXED "--b\r\n\r\none\r\n--b%*s\r\n\r\ntwo\r\n--b--", 600, "");
	assert_string_equal(
		walk(&w, span_of(text, n)), "F5=multipart/mixed; boundary=b;H;T(one);T(two);");
	n = (size_t)snprintf(
		text, sizeof(text), MIXED "--b\r\n\r\none\r\n--b%*s\r\n--b--", 600, "x");
	walk(&w, span_of(text, n));
	assert_int_equal(w.parts, 1);
}

struct text {
	char *p;
	size_t len;
};

static void add(struct text *t, const char *s)
{
	size_t n = strlen(s);

	memcpy(t->p + t->len, s, n);
	t->len += n;
}

/* Limits hold, and none of these takes more than linear time. */
static void test_limits(void **state)
{
	struct text t = {malloc(64 << 20), 0};
	struct mime_walk w;
	char s[120];

	for (int i = 0; i < 10000; i++) { /* depth */
		snprintf(s, sizeof(s),
			"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
		add(&t, s);
	}
	walk(&w, span_of(t.p, t.len));
	assert_true(w.capped);
	assert_int_equal(w.depth, LIMIT_MIME_DEPTH);

	t.len = 0; /* parts */
	add(&t, MIXED);
	for (int i = 0; i < 1000000; i++)
		add(&t, "--b\r\n\r\nx\r\n");
	walk(&w, span_of(t.p, t.len));
	assert_true(w.capped);
	assert_int_equal(w.parts, LIMIT_MIME_PARTS);

	t.len = 0; /* messages in messages */
	for (int i = 0; i < 100000; i++)
		add(&t, TYPE("message/rfc822"));
	walk(&w, span_of(t.p, t.len));
	assert_true(w.capped);
	assert_int_equal(w.parts, LIMIT_MIME_PARTS + 1);

	t.len = 0; /* multiparts side by side */
	add(&t, MIXED);
	for (int i = 0; i < 100000; i++)
		add(&t, "--b\r\n" TYPE("multipart/mixed; boundary=c"));
	walk(&w, span_of(t.p, t.len));
	assert_int_equal(w.parts, 0);

	t.len = 0; /* lines that may be delimiters, dashes that may begin them */
	add(&t, MIXED "--b\r\n\r\n");
	for (int i = 0; i < 1000000; i++)
		add(&t, "\n--bb");
	for (int i = 0; i < 1000000; i++)
		add(&t, "\n-");
	memset(t.p + t.len, '-', 1000000);
	t.len += 1000000;
	walk(&w, span_of(t.p, t.len));
	assert_int_equal(w.parts, 1);
	free(t.p);
}

static void test_gaps(void **state)
{
	uint8_t *buf = malloc(LIMIT_HEADER_FIELD);
	struct mime_walk w;
	struct events e = {0};

	mime_walk_begin(&w, &ops, &e, charsets, buf);
	mime_walk_run(&w, span_str("Subject: s"));
	assert_false(mime_walk_gap(&w));
	mime_walk_run(&w, span_str("x\r\n\r\nbody"));
	mime_walk_end(&w);
	assert_string_equal(e.text, "");
	assert_false(w.sealed);

	memset(&e, 0, sizeof(e));
	mime_walk_begin(&w, &ops, &e, charsets, buf);
	mime_walk_run(&w, span_str(MIXED "--b\r\n\r\none\r\n--"));
	assert_false(mime_walk_gap(&w));
	mime_walk_run(&w, span_str("-b\r\n--b\r\n" TYPE("image/png")));
	assert_true(mime_walk_gap(&w));
	mime_walk_run(&w, span_str("--b\r\n--b\r\nX: y"));
	assert_false(mime_walk_gap(&w));
	mime_walk_run(&w, span_str("x\r\n--b\r\n\r\ntwo"));
	mime_walk_end(&w);
	assert_string_equal(e.text, "F5=multipart/mixed; boundary=b;H;T(one\r\n-b);D()!;T(two);");
	free(buf);
}

static int setup(void **state)
{
	charsets = charsets_create();
	return charsets ? 0 : -1;
}

static int teardown(void **state)
{
	charsets_destroy(charsets);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_gaps),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
