/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "app/merge.h"

#define RECORDS 30000  /* in all rings together */
#define EVERYWHERE 100 /* each so many, one that all rings have */

static uint64_t next(uint64_t *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return *rng;
}

static struct record key(nstime time, uint16_t timer, uint64_t packet)
{
	return (struct record){.size = sizeof(struct record),
		.kind = RECORD_DNS,
		.timer = timer,
		.time = time,
		.packet = packet};
}

/* The i-th in the order of all: packets, and timers of the same time behind them. */
static struct record nth(uint64_t i)
{
	return key((nstime)(i / 10), i % 10 >= 7, i % 10 >= 7 ? i % 10 : i);
}

static void put(struct ring *r, const struct record *record)
{
	void *p = ring_reserve(r, sizeof(*record));

	if (!p) {
		assert_true(ring_wait_room(r, sizeof(*record)));
		p = ring_reserve(r, sizeof(*record));
	}
	memcpy(p, record, sizeof(*record));
	ring_commit(r);
}

struct writer {
	struct ring *ring;
	unsigned int number, of;
	bool stalls;
	pthread_t thread;
};

/* Writes what is its own, marks now and then, and now and then takes its time. */
static void *write_own(void *cookie)
{
	struct writer *w = cookie;
	uint64_t rng = w->number * 7919 + 1;
	struct record end = key(INT64_MAX, 0, 0);

	for (uint64_t i = 0; i < RECORDS; i++) {
		uint64_t owner = i * 2654435761u % 1000003 % w->of;
		struct record r = nth(i);

		if (i % EVERYWHERE == 0 || owner == w->number) {
			put(w->ring, &r);
		} else if (next(&rng) % 50 == 0) {
			r.kind = MERGE_MARK;
			r.flow = UINT64_MAX;
			put(w->ring, &r);
		}
		if (next(&rng) % 64 == 0)
			ring_flush(w->ring);
		if (w->stalls && rng % 2003 == 0)
			nanosleep(&(struct timespec){0, (long)(rng >> 20) % 500000}, NULL);
	}
	put(w->ring, &end);
	ring_flush(w->ring);
	return NULL;
}

/* Once from its own ring, or once from each. */
static void assert_next(struct merge *m, const struct record *want, unsigned int rings, bool each)
{
	uint64_t seen = 0;
	unsigned int from;

	for (unsigned int k = 0; k < (each ? rings : 1); k++) {
		const struct record *r = merge_next(m, &from);

		assert_non_null(r);
		assert_int_equal(record_cmp(r, want), 0);
		assert_int_equal(r->kind, RECORD_DNS);
		assert_false(seen & (uint64_t)1 << from);
		seen |= (uint64_t)1 << from;
	}
}

static void run(unsigned int rings, bool stalls)
{
	struct writer writers[MERGE_RINGS];
	struct merge merge = {.count = 0};
	struct record want;

	for (unsigned int i = 0; i < rings; i++) {
		writers[i] = (struct writer){ring_create(RING_LEAST), i, rings, stalls, 0};
		merge_add(&merge, writers[i].ring);
	}
	for (unsigned int i = 0; i < rings; i++)
		assert_int_equal(
			pthread_create(&writers[i].thread, NULL, write_own, &writers[i]), 0);
	for (uint64_t i = 0; i < RECORDS; i++) {
		want = nth(i);
		assert_next(&merge, &want, rings, i % EVERYWHERE == 0);
	}
	want = key(INT64_MAX, 0, 0);
	assert_next(&merge, &want, rings, true);
	for (unsigned int i = 0; i < rings; i++) {
		pthread_join(writers[i].thread, NULL);
		ring_destroy(writers[i].ring);
	}
}

static void test_rings(void **state)
{
	static const unsigned int counts[] = {1, 2, 3, 8, 64};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		run(counts[i], false);
}

static void test_stalls(void **state)
{
	run(2, true);
	run(5, true);
}

/* A ring that has said nothing holds the others up; a mark lets go what comes before it. */
static void test_marks(void **state)
{
	struct ring *a = ring_create(RING_LEAST), *b = ring_create(RING_LEAST);
	struct merge merge = {.count = 0};
	struct record r;
	unsigned int from;

	merge_add(&merge, a);
	merge_add(&merge, b);
	r = key(1, 0, 1);
	put(a, &r);
	r = key(2, 0, 2);
	put(a, &r);
	r = key(1, 0, 1);
	r.flow = UINT64_MAX;
	r.kind = MERGE_MARK;
	put(b, &r);
	ring_flush(a);
	ring_flush(b);
	assert_int_equal(merge_next(&merge, &from)->packet, 1);
	assert_int_equal(from, 0);
	ring_close(a);
	ring_close(b);
	assert_null(merge_next(&merge, &from)); /* the second would have to wait for b */
	ring_destroy(a);
	ring_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_stalls),
		cmocka_unit_test(test_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
