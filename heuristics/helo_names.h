/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses greet with a name: the latest few of each, exactly, and what is known of how the
 * name relates to each of them.
 */
#ifndef HEURISTICS_HELO_NAMES_H
#define HEURISTICS_HELO_NAMES_H

#include "base/addr.h"
#include "base/nstime.h"
#include "base/table.h"
#include "base/tri.h"

#define HELO_NAME_IPS 12

struct helo_user {
	struct addr ip; /* a host key */
	nstime last;
	uint8_t related; /* enum tri: the name leads to it or shares its reverse DNS's org-domain */
	uint8_t told;    /* helo_shared was held against it */
	uint8_t reserved[6];
};

struct helo_name {
	uint64_t hash;  /* of the normalised name */
	nstime touched; /* when it last became the most recent of the table */
	uint32_t count, org;
	struct helo_user user[HELO_NAME_IPS];
};

struct helo_names;

/* NULL where memory is short. */
struct helo_names *helo_names_create(uint64_t memory, uint64_t seed);
void helo_names_destroy(struct helo_names *t);
size_t helo_names_bytes(const struct helo_names *t);

/* NULL where it is not known. */
struct helo_name *helo_names_find(struct helo_names *t, uint64_t hash);
/* table_prefetch() for the look-ups. */
void helo_names_prefetch(const struct helo_names *t, uint64_t hash, enum table_part part);
/* `ip` (a host key) greets with the name; beyond HELO_NAME_IPS the longest unseen goes. */
struct helo_name *helo_names_use(struct helo_names *t, uint64_t hash, uint32_t org,
	const struct addr *ip, enum tri related, nstime now);
/* How many addresses used the name in the 24 h before `now`; counted up to HELO_NAME_IPS. */
uint32_t helo_names_ips(struct helo_names *t, uint64_t hash, nstime now);

#endif
