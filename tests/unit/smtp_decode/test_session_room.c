/* SPDX-License-Identifier: Apache-2.0 */
/* More sessions than may be awake. That sleep changes nothing, the dialogues' tests show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "smtp_decode/message_record.h"
#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_decoder.h"

#define MOST 256

struct seen {
	unsigned int sessions, messages, midstream, complete;
	uint32_t rcpts, unknown;
	bool greeted[MOST]; /* by its own name, by id */
};

struct side {
	struct smtp_session *s;
	struct flow_info f;
	uint64_t sent[2];
	nstime now;
};

static void on_record(void *cookie, const struct record *r)
{
	struct seen *seen = cookie;
	const struct session_record *s = (const struct session_record *)r;
	const struct session_helo *h;
	char name[64];

	if (r->kind == RECORD_MESSAGE) {
		seen->messages++;
		return;
	}
	seen->sessions++;
	seen->midstream += s->flow.midstream;
	seen->complete += s->complete == TRI_YES;
	seen->rcpts += s->rcpts_attempted;
	seen->unknown += s->commands_unknown;
	h = record_array(s, s->helos);
	snprintf(name, sizeof(name), "mail%u.example", (unsigned int)r->flow);
	seen->greeted[r->flow] = h && span_eq_str(record_str(s, h[0].arg), name);
}

static struct smtp_decoder *make(struct seen *seen, struct smtp_decoder_room room)
{
	struct smtp_decoder_config config = {.emit = on_record,
		.cookie = seen,
		.message_contexts = 1,
		.shards = 1,
		.room = room};
	struct smtp_decoder *d;

	*seen = (struct seen){0};
	d = smtp_decoder_create(&config);
	assert_non_null(d);
	return d;
}

static bool open_side(struct side *side, struct smtp_decoder *d, uint64_t id)
{
	*side = (struct side){.now = NS_PER_S};
	side->f.id = id;
	side->f.syn.seen = true;
	side->f.first_time = side->f.last_time = NS_PER_S;
	side->s = smtp_session_open(d, &side->f);
	return side->s != NULL;
}

static void say(struct side *side, enum flow_dir dir, const char *text)
{
	struct stream_chunk c = {.time = side->now += NS_PER_MS,
		.packet = (uint64_t)side->now,
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

static void greet(struct side *side)
{
	char line[64];

	say(side, FLOW_SERVER, "220 mx.example ESMTP\r\n");
	snprintf(line, sizeof(line), "EHLO mail%u.example\r\n", (unsigned int)side->f.id);
	say(side, FLOW_CLIENT, line);
	say(side, FLOW_SERVER, "250-mx.example\r\n250 PIPELINING\r\n");
}

static void test_all_are_kept(void **state)
{
	static struct side sides[MOST];
	struct seen seen;
	struct smtp_decoder *d = make(&seen,
		(struct smtp_decoder_room){.cells = MOST * 8, .awake = 4, .blocks = 4});
	struct smtp_decoder_stats stats;

	for (unsigned int i = 0; i < MOST; i++) {
		assert_true(open_side(&sides[i], d, i));
		greet(&sides[i]);
	}
	stats = smtp_decoder_get_stats(d);
	assert_int_equal(stats.sessions_open, MOST);
	assert_int_equal(stats.sessions_asleep, MOST - 4);
	/* An idle session is small: this is what the memory setting promises. */
	assert_true(stats.bytes - 4 * 4096 <= MOST * 6 * 64);
	for (unsigned int i = 0; i < MOST; i++)
		say(&sides[i], FLOW_CLIENT, "MAIL FROM:<a@client.example>\r\n");
	for (unsigned int i = 0; i < MOST; i++)
		say(&sides[i], FLOW_SERVER, "250 ok\r\n");
	for (unsigned int i = 0; i < MOST; i++)
		say(&sides[i], FLOW_CLIENT, "RCPT TO:<b@mx.example>\r\n");
	for (unsigned int i = 0; i < MOST; i++)
		end_side(&sides[i]);
	stats = smtp_decoder_get_stats(d);
	assert_int_equal(stats.sessions_cut, 0);
	assert_int_equal(stats.sessions_open, 0);
	assert_int_equal(stats.bytes, 0);
	assert_int_equal(seen.rcpts, MOST);
	assert_int_equal(seen.complete, MOST);
	for (unsigned int i = 0; i < MOST; i++)
		assert_true(seen.greeted[i]);
	smtp_decoder_destroy(d);
}

/* Each holds a block: half a line. Where there are no more, others sleep for it. */
static void test_blocks(void **state)
{
	struct side sides[20];
	struct seen seen;
	struct smtp_decoder *d = make(&seen,
		(struct smtp_decoder_room){.cells = 1000, .awake = 20, .blocks = 3});
	struct smtp_decoder_stats stats;

	for (unsigned int i = 0; i < 20; i++) {
		assert_true(open_side(&sides[i], d, i));
		greet(&sides[i]);
		say(&sides[i], FLOW_CLIENT, "NO");
	}
	stats = smtp_decoder_get_stats(d);
	assert_true(stats.sessions_asleep >= 17);
	assert_int_equal(stats.blocks_short, 0);
	for (unsigned int i = 0; i < 20; i++) {
		say(&sides[i], FLOW_CLIENT, "OP\r\n");
		end_side(&sides[i]);
	}
	assert_int_equal(seen.unknown, 0);
	smtp_decoder_destroy(d);
}

/* Those that open sessions meet a limit. */
static void test_no_room_for_another(void **state)
{
	static struct side sides[MOST];
	struct seen seen;
	struct smtp_decoder *d = make(&seen,
		(struct smtp_decoder_room){.cells = 200, .awake = 4, .blocks = 4});
	unsigned int n = 0, crowded = 0;

	while (n < MOST && open_side(&sides[n], d, n)) {
		greet(&sides[n++]);
		crowded += smtp_decoder_crowded(d, 0);
	}
	assert_true(n > 30 && n < MOST);
	assert_true(crowded > 0 && crowded < n);
	while (n > 0)
		end_side(&sides[--n]);
	assert_false(smtp_decoder_crowded(d, 0));
	smtp_decoder_destroy(d);
}

/* Sessions that are open and grow have no room at last: they go on without what they were, and those
 * that are small stay whole. */
static void test_what_grows_is_cut(void **state)
{
	struct side sides[40];
	struct seen seen;
	struct smtp_decoder *d = make(&seen,
		(struct smtp_decoder_room){.cells = 1000, .awake = 4, .blocks = 4});
	struct smtp_decoder_stats stats;
	char line[200];

	for (unsigned int i = 0; i < 40; i++) {
		assert_true(open_side(&sides[i], d, i));
		greet(&sides[i]);
	}
	for (unsigned int i = 0; i < 20; i++)
		say(&sides[i], FLOW_CLIENT, "MAIL FROM:<a@client.example>\r\n");
	for (unsigned int n = 0; n < 90; n++) {
		snprintf(line, sizeof(line), "RCPT TO:<%0100u@mx.example>\r\n", n);
		for (unsigned int i = 0; i < 20; i++)
			say(&sides[i], FLOW_CLIENT, line);
	}
	stats = smtp_decoder_get_stats(d);
	assert_true(stats.sessions_cut > 0);
	for (unsigned int i = 0; i < 40; i++)
		end_side(&sides[i]);
	assert_int_equal(seen.sessions, 40);
	assert_int_equal(seen.unknown, 0);
	assert_true(seen.midstream > 0 && seen.midstream <= 20);
	for (unsigned int i = 20; i < 40; i++)
		assert_true(seen.greeted[i]);
	smtp_decoder_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_are_kept),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_no_room_for_another),
		cmocka_unit_test(test_what_grows_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
