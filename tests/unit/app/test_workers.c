/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lanes in threads say what one lane says that is called inline: the same records, events at the
 * same place among them, whatever the number of lanes, the size of the queues and who is slow.
 */
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "app/workers.h"
#include "base/hash.h"
#include "capture/flow_hash.h"
#include "tests/unit/capture/flow_log.h"

#define SEED 5
#define MEMORY (64 << 20)
#define PEERS 400
#define STEPS 30000
#define SMALL_IN 8192
#define SMALL_OUT 32768

/* ---- what comes out ---- */

struct heard {
	uint64_t digest, records, events;
	struct record last;
	bool out_of_order;
	bool stalls; /* the sink takes its time now and then */
	uint64_t rng;
	pthread_mutex_t *held; /* live: the sink waits for it, once */
};

static void hear(struct heard *h, uint64_t v)
{
	h->digest = hash_mix(h->digest, v);
}

static void on_record(void *cookie, const struct record *r)
{
	struct heard *h = cookie;

	if (h->held) {
		pthread_mutex_lock(h->held);
		pthread_mutex_unlock(h->held);
		h->held = NULL;
	}
	h->out_of_order |= h->records > 0 && record_cmp(&h->last, r) > 0;
	h->last = *r;
	hear(h, hash64(span_of(r, r->size)));
	h->records++;
	h->rng = hash_mix(h->rng, 1);
	if (h->stalls && h->rng % 500 == 0)
		nanosleep(&(struct timespec){0, (long)(h->rng >> 20) % 1000000}, NULL);
}

static void on_advance(void *cookie, nstime now)
{
	struct heard *h = cookie;

	hear(h, (uint64_t)now);
	h->events++;
}

static void on_note(void *cookie, const void *note, const struct lane_stats *lanes)
{
	struct heard *h = cookie;
	uint64_t number;

	memcpy(&number, note, sizeof(number));
	hear(h, number);
	hear(h, lanes->capture.flows);
	hear(h, lanes->capture.flows_active);
	hear(h, lanes->capture.gap_bytes);
	hear(h, lanes->decoder.sessions);
	hear(h, lanes->decoder.messages);
	hear(h, lanes->dns_refused);
	h->events++;
}

/* ---- what goes in: to a lane, or to workers ---- */

struct target {
	struct lane *lane;
	struct workers *workers;
	struct heard *heard;
	uint64_t notes;
};

static void give_segment(struct target *t, struct segment *s)
{
	uint64_t hash = talk_hash(s, SEED);

	s->fingerprint = s->packet % 50 ? s->packet : 0; /* and now and then a copy */
	if (t->workers) {
		workers_segment(t->workers, hash, s);
		workers_packet_done(t->workers, s->time, s->packet);
	} else {
		lane_segment(t->lane, hash, s);
	}
}

static void give_datagram(struct target *t, const struct datagram *d)
{
	uint64_t hash = flow_hash(&d->src, d->src_port, &d->dst, d->dst_port, SEED);

	if (t->workers) {
		workers_datagram(t->workers, hash, d);
		workers_packet_done(t->workers, d->time, d->packet);
	} else {
		lane_datagram(t->lane, hash, d);
	}
}

/* A packet that is nothing to us. */
static void give_nothing(struct target *t, nstime time, uint64_t packet)
{
	if (t->workers)
		workers_packet_done(t->workers, time, packet);
	else
		lane_time(t->lane, time);
}

static void give_advance(struct target *t, nstime now)
{
	if (t->workers) {
		workers_advance(t->workers, now);
	} else {
		lane_advance(t->lane, now);
		on_advance(t->heard, now);
	}
}

static void give_note(struct target *t, nstime now)
{
	struct lane_stats stats;

	t->notes++;
	if (t->workers) {
		assert_true(workers_post(t->workers, &t->notes));
		return;
	}
	lane_advance(t->lane, now);
	stats = lane_get_stats(t->lane);
	on_note(t->heard, &t->notes, &stats);
}

/* ---- traffic ---- */

/* A dialogue, a line a step; 'D' is the direction of the server. */
static const char *const dialogue[] = {"S220 mx.example ESMTP\r\n", "CEHLO a.example\r\n",
	"S250-mx.example\r\n250 SIZE 1000\r\n", "CMAIL FROM:<a@a.example>\r\n", "S250 ok\r\n",
	"CRCPT TO:<b@b.example>\r\n", "S250 ok\r\n", "CDATA\r\n", "S354 go\r\n",
	"CSubject: hello\r\n\r\nsome words to read\r\n.\r\n", "S250 queued\r\n", "CQUIT\r\n",
	"S221 bye\r\n"};

#define LINES (sizeof(dialogue) / sizeof(dialogue[0]))

struct traffic {
	nstime time;
	uint64_t packet, rng;
	struct talk peers[PEERS];
	unsigned int at[PEERS]; /* 0, 1: handshake; then lines; then the ends */
	int64_t sent[PEERS][2];
};

static uint64_t next(struct traffic *t)
{
	t->rng ^= t->rng << 13;
	t->rng ^= t->rng >> 7;
	t->rng ^= t->rng << 17;
	return t->rng;
}

static void make_traffic(struct traffic *t, bool one_shard)
{
	uint16_t port = 1024;

	memset(t, 0, sizeof(*t));
	t->time = FLOW_LOG_START;
	t->rng = 88172645463325252u;
	for (uint16_t i = 0; i < PEERS; i++) {
		struct segment s;

		do {
			t->peers[i] =
				talk_make(&t->time, &t->packet, port++, i % 7 == 0 ? 8025 : 25);
			s = talk_segment(&t->peers[i], FLOW_CLIENT, 0, 0, 0, "");
		} while (one_shard && flow_hash_shard(talk_hash(&s, SEED)) % 8 != 0);
	}
	t->time = FLOW_LOG_START;
	t->packet = 0;
}

/* A packet of a session; it begins anew when it has come to its end. */
static void step_session(struct traffic *t, struct target *to, unsigned int i)
{
	unsigned int at = t->at[i]++;
	struct talk *talk = &t->peers[i];
	struct segment s;

	if (at < 2) {
		s = talk_segment(
			talk, at ? FLOW_SERVER : FLOW_CLIENT, SEGMENT_SYN, -1, at ? 0 : -1, "");
		t->sent[i][0] = t->sent[i][1] = 0;
	} else if (at < 2 + LINES) {
		const char *line = dialogue[at - 2];
		enum flow_dir dir = line[0] == 'S' ? FLOW_SERVER : FLOW_CLIENT;

		s = talk_segment(talk, dir, 0, t->sent[i][dir], t->sent[i][!dir], line + 1);
		t->sent[i][dir] += (int64_t)strlen(line + 1);
		if (next(t) % 100 == 0) { /* lost on the way to us */
			t->packet--;
			return;
		}
	} else {
		enum flow_dir dir = at & 1 ? FLOW_SERVER : FLOW_CLIENT;

		s = talk_segment(talk, dir, SEGMENT_FIN, t->sent[i][dir], t->sent[i][!dir], "");
		if (at == 3 + LINES) {
			t->at[i] = 0;
			talk->isn[0] += 100000;
			talk->isn[1] += 100000;
		}
	}
	give_segment(to, &s);
}

static void give_question(struct traffic *t, struct target *to)
{
	static const char question[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
				       "\x01"
				       "a\x07"
				       "example\x00\x00\x01\x00\x01";
	struct datagram d = {.time = t->time += NS_PER_MS,
		.packet = t->packet++,
		.src = t->peers[0].addr[0],
		.dst = t->peers[0].addr[1],
		.src_port = (uint16_t)(next(t) % 60000),
		.dst_port = 53,
		.payload = span_of(question, sizeof(question) - 1)};

	if (t->rng % 8 == 0)
		d.payload.len = 9;
	give_datagram(to, &d);
}

static void run_traffic(struct traffic *t, struct target *to)
{
	for (int i = 0; i < STEPS; i++) {
		uint64_t r = next(t);

		if (r % 1999 == 0) /* long enough for deadlines */
			t->time += 400 * NS_PER_S;
		if (r % 1499 == 0)
			give_advance(to, t->time += NS_PER_S);
		if (r % 997 == 0)
			give_note(to, t->time);
		if (r % 31 == 0)
			give_question(t, to);
		else if (r % 29 == 0)
			give_nothing(to, t->time += NS_PER_MS, t->packet++);
		else
			step_session(t, to, (unsigned int)(r >> 16) % PEERS);
	}
	give_note(to, t->time);
	give_note(to, t->time);
}

static struct lane_config lane_settings(const struct cidr_list *ours)
{
	return (struct lane_config){.capture = {.memory = MEMORY},
		.decoder = {.want_recipients = true, .message_contexts = 2},
		.use_dns = true,
		.our_networks = ours};
}

struct fixture {
	struct cidr net;
	struct cidr_list ours;
	struct traffic traffic;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_int_equal(cidr_parse(span_str("192.0.2.0/24"), &f->net), 1);
	f->ours = (struct cidr_list){&f->net, 1};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void run_inline(struct fixture *f, bool one_shard, struct heard *ret)
{
	struct lane_config c = lane_settings(&f->ours);
	struct target to = {.heard = ret};

	c.emit = on_record;
	c.cookie = ret;
	to.lane = lane_create(&c);
	assert_non_null(to.lane);
	make_traffic(&f->traffic, one_shard);
	run_traffic(&f->traffic, &to);
	lane_advance(to.lane, f->traffic.time);
	lane_finish(to.lane);
	lane_destroy(to.lane);
}

static struct workers_config workers_settings(
	struct fixture *f, unsigned int lanes, struct heard *heard)
{
	return (struct workers_config){.lanes = lanes,
		.lane = lane_settings(&f->ours),
		.sink = {heard, on_record, on_advance, on_note},
		.note_size = sizeof(uint64_t),
		.in_bytes = SMALL_IN,
		.out_bytes = SMALL_OUT};
}

static void run_workers(struct fixture *f, struct workers_config *c, bool one_shard)
{
	struct target to = {.workers = workers_create(c)};
	struct lane_stats stats;

	assert_non_null(to.workers);
	make_traffic(&f->traffic, one_shard);
	run_traffic(&f->traffic, &to);
	workers_finish(to.workers, &stats);
	assert_int_equal(stats.capture.flows_active, 0);
	assert_int_equal(workers_dropped(to.workers), 0);
	workers_destroy(to.workers);
}

static void assert_same(const struct heard *want, const struct heard *got)
{
	assert_false(want->out_of_order);
	assert_int_equal(got->records, want->records);
	assert_int_equal(got->events, want->events);
	assert_true(got->digest == want->digest);
}

static void test_same(void **state)
{
	static const unsigned int lanes[] = {1, 2, 3, 8, 64};
	struct fixture *f = *state;
	struct heard want = {0};

	run_inline(f, false, &want);
	assert_true(want.records > 2000);
	assert_true(want.events > 30);
	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++) {
		struct heard got = {0};
		struct workers_config c = workers_settings(f, lanes[i], &got);

		run_workers(f, &c, false);
		assert_same(&want, &got);
	}
}

static void test_slow_sink(void **state)
{
	struct fixture *f = *state;
	struct heard want = {0}, got = {.stalls = true};
	struct workers_config c = workers_settings(f, 3, &got);

	run_inline(f, false, &want);
	run_workers(f, &c, false);
	assert_same(&want, &got);
}

/* All flows in one lane: the others have nothing to say, and hold nobody up. */
static void test_one_busy_lane(void **state)
{
	struct fixture *f = *state;
	struct heard want = {0}, got = {0};
	struct workers_config c = workers_settings(f, 64, &got);

	run_inline(f, true, &want);
	run_workers(f, &c, true);
	assert_same(&want, &got);
}

/* Queues as in a real run. */
static void test_default_queues(void **state)
{
	struct fixture *f = *state;
	struct heard want = {0}, got = {0};
	struct workers_config c = workers_settings(f, 2, &got);

	c.in_bytes = c.out_bytes = 0;
	run_inline(f, false, &want);
	run_workers(f, &c, false);
	assert_same(&want, &got);
}

/* Live, a sink that stands still does not hold up who reads packets. */
static void test_live_overflow(void **state)
{
	struct fixture *f = *state;
	pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
	struct heard heard = {.held = &held};
	struct workers_config c = workers_settings(f, 2, &heard);
	struct target to = {0};
	struct lane_stats stats;
	uint64_t note = 1;

	c.live = true;
	to.workers = workers_create(&c);
	assert_non_null(to.workers);
	make_traffic(&f->traffic, false);
	pthread_mutex_lock(&held);
	while (workers_post(to.workers, &note)) {
		for (int i = 0; i < 100; i++)
			step_session(&f->traffic, &to, (unsigned int)next(&f->traffic) % PEERS);
	}
	for (int i = 0; i < 10000; i++)
		step_session(&f->traffic, &to, (unsigned int)next(&f->traffic) % PEERS);
	assert_true(workers_dropped(to.workers) > 5000);
	pthread_mutex_unlock(&held);
	workers_finish(to.workers, &stats);
	assert_true(heard.records > 0);
	assert_false(heard.out_of_order);
	assert_int_equal(stats.capture.flows_active, 0);
	workers_destroy(to.workers);
}

/*
 * A lane that stands still now and then delays the records of the others; it loses none and nothing
 * comes before its turn. The linker leads the lanes' calls here (--wrap).
 */
static atomic_uint slow_calls;
static const unsigned int slow_every = 200;
static atomic_bool one_is_slow;
static const void *_Atomic slow_one;

void __real_lane_segment(struct lane *l, uint64_t hash, struct segment *s);
void __wrap_lane_segment(struct lane *l, uint64_t hash, struct segment *s);

void __wrap_lane_segment(struct lane *l, uint64_t hash, struct segment *s)
{
	const void *none = NULL;

	if (one_is_slow) {
		atomic_compare_exchange_strong(&slow_one, &none, (const void *)l);
		if (slow_one == l && ++slow_calls % slow_every == 0)
			nanosleep(&(struct timespec){0, 5000000}, NULL);
	}
	__real_lane_segment(l, hash, s);
}

static void test_slow_lane(void **state)
{
	struct fixture *f = *state;
	struct heard want = {0}, got = {0};
	struct workers_config c = workers_settings(f, 4, &got);

	run_inline(f, false, &want);
	one_is_slow = true;
	run_workers(f, &c, false);
	one_is_slow = false;
	assert_true(slow_calls > 5 * slow_every);
	assert_same(&want, &got);
}

/* Given up before the end: nothing hangs, nothing stays behind (a sanitizer looks on). */
static void test_given_up(void **state)
{
	struct fixture *f = *state;
	struct heard heard = {0};
	struct workers_config c = workers_settings(f, 3, &heard);
	struct target to = {.workers = workers_create(&c)};

	assert_non_null(to.workers);
	workers_destroy(to.workers);
	to.workers = workers_create(&c);
	assert_non_null(to.workers);
	make_traffic(&f->traffic, false);
	for (int i = 0; i < 5000; i++)
		step_session(&f->traffic, &to, (unsigned int)next(&f->traffic) % PEERS);
	workers_destroy(to.workers);
	workers_destroy(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_same),
		TEST(test_slow_sink),
		TEST(test_slow_lane),
		TEST(test_one_busy_lane),
		TEST(test_default_queues),
		TEST(test_live_overflow),
		TEST(test_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
