/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/exact_set.h"

#include "base/hash.h"

/* log2(x) in 1/65536, for x > 0: the fraction's bits by repeated squaring. */
static uint32_t log2_fixed(uint32_t x)
{
	uint32_t whole = 31 - (uint32_t)__builtin_clz(x), result = whole << 16;
	uint64_t y = (uint64_t)x << (31 - whole); /* in [1, 2), scaled by 2^31 */

	for (uint32_t bit = 1u << 15; bit > 0; bit >>= 1) {
		y = y * y >> 31;
		if (y >> 32) {
			result |= bit;
			y >>= 1;
		}
	}
	return result;
}

#define LN2_FIXED 45426 /* in 1/65536 */

static uint32_t estimate(const struct exact_set *s)
{
	uint32_t zeros = EXACT_SET_BITS;
	uint64_t ln;

	for (size_t i = 0; i < EXACT_SET_BITS / 64; i++)
		zeros -= (uint32_t)__builtin_popcountll(s->sketch[i]);
	if (zeros == 0)
		zeros = 1;
	ln = (uint64_t)(log2_fixed(EXACT_SET_BITS) - log2_fixed(zeros)) * LN2_FIXED >> 16;
	return (uint32_t)(EXACT_SET_BITS * ln >> 16);
}

void exact_set_add(struct exact_set *s, uint32_t fingerprint)
{
	uint32_t bit = (uint32_t)hash_mix(fingerprint, 0) % EXACT_SET_BITS;

	s->sketch[bit / 64] |= (uint64_t)1 << bit % 64;
	if (s->count > LIMIT_EXACT_SET)
		return;
	for (uint32_t i = 0; i < s->count; i++)
		if (s->item[i] == fingerprint)
			return;
	if (s->count < LIMIT_EXACT_SET)
		s->item[s->count] = fingerprint;
	s->count++;
}

uint32_t exact_set_count(const struct exact_set *s)
{
	uint32_t n;

	if (s->count <= LIMIT_EXACT_SET)
		return s->count;
	n = estimate(s);
	return n > LIMIT_EXACT_SET ? n : LIMIT_EXACT_SET + 1;
}
