/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/table.h"

struct item {
	uint32_t key;
	uint32_t value;
};

static uint32_t last_evicted;

static void on_evict(void *cookie, void *entry)
{
	last_evicted = ((struct item *)entry)->key;
}

static bool only_even(void *cookie, const void *entry)
{
	return ((const struct item *)entry)->key % 2 == 0;
}

static struct table *make(uint32_t capacity, bool (*may)(void *, const void *))
{
	struct table_config c = {.capacity = capacity,
		.entry_size = sizeof(struct item),
		.key_size = 4,
		.evicted = on_evict,
		.may_evict = may};
	struct table *t = table_create(&c);

	assert_non_null(t);
	return t;
}

static struct item *put(struct table *t, uint32_t key)
{
	bool fresh;

	return table_get(t, &key, &fresh);
}

static void test_lru(void **state)
{
	struct table *t = make(3, NULL);
	uint32_t key = 1;
	bool fresh;

	put(t, 1)->value = 11;
	put(t, 2);
	put(t, 3);
	assert_int_equal(((struct item *)table_get(t, &key, &fresh))->value, 11);
	assert_false(fresh);
	put(t, 4);
	assert_int_equal(last_evicted, 2);
	assert_int_equal(table_count(t), 3);
	assert_int_equal(table_evictions(t), 1);
	assert_int_equal(((struct item *)table_oldest(t))->key, 3);
	assert_int_equal(((struct item *)table_newer(t, table_oldest(t)))->key, 1);
	table_destroy(t);
}

static void test_protected(void **state)
{
	struct table *t = make(3, only_even);

	put(t, 1);
	put(t, 2);
	put(t, 3);
	put(t, 4);
	assert_int_equal(last_evicted, 2);
	table_remove(t, put(t, 4));
	put(t, 5);
	put(t, 7); /* none may go: the oldest goes */
	assert_int_equal(last_evicted, 1);
	table_destroy(t);
}

/* A direct-mapped array is the oracle, over a long random run of gets and removals. */
static void test_against_array(void **state)
{
	enum { KEYS = 500, STEPS = 200000 };
	struct table *t = make(KEYS, NULL);
	static uint32_t have[KEYS];
	uint32_t x = 1, count = 0;

	for (int i = 0; i < STEPS; i++) {
		uint32_t key;
		struct item *e;

		x = x * 1664525 + 1013904223;
		key = (x >> 8) % KEYS;
		table_prefetch(t, &key, x >> 30 & 1 ? TABLE_SLOT : TABLE_ENTRY);
		e = table_find(t, &key);
		assert_int_equal(e ? e->value : 0, have[key]);
		if (x >> 31) {
			count += !e;
			have[key] = x;
			put(t, key)->value = x;
		} else if (e) {
			table_remove(t, e);
			have[key] = 0;
			count--;
		}
		assert_int_equal(table_count(t), count);
	}
	table_destroy(t);
}

enum { MANY = 20000 };

/* Processor time that it takes to put keys into a table whose seed is 0, and to find them. */
static clock_t time_of(const uint32_t keys[MANY])
{
	struct table *t = make(MANY, NULL);
	clock_t begin = clock();

	for (int i = 0; i < MANY; i++)
		put(t, keys[i]);
	for (int i = 0; i < MANY; i++)
		assert_non_null(table_find(t, &keys[i]));
	begin = clock() - begin;
	assert_int_equal(table_count(t), MANY);
	table_destroy(t);
	return begin;
}

/* A replay's seed is known to all: keys chosen by it must not fall into one place. */
static void test_keys_chosen_by_the_seed(void **state)
{
	static uint32_t any[MANY], chosen[MANY];
	uint32_t key = 0;

	for (uint32_t i = 0; i < MANY; key++) {
		if ((hash64_seed(&key, sizeof(key), 0) & 0xff00) == 0)
			chosen[i++] = key;
	}
	for (uint32_t i = 0; i < MANY; i++)
		any[i] = i * 256;
	assert_true(time_of(chosen) < 20 * time_of(any) + CLOCKS_PER_SEC / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lru),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_against_array),
		cmocka_unit_test(test_keys_chosen_by_the_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
