/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large captures for the benches: make_capture KIND SESSIONS SOURCES OUT [SIZE]
 *
 *   bulk    one message a session, with an attachment of SIZE bytes (300000)
 *   mix     what an MX sees: text mails, HTML mails, one in six with an attachment, refusals; text
 *           is about a fifth of the bytes
 *   text    text mails of 2 to 12 KB, no attachment
 *   short   a session that ends at a refused recipient
 *   syn     a SYN and nothing more
 *   open    sessions that are all open at once: each is greeted, says EHLO and waits for all others
 *           to do the same; then each sends a small message and leaves
 *   turns   as open, but each waits for all others after each turn of the dialogue
 *
 * Else sessions overlap (CONCURRENT at a time). Packets are of Ethernet size, every second data
 * segment is acknowledged. The same arguments give the same bytes. OUT "-" is standard output.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONCURRENT 512
#define MSS 1448
#define TURNS 24
#define TEXT_POOL (1 << 20)
#define ATTACHMENT_POOL (4 << 20)

enum dir { CLIENT, SERVER };

struct turn {
	enum dir dir;
	const char *head; /* borrowed text, before the pool's bytes */
	size_t head_len;
	const char *body;
	size_t body_len;
};

struct session {
	bool open;
	uint32_t client_ip;
	uint16_t port;
	uint32_t seq[2];
	struct turn turns[TURNS];
	unsigned int count, at, unacked;
	size_t sent; /* bytes of the present turn */
	int phase;   /* 0..2 handshake, 3 turns, 4..6 closing, 7 done */
	char text[4096];
	size_t text_len;
};

struct maker {
	FILE *f;
	uint64_t rng, now_us, session, sessions, sources;
	size_t bulk_size;
	const char *kind;
	char *words, *attachment;
	bool together; /* all sessions are open at once */
	bool mute;     /* emit() only counts */
};

static uint64_t next(struct maker *m)
{
	m->rng ^= m->rng << 13;
	m->rng ^= m->rng >> 7;
	m->rng ^= m->rng << 17;
	return m->rng;
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* Checksums stay zero, as they do under transmit offload. */
static void emit(struct maker *m, struct session *s, enum dir dir, unsigned int flags,
	const char *a, size_t a_len, const char *b, size_t b_len)
{
	static const uint8_t eth[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
	uint8_t h[16 + 14 + 20 + 20] = {0};
	uint8_t *ip = h + 16 + 14, *tcp = ip + 20;
	uint32_t len = (uint32_t)(a_len + b_len), frame = 54 + len;
	uint32_t server = 0xc0000219, seq = s->seq[dir], sec, usec;

	s->seq[dir] += len + (flags & 0x03 ? 1 : 0);
	if (m->mute)
		return;
	m->now_us += 3 + next(m) % 5;
	sec = (uint32_t)(m->now_us / 1000000);
	usec = (uint32_t)(m->now_us % 1000000);
	memcpy(h, &sec, 4);
	memcpy(h + 4, &usec, 4);
	memcpy(h + 8, &frame, 4);
	memcpy(h + 12, &frame, 4);
	memcpy(h + 16, eth, sizeof(eth));
	ip[0] = 0x45;
	put16(ip + 2, 40 + len);
	ip[8] = 60;
	ip[9] = 6;
	put32(ip + 12, dir == CLIENT ? s->client_ip : server);
	put32(ip + 16, dir == CLIENT ? server : s->client_ip);
	put16(tcp, dir == CLIENT ? s->port : 25);
	put16(tcp + 2, dir == CLIENT ? 25 : s->port);
	put32(tcp + 4, seq);
	put32(tcp + 8, flags & 0x10 ? s->seq[!dir] : 0);
	tcp[12] = 0x50;
	tcp[13] = (uint8_t)flags;
	put16(tcp + 14, 64240);
	fwrite(h, 1, sizeof(h), m->f);
	fwrite(a, 1, a_len, m->f);
	fwrite(b, 1, b_len, m->f);
}

static void say(struct session *s, enum dir dir, const char *text, const char *body, size_t body_len)
{
	size_t len = strlen(text);
	struct turn *t = &s->turns[s->count++];

	if (s->count > TURNS || s->text_len + len > sizeof(s->text))
		abort();
	memcpy(s->text + s->text_len, text, len);
	*t = (struct turn){dir, s->text + s->text_len, len, body, body_len};
	s->text_len += len;
}

static size_t line_start(const char *pool, size_t at)
{
	while (pool[at] != '\n')
		at++;
	return at + 1;
}

static void say_content(struct maker *m, struct session *s, const char *type, bool attachment)
{
	char head[1024];
	size_t text_len = m->together ? 200 : 1500 + next(m) % 9000, at = line_start(m->words, next(m) % (TEXT_POOL / 2));
	size_t end = line_start(m->words, at + text_len);

	snprintf(head, sizeof(head),
		"From: <u%u@s%u.example>\r\nTo: <r@corp.example>\r\nSubject: note %llu\r\n"
		"Message-ID: <%llu@s%u.example>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
		"MIME-Version: 1.0\r\nContent-Type: %s\r\n\r\n%s",
		(unsigned int)(next(m) % 100), (unsigned int)(s->client_ip & 0xffffff),
		(unsigned long long)next(m), (unsigned long long)next(m),
		(unsigned int)(s->client_ip & 0xffffff),
		attachment ? "multipart/mixed; boundary=\"b0undary\"" : type,
		attachment ? "--b0undary\r\nContent-Type: text/plain\r\n\r\n" : "");
	say(s, CLIENT, head, m->words + at, end - at);
	if (attachment) {
		size_t len = strcmp(m->kind, "bulk") == 0 ? m->bulk_size : 40000 + next(m) % 400000;

		at = line_start(m->attachment, next(m) % (ATTACHMENT_POOL / 2));
		end = line_start(m->attachment, at + len);
		say(s, CLIENT,
			"--b0undary\r\nContent-Type: application/pdf; name=a.pdf\r\n"
			"Content-Transfer-Encoding: base64\r\n\r\n",
			m->attachment + at, end - at);
		say(s, CLIENT, "--b0undary--\r\n.\r\n", NULL, 0);
	} else {
		say(s, CLIENT, ".\r\n", NULL, 0);
	}
}

static void write_dialogue(struct maker *m, struct session *s)
{
	char line[256];
	bool bulk = strcmp(m->kind, "bulk") == 0, text = strcmp(m->kind, "text") == 0;
	bool refused = strcmp(m->kind, "short") == 0 ||
		       (!bulk && !text && !m->together && next(m) % 10 == 0);

	say(s, SERVER, "220 mx1.corp.example ESMTP\r\n", NULL, 0);
	snprintf(line, sizeof(line), "EHLO mail.s%u.example\r\n",
		(unsigned int)(s->client_ip & 0xffffff));
	say(s, CLIENT, line, NULL, 0);
	say(s, SERVER, "250-mx1.corp.example\r\n250-PIPELINING\r\n250 SIZE 52428800\r\n", NULL, 0);
	snprintf(line, sizeof(line), "MAIL FROM:<u%u@s%u.example>\r\n",
		(unsigned int)(next(m) % 100), (unsigned int)(s->client_ip & 0xffffff));
	say(s, CLIENT, line, NULL, 0);
	say(s, SERVER, "250 2.1.0 Ok\r\n", NULL, 0);
	say(s, CLIENT, "RCPT TO:<r@corp.example>\r\n", NULL, 0);
	if (refused) {
		say(s, SERVER, "550 5.1.1 <r@corp.example>: unknown user\r\n", NULL, 0);
	} else {
		say(s, SERVER, "250 2.1.5 Ok\r\n", NULL, 0);
		say(s, CLIENT, "DATA\r\n", NULL, 0);
		say(s, SERVER, "354 End data with <CR><LF>.<CR><LF>\r\n", NULL, 0);
		say_content(m, s, next(m) % 3 ? "text/plain" : "text/html",
			bulk || (!text && !m->together && next(m) % 6 == 0));
		say(s, SERVER, "250 2.0.0 Ok: queued as 4XyZabc\r\n", NULL, 0);
	}
	say(s, CLIENT, "QUIT\r\n", NULL, 0);
	say(s, SERVER, "221 2.0.0 Bye\r\n", NULL, 0);
}

static void open_session(struct maker *m, struct session *s)
{
	uint64_t source = (m->together ? m->session : next(m)) % m->sources;

	memset(s, 0, offsetof(struct session, text));
	s->open = true;
	s->text_len = 0;
	/* Sources fill 203.0.113.0 and up; a bench needs more than the documentation networks. */
	s->client_ip = 0xcb007100u + (uint32_t)source;
	s->port = (uint16_t)(1024 + m->session % 60000);
	s->seq[CLIENT] = (uint32_t)next(m);
	s->seq[SERVER] = (uint32_t)next(m);
	m->session++;
	if (strcmp(m->kind, "syn") != 0)
		write_dialogue(m, s);
}

/* One packet of the present turn, or an ACK that is due. */
static void step_turn(struct maker *m, struct session *s)
{
	struct turn *t = &s->turns[s->at];
	size_t total = t->head_len + t->body_len, a, b, want;

	if (s->unacked == 2) {
		s->unacked = 0;
		emit(m, s, !t->dir, 0x10, NULL, 0, NULL, 0);
		return;
	}
	want = total - s->sent < MSS ? total - s->sent : MSS;
	a = s->sent < t->head_len ? t->head_len - s->sent : 0;
	if (a > want)
		a = want;
	b = want - a;
	emit(m, s, t->dir, 0x18, t->head + s->sent, a,
		b ? t->body + (s->sent + a - t->head_len) : NULL, b);
	s->sent += want;
	s->unacked++;
	if (s->sent == total) {
		s->at++;
		s->sent = 0;
		s->unacked = 0;
	}
}

static void step(struct maker *m, struct session *s)
{
	static const struct {
		enum dir dir;
		unsigned int flags;
	} fixed[] = {{CLIENT, 0x02}, {SERVER, 0x12}, {CLIENT, 0x10}, {0, 0}, {CLIENT, 0x11},
		{SERVER, 0x11}, {CLIENT, 0x10}};

	if (s->phase == 3 && s->at < s->count) {
		step_turn(m, s);
		return;
	}
	if (s->phase == 3)
		s->phase++;
	emit(m, s, fixed[s->phase].dir, fixed[s->phase].flags, NULL, 0, NULL, 0);
	s->phase++;
	if (s->phase == 7 || strcmp(m->kind, "syn") == 0)
		s->open = false;
}

static void fill_pools(struct maker *m)
{
	static const char base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char *const words[] = {"the", "order", "from", "our", "meeting", "please",
		"delivery", "and", "of", "with", "week", "invoice", "regards", "project", "to", "a",
		"report", "question", "number", "is", "in", "we", "you", "for", "price", "room"};

	for (size_t i = 0, col = 0; i < TEXT_POOL;) {
		const char *w = words[next(m) % (sizeof(words) / sizeof(words[0]))];
		size_t len = strlen(w);

		if (i + len + 3 > TEXT_POOL) {
			memset(m->words + i, '\n', TEXT_POOL - i);
			break;
		}
		memcpy(m->words + i, w, len);
		i += len;
		col += len + 1;
		if (col > 68) {
			m->words[i++] = '\r';
			m->words[i++] = '\n';
			col = 0;
		} else {
			m->words[i++] = ' ';
		}
	}
	for (size_t i = 0; i < ATTACHMENT_POOL; i++) {
		size_t col = i % 78;

		m->attachment[i] = col == 76 ? '\r' : col == 77 ? '\n' : base64[next(m) & 63];
	}
}

/* Has it come to where all wait for each other after pass `number`: behind a turn of the server? */
static bool waits(const struct maker *m, const struct session *s, unsigned int number)
{
	unsigned int replies = 0;

	if (number > 0 && strcmp(m->kind, "open") == 0)
		return false;
	for (unsigned int i = 0; i < s->at; i++)
		replies += s->turns[i].dir == SERVER;
	return s->phase == 3 && s->sent == 0 && s->unacked == 0 && s->at > 0 && s->at < s->count &&
	       s->turns[s->at - 1].dir == SERVER && replies == 2 + number;
}

/* Each session is told anew up to where it had come to, in silence: none is kept. False: there is
 * nothing left of any. */
static bool pass(struct maker *m, unsigned int number)
{
	static struct session s;
	uint64_t time_rng = m->rng;
	bool more = false;

	for (m->session = 0; m->session < m->sessions;) {
		m->rng = (m->session + 1) * 0x9e3779b97f4a7c15u;
		open_session(m, &s);
		m->rng = time_rng;
		for (m->mute = true; number > 0 && s.open && !waits(m, &s, number - 1);)
			step(m, &s);
		m->mute = false;
		while (s.open && !waits(m, &s, number))
			step(m, &s);
		more = more || s.open;
		time_rng = m->rng;
	}
	return more;
}

static void make_overlapping(struct maker *m)
{
	static struct session sessions[CONCURRENT];
	bool active = true;

	while (active) {
		active = false;
		for (size_t i = 0; i < CONCURRENT; i++) {
			if (!sessions[i].open && m->session < m->sessions)
				open_session(m, &sessions[i]);
			if (!sessions[i].open)
				continue;
			step(m, &sessions[i]);
			active = true;
		}
	}
}

static void make_together(struct maker *m)
{
	unsigned int number = 0;

	while (pass(m, number))
		number++;
}

int main(int argc, char **argv)
{
	static const uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1};
	struct maker m = {.rng = 88172645463325252u, .now_us = 1767225600000000u};

	if (argc != 5 && argc != 6) {
		fprintf(stderr, "usage: make_capture bulk|mix|text|short|syn|open|turns "
				"SESSIONS SOURCES OUT [SIZE]\n");
		return 2;
	}
	m.kind = argv[1];
	m.sessions = strtoull(argv[2], NULL, 10);
	m.sources = strtoull(argv[3], NULL, 10);
	m.bulk_size = argc == 6 ? strtoull(argv[5], NULL, 10) : 300000;
	m.together = strcmp(m.kind, "open") == 0 || strcmp(m.kind, "turns") == 0;
	m.f = strcmp(argv[4], "-") == 0 ? stdout : fopen(argv[4], "wb");
	m.words = malloc(TEXT_POOL);
	m.attachment = malloc(ATTACHMENT_POOL);
	if (!m.f || !m.words || !m.attachment || m.sources == 0 ||
		m.bulk_size > ATTACHMENT_POOL / 2 - 100) {
		perror(argv[4]);
		return 1;
	}
	setvbuf(m.f, NULL, _IOFBF, 1 << 20);
	fill_pools(&m);
	fwrite(header, sizeof(header), 1, m.f);
	if (m.together)
		make_together(&m);
	else
		make_overlapping(&m);
	free(m.words);
	free(m.attachment);
	return fclose(m.f) == 0 ? 0 : 1;
}
