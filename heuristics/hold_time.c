/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check hold_time: connections held open after the last reply (contract 4.1, detection 1.12).
 *
 * The median must not be bought with memory: the first eight hold times of a source lie in its
 * entry, up to 64 in a row of their own, both sorted; beyond that they are counted in buckets, 8 to
 * each power of two of milliseconds.
 */
#include "heuristics/checks.h"

#define EXACT LIMIT_EXACT_SET
#define SUB_BITS 3
#define SUBS (1u << SUB_BITS)

static uint32_t bucket_of(uint32_t ms)
{
	uint32_t power;

	if (ms < SUBS)
		return ms;
	power = 31u - (uint32_t)__builtin_clz(ms);
	return (power - SUB_BITS + 1) * SUBS + (ms >> (power - SUB_BITS)) - SUBS;
}

/* The least time that falls into the bucket. */
static uint32_t bucket_start(uint32_t b)
{
	return b < SUBS ? b : (SUBS + b % SUBS) << (b / SUBS - 1);
}

_Static_assert((32 - SUB_BITS + 1) * SUBS == HOLD_BUCKETS, "every 32-bit time has a bucket");

static void insert_sorted(uint32_t *ms, uint32_t count, uint32_t value)
{
	uint32_t at = count;

	while (at > 0 && ms[at - 1] > value) {
		ms[at] = ms[at - 1];
		at--;
	}
	ms[at] = value;
}

/* From sorted times to counts in buckets. */
static void to_buckets(struct source_holds *row)
{
	uint32_t exact[EXACT];

	memcpy(exact, row->ms, sizeof(exact));
	memset(row->ms, 0, sizeof(row->ms));
	for (uint32_t i = 0; i < EXACT; i++)
		row->ms[bucket_of(exact[i])]++;
}

void hold_time_add(struct sources *t, struct source *s, uint32_t ms)
{
	struct source_holds *row;

	if (ms > s->hold_max)
		s->hold_max = ms;
	if (s->hold_count < SOURCE_HOLDS) {
		insert_sorted(s->holds, s->hold_count++, ms);
		return;
	}
	row = sources_detail(t, s, DETAIL_HOLDS);
	if (!row) {
		row = sources_detail_make(t, s, DETAIL_HOLDS);
		memcpy(row->ms, s->holds, sizeof(s->holds));
	}
	if (s->hold_count == EXACT)
		to_buckets(row);
	if (s->hold_count < EXACT)
		insert_sorted(row->ms, s->hold_count, ms);
	else
		row->ms[bucket_of(ms)]++;
	s->hold_count++;
}

uint32_t hold_time_quantile(struct sources *t, const struct source *s, uint32_t permille)
{
	const struct source_holds *row = sources_detail(t, s, DETAIL_HOLDS);
	uint64_t rank, passed = 0;

	if (s->hold_count == 0)
		return 0;
	rank = ((uint64_t)s->hold_count * permille + 999) / 1000; /* from 1 */
	rank = rank == 0 ? 1 : rank;
	if (permille == 1000)
		return s->hold_max;
	if (s->hold_count <= EXACT)
		return row ? row->ms[rank - 1] : s->holds[rank - 1];
	for (uint32_t b = 0; row && b < HOLD_BUCKETS; b++) {
		passed += row->ms[b];
		if (passed >= rank)
			return bucket_start(b);
	}
	return 0;
}

void hold_time_judge(struct judge *j, const struct observation *o)
{
	struct source *s = o->source;
	struct evidence e = {.item = PARAM_HOLD_DB, .permille = o->permille, .time = o->time};

	if (!o->session || o->session->hold_ms < 0)
		return;
	if (o->session->flow.zero_window_ms[FLOW_SERVER] > 0 && s->blocked < UINT16_MAX)
		s->blocked++;
	hold_time_add(j->sources, s,
		o->session->hold_ms < UINT32_MAX ? (uint32_t)o->session->hold_ms : UINT32_MAX);
	if ((int64_t)s->hold_count < j->values.v[PARAM_HOLD_SESSIONS])
		return;
	e.value = hold_time_quantile(j->sources, s, 500);
	if ((int64_t)e.value > j->values.v[PARAM_HOLD_MEDIAN_MS])
		source_evidence(j, s, &e);
}
