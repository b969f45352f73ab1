/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/rogue_egress.h"

#include "base/hash.h"
#include "heuristics/checks.h"

#define WINDOW (10 * NS_PER_MIN)

static void remember(struct egress_host *h, uint64_t server, nstime now)
{
	h->attempt[h->next] = (struct egress_attempt){now, server};
	h->next = (h->next + 1) % LIMIT_EXACT_SET;
	if (h->count < LIMIT_EXACT_SET)
		h->count++;
}

static uint32_t count_recent(const struct egress_host *h, nstime now, uint32_t *ret_servers)
{
	uint32_t recent = 0, servers = 0;
	uint64_t seen[LIMIT_EXACT_SET];

	for (uint32_t i = 0; i < h->count; i++) {
		uint32_t k = 0;

		if (h->attempt[i].time <= now - WINDOW)
			continue;
		recent++;
		while (k < servers && seen[k] != h->attempt[i].server)
			k++;
		if (k == servers)
			seen[servers++] = h->attempt[i].server;
	}
	*ret_servers = servers;
	return recent;
}

void rogue_egress_connect(struct judge *j, const struct connect_record *c)
{
	struct addr key = addr_host_key(&c->client);
	struct egress_host *h;
	struct source *s;
	struct evidence e = {.item = PARAM_ROGUE_DB,
		.permille = 1000,
		.decisive = true,
		.severity = SEVERITY_HIGH,
		.time = c->r.time};
	uint32_t servers;
	bool fresh;

	if (roles_of(j->roles, &c->client, &c->server, c->server_port, false).role != ROLE_ROGUE)
		return;
	h = table_get(j->egress, &key, &fresh);
	remember(h, hash64(span_of(c->server.b, sizeof(c->server.b))), c->r.time);
	e.value = count_recent(h, c->r.time, &servers);
	if ((int64_t)e.value < j->values.v[PARAM_ROGUE_CONNECTIONS] ||
		(int64_t)servers < j->values.v[PARAM_ROGUE_HOSTS])
		return;
	s = judge_source(j, &c->client, c->r.time);
	s->role = ROLE_ROGUE;
	s->bits |= SOURCE_ROGUE;
	source_evidence(j, s, &e);
	source_exemplar(j, s,
		&(struct exemplar){.client = c->client,
			.server = c->server,
			.client_port = c->client_port,
			.peer = c->client,
			.peer_port = c->client_port,
			.server_port = c->server_port,
			.first_packet = c->r.packet,
			.last_packet = c->r.packet,
			.time = c->r.time});
	source_settle(j, s, c->r.time);
}
