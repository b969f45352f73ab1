/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is made to cost more than its length: each input is read at some size and at twice that
 * size, and must not cost more than three times as much. Processor time is compared with processor
 * time, the least of some runs; what is quadratic costs four times as much, however often it is
 * tried.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "smtp_decode/header_msgid.h"
#include "smtp_decode/header_received.h"
#include "smtp_decode/mailbox.h"
#include "smtp_decode/mime_param.h"
#include "smtp_decode/rfc2047.h"
#include "tests/unit/smtp_decode/content_fixture.h"

#ifdef __SANITIZE_ADDRESS__
/* It costs some ten times as much, and its checks of what memmem() may look at are quadratic: times
 * mean nothing. */
#define SCALE 8
#define TIMED false
#else
#define SCALE 1
#define TIMED true
#endif

#define SEGMENT 1448
#define RUNS 3
#define TRIES 6
#define RATIO 3
#define NOISE_NS 1e6 /* that a run may be off by: what is not linear takes seconds more */

/* `head`, `count` times `unit`, `tail`. A '%' in a unit becomes a letter that changes. */
struct input {
	const char *name, *head, *unit, *tail;
	size_t count; /* of the smaller one */
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct span make(const struct input *in, size_t count)
{
	size_t head = strlen(in->head), unit = strlen(in->unit), tail = strlen(in->tail);
	char *p = malloc(head + count * unit + tail + 1), *o = p;

	assert_non_null(p);
	o = stpcpy(o, in->head);
	for (size_t i = 0; i < count; i++) {
		memcpy(o, in->unit, unit);
		for (size_t k = 0; k < unit; k++)
			if (o[k] == '%')
				o[k] = (char)('a' + i % 26);
		o += unit;
	}
	o = stpcpy(o, in->tail);
	return span_of(p, (size_t)(o - p));
}

typedef void read_fn(struct fixture *f, struct span text);

static double cost(struct fixture *f, read_fn *fn, struct span text)
{
	double best = 1e18;

	for (int i = 0; i < (TIMED ? RUNS : 1); i++) {
		double start = now_ns(), spent;

		fn(f, text);
		spent = now_ns() - start;
		if (spent < best)
			best = spent;
	}
	return best;
}

static void check(struct fixture *f, read_fn *fn, const struct input *in)
{
	size_t count = in->count / SCALE;
	struct span one = make(in, count), two = make(in, 2 * count);
	double a = 0, b = 0;

	for (int i = 0; i < (TIMED ? TRIES : 1); i++) {
		a = cost(f, fn, one);
		b = cost(f, fn, two);
		if (b < RATIO * a + NOISE_NS)
			break;
	}
	free((void *)(uintptr_t)one.p);
	free((void *)(uintptr_t)two.p);
	if (TIMED && b >= RATIO * a + NOISE_NS)
		fail_msg("%s: %.0f us, and %.0f us at twice its size", in->name, a / 1e3, b / 1e3);
}

static void read_message(struct fixture *f, struct span text)
{
	decode_steps(f, text, SEGMENT);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define FILE_PART "--b\r\nContent-Type: image/png\r\n"
#define BASE64 "Content-Transfer-Encoding: base64\r\n\r\n"
#define TEN "xxxxxxxxxx"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void test_messages(void **state)
{
	static const struct input inputs[] = {
		{"a line of 50 MB", "Subject: s\r\n\r\n", TEN, "", 2500000},
		{"a line of 50 MB, HTML", "Content-Type: text/html\r\n\r\n", "<<<<<<<<<<", "",
			2500000},
		{"a line of 50 MB, a part", MIXED "--b\r\n\r\n", "----------", "", 2500000},
		{"a line of 50 MB, base64", MIXED FILE_PART BASE64, "YWJjYWJjYW", "", 2500000},
		{"base64 of strangers", MIXED FILE_PART BASE64, "a=!", "", 1000000},
		{"base64 in short lines", MIXED FILE_PART BASE64, "ab\n", "", 1000000},
		{"quoted-printable of '='",
			MIXED FILE_PART "Content-Transfer-Encoding: quoted-printable\r\n\r\n", "=",
			"", 2000000},
		{"a header field of 50 MB", "Subject: ", TEN, "\r\n\r\n", 2500000},
		{"a header field's name of 50 MB", "", TEN, "\r\n\r\n", 2500000},
		{"a million fields", "", "X%: y\r\n", "\r\n", 500000},
		{"a million fields that are read", "", "Received: from a (b [192.0.2.1]) by c\r\n",
			"\r\n", 500000},
		{"a million recipients", "", "To: a%@b.example\r\n", "\r\n", 500000},
		{"a million folds", "Subject: s\r\n", " x\r\n", "\r\n", 500000},
		{"a million folds of a MIME field", "Content-Type: multipart/mixed;\r\n",
			" x%=y;\r\n", "\r\n", 500000},
		{"a million MIME fields", MIXED,
			"--b\r\nContent-Disposition: attachment;\r\n"
			" filename*0=\"=?utf-8?q?%?=\"\r\n",
			"", 100000},
		{"100,000 multiparts in each other", "",
			"Content-Type: multipart/mixed; boundary=b%\r\n\r\n--b%\r\n", "", 50000},
		{"100,000 messages in each other", "", "Content-Type: message/rfc822\r\n\r\n", "",
			50000},
		{"ten million parts", MIXED, "--b\r\n\r\n", "", 5000000},
		{"ten million parts, LF", MIXED, "\n--b\n", "", 5000000},
		{"a boundary and its prefixes",
			"Content-Type: multipart/mixed; boundary=" SEVENTY "y\r\n\r\n",
			"\r\n--" SEVENTY, "", 200000},
		{"a boundary and what is longer",
			"Content-Type: multipart/mixed; boundary=" SEVENTY "y\r\n\r\n",
			"\r\n--" SEVENTY "yz", "", 200000},
		{"nested boundaries, near ones",
			"Content-Type: multipart/mixed; boundary=aa\r\n\r\n--aa\r\n"
			"Content-Type: multipart/mixed; boundary=aaa\r\n\r\n--aaa\r\n"
			"Content-Type: multipart/mixed; boundary=aaaa\r\n\r\n",
			"\n--a%a", "", 2000000},
		{"dashes and line ends", MIXED "--b\r\n\r\n", "\r\n-", "", 3000000},
	};

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		check(*state, read_message, &inputs[i]);
}

static void read_words(struct fixture *f, struct span text)
{
	static char out[1 << 20];
	struct charsets *cs = charsets_create();

	rfc2047_decode(cs, text, out, sizeof(out));
	charsets_destroy(cs);
}

static void read_param(struct fixture *f, struct span text)
{
	char buf[LIMIT_HEADER_FIELD];

	mime_param_get(text, "name", buf, sizeof(buf));
}

static void read_mailboxes(struct fixture *f, struct span text)
{
	struct mailbox_item item;

	while (text.len > 0 && mailbox_next(&text, &item) != 0)
		;
}

static void read_received(struct fixture *f, struct span text)
{
	struct header_received r;

	header_received_parse(text, &r);
}

static void read_id(struct fixture *f, struct span text)
{
	header_msgid_is_valid(header_msgid_trim(text));
}

/* The parsers of single fields, with more than LIMIT_HEADER_FIELD lets in. */
static void test_fields(void **state)
{
	static const struct {
		read_fn *fn;
		struct input in;
	} rows[] = {
		{read_words, {"words", "", "=?utf-8?q?a?= ", "", 20000}},
		{read_words, {"words, base64", "", "=?utf-8?b?YWI=?= ", "", 20000}},
		{read_words, {"words of changing charsets", "", "=?iso-8859-%?q?a?= ", "", 10000}},
		{read_words, {"words through iconv", "",
				     "=?gb2312?q?=c4=e3?= =?big5?q?=a7=41?= ", "", 5000}},
		{read_words, {"beginnings of words", "", "=?", "", 200000}},
		{read_words, {"words without an end", "", "=?utf-8?q?", "", 200000}},
		{read_words, {"words of one end", "", "=?utf-8?q?", "?=", 200000}},
		{read_words, {"words with long charsets", "", "=?" SEVENTY, "?q?a?=", 20000}},
		{read_words, {"Latin bytes", "", "\xe9", "", 200000}},
		{read_param, {"pieces", "a;", "name*%=x;", "", 50000}},
		{read_param, {"pieces in order", "a;", "name*0*=utf-8''%41;name*1=b;", "", 50000}},
		{read_param, {"parameters", "a;", "x=y;", "", 200000}},
		{read_param, {"semicolons", "a;", ";", "", 500000}},
		{read_param, {"an open quote", "a; x=\"", "\\\"", "", 500000}},
		{read_param, {"equals signs", "a;", "=", "", 500000}},
		{read_param, {"a name without an end", "a;", "name*", "", 200000}},
		{read_param, {"quotes in a charset", "a; name*=", "'", "", 500000}},
		{read_mailboxes, {"mailboxes", "", "a%@b,", "", 100000}},
		{read_mailboxes, {"commas", "", ",", "", 500000}},
		{read_mailboxes, {"comments in comments", "", "(", "", 500000}},
		{read_mailboxes, {"angles", "", "<", "", 500000}},
		{read_mailboxes, {"quotes", "", "\"a", "", 200000}},
		{read_mailboxes, {"groups", "", "a:", "", 200000}},
		{read_received, {"comments", "from a ", "(b [192.0.2.1]) ", "", 50000}},
		{read_received, {"comments in comments", "from a ", "(", "", 500000}},
		{read_received, {"brackets", "from a (", "[ ", "", 200000}},
		{read_received, {"keywords", "", "from by with ", "", 100000}},
		{read_received, {"a protocol of many words", "with ", "a ", "", 200000}},
		{read_received, {"dates", "", "; 1 Jan ", "", 200000}},
		{read_received, {"a date of comments", ";", "(", "", 200000}},
		{read_id, {"ids", "", "<a@b>", "", 200000}},
		{read_id, {"comments around an id", "", "(", "", 500000}},
		{read_id, {"comments behind an id", "<a@b>", "()", "", 200000}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(*state, rows[i].fn, &rows[i].in);
}

static int setup_sha256(void **state)
{
	return setup_with(state,
		(struct message_content_config){.want_recipients = true, .want_sha256 = true});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_messages, setup_sha256, teardown),
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
