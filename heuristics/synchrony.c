/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/synchrony.h"

#include <stdlib.h>

#include "base/limits.h"

/*
 * Row S: the greatest mean, in thousandths, of a Poisson variable that reaches S with probability
 * below 1e-4.
 */
static const uint32_t mean_max[LIMIT_EXACT_SET + 1] = {
	0,
	0,
	14,
	86,
	231,
	444,
	713,
	1030,
	1386,
	1777,
	2197,
	2643,
	3111,
	3599,
	4106,
	4629,
	5166,
	5717,
	6281,
	6856,
	7441,
	8036,
	8641,
	9254,
	9875,
	10504,
	11140,
	11783,
	12432,
	13087,
	13748,
	14414,
	15086,
	15763,
	16444,
	17130,
	17820,
	18515,
	19213,
	19916,
	20622,
	21331,
	22045,
	22761,
	23481,
	24204,
	24930,
	25659,
	26390,
	27125,
	27862,
	28601,
	29344,
	30088,
	30835,
	31585,
	32336,
	33090,
	33846,
	34604,
	35364,
	36125,
	36889,
	37655,
	38423,
};

static int by_time(const void *a, const void *b)
{
	const struct synchrony_start *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

/* How often each of up to LIMIT_EXACT_SET things stands in the window, and how many do. */
struct window {
	uint32_t key[LIMIT_EXACT_SET], times[LIMIT_EXACT_SET];
	uint32_t keys, present;
};

static uint32_t *times_of(struct window *w, uint32_t key)
{
	uint32_t i;

	for (i = 0; i < w->keys && w->key[i] != key; i++)
		;
	if (i == LIMIT_EXACT_SET)
		return NULL;
	if (i == w->keys) {
		w->key[w->keys++] = key;
		w->times[i] = 0;
	}
	return &w->times[i];
}

static void enter(struct window *w, uint32_t key)
{
	uint32_t *times = times_of(w, key);

	if (times && (*times)++ == 0)
		w->present++;
}

static void leave(struct window *w, uint32_t key)
{
	uint32_t *times = times_of(w, key);

	if (times && --*times == 0)
		w->present--;
}

/* Was that many in one window to be expected of so many messages over so long a life? */
static bool by_chance(uint32_t ips, size_t messages, nstime life, int64_t window_s)
{
	int64_t life_s = (life > NS_PER_HOUR ? life : NS_PER_HOUR) / NS_PER_S;

	return (int64_t)messages * window_s * 1000 > (int64_t)mean_max[ips] * life_s;
}

/* The most addresses in any window, of enough networks. 0 where there is none. */
static uint32_t scan_windows(const struct synchrony_start *s, size_t count,
	const struct check_values *v, size_t *ret_first, size_t *ret_end)
{
	nstime length = v->v[PARAM_SYNCHRONY_WINDOW_S] * NS_PER_S;
	struct window hosts = {.keys = 0}, nets = {.keys = 0};
	uint32_t best = 0;

	for (size_t first = 0, end = 0; end < count; end++) {
		enter(&hosts, s[end].host);
		enter(&nets, s[end].net);
		for (; s[end].time - s[first].time > length; first++) {
			leave(&hosts, s[first].host);
			leave(&nets, s[first].net);
		}
		if (nets.present >= v->v[PARAM_SYNCHRONY_NETWORKS] && hosts.present > best) {
			best = hosts.present;
			*ret_first = first;
			*ret_end = end + 1;
		}
	}
	return best;
}

/* Pairs of neighbours in time, no address in two of them. Marks them. */
static uint32_t mark_pairs(struct synchrony_start *s, size_t count, nstime apart)
{
	struct window paired = {.keys = 0};
	uint32_t pairs = 0;

	for (size_t i = 0; i + 1 < count; i++) {
		struct synchrony_start *a = &s[i], *b = &s[i + 1];
		uint32_t *times_a = times_of(&paired, a->host);
		uint32_t *times_b = times_of(&paired, b->host);

		if (a->host == b->host || b->time - a->time > apart || !times_a || !times_b ||
			*times_a > 0 || *times_b > 0)
			continue;
		*times_a = *times_b = 1;
		a->together = b->together = true;
		pairs++;
		i++;
	}
	return pairs;
}

struct synchrony synchrony_scan(
	struct synchrony_start *starts, size_t count, nstime life, const struct check_values *v)
{
	struct synchrony r = {.threshold = (uint32_t)v->v[PARAM_SYNCHRONY_IPS]};
	size_t first = 0, end = 0;
	uint32_t pairs;

	for (size_t i = 0; i < count; i++)
		starts[i].together = false;
	qsort(starts, count, sizeof(*starts), by_time);
	r.value = scan_windows(starts, count, v, &first, &end);
	if (r.value >= r.threshold &&
		!by_chance(r.value, count, life, v->v[PARAM_SYNCHRONY_WINDOW_S])) {
		r.fired = true;
		for (size_t i = first; i < end; i++)
			starts[i].together = true;
		return r;
	}
	pairs = mark_pairs(starts, count, v->v[PARAM_SYNCHRONY_PAIR_MS] * NS_PER_MS);
	if (pairs >= v->v[PARAM_SYNCHRONY_PAIRS]) {
		r.fired = r.by_pairs = true;
		r.value = pairs;
		r.threshold = (uint32_t)v->v[PARAM_SYNCHRONY_PAIRS];
	}
	return r;
}
