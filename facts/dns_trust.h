/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose DNS answers may be believed (contract 5.1). An answer must match a question that was seen
 * (addresses, ports, id, name and type) no more than DNS_TRUST_WINDOW before, and only the first
 * one does. It must come with RA from a trusted resolver, or with AA to one of our hosts.
 *
 * Our hosts are those of our networks; without a topology, those that answered a SYN on a mail
 * port. Trusted resolvers are those configured; without any, the servers that our hosts ask.
 */
#ifndef FACTS_DNS_TRUST_H
#define FACTS_DNS_TRUST_H

#include "facts/facts.h"

#define DNS_TRUST_WINDOW (30 * NS_PER_S)

struct dns_trust;

enum dns_belief {
	DNS_UNASKED,  /* nobody asked that */
	DNS_DOUBTED,  /* asked, but neither of the two */
	DNS_RESOLVED, /* a resolver's last word (RA) */
	DNS_AUTHORED, /* the word of one zone's server alone (AA) */
};

/* NULL where memory is short. The lists of `config` are borrowed. */
struct dns_trust *dns_trust_create(const struct facts_config *config, uint64_t memory);
void dns_trust_destroy(struct dns_trust *t);

/* A query: remembered until it is answered. */
void dns_trust_question(struct dns_trust *t, const struct dns_record *r);
/* A response: takes its question back. */
enum dns_belief dns_trust_answer(struct dns_trust *t, const struct dns_record *r);
/* What a response whose question was seen is worth by what is known now. */
enum dns_belief dns_trust_weigh(const struct dns_trust *t, const struct dns_record *r);

/* `host` answered a SYN on a mail port. Is it one of ours only since now? */
bool dns_trust_mail_host(struct dns_trust *t, const struct addr *host);
/* `host`, one of ours, asked `server`. */
void dns_trust_asked(struct dns_trust *t, const struct addr *host, const struct addr *server);

uint64_t dns_trust_bytes(const struct dns_trust *t);

#endif
