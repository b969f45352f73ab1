/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/smtp_decode/content_fixture.h"

static const char sample[] =
	"Received: from a.example\r\n\tby b.example; Fri, 2 Jan 2026 03:04:05 +0000\r\n"
	"Received: from c.example by a.example\r\n"
	"DKIM-Signature: v=1; a=rsa-sha256; d=Sender.Example; s=x; h=from;\r\n bh=; b=\r\n"
	"DKIM-Signature: v=1; d=second.example\r\n"
	"From: \"Alice A.\" <alice@Sender.Example>\r\n"
	"Sender: Bulk <bulk@sender.example>\r\n"
	"Reply-To: (none) reply@sender.example\r\n"
	"To: Bob <bob@corp.example>, carol@Corp.Example\r\n"
	"Cc: dave@other.example\r\n"
	"Subject: =?utf-8?Q?Caf=C3=A9?=\r\n =?utf-8?Q?_menu?=\r\n"
	"Message-ID: <1@sender.example>\r\n"
	"Date: Fri, 2 Jan 2026 03:04:05 +0000\r\n"
	"List-Id: <list.sender.example>\r\n"
	"In-Reply-To: <0@corp.example>\r\n"
	"Auto-Submitted: auto-generated\r\n"
	"X-Mailer: Example 1.0\r\n"
	"MIME-Version: 1.0\r\n"
	"Content-Type: Text/Plain; charset=ISO-8859-15\r\n"
	"\r\n"
	"One two three four five six seven eight nine ten.\r\n";

static void check_hops(struct fixture *f)
{
	const struct message_hop *h = record_array(f->m, f->m->hops);

	assert_int_equal(f->m->hops.count, 2);
	assert_str(f, h[0].from, "a.example");
	assert_str(f, h[0].by, "b.example");
	assert_str(f, h[0].with, NULL);
	assert_false(h[0].has_ip);
	assert_int_equal(h[0].time / NS_PER_S, 1767323045);
	assert_str(f, h[1].from, "c.example");
	assert_int_equal(h[1].time, 0);
}

/* The first fields are kept, as far as their room goes; recipients are not, hosts stay. */
static void test_received(void **state)
{
	struct fixture *f = *state;
	char text[65536];
	size_t n = 0, kept = 0;
	const struct message_hop *h;

	add_rcpt(f, "alice.smith@corp.example");
	decode(f, "Received: from alice.smith by alice.smith.example with local\r\n"
		  "Received: from alice.smith.example ([192.0.2.1]) by alice.smith@corp.example "
		  "with SMTP\r\n\tid 1 for <alice.smith@corp.example>; no date\r\n\r\n");
	h = record_array(f->m, f->m->hops);
	assert_int_equal(record_str(f->m, h[0].from).len, PSEUDONYM_LEN);
	assert_str(f, h[0].by, "alice.smith.example");
	assert_str(f, h[1].from, "alice.smith.example");
	assert_int_equal(record_str(f->m, h[1].by).len, PSEUDONYM_LEN + strlen("@corp.example"));
	assert_true(h[1].has_ip);
	assert_int_equal(f->m->traits & MESSAGE_RECEIVED_CAPPED, 0);

	for (int i = 0; i < 30; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
			"Received: from %0120d by b.example with SMTP\r\n", i);
	n += (size_t)snprintf(text + n, sizeof(text) - n, "Subject: s\r\n\r\n");
	decode_steps(f, span_of(text, n), SIZE_MAX);
	assert_int_equal(f->m->received, 30);
	assert_int_equal(f->m->hops.count, LIMIT_RECEIVED);
	assert_str(f, f->m->subject, "s");
	h = record_array(f->m, f->m->hops);
	assert_int_equal(record_str(f->m, h[0].from).len, LIMIT_RECEIVED_NAME);
	for (uint32_t i = 0; i < f->m->hops.count; i++)
		kept += record_str(f->m, h[i].from).len + record_str(f->m, h[i].by).len +
			record_str(f->m, h[i].with).len;
	assert_in_range(kept, 1000, 1280);
	assert_true(f->m->traits & MESSAGE_RECEIVED_CAPPED);
	n = (size_t)snprintf(text, sizeof(text), "Received: from %0101d by b.example\r\n\r\n", 1);
	decode_steps(f, span_of(text, n), SIZE_MAX);
	assert_true(f->m->traits & MESSAGE_RECEIVED_CAPPED);
	for (int more = 0; more < 2; more++) {
		n = 0;
		for (int i = 0; i < LIMIT_RECEIVED + more; i++)
			n += (size_t)snprintf(
				text + n, sizeof(text) - n, "Received: by b.example\r\n");
		decode_steps(f, span_of(text, n), SIZE_MAX);
		assert_int_equal(f->m->received, LIMIT_RECEIVED + more);
		assert_int_equal(!!(f->m->traits & MESSAGE_RECEIVED_CAPPED), more);
	}
}

static void check_sample(struct fixture *f)
{
	const struct message_record *m = f->m;

	assert_str(f, m->message_id, "<1@sender.example>");
	assert_int_equal(m->message_id_present, TRI_YES);
	assert_int_equal(m->message_id_valid, TRI_YES);
	assert_true(m->message_id_hash != 0);
	assert_str(f, m->subject, "Caf\xc3\xa9 menu");
	assert_str(f, m->header_from, "alice@Sender.Example");
	assert_str(f, m->header_from_domain, "sender.example");
	assert_str(f, m->header_sender, "bulk@sender.example");
	assert_str(f, m->header_reply_to, "reply@sender.example");
	assert_int_equal(m->header_to.count, 2);
	assert_int_equal(m->header_cc.count, 1);
	assert_str(f, m->date, "Fri, 2 Jan 2026 03:04:05 +0000");
	assert_int_equal(m->date_time / NS_PER_S, 1767323045);
	assert_str(f, m->content_type, "text/plain");
	assert_str(f, m->charset, "iso-8859-15");
	assert_str(f, m->x_mailer, "Example 1.0");
	assert_str(f, m->dkim_domain, "sender.example");
	assert_int_equal(m->received, 2);
	check_hops(f);
	assert_int_equal(m->parts, 1);
	assert_int_equal(m->attachments, 0);
	assert_int_equal(m->traits, MESSAGE_HEADER_SEEN | MESSAGE_DKIM_SIGNATURE | MESSAGE_LIST_ID |
					    MESSAGE_REFERENCES | MESSAGE_AUTO_SUBMITTED);
	assert_int_equal(m->digest.words, 10);
	assert_true(m->digest.exact != 0);
	assert_true(m->digest.edges != 0);
}

static void test_fields(void **state)
{
	struct fixture *f = *state;
	struct span s = span_of(sample, sizeof(sample) - 1);
	const struct str_ref *to;

	decode_steps(f, s, SIZE_MAX);
	check_sample(f);
	to = record_array(f->m, f->m->header_to);
	assert_true(record_str(f->m, to[1]).len == PSEUDONYM_LEN + strlen("@corp.example"));
	assert_memory_equal(record_str(f->m, to[1]).p + PSEUDONYM_LEN, "@corp.example", 13);
}

/* The whole record is the same, wherever the message is cut. */
static void check_cuts(struct fixture *f, struct span s)
{
	uint32_t size;
	void *whole;

	decode_steps(f, s, SIZE_MAX);
	size = f->m->r.size;
	whole = malloc(size);
	memcpy(whole, f->m, size);
	for (size_t step = 1; step < 80; step++) {
		decode_steps(f, s, step);
		assert_int_equal(f->m->r.size, size);
		assert_memory_equal(f->m, whole, size);
	}
	for (size_t cut = 0; cut <= s.len; cut++) {
		struct message_content *c = start(f);

		message_content_run(c, span_head(s, cut));
		message_content_run(c, span_skip(s, cut));
		finish(f, c, true);
		assert_int_equal(f->m->r.size, size);
		assert_memory_equal(f->m, whole, size);
	}
	free(whole);
}

static void test_cuts(void **state)
{
	static const char mixed[] =
		"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
		"preamble -- not --b it\r\n--b\r\n"
		"Content-Type: multipart/alternative; boundary=b2\r\n\r\n"
		"--b2\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		"Caf=C3=A9 one two thr=\r\nee f=\r\nour five six seven eight nine -- "
		"ten\r\n--b3\r\n"
		"--b2\r\nContent-Type: text/html; charset=gb2312\r\n\r\n"
		"<p>caf&eacute; <b>one</b> <!-- x -- > y --> two\xc4\xe3\xba\xc3 thr<i>ee</i>"
		"<script>no</scrip></script> four five <a href='http://x.example/y'>six</a>\r\n"
		"--b2--\r\n"
		"--b  \r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
		"AAAA\r\n"
		"--b\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n"
		"GyRCRnxLXBsoQiBvbmUg\r\ndHdvIHRocmVlIGZvdXIg\r\n"
		"--b--\r\nepilogue\r\n";
	struct fixture *f = *state;

	check_cuts(f, span_of(sample, sizeof(sample) - 1));
	check_cuts(f, span_of(mixed, sizeof(mixed) - 1));
	assert_int_equal(f->m->parts, 4);
	assert_int_equal(f->m->attachments, 1);
	assert_true(f->m->digest.exact != 0);
}

static void test_no_header(void **state)
{
	struct fixture *f = *state;

	decode(f, "One two three four five six seven eight\r\n");
	assert_int_equal(f->m->digest.words, 8);
	assert_int_equal(f->m->message_id_present, TRI_NO);
	assert_int_equal(f->m->message_id_valid, TRI_UNKNOWN);
	assert_false(str_seen(f->m->subject));
	assert_true(f->m->traits & MESSAGE_HEADER_SEEN);
	decode(f, "");
	assert_int_equal(f->m->digest.words, 0);
	assert_int_equal(f->m->digest.exact, 0);
	decode(f, "Subject: x\r\n");
	assert_str(f, f->m->subject, "x");
	assert_true(f->m->traits & MESSAGE_HEADER_SEEN);
}

/* An attached message says nothing about the one it is attached to. */
static void test_nested(void **state)
{
	static const char text[] =
		"Subject: outer\r\nFrom: a@outer.example\r\nMessage-ID: <o@outer.example>\r\n"
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
		"--b\r\n\r\nSee below.\r\n"
		"--b\r\nContent-Type: message/rfc822\r\n\r\n"
		"Subject: inner\r\nFrom: a@inner.example\r\nMessage-ID: <i@inner.example>\r\n"
		"To: x@inner.example\r\nReceived: x\r\nDKIM-Signature: d=inner.example\r\n"
		"Reply-To: r@inner.example\r\n"
		"Content-Type: multipart/report; boundary=c\r\n\r\n"
		"--c\r\nContent-Type: text/plain\r\nSubject: deeper\r\n\r\n"
		"one two three four five six\r\n--c--\r\n"
		"--b\r\nSubject: stray\r\nList-Id: stray\r\n\r\nlast words\r\n--b--\r\n";
	struct fixture *f = *state;

	check_cuts(f, span_of(text, sizeof(text) - 1));
	assert_str(f, f->m->subject, "outer");
	assert_str(f, f->m->header_from_domain, "outer.example");
	assert_str(f, f->m->message_id, "<o@outer.example>");
	assert_str(f, f->m->content_type, "multipart/mixed");
	assert_false(str_seen(f->m->header_reply_to));
	assert_int_equal(f->m->header_to.count, 0);
	assert_int_equal(f->m->received, 0);
	assert_int_equal(f->m->traits, MESSAGE_HEADER_SEEN);
	assert_int_equal(f->m->parts, 4);
	assert_int_equal(f->m->attachments, 1);
	assert_int_equal(f->m->digest.words, 2 + 1 + 6 + 2);
}

static void test_recipients_hidden(void **state)
{
	struct fixture *f = *state;
	char want[128], name[PSEUDONYM_LEN];

	add_rcpt(f, "bob.builder@corp.example");
	decode(f, "Subject: For Bob.Builder, today\r\nFrom: bob.builder@corp.example\r\n"
		  "Message-ID: <x-bob.builder@sender.example>\r\n\r\n");
	pseudonym_local(f->pseudonyms, span_str("bob.builder"), name);
	snprintf(want, sizeof(want), "For %.*s, today", PSEUDONYM_LEN, name);
	assert_str(f, f->m->subject, want);
	snprintf(want, sizeof(want), "%.*s@corp.example", PSEUDONYM_LEN, name);
	assert_str(f, f->m->header_from, want);
	snprintf(want, sizeof(want), "<x-%.*s@sender.example>", PSEUDONYM_LEN, name);
	assert_str(f, f->m->message_id, want);
	assert_str(f, f->m->header_from_domain, "corp.example");
}

static uint32_t next_random(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 8;
}

/* Each '%' of `template` replaced by `name`; behind it the rest of a message. */
static void fill_in(char *text, const char *template, const char *name)
{
	for (; *template; template ++) {
		if (*template == '%') {
			strcpy(text, name);
			text += strlen(name);
		} else {
			*text++ = *template;
		}
	}
	strcpy(text, "\r\n\r\none two three four five six seven eight\r\n");
}

/* Whatever field a recipient is named in, the record does not hold the name. */
static void test_no_recipient_shows(void **state)
{
	static const char *const fields[] = {"Subject: re %: x",
		"Subject: =?utf-8?Q?a_%_b?=", "From: x <%@corp.example>", "From: %",
		"Sender: b+%=corp.example@s.example", "Reply-To: \"%\"@corp.example",
		"Message-ID: <1.%@s.example>", "Message-ID: <%>", "X-Mailer: for %/1",
		"User-Agent: %", "Date: %", "Content-Type: text/%; charset=x",
		"Content-Type: text/plain; charset=%", "To: % <%@corp.example>",
		"Cc: %@corp.example"};
	static const char letters[] = "bcdfghjklmnpqrstvwxz";
	struct fixture *f = *state;
	uint32_t x = 1;

	for (int round = 0; round < 2000; round++) {
		char name[32], addr[64], text[256];
		size_t n = 4 + next_random(&x) % 16;

		for (size_t i = 0; i < n; i++)
			name[i] = letters[next_random(&x) % (sizeof(letters) - 1)];
		name[n] = '\0';
		snprintf(addr, sizeof(addr), "%s@corp.example", name);
		memset(&f->redactor, 0, sizeof(f->redactor));
		f->rcpt_count = 0;
		add_rcpt(f, addr);
		for (size_t i = 0; i < n; i++) /* another case is the same name */
			if (round & 1)
				name[i] = (char)(name[i] & 0xdf);
		fill_in(text, fields[(size_t)round % (sizeof(fields) / sizeof(fields[0]))], name);
		decode(f, text);
		for (size_t i = 0; i + n <= f->m->r.size; i++)
			if (strncasecmp((const char *)f->m + i, name, n) == 0)
				fail_msg("%s in %s", name, text);
	}
}

/* A text whose charset means nothing is read as it is, and marked; one with a good one, or with
 * none, is not. */
static void test_unknown_charset(void **state)
{
	struct fixture *f = *state;
	uint64_t before = message_content_pool_stats(f->pool).charsets_unknown;
	const struct message_record *m;

	m = decode(f, "Content-Type: text/plain; charset=x-martian\r\n\r\none two three\r\n");
	assert_true(m->traits & MESSAGE_CHARSET_UNKNOWN);
	assert_str(f, m->charset, "x-martian");
	assert_int_equal(m->digest.words, 3);
	m = decode(f, "Content-Type: text/plain; charset=utf-7\r\n\r\none\r\n");
	assert_false(m->traits & MESSAGE_CHARSET_UNKNOWN);
	m = decode(f, "Subject: =?x-martian?Q?one?=\r\n\r\none\r\n"); /* counted only */
	assert_false(m->traits & MESSAGE_CHARSET_UNKNOWN);
	assert_str(f, m->subject, "one");
	assert_int_equal(message_content_pool_stats(f->pool).charsets_unknown - before, 2);
}

/* A megabyte of what is hard to read, as a text, as HTML and as a header: none may take more than
 * linear time. */
static void test_hostile(void **state)
{
	static const char *const heads[] = {"Content-Type: text/plain\r\n\r\n",
		"Content-Type: text/html\r\n\r\n",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
		"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		"Content-Type: text/html; charset=gb18030\r\nContent-Transfer-Encoding: "
		"quoted-printable"
		"\r\n\r\n",
		"Subject: ", "From: ", "To: ", "Message-ID: ", "Content-Type: ", "DKIM-Signature: ",
		""};
	static const char *const fills[] = {"<", "@", "a@", "www.", "<!--", "<!-- -->", "(", "\"",
		",", "=?utf-8?Q?", "=?a?b?c?= ", "\n--b\n\n", "\n--", "\r\n", "To: x\n", "x: y\n",
		" ", "\n ", "=", "=\n", "\xff", "\xe4\xbd", "&", "http://", ">\n", "-- \n", "a-1",
		";b=\"", ": ", "\\"};
	struct fixture *f = *state;
	size_t len = 1 << 20;
	char *p = malloc(len);

	assert_non_null(p);
	for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
		size_t n = strlen(fills[i]);

		for (size_t k = 0; k < len; k++)
			p[k] = fills[i][k % n];
		for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++) {
			struct message_content *c = start(f);

			message_content_run(c, span_str(heads[h]));
			message_content_run(c, span_of(p, len));
			finish(f, c, true);
		}
	}
	free(p);
}

static void test_gaps(void **state)
{
	static const char head[] = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n";
	static const char text[] = "\r\n--b\r\n\r\none two three four five six seven eight\r\n";
	static const char image[] = "--b\r\nContent-Type: image/png\r\n\r\nAAAA";
	struct fixture *f = *state;
	struct message_content *c = start(f);

	/* within the header */
	message_content_run(c, span_str(head));
	message_content_gap(c, 10);
	message_content_run(
		c, span_str("Subject: y\r\n\r\none two three four five six seven eight"));
	finish(f, c, true);
	assert_str(f, f->m->subject, "x");
	assert_int_equal(f->m->traits, MESSAGE_GAP);
	assert_int_equal(f->m->message_id_present, TRI_UNKNOWN);
	assert_int_equal(f->m->digest.exact, 0);
	/* within a text */
	c = start(f);
	message_content_run(c, span_str(head));
	message_content_run(c, span_str(text));
	message_content_gap(c, 10);
	message_content_run(c, span_str("nine ten\r\n--b--\r\n"));
	finish(f, c, true);
	assert_int_equal(f->m->traits, MESSAGE_GAP | MESSAGE_HEADER_SEEN);
	assert_int_equal(f->m->message_id_present, TRI_NO);
	assert_int_equal(f->m->digest.exact, 0);
	/* within an attachment: the text is whole */
	c = start(f);
	message_content_run(c, span_str(head));
	message_content_run(c, span_str(text));
	message_content_run(c, span_str(image));
	message_content_gap(c, 10);
	message_content_run(c, span_str("AAAA\r\n--b--\r\n"));
	finish(f, c, true);
	assert_int_equal(f->m->traits, MESSAGE_GAP | MESSAGE_HEADER_SEEN);
	assert_true(f->m->digest.exact != 0);
	assert_int_equal(f->m->parts, 2);
	/* no gap at all */
	c = start(f);
	message_content_gap(c, 0);
	finish(f, c, true);
	assert_int_equal(f->m->traits, MESSAGE_HEADER_SEEN);
}

static void test_breaks_off(void **state)
{
	struct fixture *f = *state;
	struct message_content *c = start(f);

	message_content_run(c, span_str("Subject: x\r\nFrom: "));
	finish(f, c, false);
	assert_int_equal(f->m->traits, 0);
	assert_str(f, f->m->subject, "x");
	assert_false(str_seen(f->m->header_from));
	c = start(f);
	message_content_run(
		c, span_str("Subject: x\r\n\r\none two three four five six seven eight nine"));
	finish(f, c, false);
	assert_int_equal(f->m->traits, MESSAGE_HEADER_SEEN);
	assert_int_equal(f->m->digest.exact, 0);
	assert_int_equal(f->m->digest.words, 9);
}

static void test_pool(void **state)
{
	struct fixture *f = *state;
	struct message_content *a = message_content_create(f->pool);
	struct message_content *b = message_content_create(f->pool);

	assert_non_null(a);
	assert_non_null(b);
	assert_null(message_content_create(f->pool));
	message_content_destroy(a);
	assert_ptr_equal(message_content_create(f->pool), a);
	message_content_destroy(a);
	message_content_destroy(b);
	message_content_destroy(NULL);
	/* given back with a converter borrowed */
	a = start(f);
	message_content_run(a, span_str("Content-Type: text/plain; charset=big5\r\n\r\n\xa7"));
	message_content_destroy(a);
}

/* Two messages of one session that are open at a time do not mix. */
static void test_two_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct message_content *a = start(f), *b = start(f);
	struct span s = span_of(sample, sizeof(sample) - 1);

	for (size_t i = 0; i < s.len; i++) {
		message_content_run(a, span_of(s.p + i, 1));
		message_content_run(b, span_str(i & 1 ? "X-Other: y\r\n" : "Subject: other\r\n"));
	}
	finish(f, a, true);
	check_sample(f);
	finish(f, b, true);
	assert_str(f, f->m->subject, "other");
	assert_int_equal(f->m->received, 0);
}

static void test_dsn(void **state)
{
	struct fixture *f = *state;

	decode(f,
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n");
	assert_int_equal(f->m->traits, MESSAGE_HEADER_SEEN | MESSAGE_DSN);
	decode(f, "Auto-Submitted: no\r\nUser-Agent: ua\r\n\r\n");
	assert_int_equal(f->m->traits, MESSAGE_HEADER_SEEN);
	assert_str(f, f->m->x_mailer, "ua");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_received, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cuts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nested, setup, teardown),
		cmocka_unit_test_setup_teardown(test_recipients_hidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_recipient_shows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_charset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gaps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_breaks_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pool, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dsn, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
