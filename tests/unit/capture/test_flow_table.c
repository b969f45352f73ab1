/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture/flow_table.h"
#include "flow_log.h"

#define SEED 3
#define KEYS 2000

static struct segment segment_of(uint32_t key, bool back)
{
	nstime time = 0;
	uint64_t packet = 0;
	struct talk t = talk_make(&time, &packet, (uint16_t)(1024 + key), 25);

	t.addr[FLOW_CLIENT].b[14] = (uint8_t)(key >> 6);
	return talk_segment(&t, back ? FLOW_SERVER : FLOW_CLIENT, 0, 0, 0, "");
}

static struct flow_found find(struct flow_table *t, uint32_t key, bool back)
{
	struct segment seg = segment_of(key, back);

	return flow_table_find(t, talk_hash(&seg, SEED), &seg);
}

static struct flow *insert(struct flow_table *t, uint32_t key)
{
	struct segment seg = segment_of(key, false);

	return flow_table_insert(t, talk_hash(&seg, SEED), &seg);
}

static void test_both_directions(void **state)
{
	struct flow_table *t = flow_table_create(1000, 0, CAPTURE_SHARDS);
	struct segment forth = segment_of(5, false), back = segment_of(5, true);
	struct flow *f = insert(t, 5);

	assert_int_equal(talk_hash(&forth, SEED), talk_hash(&back, SEED));
	assert_ptr_equal(find(t, 5, false).flow, f);
	assert_int_equal(find(t, 5, false).dir, FLOW_CLIENT);
	assert_ptr_equal(find(t, 5, true).flow, f);
	assert_int_equal(find(t, 5, true).dir, FLOW_SERVER);
	assert_null(find(t, 6, false).flow);
	flow_table_to_stub(t, f, 0, true);
	assert_null(find(t, 5, true).flow);
	assert_true(find(t, 5, true).stub->closed);
	flow_table_remove_stub(t, find(t, 5, false).stub);
	assert_null(find(t, 5, false).stub);
	flow_table_destroy(t);
}

/* The seed moves flows to other shards and slots. */
static void test_seed(void **state)
{
	struct segment seg = segment_of(1, false);

	assert_int_not_equal(talk_hash(&seg, 1), talk_hash(&seg, 2));
}

/* Random calls against a plain list of what each key should be. */
static void test_random(void **state)
{
	struct flow_table *t = flow_table_create(KEYS * 64, 0, CAPTURE_SHARDS);
	struct flow *flows[KEYS] = {0};
	bool stubs[KEYS] = {0};

	srandom(11);
	for (int i = 0; i < 200000; i++) {
		uint32_t key = (uint32_t)random() % KEYS;
		struct flow_found found = find(t, key, random() % 2);

		assert_ptr_equal(found.flow, flows[key]);
		assert_true(stubs[key] == (found.stub != NULL));
		if (found.flow && random() % 2) {
			flow_table_remove(t, found.flow);
			flows[key] = NULL;
		} else if (found.flow) {
			flow_table_to_stub(t, found.flow, 0, false);
			flows[key] = NULL;
			stubs[key] = true;
		} else {
			if (found.stub)
				flow_table_remove_stub(t, found.stub);
			stubs[key] = false;
			flows[key] = insert(t, key);
			flow_table_rank(t, flows[key], (enum flow_rank)(random() % FLOW_RANKS));
		}
	}
	flow_table_destroy(t);
}

/* The ring of stubs forgets the oldest, whatever became of those between. */
static void test_stub_ring(void **state)
{
	struct flow_table *t = flow_table_create(0, 0, CAPTURE_SHARDS);
	uint32_t known = 0;

	for (uint32_t key = 0; key < KEYS; key++)
		flow_table_to_stub(t, insert(t, key), 0, false);
	for (uint32_t key = 0; key < KEYS; key++)
		known += find(t, key, false).stub != NULL;
	assert_int_equal(known, flow_table_capacity(t));
	flow_table_destroy(t);
}

static void test_each(void **state)
{
	struct flow_table *t = flow_table_create(100000, 0, CAPTURE_SHARDS);
	bool seen[KEYS] = {0};
	uint32_t count = 0;

	assert_null(flow_table_each(t, NULL));
	for (uint32_t key = 0; key < 500; key++)
		insert(t, key)->info.id = key;
	for (uint32_t key = 0; key < 500; key += 3)
		flow_table_remove(t, find(t, key, false).flow);
	for (struct flow *f = flow_table_each(t, NULL); f; f = flow_table_each(t, f)) {
		assert_false(seen[f->info.id]);
		assert_int_not_equal(f->info.id % 3, 0);
		seen[f->info.id] = true;
		count++;
	}
	assert_int_equal(count, 333);
	flow_table_destroy(t);
}

/* Keys of one shard, so that it fills. */
static uint32_t next_in_shard(uint32_t key, unsigned int shard)
{
	for (;; key++) {
		struct segment seg = segment_of(key, false);

		if (flow_hash_shard(talk_hash(&seg, SEED)) == shard)
			return key;
	}
}

static void test_victim(void **state)
{
	struct flow_table *t = flow_table_create(0, 0, CAPTURE_SHARDS);
	struct flow *f[8];
	uint32_t key = 0;

	for (int i = 0; i < 8; i++, key++) {
		assert_false(flow_table_full(t, 9));
		key = next_in_shard(key, 9);
		f[i] = insert(t, key);
		flow_table_rank(t, f[i],
			i == 6  ? FLOW_RANK_NEW
			: i < 3 ? FLOW_RANK_PROVEN
				: FLOW_RANK_UNPROVEN);
	}
	assert_true(flow_table_full(t, 9));
	assert_false(flow_table_full(t, 8));
	assert_ptr_equal(flow_table_victim(t, 9), f[6]);
	flow_table_remove(t, f[6]);
	assert_false(flow_table_full(t, 9));
	f[3]->info.last_time = f[4]->info.last_time = 2 * NS_PER_S; /* they were active since */
	assert_ptr_equal(flow_table_victim(t, 9), f[5]);
	flow_table_remove(t, f[5]);
	assert_ptr_equal(flow_table_victim(t, 9), f[7]);
	flow_table_remove(t, f[7]);
	assert_ptr_equal(flow_table_victim(t, 9), f[3]);
	flow_table_remove(t, f[3]);
	flow_table_remove(t, f[4]);
	assert_ptr_equal(flow_table_victim(t, 9), f[0]);
	flow_table_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_stub_ring),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_victim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
