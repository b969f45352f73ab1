/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "capture/reorder.h"

static struct reorder_result put(struct reorder_pool *pool, struct reorder *list, uint64_t offset,
	const char *data, int64_t peer_acked)
{
	struct reorder_piece p = {offset, span_str(data), (uint32_t)strlen(data), peer_acked};

	return reorder_put(pool, list, &p);
}

static void assert_first(
	struct reorder_pool *pool, struct reorder *list, uint64_t offset, const char *data)
{
	const struct reorder_node *n = reorder_first(pool, list);

	assert_non_null(n);
	assert_int_equal(n->offset, offset);
	assert_int_equal(n->len, strlen(data));
	assert_memory_equal(n->data, data, n->len);
	reorder_pop(pool, list);
}

static void test_order(void **state)
{
	struct reorder_pool *pool = reorder_pool_create(64);
	struct reorder list = {0};

	put(pool, &list, 30, "ddd", 1);
	put(pool, &list, 10, "bbb", 1);
	put(pool, &list, 20, "ccc", 1);
	put(pool, &list, 0, "aaa", 1);
	assert_int_equal(reorder_pool_held(pool), 12);
	assert_first(pool, &list, 0, "aaa");
	assert_first(pool, &list, 10, "bbb");
	assert_first(pool, &list, 20, "ccc");
	assert_first(pool, &list, 30, "ddd");
	assert_null(reorder_first(pool, &list));
	assert_int_equal(reorder_pool_held(pool), 0);
	reorder_pool_destroy(pool);
}

/* Bytes of the same ACK share a node, others never do. */
static void test_join(void **state)
{
	struct reorder_pool *pool = reorder_pool_create(64);
	struct reorder list = {0};

	put(pool, &list, 5, "ab", 1);
	put(pool, &list, 7, "cd", 1);
	put(pool, &list, 9, "ef", 2);
	assert_int_equal(list.nodes, 2);
	assert_first(pool, &list, 5, "abcd");
	assert_int_equal(reorder_first(pool, &list)->peer_acked, 2);
	assert_first(pool, &list, 9, "ef");
	reorder_pool_destroy(pool);
}

/* The first copy wins, on either side of what is new. */
static void test_overlap(void **state)
{
	struct reorder_pool *pool = reorder_pool_create(64);
	struct reorder list = {0};
	struct reorder_result r;

	put(pool, &list, 10, "1111", 1);
	put(pool, &list, 20, "2222", 1);
	r = put(pool, &list, 8, "xx1x11xxxxxx22yyyy", 1);
	assert_int_equal(r.taken, 18);
	assert_int_equal(r.repeated, 8);
	assert_int_equal(r.differing, 3);
	assert_first(pool, &list, 8, "xx");
	assert_first(pool, &list, 10, "1111xxxxxx");
	assert_first(pool, &list, 20, "2222yy");
	assert_null(reorder_first(pool, &list));
	reorder_pool_destroy(pool);
}

static void test_lost(void **state)
{
	struct reorder_pool *pool = reorder_pool_create(64);
	struct reorder list = {0};
	struct reorder_piece lost = {4, {NULL, 0}, 100000, 1};
	struct reorder_result r;

	put(pool, &list, 0, "head", 1);
	r = reorder_put(pool, &list, &lost);
	assert_int_equal(r.taken, 100000);
	r = put(pool, &list, 2, "xx late", 1);
	assert_int_equal(r.repeated, 7);
	assert_int_equal(r.differing, 2);
	assert_first(pool, &list, 0, "head");
	assert_true(reorder_first(pool, &list)->lost);
	assert_int_equal(reorder_first(pool, &list)->len, 100000);
	reorder_clear(pool, &list);
	assert_int_equal(reorder_pool_held(pool), 0);
	reorder_pool_destroy(pool);
}

/* A list takes a quarter of what is free, and never more than its own cap. */
static void test_caps(void **state)
{
	struct reorder_pool *small = reorder_pool_create(40), *large = reorder_pool_create(10000);
	struct reorder a = {0}, b = {0}, c = {0};
	uint32_t taken = 0;

	for (uint64_t i = 0; i < 40; i++)
		taken += put(small, &a, 2 * i, "a", 1).taken;
	assert_int_equal(taken, 8);
	taken = 0;
	for (uint64_t i = 0; i < 40; i++)
		taken += put(small, &b, 2 * i, "b", 1).taken;
	assert_int_equal(taken, 6);
	reorder_clear(small, &a);
	assert_int_equal(put(small, &b, 1000, "b", 1).taken, 1);
	taken = 0;
	for (uint64_t i = 0; i < 10000; i++)
		taken += put(large, &c, 2 * i, "c", 1).taken;
	assert_int_equal(taken, LIMIT_REASSEMBLY_FLOW / REORDER_NODE_BYTES);
	reorder_pool_destroy(small);
	reorder_pool_destroy(large);
}

/* A piece longer than a node is spread; where room ends in the middle it says how far it came. */
static void test_partial(void **state)
{
	struct reorder_pool *pool = reorder_pool_create(9);
	struct reorder list = {0};
	static char big[5000];
	struct reorder_piece p = {0, {(const uint8_t *)big, sizeof(big)}, sizeof(big), 1};
	struct reorder_result r;

	memset(big, 'x', sizeof(big));
	r = reorder_put(pool, &list, &p);
	assert_int_equal(list.nodes, 2);
	assert_int_equal(r.taken, 2 * 2016);
	reorder_pool_destroy(pool);
}

/* Random pieces against a plain array. */
static void test_random(void **state)
{
	struct reorder_pool *pool = reorder_pool_create(4096);

	srandom(7);
	for (int round = 0; round < 300; round++) {
		struct reorder list = {0};
		int16_t model[3000];
		uint64_t at = 0;
		const struct reorder_node *n;

		memset(model, 0xff, sizeof(model));
		for (int k = 0; k < 60; k++) {
			uint8_t bytes[200];
			uint32_t len = 1 + (uint32_t)random() % (uint32_t)(k % 7 ? 40 : 199);
			uint64_t offset = (uint64_t)random() % (sizeof(model) / 2 - len);
			struct reorder_piece p = {offset, {bytes, len}, len, random() % 2};
			struct reorder_result r;
			uint32_t repeated = 0, differing = 0;

			for (uint32_t i = 0; i < len; i++) {
				bytes[i] = (uint8_t)(random() % 3);
				repeated += model[offset + i] >= 0;
				differing +=
					model[offset + i] >= 0 && model[offset + i] != bytes[i];
				if (model[offset + i] < 0)
					model[offset + i] = bytes[i];
			}
			r = reorder_put(pool, &list, &p);
			assert_int_equal(r.taken, len);
			assert_int_equal(r.repeated, repeated);
			assert_int_equal(r.differing, differing);
		}
		while ((n = reorder_first(pool, &list)) != NULL) {
			for (; at < n->offset; at++)
				assert_int_equal(model[at], -1);
			for (uint32_t i = 0; i < n->len; i++, at++)
				assert_int_equal(model[at], n->data[i]);
			reorder_pop(pool, &list);
		}
		for (; at < sizeof(model) / sizeof(model[0]); at++)
			assert_int_equal(model[at], -1);
		assert_int_equal(reorder_pool_held(pool), 0);
	}
	reorder_pool_destroy(pool);
}

/* Lengths that only a forged frame can have: no count of them wraps. */
static void test_long_losses(void **state)
{
	struct reorder_pool *pool = reorder_pool_create(64);
	struct reorder list = {0};
	uint64_t next = 0;

	for (uint64_t i = 0; i < 3; i++) {
		struct reorder_piece p = {.offset = i * 3000000000u, .len = 3000000000u};

		assert_int_equal(reorder_put(pool, &list, &p).taken, p.len);
	}
	for (const struct reorder_node *n; (n = reorder_first(pool, &list)) != NULL;
		reorder_pop(pool, &list)) {
		assert_int_equal(n->offset, next);
		next += n->len;
	}
	assert_int_equal(next, 9000000000u);
	reorder_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_long_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
