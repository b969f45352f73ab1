/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/ring.h"

static uint64_t next(uint64_t *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return *rng;
}

/* Of every size up to the largest, filled with what its number gives. */
static uint32_t block_size(const struct ring *r, uint64_t *rng)
{
	uint64_t v = next(rng);
	uint32_t max = v % 8 ? 200 : ring_block_max(r);

	return (uint32_t)(v >> 8) % (max + 1);
}

static void put(struct ring *r, uint32_t size, uint64_t number)
{
	uint8_t *p = ring_reserve(r, size);

	assert_non_null(p);
	memset(p, (int)(number % 251), size);
	ring_commit(r);
}

static bool is_block(const uint8_t *p, uint32_t size, uint32_t want, uint64_t number)
{
	return size == want && (uintptr_t)p % 8 == 0 &&
	       (size == 0 || (p[0] == number % 251 && p[size - 1] == number % 251 &&
				     memcmp(p, p + 1, size - 1) == 0));
}

static void test_order(void **state)
{
	struct ring *r = ring_create(RING_LEAST);
	const uint8_t *p;
	uint32_t size;

	assert_null(ring_peek(r, &size));
	put(r, 5, 1);
	put(r, 0, 2);
	assert_null(ring_peek(r, &size)); /* not shown yet */
	ring_flush(r);
	p = ring_peek(r, &size);
	assert_true(is_block(p, size, 5, 1));
	assert_ptr_equal(ring_peek(r, &size), p);
	ring_pop(r);
	p = ring_peek(r, &size);
	assert_true(is_block(p, size, 0, 2));
	ring_pop(r);
	assert_null(ring_peek(r, &size));
	ring_destroy(r);
	ring_destroy(NULL);
}

/* What was committed is shown without a flush when there is enough of it. */
static void test_shown_by_amount(void **state)
{
	struct ring *r = ring_create(RING_LEAST);
	uint32_t size;

	put(r, RING_LEAST / 16 - 16, 1);
	assert_null(ring_peek(r, &size));
	put(r, 0, 2);
	assert_non_null(ring_peek(r, &size));
	ring_destroy(r);
}

static void test_full(void **state)
{
	struct ring *r = ring_create(RING_LEAST);
	uint32_t max = ring_block_max(r), size;

	put(r, max, 1);
	put(r, max - 8, 2);
	assert_null(ring_reserve(r, 1)); /* a header and a byte */
	put(r, 0, 3);
	assert_null(ring_reserve(r, 0));
	ring_flush(r);
	for (uint64_t i = 1; i <= 3; i++) {
		const uint8_t *p = ring_peek(r, &size);

		assert_true(is_block(p, size, i == 1 ? max : i == 2 ? max - 8 : 0, i));
		ring_pop(r);
	}
	assert_null(ring_peek(r, &size));
	put(r, max, 4);
	ring_destroy(r);
}

/* Every place in the ring is a beginning once, and the largest block fits into an empty ring from
 * any of them. */
static void test_wrap(void **state)
{
	struct ring *r = ring_create(RING_LEAST);
	uint32_t size;

	for (uint32_t i = 0; i < RING_LEAST / 8 * 2; i++) {
		const uint8_t *p;

		put(r, ring_block_max(r), i);
		ring_flush(r);
		p = ring_peek(r, &size);
		assert_true(is_block(p, size, ring_block_max(r), i));
		ring_pop(r);
		assert_null(ring_peek(r, &size));
		put(r, (i % 3) * 8, i);
		ring_flush(r);
		assert_non_null(ring_peek(r, &size));
		ring_pop(r);
		assert_null(ring_peek(r, &size));
	}
	ring_destroy(r);
}

static void test_close(void **state)
{
	struct ring *r = ring_create(RING_LEAST);
	uint32_t size;

	put(r, 1, 1);
	ring_flush(r);
	ring_close(r);
	assert_true(ring_wait(r)); /* there is something left */
	assert_non_null(ring_peek(r, &size));
	ring_pop(r);
	assert_false(ring_wait(r));
	put(r, ring_block_max(r), 2);
	assert_false(ring_wait_room(r, ring_block_max(r)));
	ring_destroy(r);
}

/* ---- two threads ---- */

#define BLOCKS 200000

struct pair {
	struct ring *ring;
	bool writer_stalls, reader_stalls;
	uint64_t bad; /* of the reader */
	uint64_t received;
};

static void stall(bool stalls, uint64_t rng)
{
	if (stalls && rng % 5000 == 0)
		nanosleep(&(struct timespec){0, (long)(rng >> 20) % 300000}, NULL);
}

static void *read_all(void *cookie)
{
	struct pair *p = cookie;
	uint64_t sizes = 1, rng = 77;

	for (;;) {
		uint32_t size;
		const uint8_t *block = ring_peek(p->ring, &size);

		if (!block) {
			if (!ring_wait(p->ring))
				return NULL;
			continue;
		}
		if (!is_block(block, size, block_size(p->ring, &sizes), p->received++))
			p->bad++;
		ring_pop(p->ring);
		stall(p->reader_stalls, next(&rng));
	}
}

static void run_pair(bool writer_stalls, bool reader_stalls)
{
	struct pair p = {ring_create(RING_LEAST), writer_stalls, reader_stalls, 0, 0};
	uint64_t sizes = 1, rng = 78;
	pthread_t reader;

	assert_int_equal(pthread_create(&reader, NULL, read_all, &p), 0);
	for (uint64_t i = 0; i < BLOCKS; i++) {
		uint32_t size = block_size(p.ring, &sizes);
		uint8_t *block = ring_reserve(p.ring, size);

		if (!block) {
			assert_true(ring_wait_room(p.ring, size));
			block = ring_reserve(p.ring, size);
			assert_non_null(block);
		}
		memset(block, (int)(i % 251), size);
		ring_commit(p.ring);
		if (next(&rng) % 100 == 0)
			ring_flush(p.ring);
		stall(writer_stalls, rng);
	}
	ring_flush(p.ring);
	ring_close(p.ring);
	pthread_join(reader, NULL);
	assert_int_equal(p.received, BLOCKS);
	assert_int_equal(p.bad, 0);
	ring_destroy(p.ring);
}

static void test_threads(void **state)
{
	run_pair(false, false);
}

static void test_slow_writer(void **state)
{
	run_pair(true, false);
}

static void test_slow_reader(void **state)
{
	run_pair(false, true);
}

/* A flush wakes a reader that sleeps, though there is nothing for it; so does a close. */
struct sleeper {
	struct ring *ring;
	atomic_int woken;
};

static void *count_wakes(void *cookie)
{
	struct sleeper *s = cookie;

	while (ring_wait(s->ring))
		atomic_fetch_add(&s->woken, 1);
	return NULL;
}

static void test_wake(void **state)
{
	struct sleeper s = {.ring = ring_create(RING_LEAST)};
	const struct timespec moment = {0, 1000000};
	pthread_t reader;

	assert_int_equal(pthread_create(&reader, NULL, count_wakes, &s), 0);
	for (int i = 0; i < 3; i++) {
		nanosleep(&moment, NULL);
		ring_flush(s.ring);
		while (atomic_load(&s.woken) <= i)
			nanosleep(&moment, NULL);
	}
	ring_close(s.ring);
	pthread_join(reader, NULL);
	assert_int_equal(s.woken, 3);
	ring_destroy(s.ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_shown_by_amount),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_slow_writer),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_wake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
