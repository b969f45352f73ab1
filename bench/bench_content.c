/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the content of messages costs, in nanoseconds a byte as sent and as a ratio to memcpy() of
 * the same bytes. Without arguments: texts it makes itself, ordinary and hostile; with "hostile",
 * the latter alone. With files: the messages in them (line ends made CRLF), each of a run together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_text.h"
#include "smtp_decode/message_content.h"

#define SEGMENT 1448
#define MADE_BYTES (200 * 1024) /* below LIMIT_TEXT_BYTES */
#define MIN_NS 20e6             /* of processor time a round */

struct bench {
	struct message_content_pool *pool;
	struct record_builder builder;
	uint64_t sink; /* keeps results alive */
};

static void decode(struct bench *b, const struct bytes *m)
{
	static const struct span rcpt = {(const uint8_t *)"bob@corp.example", 16};
	struct message_content *c = message_content_create(b->pool);
	struct span s = span_of(m->p, m->len);
	struct message_record *r;

	message_content_reset(c, &rcpt, 1);
	while (s.len > 0) {
		message_content_run(c, span_head(s, SEGMENT));
		s = span_skip(s, SEGMENT);
	}
	message_content_end(c, true);
	r = record_begin(&b->builder, RECORD_MESSAGE, sizeof(*r));
	message_content_fill(c, NULL, &b->builder, r);
	b->sink += r->digest.exact + r->parts;
	message_content_destroy(c);
}

static double copy_ns(const struct bytes *m)
{
	char *to = malloc(m->len + 1);
	double start = bench_now_ns(), spent;
	unsigned int n = 0;

	do {
		memcpy(to, m->p, m->len);
		__asm__ volatile("" : : "r"(to) : "memory");
		n++;
	} while ((spent = bench_now_ns() - start) < MIN_NS);
	free(to);
	return spent / n;
}

static void report(struct bench *b, const char *name, const struct bytes *messages, size_t count)
{
	double best = 1e18, copy = 0;
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		bytes += messages[i].len;
		if (count < 100)
			copy += copy_ns(&messages[i]);
	}
	for (int round = 0; round < 15; round++) {
		double start = bench_now_ns(), spent;
		unsigned int n = 0;

		do {
			for (size_t i = 0; i < count; i++)
				decode(b, &messages[i]);
			n++;
		} while ((spent = bench_now_ns() - start) < MIN_NS);
		if (spent / n < best)
			best = spent / n;
	}
	printf("%-28s %10zu bytes %8.2f ns/byte", name, bytes, best / (double)bytes);
	if (copy > 0)
		printf(" %8.1f x memcpy", best / copy);
	if (count > 1)
		printf(" %10.0f ns/message", best / (double)count);
	printf("\n");
}

static const char header[] = "Received: from mail.shop.example (mail.shop.example [192.0.2.1])\r\n"
			     "\tby mx.corp.example; Fri, 2 Jan 2026 03:04:05 +0000\r\n"
			     "From: Shop <news@shop.example>\r\nTo: Bob <bob@corp.example>\r\n"
			     "Subject: =?utf-8?Q?News_of_the_week?=\r\n"
			     "Message-ID: <20260102030405.1@shop.example>\r\n"
			     "Date: Fri, 2 Jan 2026 03:04:05 +0000\r\nMIME-Version: 1.0\r\n";

static struct bytes start(const char *type)
{
	struct bytes b = {0};

	bench_text_str(&b, header);
	bench_text_str(&b, type);
	bench_text_str(&b, "\r\n\r\n");
	return b;
}

static void ordinary(struct bench *b)
{
	struct bytes text = {0}, html = {0}, cyrillic = {0}, m;

	bench_text_words(&text, MADE_BYTES, " ");
	bench_text_html(&html, MADE_BYTES);
	for (size_t i = 0; cyrillic.len < MADE_BYTES; i++)
		bench_text_str(&cyrillic,
			i % 9 == 8 ? "\r\n"
				   : "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 \xd0\xb8 ");

	m = start("Content-Type: text/plain");
	bench_text_add(&m, text.p, text.len);
	report(b, "plain", &m, 1);
	m = start("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64");
	bench_text_base64(&m, &text, 76);
	report(b, "plain, base64", &m, 1);
	m = start("Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable");
	bench_text_qp(&m, &text);
	report(b, "plain, quoted-printable", &m, 1);
	m = start("Content-Type: text/plain; charset=iso-8859-2");
	bench_text_add(&m, text.p, text.len);
	report(b, "plain, iso-8859-2", &m, 1);
	m = start("Content-Type: text/plain; charset=utf-8");
	bench_text_add(&m, cyrillic.p, cyrillic.len);
	report(b, "plain, Cyrillic", &m, 1);
	m = start("Content-Type: text/html");
	bench_text_add(&m, html.p, html.len);
	report(b, "html", &m, 1);
	m = start("Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable");
	bench_text_qp(&m, &html);
	report(b, "html, quoted-printable", &m, 1);
	m = start("Content-Type: multipart/mixed; boundary=b");
	bench_text_str(&m, "--b\r\n\r\n");
	bench_text_words(&m, 2000, " ");
	bench_text_str(&m, "--b\r\nContent-Type: image/png\r\n\r\n");
	for (int i = 0; i < 10; i++)
		bench_text_base64(&m, &html, 76);
	bench_text_str(&m, "--b--\r\n");
	report(b, "attachment", &m, 1);
	m = start("Content-Type: text/plain");
	bench_text_words(&m, 100, " ");
	report(b, "short message", &m, 1);
}

static void hostile(struct bench *b)
{
	static const struct {
		const char *name, *type, *fill;
	} rows[] = {
		{"plain: >a", "text/plain", ">a\nb\n"},
		{"plain: ef bd 81", "text/plain; charset=iso-8859-1", "\xef\xbd\x81"},
		{"plain: @", "text/plain", "@"},
		{"plain: a@", "text/plain", "a@"},
		{"plain: www.", "text/plain", "www."},
		{"plain: http://", "text/plain", "http://"},
		{"plain: a-", "text/plain", "a-"},
		{"plain: a1-b", "text/plain", "a1-b"},
		{"plain: broken UTF-8", "text/plain", "\xe0\x80 "},
		{"plain: >", "text/plain", ">\n\n"},
		{"plain: -- ", "text/plain", "-----\n"},
		{"plain: a@b.c", "text/plain", "a@b.c "},
		{"plain: www.a.b", "text/plain", "www.a.b "},
		{"plain: //a", "text/plain", "http://a.b "},
		{"plain: ftp://", "text/plain", "ftp:/"},
		{"plain: mailto:", "text/plain", "mailto:a@b,"},
		{"plain: %00", "text/plain", "http://a.b%00"},
		{"plain: one byte", "text/plain", "a 1 "},
		{"plain: odd byte", "text/plain", "1\xc3\xa4 "},
		{"html: <", "text/html", "<"},
		{"html: <a", "text/html", "<a"},
		{"html: <a>", "text/html", "<a>"},
		{"html: <a <a", "text/html", "<a "},
		{"html: =", "text/html", "<a =\"=\"=\"=\"=\"="},
		{"html: </", "text/html", "</"},
		{"html: <!", "text/html", "<!>"},
		{"html: <script", "text/html", "<script></s"},
		{"html: &b", "text/html", "&b"},
		{"html: &x;", "text/html", "&x;"},
		{"html: &nbsp;", "text/html", "&nbsp;"},
		{"html: hidden", "text/html", "<b hidden><b>"},
		{"html: quotes", "text/html", "<a x='\"'>"},
		{"html: <!--", "text/html", "<!--"},
		{"html: <!-->", "text/html", "<!-->"},
		{"html: &", "text/html", "&"},
		{"html: &#1", "text/html", "&#1"},
		{"html: href", "text/html", "<a href=//a.b>"},
		{"html: style", "text/html", "<b style=x>"},
		{"mixed: --", "multipart/mixed; boundary=b", "\n--"},
		{"mixed: --c", "multipart/mixed; boundary=b", "\n--c"},
		{"mixed: parts", "multipart/mixed; boundary=b", "\n--b\n\n"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes m = start("X: y");

		m.len -= 4;
		bench_text_str(&m, "\r\nContent-Type: ");
		bench_text_str(&m, rows[i].type);
		bench_text_str(&m, "\r\n\r\n");
		while (m.len < MADE_BYTES)
			bench_text_str(&m, rows[i].fill);
		report(b, rows[i].name, &m, 1);
		free(m.p);
	}
}

/* The file's text with CRLF line ends. */
static int load(const char *path, struct bytes *ret)
{
	FILE *f = fopen(path, "rb");
	int c, before = 0;

	if (!f) {
		perror(path);
		return -1;
	}
	while ((c = getc(f)) != EOF) {
		char byte = (char)c;

		if (c == '\n' && before != '\r')
			bench_text_add(ret, "\r", 1);
		bench_text_add(ret, &byte, 1);
		before = c;
	}
	fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	static const uint8_t key[PSEUDONYM_KEY_SIZE] = {1};
	struct message_content_config config = {.contexts = 1};
	struct bench b = {0};

	config.pseudonyms = pseudonyms_create(key);
	b.pool = config.pseudonyms ? message_content_pool_create(&config) : NULL;
	if (!b.pool || record_builder_init(&b.builder) != 1) {
		fprintf(stderr, "bench_content: no memory\n");
		return 1;
	}
	if (argc == 2 && strcmp(argv[1], "hostile") == 0) {
		hostile(&b);
	} else if (argc > 1) {
		struct bytes *messages = calloc((size_t)argc, sizeof(*messages));

		for (int i = 1; i < argc; i++)
			if (load(argv[i], &messages[i - 1]) != 0)
				return 1;
		report(&b, "files", messages, (size_t)argc - 1);
	} else {
		ordinary(&b);
		hostile(&b);
	}
	return b.sink == 0;
}
