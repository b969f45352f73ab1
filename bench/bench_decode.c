/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the decode stage costs: sessions of some messages through dialogue, content and records, as
 * they come out of reassembly, in pieces of Ethernet size; no capture is read. In MB of the
 * client's bytes a second of processor time, and as a ratio to memcpy() of the same pieces and to
 * the null loop, which reads each of their bytes once. Without arguments all rows, or those whose
 * names begin with an argument.
 */
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_text.h"
#include "smtp_decode/smtp_decoder.h"

#define SEGMENT 1448
#define ROUNDS 7
#define MIN_NS 60e6 /* of processor time a round */

struct bench {
	struct smtp_decoder *decoder;
	uint64_t records, sink;
	struct bytes copy;
};

static void on_record(void *cookie, const struct record *r)
{
	struct bench *b = cookie;

	b->records++;
	b->sink += r->size;
}

/* A session in the making: what is said in turns, the server's replies short. */
struct turn {
	enum flow_dir dir;
	size_t from, len;
};

struct session {
	struct bytes text;
	struct turn turns[512];
	size_t count;
};

static void say(struct session *s, enum flow_dir dir, const char *p, size_t n)
{
	s->turns[s->count++] = (struct turn){dir, s->text.len, n};
	bench_text_add(&s->text, p, n);
}

static void say_str(struct session *s, enum flow_dir dir, const char *text)
{
	say(s, dir, text, strlen(text));
}

static void begin(struct session *s)
{
	say_str(s, FLOW_SERVER, "220 mx.corp.example ESMTP\r\n");
	say_str(s, FLOW_CLIENT, "EHLO mail.shop.example\r\n");
	say_str(s, FLOW_SERVER, "250-mx.corp.example\r\n250 PIPELINING\r\n");
}

static void message(struct session *s, const struct bytes *content)
{
	say_str(s, FLOW_CLIENT, "MAIL FROM:<news@shop.example>\r\n");
	say_str(s, FLOW_SERVER, "250 ok\r\n");
	say_str(s, FLOW_CLIENT, "RCPT TO:<bob.brown@corp.example>\r\n");
	say_str(s, FLOW_SERVER, "250 ok\r\n");
	say_str(s, FLOW_CLIENT, "DATA\r\n");
	say_str(s, FLOW_SERVER, "354 go on\r\n");
	say(s, FLOW_CLIENT, content->p, content->len);
	say_str(s, FLOW_CLIENT, ".\r\n");
	say_str(s, FLOW_SERVER, "250 2.0.0 queued as 4XyZ\r\n");
}

static void end(struct session *s)
{
	say_str(s, FLOW_CLIENT, "QUIT\r\n");
	say_str(s, FLOW_SERVER, "221 bye\r\n");
}

static void decode(struct bench *b, const struct session *s)
{
	struct flow_info f = {.id = 1, .first_time = NS_PER_S};
	struct flow_ending e = {.how = FLOW_END_FIN, .time = NS_PER_S};
	struct smtp_session *session = smtp_session_open(b->decoder, &f);
	struct stream_chunk c = {.kind = CHUNK_DATA, .time = NS_PER_S};
	uint64_t sent[2] = {0, 0};

	for (size_t i = 0; i < s->count; i++) {
		struct span text = span_of(s->text.p + s->turns[i].from, s->turns[i].len);

		for (; text.len > 0; text = span_skip(text, SEGMENT)) {
			c.packet++;
			c.dir = s->turns[i].dir;
			c.data = span_head(text, SEGMENT);
			c.offset = sent[c.dir];
			c.peer_acked = (int64_t)sent[!c.dir];
			sent[c.dir] += c.data.len;
			f.packets[c.dir]++;
			f.payload[c.dir] += c.data.len;
			smtp_session_chunk(session, &f, &c);
		}
	}
	smtp_session_end(session, &f, &e);
}

static void copy(struct bench *b, const struct session *s)
{
	for (size_t at = 0; at < s->text.len; at += SEGMENT) {
		size_t n = s->text.len - at < SEGMENT ? s->text.len - at : SEGMENT;

		memcpy(b->copy.p + at, s->text.p + at, n);
		__asm__ volatile("" : : "r"(b->copy.p) : "memory");
	}
}

static void null_loop(struct bench *b, const struct session *s)
{
	for (size_t at = 0; at < s->text.len; at += SEGMENT) {
		size_t n = s->text.len - at < SEGMENT ? s->text.len - at : SEGMENT;
		uint64_t sum = 0, word;

		for (size_t i = 0; i + sizeof(word) <= n; i += sizeof(word)) {
			memcpy(&word, s->text.p + at + i, sizeof(word));
			sum += word;
		}
		b->sink += sum;
	}
}

/* Nanoseconds of one run, the least of some rounds. */
static double cost(struct bench *b, const struct session *s,
	void (*fn)(struct bench *b, const struct session *s))
{
	double best = 1e18, start = bench_now_ns();
	unsigned int n = 0;

	do {
		fn(b, s);
		n++;
	} while (bench_now_ns() - start < MIN_NS);
	for (int round = 0; round < ROUNDS; round++) { /* without looking at the clock between */
		double spent;

		start = bench_now_ns();
		for (unsigned int i = 0; i < n; i++)
			fn(b, s);
		spent = bench_now_ns() - start;
		if (spent / n < best)
			best = spent / n;
	}
	return best;
}

static void report(const char *name, const struct session *s, bool sha256)
{
	struct bench b = {0};
	struct smtp_decoder_config config = {.emit = on_record,
		.cookie = &b,
		.message_contexts = 16,
		.want_recipients = true,
		.want_sha256 = sha256};
	double spent, copied, null;

	b.decoder = smtp_decoder_create(&config);
	b.copy.p = malloc(s->text.len);
	if (!b.decoder || !b.copy.p)
		abort();
	spent = cost(&b, s, decode);
	copied = cost(&b, s, copy);
	null = cost(&b, s, null_loop);
	printf("%-32s %9zu bytes %8.0f MB/s %6.1f x memcpy %6.1f x null loop\n", name, s->text.len,
		(double)s->text.len * 1e3 / spent, spent / copied, spent / null);
	smtp_decoder_destroy(b.decoder);
	free(b.copy.p);
	if (b.records == 0 || b.sink == 0)
		abort();
}

static const char header[] =
	"Received: from mail.shop.example (mail.shop.example [192.0.2.1])\r\n"
	"\tby mx.corp.example; Fri, 2 Jan 2026 03:04:05 +0000\r\n"
	"From: Shop <news@shop.example>\r\nTo: Bob <bob.brown@corp.example>\r\n"
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

/* Bytes that no compressor could shorten, as attachments have them. */
static void noise(struct bytes *b, size_t bytes)
{
	uint64_t x = 88172645463325252u;

	while (bytes > 0) {
		size_t n = bytes < sizeof(x) ? bytes : sizeof(x);

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		bench_text_add(b, &x, n);
		bytes -= n;
	}
}

static struct bytes with_attachment(size_t text, size_t file)
{
	struct bytes m = start("Content-Type: multipart/mixed; boundary=b"), content = {0};

	bench_text_str(&m, "--b\r\n\r\n");
	bench_text_words(&m, text, " ");
	bench_text_str(&m, "--b\r\nContent-Type: application/pdf; name=report.pdf\r\n"
			   "Content-Disposition: attachment; filename=report.pdf\r\n"
			   "Content-Transfer-Encoding: base64\r\n\r\n");
	noise(&content, file);
	bench_text_base64(&m, &content, 76);
	bench_text_str(&m, "--b--\r\n");
	free(content.p);
	return m;
}

/* Japanese or Chinese text in a charset, in lines. */
static void foreign(struct bytes *b, size_t bytes, const char *charset)
{
	static const char japanese[] =
		"\xe6\x9c\xac\xe6\x97\xa5\xe3\x81\xae\xe3\x81\x8a\xe7\x9f\xa5"
		"\xe3\x82\x89\xe3\x81\x9b\xe3\x82\x92\xe3\x81\x8a\xe5\xb1"
		"\x8a\xe3\x81\x91\xe3\x81\x97\xe3\x81\xbe\xe3\x81\x99";
	static const char chinese[] = "\xe6\x9c\xac\xe5\x91\xa8\xe6\x96\xb0\xe9\x97\xbb\xe5\xa6\x82"
				      "\xe4\xb8\x8b\xe8\xaf\xb7\xe6\x9f\xa5\xe6\x94\xb6";
	bool is_japanese = strcmp(charset, "ISO-2022-JP") == 0;
	iconv_t cd = iconv_open(charset, "UTF-8");
	size_t end = b->len + bytes;

	while (b->len < end) {
		char buf[256], *in = (char *)(uintptr_t)(is_japanese ? japanese : chinese);
		char *out = buf;
		size_t in_len = strlen(in), out_len = sizeof(buf);

		if (iconv(cd, &in, &in_len, &out, &out_len) == (size_t)-1 ||
			iconv(cd, NULL, NULL, &out, &out_len) == (size_t)-1)
			abort();
		bench_text_add(b, buf, sizeof(buf) - out_len);
		bench_text_str(b, ", 2026\r\n");
	}
	iconv_close(cd);
}

static struct bytes text_message(const char *kind)
{
	struct bytes m = {0}, plain = {0};

	if (strcmp(kind, "text") == 0) {
		m = start("Content-Type: text/plain");
		bench_text_words(&m, 6000, " ");
	} else if (strcmp(kind, "text, base64") == 0) {
		m = start("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64");
		bench_text_words(&plain, 6000, " ");
		bench_text_base64(&m, &plain, 76);
	} else if (strcmp(kind, "html") == 0) {
		m = start("Content-Type: text/html");
		bench_text_html(&m, 12000);
	} else if (strcmp(kind, "html, quoted-printable") == 0) {
		m = start("Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable");
		bench_text_html(&plain, 12000);
		bench_text_qp(&m, &plain);
	} else if (strcmp(kind, "chinese, gb2312") == 0) {
		m = start("Content-Type: text/plain; charset=gb2312");
		foreign(&m, 6000, "GB2312");
	} else if (strcmp(kind, "chinese, utf-8") == 0) {
		m = start("Content-Type: text/plain; charset=utf-8");
		foreign(&m, 6000, "UTF-8");
	} else {
		m = start("Content-Type: text/plain; charset=iso-2022-jp");
		foreign(&m, 6000, "ISO-2022-JP");
	}
	free(plain.p);
	return m;
}

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strncmp(name, argv[i], strlen(argv[i])) == 0)
			return true;
	return argc == 1;
}

static void texts(int argc, char **argv)
{
	static const char *const kinds[] = {"text", "text, base64", "html",
		"html, quoted-printable", "chinese, gb2312", "chinese, utf-8",
		"japanese, iso-2022-jp"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct session *s = calloc(1, sizeof(*s));
		struct bytes m = text_message(kinds[i]);

		if (!s)
			abort();
		begin(s);
		for (int k = 0; k < 20; k++)
			message(s, &m);
		end(s);
		if (wanted(kinds[i], argc, argv))
			report(kinds[i], s, false);
		free(m.p);
		free(s->text.p);
		free(s);
	}
}

/* Attachments alone, and text that is a fifth of the bytes. */
static void attachments(int argc, char **argv)
{
	static const struct {
		const char *name;
		size_t text, file;
		bool sha256;
	} rows[] = {
		{"attachments", 2000, 300000, false},
		{"attachments, SHA-256", 2000, 300000, true},
		{"mixed", 7000, 20000, false},
		{"mixed, SHA-256", 7000, 20000, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session *s = calloc(1, sizeof(*s));
		struct bytes m = with_attachment(rows[i].text, rows[i].file);

		if (!s)
			abort();
		begin(s);
		for (int k = 0; k < 2; k++)
			message(s, &m);
		end(s);
		if (wanted(rows[i].name, argc, argv))
			report(rows[i].name, s, rows[i].sha256);
		free(m.p);
		free(s->text.p);
		free(s);
	}
}

int main(int argc, char **argv)
{
	attachments(argc, argv);
	texts(argc, argv);
	return 0;
}
