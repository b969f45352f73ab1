/* SPDX-License-Identifier: Apache-2.0 */
/* Dialogues too long to be written down: ten thousand recipients, lines of a million bytes, DATA
 * without end; each in segments of several sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/message_record.h"
#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_decoder.h"

struct play {
	struct smtp_decoder *decoder;
	struct smtp_session *session;
	struct flow_info flow;
	size_t piece;
	uint64_t sent[2];
	struct session_record last;
	unsigned int messages;
	uint64_t message_size;
};

static void on_record(void *cookie, const struct record *r)
{
	struct play *p = cookie;

	if (r->kind == RECORD_SESSION) {
		memcpy(&p->last, r, sizeof(p->last));
		return;
	}
	p->messages++;
	p->message_size = ((const struct message_record *)r)->size;
}

static void say(struct play *p, enum flow_dir dir, struct span s)
{
	int64_t acked = (int64_t)p->sent[!dir];

	while (s.len > 0) {
		struct stream_chunk c = {.time = NS_PER_S,
			.dir = dir,
			.offset = p->sent[dir],
			.data = span_head(s, p->piece),
			.peer_acked = acked};

		p->flow.packets[dir]++;
		p->flow.payload[dir] += c.data.len;
		smtp_session_chunk(p->session, &p->flow, &c);
		p->sent[dir] += c.data.len;
		s = span_skip(s, c.data.len);
	}
}

static void client(struct play *p, const char *s)
{
	say(p, FLOW_CLIENT, span_str(s));
}

static void server(struct play *p, const char *s)
{
	say(p, FLOW_SERVER, span_str(s));
}

static void begin(struct play *p, size_t piece)
{
	struct smtp_decoder_config config = {.emit = on_record, .cookie = p, .message_contexts = 1};

	*p = (struct play){.piece = piece, .flow = {.id = 1, .first_time = NS_PER_S}};
	p->decoder = smtp_decoder_create(&config);
	assert_non_null(p->decoder);
	p->session = smtp_session_open(p->decoder, &p->flow);
	server(p, "220 mx1.example.net ESMTP\r\n");
	client(p, "EHLO client.example.org\r\n");
	server(p, "250-mx1.example.net\r\n250 PIPELINING\r\n");
}

static void end(struct play *p)
{
	struct flow_ending e = {.how = FLOW_END_FIN, .time = NS_PER_S};

	client(p, "QUIT\r\n");
	server(p, "221 Bye\r\n");
	smtp_session_end(p->session, &p->flow, &e);
	smtp_decoder_destroy(p->decoder);
	assert_int_equal(p->last.quit, TRI_YES);
}

static const size_t pieces[] = {1460, 7, 1 << 20};

#define FOR_PIECES(p)                                                                             \
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]) && (begin(p, pieces[i]), true); \
		i++)

/* All in one pipeline; every second one is refused. */
static void test_recipients(void **state)
{
	const unsigned int count = 10000;
	char *rcpts = malloc(count * 40), *replies = malloc(count * 40), *a = rcpts, *b = replies;
	struct play p;

	assert_non_null(rcpts);
	assert_non_null(replies);
	for (unsigned int i = 0; i < count; i++) {
		a += sprintf(a, "RCPT TO:<u%u@mx1.example.net>\r\n", i);
		b += sprintf(b, i % 2 ? "550 5.1.1 unknown\r\n" : "250 ok\r\n");
	}
	FOR_PIECES(&p)
	{
		client(&p, "MAIL FROM:<alice@client.example.org>\r\n");
		client(&p, rcpts);
		client(&p, "DATA\r\n");
		server(&p, "250 ok\r\n");
		server(&p, replies);
		server(&p, "354 go\r\n");
		client(&p, "Hello\r\n.\r\n");
		server(&p, "250 queued as X1\r\n");
		end(&p);
		assert_int_equal(p.last.rcpts_attempted, count);
		assert_int_equal(p.last.rcpts_accepted, count / 2);
		assert_int_equal(p.last.rcpts_unknown_user, count / 2);
		assert_int_equal(p.last.messages_accepted, 1);
		assert_int_equal(p.messages, 1);
	}
	free(rcpts);
	free(replies);
}

/* Of a command, a reply and a message: marked, and what follows is not lost. */
static void test_lines(void **state)
{
	const size_t size = 1000000;
	char *line = malloc(size + 1);
	struct play p;

	assert_non_null(line);
	memset(line, 'x', size);
	line[size] = 0;
	FOR_PIECES(&p)
	{
		client(&p, "NOOP ");
		client(&p, line);
		client(&p, "\r\n");
		server(&p, "250 ");
		server(&p, line);
		server(&p, "\r\n");
		client(&p, "MAIL FROM:<alice@client.example.org>\r\n");
		server(&p, "250 ok\r\n");
		client(&p, "RCPT TO:<bobby@mx1.example.net>\r\n");
		server(&p, "250 ok\r\n");
		client(&p, "DATA\r\n");
		server(&p, "354 go\r\n");
		client(&p, line);
		client(&p, "\r\n.\r\n");
		server(&p, "250 queued as X2\r\n");
		end(&p);
		assert_int_equal(p.last.commands, 6);
		assert_int_equal(p.last.commands_unknown, 0);
		assert_true(p.last.anomalies & SESSION_LONG_LINE);
		assert_int_equal(p.last.messages_accepted, 1);
		assert_int_equal(p.message_size, size + 2);
	}
	free(line);
}

/* Without a 354 it is no message, however often. */
static void test_data_repeated(void **state)
{
	const unsigned int count = 100000;
	struct play p;

	FOR_PIECES(&p)
	{
		for (unsigned int n = 0; n < count; n++) {
			client(&p, "DATA\r\n");
			server(&p, "503 5.5.1 no\r\n");
		}
		end(&p);
		assert_int_equal(p.last.commands, count + 2);
		assert_int_equal(p.last.messages_attempted, count);
		assert_int_equal(p.last.messages_rejected, count);
		assert_int_equal(p.last.messages_accepted, 0);
		assert_int_equal(p.last.replies_5xx, count);
		assert_int_equal(p.messages, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recipients),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_data_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
