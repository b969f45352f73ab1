/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash by which a flow, or a datagram, is given to one of the shards: the same for both
 * directions. Seeded: who does not know the seed cannot pile flows up in one shard.
 */
#ifndef CAPTURE_FLOW_HASH_H
#define CAPTURE_FLOW_HASH_H

#include "base/addr.h"
#include "base/hash.h"
#include "capture/capture.h"

/* Both words of a product: no bit of a factor can be followed through it unseen. */
static inline uint64_t flow_hash_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The factors are hidden by what the seed makes of two odd constants. */
static inline uint64_t flow_hash_endpoint(const struct addr *a, uint16_t port, uint64_t seed)
{
	uint64_t key = seed * 0x9e3779b97f4a7c15u + 0xd1b54a32d192ed03u;
	uint64_t half[2];

	memcpy(half, a->b, sizeof(half));
	return flow_hash_fold(
		flow_hash_fold(half[0] ^ seed ^ 0xa0761d6478bd642fu, half[1] ^ key) ^ port,
		key ^ 0xe7037ed1a0b428dbu);
}

static inline uint64_t flow_hash(
	const struct addr *a, uint16_t a_port, const struct addr *b, uint16_t b_port, uint64_t seed)
{
	return hash_mix(
		flow_hash_endpoint(a, a_port, seed) + flow_hash_endpoint(b, b_port, seed), seed);
}

static_assert(CAPTURE_SHARDS == 64, "six bits of the hash");

static inline unsigned int flow_hash_shard(uint64_t hash)
{
	return (unsigned int)(hash >> 58);
}

#endif
