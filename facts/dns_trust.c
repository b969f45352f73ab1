/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/dns_trust.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/table.h"

#define ENTRY_OVERHEAD 32

struct question_key {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint16_t id, qtype;
	uint64_t qname; /* hash */
};

struct question {
	struct question_key key;
	nstime asked;
};

struct host {
	struct addr key;
};

struct dns_trust {
	struct cidr_list our_networks, configured;
	uint64_t seed;
	struct table *questions, *mail_hosts, *resolvers;
};

static struct table *make_table(uint64_t memory, uint32_t entry, uint32_t key, uint64_t seed)
{
	uint64_t capacity = memory / (entry + ENTRY_OVERHEAD);
	struct table_config c = {.entry_size = entry, .key_size = key, .seed = seed};

	c.capacity = (uint32_t)(capacity < 16 ? 16 : capacity > 1u << 20 ? 1u << 20 : capacity);
	return table_create(&c);
}

struct dns_trust *dns_trust_create(const struct facts_config *config, uint64_t memory)
{
	struct dns_trust *t = calloc(1, sizeof(*t));
	const uint32_t host = sizeof(struct host);

	if (!t)
		return NULL;
	t->our_networks.items = config->our_networks;
	t->our_networks.count = config->our_network_count;
	t->configured.items = config->trusted_resolvers;
	t->configured.count = config->trusted_resolver_count;
	t->seed = config->seed;
	t->questions = make_table(
		memory / 4 * 3, sizeof(struct question), sizeof(struct question_key), config->seed);
	t->mail_hosts = make_table(memory / 8, host, host, config->seed);
	t->resolvers = make_table(memory / 8, host, host, config->seed);
	if (!t->questions || !t->mail_hosts || !t->resolvers) {
		dns_trust_destroy(t);
		return NULL;
	}
	return t;
}

void dns_trust_destroy(struct dns_trust *t)
{
	if (!t)
		return;
	table_destroy(t->questions);
	table_destroy(t->mail_hosts);
	table_destroy(t->resolvers);
	free(t);
}

static bool is_ours(const struct dns_trust *t, const struct addr *host)
{
	if (t->our_networks.count > 0)
		return cidr_list_contains(&t->our_networks, host);
	return table_find(t->mail_hosts, host) != NULL;
}

static bool is_resolver(const struct dns_trust *t, const struct addr *server)
{
	if (t->configured.count > 0)
		return cidr_list_contains(&t->configured, server);
	return table_find(t->resolvers, server) != NULL;
}

/* Could a question that nobody of ours asked ever get an answer that counts? */
static bool matters(const struct dns_trust *t, const struct addr *client, const struct addr *server)
{
	return t->our_networks.count == 0 || is_ours(t, client) || is_resolver(t, server);
}

static struct question_key key_of(const struct dns_trust *t, const struct dns_record *r)
{
	struct span name = record_str(r, r->qname);
	struct question_key k = {.id = r->id, .qtype = r->qtype};

	k.client = r->response ? r->dst : r->src;
	k.server = r->response ? r->src : r->dst;
	k.client_port = r->response ? r->dst_port : r->src_port;
	k.server_port = r->response ? r->src_port : r->dst_port;
	k.qname = hash64_seed(name.p, name.len, t->seed);
	return k;
}

void dns_trust_asked(struct dns_trust *t, const struct addr *host, const struct addr *server)
{
	bool fresh;

	if (t->configured.count == 0 && is_ours(t, host))
		table_get(t->resolvers, server, &fresh);
}

void dns_trust_question(struct dns_trust *t, const struct dns_record *r)
{
	struct question_key key = key_of(t, r);
	struct question *q;
	bool fresh;

	dns_trust_asked(t, &r->src, &r->dst);
	if (!matters(t, &r->src, &r->dst))
		return;
	q = table_get(t->questions, &key, &fresh);
	q->asked = r->r.time;
}

enum dns_belief dns_trust_weigh(const struct dns_trust *t, const struct dns_record *r)
{
	if (r->ra && is_resolver(t, &r->src))
		return DNS_RESOLVED;
	if (r->aa && is_ours(t, &r->dst))
		return DNS_AUTHORED;
	return DNS_DOUBTED;
}

enum dns_belief dns_trust_answer(struct dns_trust *t, const struct dns_record *r)
{
	struct question_key key = key_of(t, r);
	struct question *q = table_find(t->questions, &key);
	nstime asked;

	if (!q)
		return DNS_UNASKED;
	asked = q->asked;
	table_remove(t->questions, q);
	if (asked > r->r.time || r->r.time - asked > DNS_TRUST_WINDOW)
		return DNS_UNASKED;
	return dns_trust_weigh(t, r);
}

bool dns_trust_mail_host(struct dns_trust *t, const struct addr *host)
{
	bool fresh = false;

	if (t->our_networks.count == 0)
		table_get(t->mail_hosts, host, &fresh);
	return fresh;
}

uint64_t dns_trust_bytes(const struct dns_trust *t)
{
	return sizeof(*t) + table_bytes(t->questions) + table_bytes(t->mail_hosts) +
	       table_bytes(t->resolvers);
}
