/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_decoder.h"

struct seen {
	unsigned int sessions, messages;
	struct record last;
	char from[8][64], helo[8][64];
	uint32_t numbers[16];
};

static void copy(char to[64], struct span s)
{
	snprintf(to, 64, "%.*s", (int)s.len, (const char *)s.p);
}

static void on_record(void *cookie, const struct record *r)
{
	struct seen *seen = cookie;

	assert_int_equal(r->size % 8, 0);
	seen->numbers[seen->sessions + seen->messages] = r->number;
	if (r->kind == RECORD_MESSAGE) {
		const struct message_record *m = (const struct message_record *)r;

		copy(seen->from[seen->messages++], record_str(m, m->from));
	} else {
		const struct session_record *s = (const struct session_record *)r;
		const struct session_helo *h = record_array(s, s->helos);

		copy(seen->helo[seen->sessions++], h ? record_str(s, h[0].arg) : span_of("", 0));
	}
	seen->last = *r;
}

static struct smtp_decoder *make(struct seen *seen, uint32_t contexts)
{
	struct smtp_decoder_config config = {
		.emit = on_record, .cookie = seen, .message_contexts = contexts};
	struct smtp_decoder *d = smtp_decoder_create(&config);

	assert_non_null(d);
	return d;
}

struct side {
	struct smtp_session *s;
	struct flow_info f;
	uint64_t sent[2];
	nstime now;
};

static void open_in_shard(struct side *side, struct smtp_decoder *d, uint64_t id, uint8_t shard)
{
	*side = (struct side){.now = NS_PER_S};
	side->f.id = id;
	side->f.shard = shard;
	side->f.first_time = side->f.last_time = NS_PER_S;
	side->s = smtp_session_open(d, &side->f);
	assert_non_null(side->s);
}

static void open_side(struct side *side, struct smtp_decoder *d, uint64_t id)
{
	open_in_shard(side, d, id, 0);
}

static void say(struct side *side, enum flow_dir dir, const char *text)
{
	struct stream_chunk c = {.time = side->now += NS_PER_MS,
		.dir = dir,
		.offset = side->sent[dir],
		.data = span_str(text),
		.peer_acked = (int64_t)side->sent[!dir]};

	side->sent[dir] += c.data.len;
	side->f.payload[dir] += c.data.len;
	side->f.packets[dir]++;
	smtp_session_chunk(side->s, &side->f, &c);
}

static void end_side(struct side *side)
{
	struct flow_ending e = {.how = FLOW_END_RST, .time = side->now};

	smtp_session_end(side->s, &side->f, &e);
}

/* Sessions that are open together know nothing of each other. */
static void test_isolation(void **state)
{
	static const char *const steps[][2] = {{"S", "220 mx\r\n"}, {"C", "HELO %d.example\r\n"},
		{"S", "250 ok\r\n"}, {"C", "MAIL FROM:<a@%d.example>\r\n"}, {"S", "250 ok\r\n"},
		{"C", "RCPT TO:<b@mx.example>\r\n"}, {"S", "250 ok\r\n"}, {"C", "DATA\r\n"},
		{"S", "354 go\r\n"}, {"C", "Subject: %d\r\n\r\nbody\r\n.\r\n"},
		{"S", "250 ok\r\n"}};
	struct seen seen = {0};
	struct smtp_decoder *d = make(&seen, 2);
	struct smtp_decoder_stats stats;
	struct side sides[3];

	for (int i = 0; i < 3; i++)
		open_side(&sides[i], d, (uint64_t)i + 1);
	for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		for (int i = 0; i < 3; i++) {
			char text[64], *mark;

			snprintf(text, sizeof(text), "%s", steps[k][1]);
			mark = strstr(text, "%d");
			if (mark) {
				mark[0] = '0';
				mark[1] = (char)('1' + i);
			}
			say(&sides[i], steps[k][0][0] == 'C' ? FLOW_CLIENT : FLOW_SERVER, text);
		}
	}
	for (int i = 0; i < 3; i++)
		end_side(&sides[i]);
	assert_int_equal(seen.messages, 3);
	assert_int_equal(seen.sessions, 3);
	assert_string_equal(seen.from[0], "a@01.example");
	assert_string_equal(seen.from[2], "a@03.example");
	assert_string_equal(seen.helo[1], "02.example");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(seen.numbers[i], 0); /* each flow numbers its records */
		assert_int_equal(seen.numbers[i + 3], 1);
	}
	assert_int_equal(seen.last.flow, 3);
	stats = smtp_decoder_get_stats(d);
	assert_int_equal(stats.sessions, 3);
	assert_int_equal(stats.messages, 3);
	assert_int_equal(stats.messages_undecoded, 1); /* three at a time, two contexts */
	smtp_decoder_destroy(d);
}

/* Message contexts are a shard's: what others do takes none away, and those given back serve anew. */
static void test_contexts_of_a_shard(void **state)
{
	static const char begin[] = "HELO a.example\r\nMAIL FROM:<a@a.example>\r\n"
				    "RCPT TO:<b@b.example>\r\nDATA\r\n";
	struct seen seen = {0};
	struct smtp_decoder *d = make(&seen, 1);
	struct side sides[4];

	for (unsigned int round = 1; round <= 3; round++) {
		for (int i = 0; i < 4; i++) {
			open_in_shard(&sides[i], d, (uint64_t)i + 1, i < 2 ? 0 : FLOW_SHARDS - 1);
			say(&sides[i], FLOW_CLIENT, begin);
			say(&sides[i], FLOW_SERVER, "220 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n");
			say(&sides[i], FLOW_CLIENT, "Subject: hello\r\n\r\ntext\r\n");
		}
		for (int i = 0; i < 4; i++)
			end_side(&sides[i]);
		assert_int_equal(smtp_decoder_get_stats(d).messages_undecoded, 2 * round);
		seen = (struct seen){0};
	}
	smtp_decoder_destroy(d);
}

/* Sessions that end anywhere leave nothing behind (a sanitizer looks on). */
static void test_ends_anywhere(void **state)
{
	static const char *const script[] = {"HELO a", ".example\r\nMAIL FROM:<a@b.example>\r\n",
		"RCPT TO:<c@d.example>\r\nDATA\r\n", "held back\r\n.\r\nAUTH LOG", "IN\r\nc2Vj",
		"\r\nBDAT 10\r\nhello", "\x16\x03"};
	size_t n = sizeof(script) / sizeof(script[0]);

	for (size_t end = 0; end <= n; end++) {
		for (int replies = 0; replies < 2; replies++) {
			struct seen seen = {0};
			struct smtp_decoder *d = make(&seen, 1);
			struct side side;

			open_side(&side, d, 1);
			for (size_t i = 0; i < end; i++) {
				say(&side, FLOW_CLIENT, script[i]);
				if (replies)
					say(&side, FLOW_SERVER, "250-x\r\n250 ");
			}
			end_side(&side);
			assert_int_equal(seen.sessions, 1);
			smtp_decoder_destroy(d);
		}
	}
}

/* What does not fit is counted. */
static void test_stats(void **state)
{
	struct seen seen = {0};
	struct smtp_decoder *d = make(&seen, 1);
	static char text[LIMIT_LINE + 100];
	struct smtp_decoder_stats stats;
	struct side side;

	memset(text, 'x', sizeof(text) - 3);
	memcpy(text + sizeof(text) - 3, "\r\n", 2);
	open_side(&side, d, 1);
	say(&side, FLOW_SERVER, "220 mx\r\n");
	say(&side, FLOW_CLIENT, text);
	for (int i = 0; i < LIMIT_PENDING_COMMANDS; i++)
		say(&side, FLOW_CLIENT, i & 1 ? "RSET\r\n" : "VRFY x\r\n");
	end_side(&side);
	stats = smtp_decoder_get_stats(d);
	assert_int_equal(stats.lines_capped, 1);
	assert_int_equal(stats.pending_capped, 1);
	smtp_decoder_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isolation),
		cmocka_unit_test(test_contexts_of_a_shard),
		cmocka_unit_test(test_ends_anywhere),
		cmocka_unit_test(test_stats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
