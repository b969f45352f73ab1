/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to questions that were seen, from servers not yet trusted: a capture often shows what a
 * mail host asked before it shows that it is one. A ring of the latest, each of bounded size.
 */
#ifndef FACTS_DNS_DOUBTS_H
#define FACTS_DNS_DOUBTS_H

#include "facts/dns_record.h"

#define DNS_DOUBTS_LIFE (15 * NS_PER_MIN)

struct dns_doubts;

/* NULL where memory is short. */
struct dns_doubts *dns_doubts_create(uint64_t memory);
void dns_doubts_destroy(struct dns_doubts *d);

/* Copies `r`; one of unusual size is not kept. */
void dns_doubts_keep(struct dns_doubts *d, const struct dns_record *r);

/*
 * Shows what was kept in the DNS_DOUBTS_LIFE before `now`, in order. What `visit` returns true for
 * is forgotten.
 */
void dns_doubts_visit(struct dns_doubts *d, nstime now,
	bool (*visit)(void *cookie, const struct dns_record *r), void *cookie);

uint64_t dns_doubts_bytes(const struct dns_doubts *d);

#endif
