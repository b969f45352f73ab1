/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a shard holds, hands on and gives up must not depend on who holds the others: the same
 * traffic goes through one tracker of all shards, and through several that have a part each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "capture/flow_hash.h"
#include "capture/flow_tracker.h"
#include "flow_log.h"

#define SEED 7
#define MEMORY (1 << 20)
#define PACKETS 60000
#define PEERS 3000
#define PARTS_MAX 8

/* A digest of all calls, apart for each shard. */
struct digest {
	uint64_t shards[CAPTURE_SHARDS];
	uint64_t calls;
	int opened; /* a state that is not NULL */
};

static void add(struct digest *d, const struct flow_info *f, uint64_t v)
{
	d->shards[f->shard] = hash_mix(d->shards[f->shard], v);
	d->calls++;
}

static void on_connect(void *cookie, const struct flow_info *f)
{
	add(cookie, f, f->id);
}

static void *on_open(void *cookie, enum flow_protocol protocol, const struct flow_info *f)
{
	struct digest *d = cookie;

	add(d, f, hash_mix(f->id, protocol));
	return &d->opened;
}

static void on_chunk(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct stream_chunk *c)
{
	add(cookie, f, hash_mix(hash64(c->data), c->offset));
	add(cookie, f, hash_mix((uint64_t)c->time, c->packet));
	add(cookie, f, hash_mix(hash_mix(c->kind, c->dir), hash_mix(c->missing, c->timer)));
}

static void on_end(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct flow_ending *e)
{
	add(cookie, f, hash_mix((uint64_t)e->time, e->packet));
	add(cookie, f, hash_mix(hash_mix(e->how, e->by), e->timer));
}

struct traffic {
	nstime time;
	uint64_t packet, rng;
	struct talk peers[PEERS];
	int64_t sent[PEERS][2];
};

static uint64_t next(struct traffic *t)
{
	t->rng ^= t->rng << 13;
	t->rng ^= t->rng >> 7;
	t->rng ^= t->rng << 17;
	return t->rng;
}

static void make_traffic(struct traffic *t)
{
	t->time = FLOW_LOG_START;
	t->packet = 0;
	t->rng = 88172645463325252u;
	memset(t->sent, 0, sizeof(t->sent));
	for (uint16_t i = 0; i < PEERS; i++)
		t->peers[i] = talk_make(&t->time, &t->packet, (uint16_t)(1024 + i),
			i % 5 == 0   ? 53
			: i % 3 == 0 ? 8025
				     : 25);
}

/* Handshakes, lines of both sides, bytes out of order, ends, and pauses now and then. */
static struct segment next_segment(struct traffic *t)
{
	static const char *const lines[] = {"EHLO a.example\r\n", "220 b.example ESMTP\r\n",
		"250 ok\r\n", "what\r\n", "MAIL FROM:<a@a.example>\r\n"};
	uint64_t r = next(t);
	/* A few are busy, so that most of the others are silent long enough to be given up. */
	unsigned int i = (unsigned int)((r & 3) ? r >> 8 : (r >> 8) % 50) % PEERS;
	enum flow_dir dir = r >> 40 & 1 ? FLOW_CLIENT : FLOW_SERVER;
	const char *line = lines[(r >> 48) % 5];
	int64_t at = t->sent[i][dir], acked = t->sent[i][!dir];

	if (r % 997 == 0)
		t->time += (nstime)(r >> 50) * NS_PER_MS;
	switch (r >> 32 & 15) {
	case 0:
		return talk_segment(&t->peers[i], FLOW_CLIENT, SEGMENT_SYN, -1, -1, "");
	case 1:
		return talk_segment(&t->peers[i], FLOW_SERVER, SEGMENT_SYN, -1, 0, "");
	case 2:
		return talk_segment(&t->peers[i], dir, SEGMENT_RST, at, acked, "");
	case 3:
		return talk_segment(&t->peers[i], dir, SEGMENT_FIN, at, acked, "");
	case 4:
	case 5:
		return talk_segment(&t->peers[i], dir, 0, at + 7, acked, line);
	default:
		t->sent[i][dir] += (int64_t)strlen(line);
		return talk_segment(&t->peers[i], dir, 0, at, acked, line);
	}
}

/* Returns how many flows were given up for want of room. */
static uint64_t run(uint32_t parts, struct digest *ret)
{
	static struct traffic t;
	struct flow_sink sink = {ret, on_connect, on_open, on_chunk, on_end, NULL, NULL};
	struct capture_stats stats[PARTS_MAX] = {{0}};
	struct flow_tracker *trackers[PARTS_MAX];
	uint8_t owner[CAPTURE_SHARDS];
	uint64_t evicted = 0;

	memset(ret, 0, sizeof(*ret));
	for (uint32_t i = 0; i < parts; i++) {
		uint32_t first = i * CAPTURE_SHARDS / parts;
		uint32_t end = (i + 1) * CAPTURE_SHARDS / parts;
		struct capture_config config = {
			.memory = MEMORY, .first_shard = first, .shards = end - first};

		memset(owner + first, (int)i, end - first);
		trackers[i] = flow_tracker_create(&config, &sink, &stats[i]);
		assert_non_null(trackers[i]);
	}
	make_traffic(&t);
	for (int i = 0; i < PACKETS; i++) {
		struct segment s = next_segment(&t);
		uint64_t hash = talk_hash(&s, SEED);
		struct flow_tracker *mine = trackers[owner[flow_hash_shard(hash)]];

		flow_tracker_advance(mine, s.time);
		flow_tracker_segment(mine, hash, &s);
	}
	for (uint32_t i = 0; i < parts; i++) {
		flow_tracker_advance(trackers[i], t.time);
		flow_tracker_finish(trackers[i]);
		flow_tracker_destroy(trackers[i]);
		evicted += stats[i].flows_evicted;
	}
	return evicted;
}

static void test_parts(void **state)
{
	static struct digest whole, parts;
	uint64_t evicted = run(1, &whole);

	assert_true(evicted > 100);
	assert_true(whole.calls > 10000);
	for (uint32_t n = 2; n <= PARTS_MAX; n++) {
		assert_int_equal(run(n, &parts), evicted);
		assert_int_equal(parts.calls, whole.calls);
		assert_memory_equal(parts.shards, whole.shards, sizeof(whole.shards));
	}
}

static void test_hash(void **state)
{
	struct addr a = {{1, 2, 3}}, b = {{4}};

	assert_true(flow_hash(&a, 25, &b, 1024, SEED) == flow_hash(&b, 1024, &a, 25, SEED));
	assert_true(flow_hash(&a, 25, &b, 1024, SEED) != flow_hash(&a, 1024, &b, 25, SEED));
	assert_true(flow_hash(&a, 25, &b, 1024, SEED) != flow_hash(&a, 25, &b, 1024, SEED + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
