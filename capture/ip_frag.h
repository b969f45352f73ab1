/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts fragmented IP datagrams together (RFC 791 3.2, RFC 8200 4.5) in fixed memory. The first
 * copy of a byte wins; what would not fit the datagram as it stands is dropped. What is not whole
 * 30 s after its first fragment, or must make
 * room, is given up.
 */
#ifndef CAPTURE_IP_FRAG_H
#define CAPTURE_IP_FRAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/nstime.h"
#include "base/span.h"

struct ip_frag;

/* Every byte counts: set it to zero first. */
struct ip_frag_key {
	struct addr src, dst;
	uint32_t id;
	uint8_t protocol; /* 0 in IPv6, where it is no part of the key */
	uint8_t version;
	uint8_t zero[2];
};

struct ip_frag_piece {
	nstime time;      /* never less than that of the piece before */
	uint32_t offset;  /* bytes, a multiple of 8 */
	bool more;        /* fragments follow this one */
	uint8_t protocol; /* of what the datagram carries, as this fragment says */
	struct span bytes;
};

struct ip_frag_whole {
	struct span bytes; /* borrow until the next call */
	uint8_t protocol;  /* as the first fragment says (RFC 8200 4.5) */
};

struct ip_frag_stats {
	uint64_t fragments, datagrams; /* seen; put together */
	uint64_t overlap_bytes;        /* came again with other content, in units of 8 */
	uint64_t lost;                 /* datagrams given up */
	uint64_t pending;              /* not whole yet */
};

/* NULL where memory is short. */
struct ip_frag *ip_frag_create(uint64_t seed);
void ip_frag_destroy(struct ip_frag *f);

/*
 * 1 and the whole datagram; 0 where other pieces are still to come; -1 where this one makes no
 * sense.
 */
int ip_frag_add(struct ip_frag *f, const struct ip_frag_key *key, const struct ip_frag_piece *piece,
	struct ip_frag_whole *ret);

struct ip_frag_stats ip_frag_get_stats(const struct ip_frag *f);
size_t ip_frag_bytes(const struct ip_frag *f);

#endif
