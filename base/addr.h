/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and networks. IPv4 addresses are kept as IPv4-mapped IPv6 (::ffff:a.b.c.d), so
 * that one 16-byte key serves both; v4 sorts before v6 by addr_cmp().
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

struct addr {
	uint8_t b[16];
};

/* Longest text form with its NUL. */
#define ADDR_STRLEN 46

#define ADDR_MAPPED {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}

static inline struct addr addr_from_v4(const uint8_t b[4])
{
	struct addr a = {ADDR_MAPPED};

	memcpy(a.b + 12, b, 4);
	return a;
}

static inline struct addr addr_from_v6(const uint8_t b[16])
{
	struct addr a;

	memcpy(a.b, b, 16);
	return a;
}

static inline bool addr_is_v4(const struct addr *a)
{
	static const uint8_t mapped[12] = ADDR_MAPPED;

	return memcmp(a->b, mapped, 12) == 0;
}

static inline bool addr_eq(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, 16) == 0;
}

/* Order: IPv4 before IPv6, numeric within. Negative, 0 or positive. */
int addr_cmp(const struct addr *a, const struct addr *b);

/* Text form: dotted quad, or RFC 5952. Returns `buf`. */
char *addr_format(const struct addr *a, char buf[ADDR_STRLEN]);

/*
 * Strict parse of a whole span: four decimal octets without leading zeros, or RFC 4291 text.
 * Returns 1, or -1 where it is neither.
 */
int addr_parse(struct span s, struct addr *ret);

/* `a` cut to its first `bits` of its own family (0..32 or 0..128), the rest zero. */
struct addr addr_prefix(const struct addr *a, unsigned int bits);

/* The key by which a host is counted: /32 for IPv4, /64 for IPv6 (detection 1.0). */
struct addr addr_host_key(const struct addr *a);

/* The network by which spread is counted: /24 for IPv4, /48 for IPv6 (detection 1.0). */
struct addr addr_net_key(const struct addr *a);

/* Is it in private, loopback, link-local, shared or otherwise not globally routed space? */
bool addr_is_private(const struct addr *a);

struct cidr {
	struct addr base;
	uint8_t bits; /* of the address's own family */
};

/* "192.0.2.0/24", "2001:db8::/32" or a bare address. 1, or -1 where it is not one. */
int cidr_parse(struct span s, struct cidr *ret);
bool cidr_contains(const struct cidr *c, const struct addr *a);

/* A borrowed list of networks; a short list is searched linearly. */
struct cidr_list {
	const struct cidr *items;
	size_t count;
};

bool cidr_list_contains(const struct cidr_list *l, const struct addr *a);

#endif
