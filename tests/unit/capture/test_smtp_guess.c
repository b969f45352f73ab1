/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/limits.h"
#include "capture/smtp_guess.h"

#define MAX_TURNS 10

/* A dialogue: "C" or "S", then what that side sends. All but WAIT are told by its last turn. */
struct row {
	const char *name;
	const char *turns[MAX_TURNS];
	enum smtp_guess_answer answer;
	bool guessed; /* no handshake told the roles */
	bool swapped;
};

#define WAIT SMTP_GUESS_WAIT
#define YES SMTP_GUESS_YES
#define NO SMTP_GUESS_NO

static const struct row rows[] = {
	{"banner", {"S220 a ESMTP\r\n"}, YES, false, false},
	{"long banner",
		{"S220-a\r\n220-b\r\n220-c\r\n220-d\r\n220-e\r\n220-f\r\n220-g\r\n220-h\r\n220 "
		 "i\r\n",
			"CHELO x\r\n"},
		YES, false, false},
	{"weak banner", {"S220 a\r\n"}, WAIT, false, false},
	{"weak banner, client", {"S220 a\r\n", "CEHLO b\r\n"}, YES, false, false},
	{"weak banner, command", {"S220 a\r\n", "CRSET\r\n"}, YES, false, false},
	{"weak banner, 250", {"S220 a\r\n250 b\r\n"}, YES, false, false},
	{"refusal", {"S554 no SMTP here\r\n"}, YES, false, false},
	{"lf only", {"S220 a\n", "CHELO b\n"}, YES, false, false},
	{"ftp", {"S220 a\r\n", "CUSER b\r\n"}, NO, false, false},
	{"ftp over tls", {"S220 a\r\n", "CAUTH TLS\r\n"}, NO, false, false},
	{"client first", {"CEHLO b\r\n"}, YES, false, false},
	{"client, junk first", {"Chello\r\n", "CEHLO b\r\n"}, YES, false, false},
	{"unfinished", {"CEHLO b"}, WAIT, false, false},
	{"in the middle", {"CRCPT TO:<a@b.example>\r\n"}, YES, true, false},
	{"server in the middle", {"S250 2.1.5 Ok\r\n"}, YES, true, false},
	{"server taken for client", {"C220 a SMTP\r\n"}, YES, true, true},
	{"client taken for server", {"SEHLO a\r\n"}, YES, true, true},
	{"a client that greets", {"C220 a SMTP\r\n"}, NO, false, false},
	{"libndpi", {"CNOOP\r\n", "S250 a\r\n", "CRSET\r\n"}, YES, false, false},
	{"http", {"CGET / HTTP/1.1\r\n"}, NO, false, false},
	{"tls", {"C\x16\x03\x01"}, NO, false, false},
	{"binary later", {"Chello\r\n\x01\x02"}, NO, false, false},
	{"ssh", {"SSSH-2.0-x\r\n"}, NO, false, false},
	{"eight lines", {"Ca\r\nb\r\nc\r\nd\r\n", "Se\r\nf\r\ng\r\n", "Ch\r\n"}, NO, false, false},
	{"seven lines", {"Ca\r\nb\r\nc\r\nd\r\n", "Se\r\nf\r\ng\r\n"}, WAIT, false, false},
	{"connect",
		{"CCONNECT a:25 HTTP/1.0\r\nX: y\r\n\r\n", "SHTTP/1.0 200 ok\r\nZ: z\r\n\r\n",
			"S220 a SMTP\r\n"},
		YES, false, false},
	{"connect to another",
		{"CCONNECT a:443 HTTP/1.0\r\n\r\n", "SHTTP/1.0 200 ok\r\n\r\n", "C\x16\x03"}, NO,
		false, false},
	{"connect late", {"Chello\r\n", "CCONNECT a:25 HTTP/1.0\r\n"}, NO, false, false},
	{"socks5 refused", {"C\x05\x01\x02", "S\x05\xff"}, NO, false, false},
	{"socks5 with password", {"C\x05\x01\x02", "S\x05\x02", "C\x01\x01u\x01p", "S\x05\x05"}, NO,
		false, false},
};

static struct smtp_guess *guess;
static struct capture_stats stats;

static struct smtp_guess_result feed(const struct row *r, size_t piece)
{
	uint32_t hold = smtp_guess_begin(guess, 0, 5, 1);
	struct flow_info f = {
		.client_port = 40000, .server_port = 8025, .server_guessed = r->guessed};
	struct smtp_guess_result result = {WAIT, 0, false};
	struct stream_chunk c = {.kind = CHUNK_DATA};
	uint64_t offset[2] = {0, 0};

	assert_int_not_equal(hold, 0);
	for (size_t i = 0; i < MAX_TURNS && r->turns[i]; i++) {
		const char *p = r->turns[i] + 1, *end = p + strlen(p);

		c.dir = r->turns[i][0] == 'C' ? FLOW_CLIENT : FLOW_SERVER;
		while (p < end && result.answer == WAIT) {
			size_t len = (size_t)(end - p) < piece ? (size_t)(end - p) : piece;

			c.offset = offset[c.dir];
			c.data = span_of(p, len);
			result = smtp_guess_look(guess, hold, &f, &c);
			offset[c.dir] += len;
			p += len;
		}
		if (result.answer != WAIT && r->turns[i + 1])
			fail_msg("%s: told too early", r->name);
	}
	smtp_guess_end(guess, hold);
	return result;
}

/* Whole, and cut into pieces of one to five bytes. */
static void test_rows(void **state)
{
	static const size_t pieces[] = {1000, 1, 2, 3, 4, 5};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			struct smtp_guess_result r = feed(&rows[i], pieces[k]);

			if (r.answer != rows[i].answer || r.roles_swapped != rows[i].swapped)
				fail_msg("%s in pieces of %zu: %d%s", rows[i].name, pieces[k],
					r.answer, r.roles_swapped ? " swapped" : "");
		}
	}
}

static bool count_bytes(void *cookie, const struct stream_chunk *c)
{
	*(uint64_t *)cookie += c->data.len + c->missing * 1000;
	return true;
}

static void test_replay(void **state)
{
	uint32_t hold = smtp_guess_begin(guess, 0, 5, 1);
	struct flow_info f = {0};
	struct stream_chunk c = {.kind = CHUNK_DATA, .data = span_str("220 a\r\n")};
	uint64_t bytes = 0;

	c.dir = FLOW_SERVER;
	smtp_guess_look(guess, hold, &f, &c);
	c = (struct stream_chunk){.kind = CHUNK_GAP, .missing = 3};
	smtp_guess_look(guess, hold, &f, &c);
	c = (struct stream_chunk){.kind = CHUNK_FIN, .offset = 3};
	smtp_guess_look(guess, hold, &f, &c);
	assert_true(smtp_guess_replay(guess, hold, false, &c, count_bytes, &bytes));
	assert_int_equal(bytes, 3007);
	smtp_guess_end(guess, hold);
}

/* What follows a gap in the middle of a line is no line. */
static void test_gap(void **state)
{
	uint32_t hold = smtp_guess_begin(guess, 0, 5, 1);
	struct flow_info f = {0};
	struct stream_chunk c = {.kind = CHUNK_GAP, .missing = 10};

	assert_int_equal(smtp_guess_look(guess, hold, &f, &c).answer, WAIT);
	c = (struct stream_chunk){.kind = CHUNK_DATA, .offset = 10, .data = span_str("GET /\r\n")};
	assert_int_equal(smtp_guess_look(guess, hold, &f, &c).answer, WAIT);
	c = (struct stream_chunk){.kind = CHUNK_DATA, .offset = 17, .data = span_str("EHLO b\r\n")};
	assert_int_equal(smtp_guess_look(guess, hold, &f, &c).answer, YES);
	smtp_guess_end(guess, hold);
}

static void test_cap(void **state)
{
	uint32_t hold = smtp_guess_begin(guess, 0, 5, 1);
	struct flow_info f = {0};
	struct stream_chunk c = {.kind = CHUNK_DATA, .data = span_str("xxxxxxxx")};
	uint64_t before = stats.guess_capped;

	while (smtp_guess_look(guess, hold, &f, &c).answer == WAIT)
		c.offset += 8;
	assert_int_equal(c.offset, LIMIT_GUESS_BYTES - 8);
	assert_int_equal(stats.guess_capped, before + 1);
	smtp_guess_end(guess, hold);
}

static void test_holds(void **state)
{
	uint32_t a = smtp_guess_begin(guess, 0, 100, 50), b = smtp_guess_begin(guess, 0, 200, 20),
		 c = smtp_guess_begin(guess, 1, 300, 10);

	assert_true(a && b && c);
	assert_int_equal(smtp_guess_begin(guess, 0, 400, 60), 0);
	assert_int_equal(smtp_guess_oldest(guess, 0), 200);
	smtp_guess_end(guess, b);
	assert_int_equal(smtp_guess_oldest(guess, 0), 100);
	assert_int_equal(smtp_guess_begin(guess, 0, 400, 60), b);
	smtp_guess_end(guess, a);
	smtp_guess_end(guess, b);
	smtp_guess_end(guess, c);
}

static int set_up(void **state)
{
	guess = smtp_guess_create(2, 0, CAPTURE_SHARDS, &stats);
	return guess ? 0 : -1;
}

static int tear_down(void **state)
{
	smtp_guess_destroy(guess);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_holds),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
