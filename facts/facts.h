/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the world says about names and addresses, as far as it was seen on the tap: a bounded cache
 * of DNS answers, and which of them may be believed (contract 5.1). Three-valued: what no answer
 * was seen for is unknown; a SERVFAIL or a timeout leaves it unknown.
 */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include "base/addr.h"
#include "base/nstime.h"
#include "base/org_domain.h"
#include "base/span.h"
#include "base/tri.h"
#include "facts/dns_record.h"

struct facts;

struct facts_config {
	const struct cidr *trusted_resolvers; /* none: learned (contract 5.1) */
	size_t trusted_resolver_count;
	const struct cidr *our_networks;
	size_t our_network_count;
	uint64_t memory; /* bytes it may take */
	uint64_t seed;
};

struct facts_stats {
	uint64_t questions, answers, answers_believed, answers_refused, malformed;
	uint64_t entries, evicted, bytes;
};

/* What one believed answer was about, so that whoever waits for it can go on. */
struct facts_news {
	bool about_addr; /* a PTR of `addr` (present or known to be absent) */
	struct addr addr;
	bool about_name;  /* A or AAAA of `name` */
	struct span name; /* borrowed from the record */
};

#define FACTS_PTR_NAMES 4

struct ptr_fact {
	enum tri present;                   /* NO: NXDOMAIN or NODATA was seen */
	size_t count;                       /* names kept */
	struct span names[FACTS_PTR_NAMES]; /* borrowed until the next facts_dns() */
	/* Does some PTR name resolve to the address (FCrDNS)? NO only where the A or AAAA of all
	 * of them, by the address's family, are known and none does; so too where there is none. */
	enum tri confirmed;
	size_t confirmed_name; /* which of them */
};

struct facts *facts_create(const struct facts_config *config);
void facts_destroy(struct facts *f);

/* A DNS message from the tap. Returns 1 and *ret_news where it brought something believed. */
int facts_dns(struct facts *f, const struct dns_record *r, struct facts_news *ret_news);
/*
 * `host` answered a SYN on a mail port: the servers it asks are resolvers (contract 5.1). Needed
 * only without a topology. It may come late: what was asked and answered in the 15 minutes before
 * is looked at again (the answers kept for that are bounded), without news.
 */
void facts_mail_host(struct facts *f, const struct addr *host);

struct ptr_fact facts_ptr(struct facts *f, const struct addr *a);
/* Does `name` resolve to `a`? NO only where its records of that family are known. */
enum tri facts_resolves_to(struct facts *f, struct span name, const struct addr *a);
/* Does `name` have any A or AAAA? NO only by NXDOMAIN, or NODATA seen for both. */
enum tri facts_name_exists(struct facts *f, struct span name);

struct facts_stats facts_get_stats(const struct facts *f);

#endif
