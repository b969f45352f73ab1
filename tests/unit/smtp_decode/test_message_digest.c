/* SPDX-License-Identifier: Apache-2.0 */
/* What changes the digest of a message's text, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/smtp_decode/content_fixture.h"

#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n\r\n"
#define HTML "Content-Type: text/html; charset=utf-8\r\n\r\n"

static struct content_digest digest(struct fixture *f, const char *text)
{
	return decode(f, text)->digest;
}

static void assert_same(struct fixture *f, const char *a, const char *b)
{
	struct content_digest x = digest(f, a), y = digest(f, b);

	if (x.exact == 0 || x.exact != y.exact || x.edges != y.edges || x.words != y.words)
		fail_msg("differ:\n%s\n--\n%s", a, b);
}

static void assert_other(struct fixture *f, const char *a, const char *b)
{
	struct content_digest x = digest(f, a), y = digest(f, b);

	if (x.exact == y.exact || x.edges == y.edges)
		fail_msg("do not differ:\n%s\n--\n%s", a, b);
}

#define BODY "One caf\xc3\xa9 for two: come to the new shop, open today until late!\r\n"

static void test_encodings(void **state)
{
	static const char *const same[] = {
		/* as Latin-1, quoted-printable, base64 in lines of other lengths */
		"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n"
		"One caf\xe9 for two: come to the new shop, open today until late!\r\n",
		"Content-Type: text/plain; charset=windows-1252\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		"One caf=E9 for=\r\n two: come to the n=\r\new shop, open today until late!",
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
		"base64\r\n\r\n"
		"T25lIGNhZsOpIGZvciB0d286IGNvbWUgdG8gdGhlIG5ldyBzaG9wLCBvcGVuIHRvZGF5IHVudGls\r\n"
		"IGxhdGUhDQo=\r\n",
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
		"BASE64\r\n\r\n"
		"T25lIGNhZsOpIGZvciB0d286\r\nIGNvbWUgdG8gdGhlIG5ldyBzaG9wLCBvcGVuIHRvZGF5IHVudGls\r"
		"\n"
		"IGxhdGUhDQo=\r\n",
		/* no charset, no header at all, other header fields */
		"\r\n" BODY,
		"Subject: something else\r\nX-Mailer: y\r\n" PLAIN BODY,
		/* lines of another width, other line ends */
		PLAIN "One caf\xc3\xa9 for\r\ntwo: come to\r\nthe new shop,\r\nopen today "
		      "\r\nuntil late!",
		PLAIN "One caf\xc3\xa9 for two: come to the new shop, open today until late!",
		"Content-Type: text/plain\n\nOne caf\xc3\xa9 for two:\n come to the new shop,\n\n "
		"open "
		"today until late!\n",
		/* as a part */
		"Content-Type: multipart/mixed; boundary=one\r\n\r\n--one\r\n" PLAIN BODY
		"--one--\r\n",
		"Content-Type: multipart/mixed; "
		"boundary=\"another\"\r\n\r\npreamble\r\n--another\r\n"
		"Content-Type: application/pdf\r\n\r\nxxxx\r\n--another\r\n" PLAIN BODY
		"\r\n--another--\r\nepilogue\r\n",
		/* as HTML */
		HTML "<html><body><p>One caf&eacute; for two:</p><br>come to the <b>n</b>ew "
		     "sh<!-- x -->op, open<i> today until</i> late!</body></html>",
		/* another case, other marks, characters that do not show */
		PLAIN "ONE CAFE\xcc\x81 FOR TWO - COME TO THE NEW SHOP. OPEN TODAY UNTIL LATE?",
		PLAIN "One c\xe2\x80\x8b"
		      "af\xc3\xa9 for t\xc2\xad"
		      "wo: come to the n\xd0\xb5w shop, "
		      "\xef\xbd\x8f\xef\xbd\x90\xef\xbd\x85\xef\xbd\x8e today until late!",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_same(f, PLAIN BODY, same[i]);
}

static void test_differences(void **state)
{
	static const char *const others[] = {
		PLAIN "One cafe for three: come to the new shop, open today until late!\r\n",
		PLAIN "One caf\xc3\xa9 for two: come to the new shop, open today until!\r\n",
		PLAIN "One caf\xc3\xa9 for two: come the to new shop, open today until late!\r\n",
		PLAIN
		"One caf\xc3\xa9 for two: come to the new shop, open today until late! Now\r\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_other(f, PLAIN BODY, others[i]);
}

/* One template, filled in for several recipients. */
static const char *personal(const char *to, const char *name, const char *number, const char *id)
{
	static char buf[2][2048];
	static int turn;
	char *p = buf[turn++ & 1];

	snprintf(p, sizeof(buf[0]),
		"To: %s\r\n" PLAIN "Dear %s,\r\nyour order %s of today is ready. Follow "
		"http://%s.r.shop.example/track/%s?u=%s to see it, or write to "
		"%s%s@shop.example.\r\n"
		"It costs EUR %s.95, code %s. We hope to see you again soon, %s!\r\n",
		to, name, number, id, id, number, id, number, number, id, name);
	return p;
}

static void test_personal(void **state)
{
	static const struct {
		const char *rcpt, *to, *name, *number, *id;
	} rows[] = {
		{"bob@corp.example", "Bob <bob@corp.example>", "Bob", "7", "8f3a2b9c"},
		{"carol.king@corp.example", "carol.king@corp.example", "Carol King", "1,234",
			"a1b2c3"},
		{"x9@corp.example", "\"Smith, John\" <x9@corp.example>", "John Smith", "22",
			"zz99zz"},
		{"j.doe@corp.example", "=?utf-8?Q?J=C3=BCrgen_M=C3=BCller?= <j.doe@corp.example>",
			"J\xc3\xbcrgen M\xc3\xbcller", "20.26", "0a1b2c3d"},
	};
	struct fixture *f = *state;
	struct content_digest first = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct content_digest d;

		f->rcpt_count = 0;
		add_rcpt(f, rows[i].rcpt);
		d = digest(f, personal(rows[i].to, rows[i].name, rows[i].number, rows[i].id));
		if (i == 0)
			first = d;
		assert_true(d.exact != 0);
		if (d.exact != first.exact || d.edges != first.edges)
			fail_msg("%s", rows[i].rcpt);
	}
}

#define ALTERNATIVE(plain, html)                                                     \
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" PLAIN plain \
	"\r\n--b\r\n" HTML html "\r\n--b--\r\n"

/* Of alternatives the HTML counts; without enough of it the plain text. */
static void test_alternatives(void **state)
{
	struct fixture *f = *state;

	assert_same(f, HTML BODY, ALTERNATIVE("something else altogether", BODY));
	assert_same(f, PLAIN BODY, ALTERNATIVE(BODY, "<img src=x>"));
	assert_same(f, PLAIN BODY, ALTERNATIVE(BODY, "<p>too few words</p>"));
	/* related parts within, texts around */
	assert_same(f, PLAIN "before\r\n" BODY "after",
		"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nbefore\r\n--m\r\n"
		"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nnot "
		"this\r\n--b\r\n"
		"Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\n" HTML BODY
		"--r\r\nContent-Type: image/png\r\n\r\nxx\r\n--r--\r\n--b--\r\n"
		"--m\r\n\r\nafter\r\n--m--\r\n");
	/* no HTML among them */
	assert_same(f, PLAIN BODY,
		"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n" BODY
		"--b\r\nContent-Type: text/calendar\r\n\r\nxx\r\n--b--\r\n");
}

/* Where only the target of a link differs, the edges are the same. */
static void test_links(void **state)
{
	struct fixture *f = *state;
	struct content_digest a, b;

	a = digest(f, HTML "<a href='http://one.example/x'>" BODY "</a>");
	b = digest(f, HTML "<a href='http://two.example/x'>" BODY "</a>");
	assert_true(a.exact != b.exact);
	assert_true(a.edges == b.edges);
	assert_same(f, HTML "<a href='http://one.example/x'>" BODY "</a>",
		HTML "<a href='https://www.One.example:443/y?id=1'>" BODY "</a>");
}

#define TWENTYFIVE                                                                          \
	"one two three four five six seven eight nine ten eleven twelve thirteen fourteen " \
	"fifteen sixteen seventeen eighteen nineteen twenty again and again and again\r\n"

static void test_quotes(void **state)
{
	struct fixture *f = *state;

	assert_same(f, PLAIN TWENTYFIVE,
		PLAIN TWENTYFIVE "> a quote of mine\r\n-- \r\nmy signature\r\n");
	assert_other(f, PLAIN BODY, PLAIN BODY "> a quote of mine\r\n"); /* too little is left */
}

/* A forwarded message is not the message. */
static void test_forwarded(void **state)
{
	struct fixture *f = *state;

	assert_true(
		digest(f, PLAIN BODY).exact !=
		digest(f, "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n" PLAIN BODY).exact);
}

static void test_short(void **state)
{
	struct fixture *f = *state;
	struct content_digest d = digest(f, PLAIN "one two three four five six seven");

	assert_int_equal(d.words, 7);
	assert_int_equal(d.exact, 0);
	assert_int_equal(d.edges, 0);
	d = digest(f, "Content-Type: image/png\r\n\r\none two three four five six seven eight");
	assert_int_equal(d.words, 0);
	assert_int_equal(d.text_bytes, 0);
}

/* Text past the cap does not count. */
static void test_cap(void **state)
{
	static const char head[] = "Content-Type: text/html\r\n\r\n";
	struct fixture *f = *state;
	size_t len = 2 * LIMIT_TEXT_BYTES;
	char *p = malloc(len);
	struct content_digest whole;
	struct message_content *c;

	for (size_t i = 0; i + 8 <= len; i += 8)
		memcpy(p + i, i / 8 & 1 ? "one <b> " : "two abc ", 8);
	for (int more = 0; more < 2; more++) {
		c = start(f);
		message_content_run(c, span_str(head));
		message_content_run(c, span_of(p, LIMIT_TEXT_BYTES));
		if (more)
			message_content_run(c, span_of(p, len));
		finish(f, c, true);
		assert_int_equal(f->m->digest.text_bytes, LIMIT_TEXT_BYTES);
		assert_int_equal(
			f->m->traits & MESSAGE_TEXT_CAPPED, more ? MESSAGE_TEXT_CAPPED : 0);
		if (more)
			assert_true(whole.exact == f->m->digest.exact);
		whole = f->m->digest;
	}
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_encodings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_differences, setup, teardown),
		cmocka_unit_test_setup_teardown(test_personal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alternatives, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_quotes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forwarded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cap, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
