/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XXH3 for tables and digests. Tables take a seed (flood resistance; a replay uses a fixed one);
 * content digests are unseeded, so that the same text has the same digest everywhere.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/span.h"

static inline uint64_t hash64(struct span s)
{
	return XXH3_64bits(s.p, s.len);
}

static inline uint64_t hash64_seed(const void *p, size_t len, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, len, seed);
}

/* Two words into one, order-sensitive (the splitmix64 finaliser over a rotated sum). */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a + 0x9e3779b97f4a7c15u + (b << 23 | b >> 41);

	x = (x ^ b ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

#endif
