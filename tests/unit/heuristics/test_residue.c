/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "heuristics/residue.h"
#include "heuristics/synchrony.h"

/* A table of clusters, senders, and what is known of them: by the last byte of their address. */
struct world {
	struct clusters *clusters;
	struct senders *senders;
	struct identity_facts facts[256];
	uint32_t leaving;
	struct residue r;
};

static void on_leaving(void *cookie, struct cluster *cl)
{
	struct world *w = cookie;

	assert_non_null(cl);
	w->leaving++;
}

static void on_evicted(void *cookie, struct sender *s)
{
	(void)cookie;
	cluster_parts_orphan(s);
}

static void facts_of(void *cookie, const struct addr *ip, struct identity_facts *ret)
{
	const struct world *w = cookie;

	*ret = w->facts[ip->b[15]];
}

static struct world *create(uint32_t senders)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct clusters_config cc = {.memory = 1, .leaving = on_leaving, .cookie = w};
	const struct senders_config sc = {.capacity = senders, .evicted = on_evicted, .cookie = w};

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

/* 198.51.<net>.<host>; what is known of all hosts of that last byte is the same. */
static struct addr address(unsigned int net, unsigned int host)
{
	const uint8_t b[4] = {198, 51, (uint8_t)net, (uint8_t)host};

	return addr_from_v4(b);
}

static struct cluster_part *send(
	struct world *w, uint64_t id, unsigned int net, unsigned int host, nstime time)
{
	struct cluster *cl = clusters_get(w->clusters, id, time);
	struct cluster_arrival a = {
		.ip = address(net, host),
		.message = {.time = time, .start = time, .rcpts = 2, .from_org = host},
	};
	struct addr key = addr_host_key(&a.ip);

	a.sender = senders_get(w->senders, &key);
	a.now = identity_of(a.fixed, &w->facts[host]);
	return clusters_add(w->clusters, cl, &a);
}

static void look(struct world *w, uint64_t id, nstime until)
{
	const struct residue_env env = {.cookie = w, .facts = facts_of};
	struct cluster *cl = clusters_find(w->clusters, id);

	residue_build(&w->r, cl, until, &env);
	for (int k = 0; k < CLUSTER_POOL_KINDS; k++)
		cl->pool[k] = w->r.pool[k];
}

static struct pattern_measure measure(const struct world *w, enum pattern_window window)
{
	struct pattern_measure m;

	residue_measure(&w->r, window, false, &m);
	return m;
}

static struct identity_facts named(uint32_t org)
{
	return (struct identity_facts){
		.rdns_class = RDNS_NAMED, .rdns_confirmed = TRI_YES, .rdns_org = org};
}

static struct identity_facts claims(uint32_t org)
{
	return (struct identity_facts){
		.helo_known = true, .helo_fqdn = true, .helo_org = org, .helo_ips = 1};
}

#define T0 (1780000000 * NS_PER_S)

static void test_windows_slide_exactly(void **state)
{
	struct world *w = create(1000);
	struct pattern_measure m;
	(void)state;

	send(w, 1, 1, 1, T0);
	send(w, 1, 1, 1, T0 + NS_PER_MIN);
	send(w, 1, 2, 2, T0 + 30 * NS_PER_MIN);
	look(w, 1, T0 + NS_PER_HOUR - 1);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).messages, 3);
	look(w, 1, T0 + NS_PER_HOUR);
	m = measure(w, PATTERN_WINDOW_1H);
	assert_int_equal(m.messages, 2);
	assert_int_equal(m.ips, 2);
	look(w, 1, T0 + NS_PER_HOUR + NS_PER_MIN);
	m = measure(w, PATTERN_WINDOW_1H);
	assert_int_equal(m.messages, 1);
	assert_int_equal(m.ips, 1);
	m = measure(w, PATTERN_WINDOW_24H);
	assert_int_equal(m.messages, 3);
	assert_int_equal(m.recipients, 6);
	assert_int_equal(m.from_orgs, 2);
	assert_int_equal(m.brand, 2);
	look(w, 1, T0 + NS_PER_DAY + NS_PER_MIN);
	assert_int_equal(measure(w, PATTERN_WINDOW_24H).ips, 1);
	destroy(w);
}

static void test_median_and_most(void **state)
{
	struct world *w = create(1000);
	struct pattern_measure m;
	(void)state;

	for (unsigned int host = 1; host <= 4; host++)
		for (unsigned int k = 0; k < host * host; k++)
			send(w, 1, 1, host, T0 + k);
	look(w, 1, T0 + NS_PER_MIN);
	m = measure(w, PATTERN_WINDOW_1H);
	assert_int_equal(m.messages, 1 + 4 + 9 + 16);
	assert_int_equal(m.median, 4);
	assert_int_equal(m.most, 16);
	/* Beyond those held one by one they are still counted. */
	for (unsigned int k = 0; k < 100; k++)
		send(w, 1, 1, 4, T0 + 100 + k);
	look(w, 1, T0 + NS_PER_MIN);
	m = measure(w, PATTERN_WINDOW_1H);
	assert_int_equal(m.most, 116);
	assert_int_equal(m.held, 1 + 4 + 9 + CLUSTER_MESSAGES_MAX);
	destroy(w);
}

static void test_shown_pool(void **state)
{
	struct world *w = create(1000);
	struct pattern_measure m;
	(void)state;

	w->facts[1] = w->facts[2] = named(5);
	w->facts[3] = named(6);
	for (unsigned int k = 0; k < 9; k++)
		send(w, 1, k, 1 + k % 2, T0 + k);
	send(w, 1, 9, 3, T0 + 10);
	send(w, 1, 10, 4, T0 + 11);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.pool[CLUSTER_POOL_SHOWN].key, 5);
	m = measure(w, PATTERN_WINDOW_1H);
	assert_int_equal(m.messages, 2);
	assert_int_equal(m.identities, 1);
	assert_int_equal(m.none, 1);
	/* One more of another's: below nine tenths. */
	send(w, 1, 9, 3, T0 + 12);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.pool[CLUSTER_POOL_SHOWN].key, 0);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).messages, 12);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).largest, 9);
	destroy(w);
}

/* One address alone is no pool, however much it sends. */
static void test_one_address_is_no_pool(void **state)
{
	struct world *w = create(1000);
	(void)state;

	w->facts[1] = named(5);
	for (unsigned int k = 0; k < 50; k++)
		send(w, 1, 1, 1, T0 + k);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.pool[CLUSTER_POOL_SHOWN].key, 0);
	destroy(w);
}

/* Who only claims the pool's name is not of it. */
static void test_claim_of_a_shown_pool(void **state)
{
	struct world *w = create(1000);
	(void)state;

	w->facts[1] = named(5);
	w->facts[2] = claims(5);
	for (unsigned int k = 0; k < 10; k++)
		send(w, 1, k, 1, T0 + k);
	send(w, 1, 50, 2, T0 + 20);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.pool[CLUSTER_POOL_SHOWN].key, 5);
	assert_int_equal(w->r.count, 1);
	assert_int_equal(w->r.item[0].id.kind, IDENTITY_CLAIMED);
	destroy(w);
}

static void test_claimed_pool_concentrated_or_scattered(void **state)
{
	struct world *w = create(1000);
	(void)state;

	w->facts[1] = w->facts[2] = w->facts[3] = claims(5);
	/* Seven addresses, anywhere. */
	for (unsigned int net = 0; net < 7; net++)
		send(w, 1, net, 1, T0 + net);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.pool[CLUSTER_POOL_CLAIMED].key, 5);
	assert_int_equal(w->r.count, 0);
	/* Eight in eight networks. */
	send(w, 1, 7, 1, T0 + 10);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.pool[CLUSTER_POOL_CLAIMED].key, 0);
	assert_int_equal(w->r.scattered.key, 5);
	assert_int_equal(w->r.count, 8);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).none, 8);
	assert_false(w->r.item[0].shows_own);
	/* Sixteen in eight. */
	for (unsigned int net = 0; net < 8; net++)
		send(w, 1, net, 2, T0 + 20 + net);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.pool[CLUSTER_POOL_CLAIMED].key, 5);
	assert_int_equal(w->r.count, 0);
	destroy(w);
}

/* A pool of hundreds gives way, stays known, and leaves room for sixty-four others. */
static void test_pool_gives_way(void **state)
{
	struct world *w = create(4000);
	struct cluster *cl;
	(void)state;

	w->facts[1] = named(5);
	for (unsigned int net = 0; net < 250; net++) {
		send(w, 1, net, 1, T0 + net);
		look(w, 1, T0 + NS_PER_MIN);
		if (net > 0)
			assert_int_equal(w->r.pool[CLUSTER_POOL_SHOWN].key, 5);
	}
	cl = clusters_find(w->clusters, 1);
	assert_int_equal(cl->part_count, LIMIT_EXACT_SET);
	assert_int_equal(cl->given_way[CLUSTER_POOL_SHOWN]->messages[0], 250 - LIMIT_EXACT_SET);
	for (unsigned int net = 0; net < 64; net++) {
		send(w, 1, net, 9, T0 + 1000 + net);
		look(w, 1, T0 + NS_PER_MIN);
		assert_int_equal(residue_ips(&w->r), net + 1);
	}
	assert_int_equal(w->r.count, 64);
	send(w, 1, 0, 1, T0 + 2000);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.count, 64);
	assert_int_equal(w->r.pool[CLUSTER_POOL_SHOWN].key, 5);
	/* Beyond sixty-four the longest silent give way. */
	for (unsigned int net = 0; net < 10; net++)
		send(w, 1, net, 10, T0 + 3000 + net);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.count, 64);
	destroy(w);
}

static void test_neighbours(void **state)
{
	struct world *w = create(1000);
	(void)state;

	/* 1, 2, 3 . 5, 6, 7 . 9 . 11 . 13: six of nine have a neighbour. */
	for (unsigned int host = 1; host < 14; host++)
		if (host % 4 && (host < 8 || host % 2))
			send(w, 1, 4, host, T0 + host);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).ips, 9);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).block_ips, 0);
	send(w, 1, 4, 14, T0 + 20);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).block_ips, 10);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).nets, 1);
	/* Over the end of a network, inside one block; the next block is another. */
	send(w, 2, 6, 255, T0);
	send(w, 2, 7, 0, T0);
	send(w, 2, 7, 9, T0);
	send(w, 2, 7, 255, T0);
	send(w, 2, 8, 0, T0);
	look(w, 2, T0 + NS_PER_MIN);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).block_ips, 0);
	send(w, 2, 7, 254, T0);
	look(w, 2, T0 + NS_PER_MIN);
	assert_int_equal(measure(w, PATTERN_WINDOW_1H).block_ips, 5);
	destroy(w);
}

static void test_third_address(void **state)
{
	struct world *w = create(1000);
	(void)state;

	send(w, 1, 1, 1, T0 + 5);
	send(w, 1, 2, 1, T0 + 1);
	look(w, 1, T0 + NS_PER_MIN);
	assert_true(residue_third(&w->r) == 0);
	send(w, 1, 3, 1, T0 + 9);
	send(w, 1, 4, 1, T0 + 7);
	look(w, 1, T0 + NS_PER_MIN);
	assert_true(residue_third(&w->r) == T0 + 7);
	destroy(w);
}

/* A sender that is displaced leaves its parts behind; they stay counted. */
static void test_displaced_sender(void **state)
{
	struct world *w = create(4);
	(void)state;

	for (unsigned int net = 0; net < 20; net++)
		send(w, 1, net, 1, T0 + net);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(w->r.count, 20);
	assert_true(senders_evicted(w->senders) == 16);
	clusters_remove(w->clusters, clusters_find(w->clusters, 1));
	assert_int_equal(w->leaving, 1);
	destroy(w);
}

static void test_starts(void **state)
{
	static struct synchrony_start s[RESIDUE_STARTS_MAX];
	struct world *w = create(1000);
	(void)state;

	for (unsigned int k = 0; k < 5; k++)
		send(w, 1, k % 2, 1, T0 + k);
	look(w, 1, T0 + NS_PER_MIN);
	assert_int_equal(residue_starts(&w->r, s), 5);
	assert_true(s[0].item < 2);
	destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows_slide_exactly),
		cmocka_unit_test(test_median_and_most),
		cmocka_unit_test(test_shown_pool),
		cmocka_unit_test(test_one_address_is_no_pool),
		cmocka_unit_test(test_claim_of_a_shown_pool),
		cmocka_unit_test(test_claimed_pool_concentrated_or_scattered),
		cmocka_unit_test(test_pool_gives_way),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_third_address),
		cmocka_unit_test(test_displaced_sender),
		cmocka_unit_test(test_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
