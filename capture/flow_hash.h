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

static inline uint64_t flow_hash_endpoint(const struct addr *a, uint16_t port, uint64_t seed)
{
	uint8_t key[sizeof(*a) + sizeof(port)];

	memcpy(key, a, sizeof(*a));
	memcpy(key + sizeof(*a), &port, sizeof(port));
	return hash64_seed(key, sizeof(key), seed);
}

static inline uint64_t flow_hash(const struct addr *a, uint16_t a_port, const struct addr *b,
	uint16_t b_port, uint64_t seed)
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
