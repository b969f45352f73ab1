/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "heuristics/cluster.h"

#define T0 (1780000000 * NS_PER_S)

struct world {
	struct clusters *clusters;
	struct senders *senders;
	uint64_t left[8192];
	size_t left_count;
};

static void on_leaving(void *cookie, struct cluster *cl)
{
	struct world *w = cookie;

	if (w->left_count < 8192)
		w->left[w->left_count] = cl->id;
	w->left_count++;
}

static void on_evicted(void *cookie, struct sender *s)
{
	(void)cookie;
	cluster_parts_orphan(s);
}

static struct world *create(uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct clusters_config cc = {
		.memory = 1, .seed = seed, .leaving = on_leaving, .cookie = w};
	const struct senders_config sc = {.capacity = 100, .evicted = on_evicted, .cookie = w};

	w->clusters = clusters_create(&cc);
	w->senders = senders_create(&sc);
	assert_true(w->clusters && w->senders);
	return w;
}

static void destroy(struct world *w)
{
	clusters_destroy(w->clusters);
	senders_destroy(w->senders);
	free(w);
}

static struct cluster_part *send(struct world *w, uint64_t id, uint8_t host, nstime time)
{
	struct cluster *cl = clusters_get(w->clusters, id, time);
	const uint8_t b[4] = {198, 51, 100, host};
	struct cluster_arrival a = {
		.ip = addr_from_v4(b), .message = {.time = time, .start = time}};

	a.sender = senders_get(w->senders, &a.ip);
	return clusters_add(w->clusters, cl, &a);
}

static void test_digests(void **state)
{
	struct world *w = create(1);
	struct content_digest none = {.exact = 0, .edges = 7};
	struct content_digest a = {.exact = 11, .edges = 7}, b = {.exact = 12, .edges = 7};
	struct content_digest c = {.exact = 13};
	(void)state;

	assert_int_equal(cluster_id_of(w->clusters, &none), 0);
	assert_int_equal(cluster_id_of(w->clusters, &a), 11);
	clusters_get(w->clusters, 11, T0);
	assert_int_equal(cluster_id_of(w->clusters, &b), 11);
	assert_int_equal(cluster_id_of(w->clusters, &c), 13);
	/* An exact match comes first. */
	clusters_get(w->clusters, 12, T0);
	assert_int_equal(cluster_id_of(w->clusters, &b), 12);
	/* Edges whose cluster is gone begin another. */
	clusters_remove(w->clusters, clusters_find(w->clusters, 11));
	clusters_remove(w->clusters, clusters_find(w->clusters, 12));
	assert_int_equal(cluster_id_of(w->clusters, &b), 12);
	destroy(w);
}

static void test_due_in_order(void **state)
{
	struct world *w = create(1);
	struct clusters *t = w->clusters;
	struct content_digest again = {.exact = 1};
	(void)state;

	assert_null(clusters_oldest(t));
	for (uint64_t id = 1; id <= 4; id++)
		clusters_get(t, id, T0 + (nstime)id);
	assert_int_equal(clusters_oldest(t)->id, 1);
	assert_true(clusters_oldest(t)->due == T0 + 1 + NS_PER_DAY);
	clusters_of(t, &again, T0 + 10);
	assert_int_equal(clusters_oldest(t)->id, 2);
	clusters_keep(t, clusters_oldest(t), T0 + NS_PER_DAY);
	clusters_remove(t, clusters_find(t, 3));
	assert_int_equal(clusters_oldest(t)->id, 4);
	assert_int_equal(clusters_newer(t, clusters_oldest(t))->id, 1);
	assert_true(clusters_find(t, 1)->last == T0 + 10);
	assert_true(clusters_find(t, 2)->last == T0 + 2);
	assert_true(clusters_find(t, 2)->due == T0 + 2 * NS_PER_DAY);
	destroy(w);
}

/* The longest quiet leave first, the same ones whatever the seed. */
static void test_eviction(void **state)
{
	struct world *w = create(1), *other = create(99);
	(void)state;

	for (uint64_t id = 1; id <= 10000; id++) {
		send(w, id, (uint8_t)id, T0 + (nstime)id);
		send(other, id, (uint8_t)id, T0 + (nstime)id);
	}
	assert_true(clusters_evicted(w->clusters) > 1000);
	assert_int_equal(clusters_evicted(w->clusters), w->left_count);
	assert_int_equal(clusters_count(w->clusters), 10000 - w->left_count);
	assert_int_equal(w->left_count, other->left_count);
	for (uint64_t i = 0; i < w->left_count; i++)
		assert_int_equal(w->left[i], i + 1);
	assert_memory_equal(w->left, other->left, sizeof(w->left));
	destroy(w);
	destroy(other);
}

/* What waits to be said at low is spared while others can go. */
static void test_low_is_spared(void **state)
{
	struct world *w = create(1);
	(void)state;

	send(w, 1, 1, T0);
	clusters_find(w->clusters, 1)->low = true;
	for (uint64_t id = 2; id <= 10000; id++)
		send(w, id, 1, T0 + (nstime)id);
	assert_non_null(clusters_find(w->clusters, 1));
	assert_null(clusters_find(w->clusters, 2));
	destroy(w);
}

static void test_days(void **state)
{
	struct world *w = create(1);
	struct cluster_part *p = NULL;
	(void)state;

	for (int day = 0; day < 4; day++)
		p = send(w, 1, 1, T0 + day * NS_PER_DAY);
	assert_int_equal(p->days, 0x0f);
	assert_int_equal(p->message_count, 1);
	p = send(w, 1, 1, T0 + 5 * NS_PER_DAY);
	assert_int_equal(p->days, 0x3d);
	p = send(w, 1, 1, T0 + 5 * NS_PER_DAY - 1);
	assert_int_equal(p->days, 0x3d);
	/* A week's silence, and it is a stranger. */
	p = send(w, 1, 1, T0 + 12 * NS_PER_DAY);
	assert_int_equal(p->days, 0x01);
	assert_true(p->first == T0 + 12 * NS_PER_DAY);
	destroy(w);
}

static void test_retries(void **state)
{
	struct world *w = create(1);
	struct record_builder b;
	struct message_record *m;
	struct addr near = addr_from_v4((const uint8_t[4]){198, 51, 100, 9});
	struct addr far = addr_from_v4((const uint8_t[4]){198, 51, 101, 9});
	struct cluster *cl;
	uint32_t key;
	(void)state;

	assert_int_equal(record_builder_init(&b), 1);
	m = record_begin(&b, RECORD_MESSAGE, sizeof(*m));
	m->from = record_add(&b, span_str("x@client.example"));
	assert_int_equal(cluster_retry_key(m), 0);
	m->message_id_hash = 5;
	key = cluster_retry_key(m);
	assert_int_not_equal(key, 0);
	m->rcpts_hash = 8;
	assert_int_not_equal(cluster_retry_key(m), key);
	send(w, 1, 1, T0)->messages->retry = key;
	cl = clusters_find(w->clusters, 1);
	assert_true(cluster_has_retry(cl, &near, key));
	assert_false(cluster_has_retry(cl, &far, key));
	assert_false(cluster_has_retry(cl, &near, key + 1));
	assert_false(cluster_has_retry(cl, &near, 0));
	record_builder_finish(&b);
	destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_due_in_order),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_low_is_spared),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_retries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
