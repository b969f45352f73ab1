/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dialects of known programs, from dialogues as they lead them. Each is also cut into single bytes
 * of the same packets, which changes nothing; and into packets of single bytes, which may change
 * the twelfth character only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_decoder.h"

/*
 * One side's segment a line: "C", "S", then its bytes; "F" and the side that closes, "R" the client
 * resets. The client ACKs all that the server sent before, but with "c" what it ACKed before.
 */
struct row {
	const char *name;
	const char *form;
	const char *const *lines;
};

#define LINES (const char *const[])
#define GREETS "S220 mx1.example ESMTP\r\n"
#define OFFERS                                                                                   \
	"S250-mx1.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250-DSN\r\n" \
	"250 SMTPUTF8\r\n"
#define OK "S250 2.0.0 Ok\r\n"
#define GO "S354 Go ahead\r\n"
#define BYE "S221 2.0.0 Bye\r\n"
#define HEADER "Date: Tue, 3 Nov 2026 10:00:00 +0000\r\nFrom: a@client.example\r\n\r\n"

static const struct row rows[] = {
	{"Postfix", "pE-dU00S-O2qQC",
		LINES{GREETS, "CEHLO out1.client.example\r\n", OFFERS,
			"CMAIL FROM:<a@client.example> SIZE=266\r\n"
			"RCPT TO:<b@mx1.example> ORCPT=rfc822;b@mx1.example\r\nDATA\r\n",
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go\r\n",
			"C" HEADER "Hello\r\n.\r\nQUIT\r\n",
			"S250 2.0.0 queued\r\n221 2.0.0 Bye\r\n", "FC", "FS", NULL}},
	{"Postfix, all refused", "pE-dU00S-O2-pC",
		LINES{GREETS, "CEHLO out1.client.example\r\n", OFFERS,
			"CMAIL FROM:<a@client.example> SIZE=266\r\n"
			"RCPT TO:<b@mx1.example> ORCPT=rfc822;b@mx1.example\r\nDATA\r\n",
			"S250 2.1.0 Ok\r\n550 5.1.1 Unknown\r\n554 5.5.1 No\r\n",
			"CRSET\r\nQUIT\r\n", "S250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n", "FC", "FS",
			NULL}},
	{"Postfix, EHLO refused", "pEhdU00----sQC",
		LINES{GREETS, "CEHLO out1.client.example\r\n", "S502 5.5.1 No\r\n",
			"CHELO out1.client.example\r\n", OK, "CMAIL FROM:<a@client.example>\r\n",
			OK, "CRCPT TO:<b@mx1.example>\r\n", OK, "CDATA\r\n", GO,
			"C" HEADER "Hello\r\n", "C.\r\n", OK, "CQUIT\r\n", BYE, "FC", "FS", NULL}},
	{"Exim", "pE-dU00S--2qQC",
		LINES{GREETS, "CEHLO out2.client.example\r\n", OFFERS,
			"CMAIL FROM:<a@client.example> SIZE=1312\r\nRCPT TO:<b@mx1.example>\r\n"
			"DATA\r\n",
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go\r\n", "C" HEADER "Hello\r\n",
			"C.\r\nQUIT\r\n", "S250 2.0.0 queued\r\n221 2.0.0 Bye\r\n", "FC", "FS",
			NULL}},
	{"Python smtplib", "pe-lL00s--00QC",
		LINES{GREETS, "Cehlo [127.0.0.1]\r\n", OFFERS,
			"Cmail FROM:<a@client.example> size=157\r\n", OK,
			"Crcpt TO:<b@mx1.example>\r\n", OK, "Cdata\r\n", GO,
			"C" HEADER "Hello\r\n.\r\n", OK, "Cquit\r\n", BYE, "FC", "FS", NULL}},
	{"Go net/smtp", "pE-oU00BU-0sfC",
		LINES{GREETS, "CEHLO localhost\r\n", OFFERS,
			"CMAIL FROM:<a@client.example> BODY=8BITMIME SMTPUTF8\r\n", OK,
			"CRCPT TO:<b@mx1.example>\r\n", OK, "CDATA\r\n", GO, "C" HEADER "Hello\r\n",
			"C.\r\n", OK, "FC", "FS", NULL}},
	{"nodemailer", "pE-lU00---2sfC",
		LINES{GREETS, "CEHLO [127.0.0.1]\r\n", OFFERS,
			"CMAIL FROM:<a@client.example>\r\nRCPT TO:<b@mx1.example>\r\nDATA\r\n",
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go\r\n", "C" HEADER "Hello",
			"C\r\n.\r\n", OK, "FC", "FS", NULL}},
	{"msmtp", "pE-oU00---30QC",
		LINES{GREETS, "CEHLO localhost\r\n", OFFERS, "CMAIL FROM:<a@client.example>\r\n",
			OK, "CRCPT TO:<b@mx1.example>\r\nDATA\r\n", "S250 2.1.5 Ok\r\n354 Go\r\n",
			"C" HEADER "Hello\r\n.\r\n", OK, "CQUIT\r\n", BYE, "FC", "FS", NULL}},
	{"curl", "pE-dU00S--00QL",
		LINES{GREETS, "CEHLO mail.txt\r\n", OFFERS,
			"CMAIL FROM:<a@client.example> SIZE=55\r\n", OK,
			"CRCPT TO:<b@mx1.example>\r\n", OK, "CDATA\r\n", GO,
			"CFrom: a@client.example\n\nHello\n\r\n.\r\n", OK, "CQUIT\r\n", BYE, "FC",
			"FS", NULL}},
	{"s-nail", "pH-dU00----0QC",
		LINES{GREETS, "CHELO desk.client.example\r\n", OK,
			"CMAIL FROM:<a@client.example>\r\n", OK, "CRCPT TO:<b@mx1.example>\r\n", OK,
			"CDATA\r\n", GO, "C" HEADER "Hello\r\n.\r\n", OK, "CQUIT\r\n", BYE, "FC",
			"FS", NULL}},
	{"a bot of 2019", "cE-gU11---20fC",
		LINES{GREETS, "CEHLO 192-0-2-7.dyn.isp.example\r\n",
			"S250-mx1.example\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
			"CMAIL FROM: <x@a.example> \r\nRCPT TO:<y@mx1.example>\r\nDATA\r\n",
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go\r\n", "C" HEADER "Hello\r\n.\r\n",
			OK, "FC", "FS", NULL}},
	{"a bot of 2018", "pH-lU30----0nC",
		LINES{GREETS, "CHELO [0.0.0.0]\r\n", OK, "CMAIL FROM: <x@a.example>\r\n", OK,
			"CRCPT TO: <y@mx1.example>\r\n", OK, "CDATA\r\n", GO,
			"C" HEADER "Hello\r\n.\r\n", "S421 4.7.0 Later\r\n", "FS", "CQUIT\r\n",
			"FC", NULL}},
	{"Sendmail", "pE-dS00S--0sQC",
		LINES{GREETS, "CEHLO out3.client.example\r\n", OFFERS,
			"CMAIL From:<a@client.example> SIZE=99\r\n", OK,
			"CRCPT To:<b@mx1.example>\r\n", OK, "CDATA\r\n", GO, "C" HEADER "Hello\r\n",
			"C.\r\n", OK, "CQUIT\r\n", BYE, "FC", "FS", NULL}},
	{"BDAT", "pE-dU00SB-1bQC",
		LINES{GREETS, "CEHLO out4.client.example\r\n",
			"S250-mx1.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n",
			"CMAIL FROM:<a@client.example> SIZE=9 BODY=8BITMIME\r\n"
			"RCPT TO:<b@mx1.example>\r\n",
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n", "CBDAT 4 LAST\r\nA:b\n", OK,
			"CQUIT\r\n", BYE, "FC", "FS", NULL}},
	{"nothing behind the greeting", "pE-d---------C",
		LINES{GREETS, "CEHLO out4.client.example\r\n", OFFERS, NULL}},
	{"pipelining that was not offered", "pE-dU00---!-rC",
		LINES{GREETS, "CEHLO out4.client.example\r\n", "S250 mx1.example\r\n",
			"CMAIL FROM:<a@client.example>\r\nRCPT TO:<b@mx1.example>\r\n",
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n", "R", NULL}},
	{"odd spellings", "pm-iL3b-----fM",
		LINES{GREETS, "CHeLo 192.0.2.7\n", OK, "Cmail FROM: a@client.example\n", OK,
			"Crcpt TO: <b@mx1.example>\n", OK, "FC", "FS", NULL}},
};

struct play {
	struct smtp_session *s;
	struct flow_info f;
	uint64_t sent[2], acked;
	nstime now;
	uint64_t packet;
	char dialect[48];
};

static void text(const struct session_dialect *d, char ret[48])
{
	int n = snprintf(ret, 48, "%.14s_", d->form);

	for (int i = 0; i < 12; i++)
		n += snprintf(ret + n, (size_t)(48 - n), "%s%02x", i == 6 ? "_" : "",
			i < 6 ? d->trace[i] : d->header[i - 6]);
}

static void on_record(void *cookie, const struct record *r)
{
	struct play *p = cookie;

	if (r->kind == RECORD_SESSION)
		text(&((const struct session_record *)r)->dialect, p->dialect);
}

static void say(struct play *p, char kind, struct span bytes, bool pieces, bool packets)
{
	enum flow_dir dir = kind == 'S' ? FLOW_SERVER : FLOW_CLIENT;

	p->packet++;
	while (bytes.len > 0) {
		struct stream_chunk c = {.time = p->now += NS_PER_MS,
			.packet = packets ? p->packet++ : p->packet,
			.dir = dir,
			.offset = p->sent[dir],
			.data = pieces ? span_head(bytes, 1) : bytes,
			.peer_acked = (int64_t)p->sent[!dir]};

		p->sent[dir] += c.data.len;
		p->f.payload[dir] += c.data.len;
		p->f.packets[dir]++;
		smtp_session_chunk(p->s, &p->f, &c);
		bytes = span_skip(bytes, c.data.len);
	}
}

static void finish(struct play *p, char side)
{
	enum flow_dir dir = side == 'S' ? FLOW_SERVER : FLOW_CLIENT;
	struct stream_chunk c = {.time = p->now += NS_PER_MS,
		.packet = ++p->packet,
		.dir = dir,
		.kind = CHUNK_FIN,
		.offset = p->sent[dir],
		.peer_acked = (int64_t)p->sent[!dir]};

	smtp_session_chunk(p->s, &p->f, &c);
}

static void play(const struct row *row, bool pieces, bool packets, char ret[48])
{
	struct play p = {.now = NS_PER_S};
	struct smtp_decoder_config config = {
		.emit = on_record, .cookie = &p, .message_contexts = 2};
	struct smtp_decoder *d = smtp_decoder_create(&config);
	struct flow_ending e = {.how = FLOW_END_INPUT};

	assert_non_null(d);
	addr_parse(span_str("192.0.2.7"), &p.f.client);
	addr_parse(span_str("198.51.100.25"), &p.f.server);
	p.f.server_port = 25;
	p.s = smtp_session_open(d, &p.f);
	for (const char *const *line = row->lines; *line; line++) {
		if ((*line)[0] == 'F')
			finish(&p, (*line)[1]);
		else if ((*line)[0] == 'R')
			e.how = FLOW_END_RST;
		else
			say(&p, (*line)[0], span_str(*line + 1), pieces, packets);
	}
	e.time = p.now;
	smtp_session_end(p.s, &p.f, &e);
	smtp_decoder_destroy(d);
	memcpy(ret, p.dialect, 48);
}

static void test_forms(void **state)
{
	unsigned int failed = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char whole[48], pieces[48], packets[48];

		play(&rows[i], false, false, whole);
		play(&rows[i], true, false, pieces);
		play(&rows[i], true, true, packets);
		if (strncmp(whole, rows[i].form, 14) != 0)
			print_error("%s: %s\n", rows[i].name, whole);
		failed += strncmp(whole, rows[i].form, 14) != 0;
		assert_string_equal(whole, pieces);
		packets[11] = whole[11];
		assert_string_equal(whole, packets);
	}
	assert_int_equal(failed, 0);
}

/* The same commands with other addresses: the same hashes. Another offer: another `b`. */
static void test_hashes(void **state)
{
	const struct row other = {"", "",
		LINES{GREETS, "CEHLO [127.0.0.1]\r\n", OFFERS,
			"CMAIL FROM:<z@other.example>\r\nRCPT TO:<y@mx1.example>\r\nDATA\r\n",
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go\r\n",
			"CDate: Wed, 25 Nov 2026 23:59:59 -0500\r\nFrom: z@other.example\r\n\r\nHi",
			"C\r\n.\r\n", OK, "FC", "FS", NULL}};
	const struct row less = {"", "",
		LINES{GREETS, "CEHLO [127.0.0.1]\r\n", "S250-mx1.example\r\n250 PIPELINING\r\n",
			"CMAIL FROM:<z@other.example>\r\nRCPT TO:<y@mx1.example>\r\nDATA\r\n",
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go\r\n",
			"CFrom: z@other.example\r\nDate: Wed, 25 Nov 2026 23:59:59 -0500\r\n\r\nHi",
			"C\r\n.\r\n", OK, "FC", "FS", NULL}};
	const struct row *nodemailer = &rows[6];
	char a[48], b[48], c[48];

	play(nodemailer, false, false, a);
	play(&other, false, false, b);
	play(&less, false, false, c);
	assert_string_equal(a, b);
	assert_memory_equal(a, c, 14);
	assert_int_not_equal(memcmp(a + 15, c + 15, 12), 0);
	assert_int_not_equal(memcmp(a + 28, c + 28, 12), 0);
	play(&rows[14], false, false, c); /* no message */
	assert_string_equal(c + 28, "000000000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
