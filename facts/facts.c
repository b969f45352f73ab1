/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/facts.h"

#include <stdlib.h>

#include "base/limits.h"
#include "facts/arpa_name.h"
#include "facts/dns_doubts.h"
#include "facts/dns_trust.h"
#include "facts/facts_store.h"

#define CNAME_HOPS 8
#define RCODE_NOERROR 0
#define RCODE_NXDOMAIN 3

struct facts {
	struct dns_trust *trust;
	struct dns_doubts *doubts; /* NULL: the topology says whose answers count */
	struct facts_store *store;
	nstime now; /* of the latest record */
	struct facts_stats stats;
};

struct facts *facts_create(const struct facts_config *config)
{
	struct facts *f = calloc(1, sizeof(*f));
	bool learns = config->our_network_count == 0;

	if (!f)
		return NULL;
	f->trust = dns_trust_create(config, config->memory / 8);
	f->store = facts_store_create(config->memory / 16 * 13, config->seed);
	if (learns)
		f->doubts = dns_doubts_create(config->memory / 16);
	if (!f->trust || !f->store || (learns && !f->doubts)) {
		facts_destroy(f);
		return NULL;
	}
	return f;
}

void facts_destroy(struct facts *f)
{
	if (!f)
		return;
	dns_trust_destroy(f->trust);
	dns_doubts_destroy(f->doubts);
	facts_store_destroy(f->store);
	free(f);
}

/* What a response says about its question's name. */
struct reading {
	struct facts_answer answer;
	unsigned int hops; /* CNAMEs between the question and `end` */
	struct span end;
	struct addr addrs[LIMIT_DNS_ANSWERS];
	struct span names[LIMIT_DNS_ANSWERS];
};

/* The name that the CNAMEs of `r` lead to from the question. */
static void follow_aliases(const struct dns_record *r, struct reading *ret)
{
	const struct dns_answer *answers = record_array(r, r->answers);
	uint32_t i = 0;

	ret->hops = 0;
	ret->end = record_str(r, r->qname);
	while (i < r->answers.count && ret->hops < CNAME_HOPS) {
		const struct dns_answer *a = &answers[i++];

		if (a->type == DNS_CNAME && span_eq(record_str(r, a->owner), ret->end)) {
			ret->end = record_str(r, a->name);
			ret->hops++;
			i = 0;
		}
	}
}

/* The name of a PTR record, if it is one: the root names nothing, an escaped one may be too long.
 */
static bool usable_name(struct span name)
{
	return name.len > 0 && name.len <= LIMIT_DNS_NAME;
}

static void read_response(const struct dns_record *r, nstime now, struct reading *ret)
{
	const struct dns_answer *answers = record_array(r, r->answers);
	struct facts_answer *f = &ret->answer;

	follow_aliases(r, ret);
	*f = (struct facts_answer){
		.now = now, .ttl = UINT32_MAX, .partial = r->cut || r->tc || r->malformed};
	for (uint32_t i = 0; i < r->answers.count; i++) {
		const struct dns_answer *a = &answers[i];

		if (a->type != r->qtype || !span_eq(record_str(r, a->owner), ret->end))
			continue;
		if (r->qtype == DNS_PTR && !usable_name(record_str(r, a->name))) {
			f->partial |= a->name.len > 0;
			continue;
		}
		if (r->qtype == DNS_AAAA && addr_is_v4(&a->addr)) {
			f->partial = true; /* mapped: no IPv4 address can be had by AAAA */
			continue;
		}
		if (a->ttl < f->ttl)
			f->ttl = a->ttl;
		ret->addrs[f->count] = a->addr;
		ret->names[f->count++] = record_str(r, a->name);
	}
	if (f->count == 0)
		f->ttl = 0;
}

/*
 * Does an empty `rd` say that there is nothing? Not a referral, not a message that was cut, and not
 * one zone's server about a name that an alias leads to: that may lie elsewhere.
 */
static bool says_absent(
	const struct dns_record *r, const struct reading *rd, enum dns_belief belief)
{
	if (belief == DNS_AUTHORED && rd->hops > 0)
		return false;
	return r->rcode == RCODE_NXDOMAIN || (!r->referral && !rd->answer.partial);
}

static int learn_names(struct facts *f, const struct dns_record *r, const struct reading *rd,
	enum dns_belief belief, struct facts_news *ret_news)
{
	struct span qname = record_str(r, r->qname);
	struct addr addr;

	if (arpa_name_parse(qname, &addr) < 0 && facts_store_aliased(f->store, qname, &addr) == 0)
		return 0;
	if (rd->answer.count == 0 && !says_absent(r, rd, belief)) {
		if (rd->hops > 0)
			facts_store_alias(f->store, rd->end, &addr);
		return 0;
	}
	facts_store_names(f->store, &addr, &rd->answer, rd->names);
	*ret_news = (struct facts_news){.about_addr = true, .addr = addr};
	return 1;
}

static int learn_addrs(struct facts *f, const struct dns_record *r, const struct reading *rd,
	enum dns_belief belief, struct facts_news *ret_news)
{
	struct span qname = record_str(r, r->qname);

	if (rd->answer.count == 0 && !says_absent(r, rd, belief))
		return 0;
	if (r->rcode == RCODE_NXDOMAIN)
		facts_store_nxdomain(f->store, qname, rd->answer.now);
	else if (r->qtype == DNS_MX)
		return 0; /* an exchange, or none, says nothing of addresses */
	else
		facts_store_addrs(f->store, qname, r->qtype == DNS_A ? FACTS_V4 : FACTS_V6,
			&rd->answer, rd->addrs);
	*ret_news = (struct facts_news){.about_name = true, .name = qname};
	return 1;
}

/* Takes in a believed response. 1 and *ret_news where it says something. */
static int learn(struct facts *f, const struct dns_record *r, enum dns_belief belief,
	struct facts_news *ret_news)
{
	struct reading rd;

	f->stats.answers_believed++;
	if (r->rcode != RCODE_NOERROR && r->rcode != RCODE_NXDOMAIN)
		return 0;
	if (r->qtype != DNS_PTR && r->qtype != DNS_A && r->qtype != DNS_AAAA && r->qtype != DNS_MX)
		return 0;
	read_response(r, f->now, &rd);
	if (r->qtype == DNS_PTR)
		return learn_names(f, r, &rd, belief, ret_news);
	return learn_addrs(f, r, &rd, belief, ret_news);
}

int facts_dns(struct facts *f, const struct dns_record *r, struct facts_news *ret_news)
{
	enum dns_belief belief;

	if (r->r.time > f->now)
		f->now = r->r.time;
	f->stats.malformed += r->malformed;
	if (!r->response) {
		f->stats.questions++;
		dns_trust_question(f->trust, r);
		return 0;
	}
	f->stats.answers++;
	belief = dns_trust_answer(f->trust, r);
	if (belief == DNS_RESOLVED || belief == DNS_AUTHORED)
		return learn(f, r, belief, ret_news);
	f->stats.answers_refused++;
	if (belief == DNS_DOUBTED && f->doubts)
		dns_doubts_keep(f->doubts, r);
	return 0;
}

struct arrival {
	struct facts *f;
	const struct addr *host;
};

static bool learn_resolver(void *cookie, const struct dns_record *r)
{
	struct arrival *a = cookie;

	if (addr_eq(&r->dst, a->host))
		dns_trust_asked(a->f->trust, a->host, &r->src);
	return false;
}

static bool learn_doubted(void *cookie, const struct dns_record *r)
{
	struct arrival *a = cookie;
	enum dns_belief belief = dns_trust_weigh(a->f->trust, r);
	struct facts_news news;

	if (belief == DNS_DOUBTED)
		return false;
	learn(a->f, r, belief, &news);
	a->f->stats.answers_refused--;
	return true;
}

void facts_mail_host(struct facts *f, const struct addr *host)
{
	struct arrival a = {f, host};

	if (!dns_trust_mail_host(f->trust, host))
		return;
	dns_doubts_visit(f->doubts, f->now, learn_resolver, &a);
	dns_doubts_visit(f->doubts, f->now, learn_doubted, &a);
}

struct ptr_fact facts_ptr(struct facts *f, const struct addr *a)
{
	return facts_store_ptr(f->store, a, f->now);
}

enum tri facts_resolves_to(struct facts *f, struct span name, const struct addr *a)
{
	return facts_store_resolves(f->store, name, a, f->now);
}

enum tri facts_name_exists(struct facts *f, struct span name)
{
	return facts_store_exists(f->store, name, f->now);
}

struct facts_stats facts_get_stats(const struct facts *f)
{
	struct facts_stats s = f->stats;

	s.entries = facts_store_entries(f->store);
	s.evicted = facts_store_evicted(f->store);
	s.bytes = sizeof(*f) + dns_trust_bytes(f->trust) + facts_store_bytes(f->store);
	if (f->doubts)
		s.bytes += dns_doubts_bytes(f->doubts);
	return s;
}
