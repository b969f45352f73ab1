/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who stands behind a message (contract 2.1): the strongest identity that it shows, else one that
 * its sender merely claims, else none. What nothing evaluates yet shows nothing.
 */
#ifndef HEURISTICS_IDENTITY_H
#define HEURISTICS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/tri.h"
#include "facts/rdns_class.h"

/* From weak to strong. */
enum identity_kind {
	IDENTITY_NONE = 0,
	IDENTITY_CLAIMED, /* C: the greeting's org-domain */
	IDENTITY_ACCOUNT, /* A: an account that authenticated */
	IDENTITY_RDNS,    /* R: org-domain of a chosen, forward-confirmed reverse DNS */
	IDENTITY_SPF,     /* S: org-domain of the reverse-path, by an SPF pass */
	IDENTITY_DKIM,    /* D: org-domain of a signature that verifies */
	IDENTITY_KINDS,
};

/* `key` tells identities apart: org-domains by identity_org_key(), whatever shows them. */
struct identity {
	uint8_t kind; /* enum identity_kind */
	uint32_t key; /* 0 for none */
};

/* The same for the same org-domain everywhere in heuristics/; 0 only for 0, none. */
static inline uint32_t identity_fold(uint64_t hash)
{
	uint32_t folded = (uint32_t)(hash ^ hash >> 32);

	return hash == 0 ? 0 : folded == 0 ? 1 : folded;
}

/* `org` in lower case, as org_domain() writes it; 0 where it is empty. */
static inline uint32_t identity_org_key(struct span org)
{
	return org.len ? identity_fold(hash64(org)) : 0;
}

/* What is known of an address by now. Zeroed, nothing is known. */
struct identity_facts {
	enum rdns_class rdns_class; /* RDNS_UNKNOWN: no believed answer seen */
	enum tri rdns_confirmed;    /* the name leads back to the address */
	uint32_t rdns_org;          /* identity_org_key() of its name */
	bool helo_known;            /* a greeting of it was seen; the latest: */
	bool helo_fqdn;             /* of class fqdn (not generic_fqdn, not unresolved_fqdn) */
	bool helo_freemail;         /* its org-domain is in the freemail table */
	uint32_t helo_org;          /* identity_org_key(); 0 where it has none */
	uint32_t helo_ips;          /* addresses that used that name in 24 h, itself included */
};

static inline bool identity_shown(struct identity i)
{
	return i.kind > IDENTITY_CLAIMED;
}

/* Is it the sender's own, so that it vouches for it (contract 2.7)? */
static inline bool identity_own(struct identity i)
{
	return i.kind == IDENTITY_CLAIMED || i.kind == IDENTITY_RDNS || i.kind == IDENTITY_DKIM;
}

static inline bool identity_same(struct identity a, struct identity b)
{
	return a.key == b.key && a.key != 0;
}

/*
 * The identity of a message: the stronger of `fixed`, which the message itself showed (D, S or A;
 * zeroed for none), and what its address shows or claims by `f`.
 */
struct identity identity_of(struct identity fixed, const struct identity_facts *f);
/* Rule 2.4's p_host: rDNS none, dynamic, generic or not forward-confirmed. Unknown is not. */
bool identity_bad_host(const struct identity_facts *f);
/* Is every fact known that identity_of() and identity_bad_host() ask for? */
bool identity_facts_complete(const struct identity_facts *f, bool use_dns);

#endif
