/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What believed answers said, in two bounded tables: the addresses of names and the names of
 * addresses. A fact stands until a newer answer replaces it, its table is full, or its life is
 * over: its TTL, but a day at least (a source is judged over a day) and a week at most.
 */
#ifndef FACTS_FACTS_STORE_H
#define FACTS_FACTS_STORE_H

#include "base/addr.h"
#include "base/nstime.h"
#include "base/span.h"
#include "base/tri.h"
#include "facts/facts.h"

struct facts_store;

/* NULL where memory is short. */
struct facts_store *facts_store_create(uint64_t memory, uint64_t seed);
void facts_store_destroy(struct facts_store *s);

enum facts_family {
	FACTS_V4,
	FACTS_V6,
};

/* One answer to a question for addresses of one family, or for names. */
struct facts_answer {
	nstime now;
	uint32_t ttl; /* the least of the set's */
	bool partial; /* there may be more than is listed */
	size_t count; /* 0: known to be absent */
};

/* Names are in lower case without a trailing dot; one longer than LIMIT_DNS_NAME is not kept. */
void facts_store_addrs(struct facts_store *s, struct span name, enum facts_family family,
	const struct facts_answer *a, const struct addr *addrs);
void facts_store_names(struct facts_store *s, const struct addr *addr, const struct facts_answer *a,
	const struct span *names);
/* `name` does not exist at all. */
void facts_store_nxdomain(struct facts_store *s, struct span name, nstime now);

/* Classless delegation (RFC 2317): the PTR records of `addr` are to be asked for at `name`. */
void facts_store_alias(struct facts_store *s, struct span name, const struct addr *addr);
/* 1 where `name` is such a name, else 0. */
int facts_store_aliased(struct facts_store *s, struct span name, struct addr *ret);

/* As facts.h says, at packet time `now`. */
struct ptr_fact facts_store_ptr(struct facts_store *s, const struct addr *a, nstime now);
enum tri facts_store_resolves(
	struct facts_store *s, struct span name, const struct addr *a, nstime now);
enum tri facts_store_exists(struct facts_store *s, struct span name, nstime now);

uint64_t facts_store_entries(const struct facts_store *s);
uint64_t facts_store_evicted(const struct facts_store *s);
uint64_t facts_store_bytes(const struct facts_store *s);

#endif
