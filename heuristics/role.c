/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/role.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/table.h"

#define GREETED_NETWORKS 3 /* from so many on, who greets them is a mail server of ours */

#define PORT_SMTP 25
#define PORT_SUBMISSIONS 465
#define PORT_SUBMISSION 587

struct greeter {
	struct addr server;
	uint32_t networks[GREETED_NETWORKS]; /* hashes */
	uint32_t count;
};

struct roles {
	const struct topology *topology;
	bool has_topology;
	struct table *greeters;
	uint64_t seed;
};

const char *role_name(enum role r)
{
	static const char *const names[] = {
		[ROLE_INBOUND] = "inbound",
		[ROLE_SUBMISSION] = "submission",
		[ROLE_EGRESS] = "egress",
		[ROLE_ROGUE] = "rogue-egress",
		[ROLE_INTERNAL] = "internal",
	};

	return names[r];
}

struct roles *roles_create(const struct topology *t, uint32_t servers, uint64_t seed)
{
	struct table_config c = {.capacity = servers,
		.entry_size = sizeof(struct greeter),
		.key_size = sizeof(struct addr),
		.seed = seed};
	struct roles *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->topology = t;
	r->has_topology = t->our_networks.count > 0 || t->our_mtas.count > 0;
	r->seed = seed;
	r->greeters = table_create(&c);
	if (!r->greeters) {
		free(r);
		return NULL;
	}
	return r;
}

void roles_destroy(struct roles *r)
{
	if (!r)
		return;
	table_destroy(r->greeters);
	free(r);
}

void roles_greeted(struct roles *r, const struct addr *server, const struct addr *client)
{
	struct addr net = addr_net_key(client);
	uint32_t hash = (uint32_t)hash64_seed(net.b, sizeof(net.b), r->seed);
	bool fresh;
	struct greeter *g = table_get(r->greeters, server, &fresh);

	for (uint32_t i = 0; i < g->count; i++)
		if (g->networks[i] == hash)
			return;
	if (g->count < GREETED_NETWORKS)
		g->networks[g->count++] = hash;
}

static bool greets_many(struct roles *r, const struct addr *a)
{
	const struct greeter *g = table_find(r->greeters, a);

	return g && g->count >= GREETED_NETWORKS;
}

bool roles_ours(const struct roles *r, const struct addr *a)
{
	return cidr_list_contains(&r->topology->our_networks, a) ||
	       cidr_list_contains(&r->topology->our_mtas, a);
}

/* Where no mail servers are named, those are ours that greet many. */
bool roles_our_mta(struct roles *r, const struct addr *a)
{
	if (r->topology->our_mtas.count > 0)
		return cidr_list_contains(&r->topology->our_mtas, a);
	return roles_ours(r, a) && greets_many(r, a);
}

static enum role role_at_server(uint16_t port, bool authenticated)
{
	return authenticated || port == PORT_SUBMISSIONS || port == PORT_SUBMISSION
		       ? ROLE_SUBMISSION
		       : ROLE_INBOUND;
}

static enum role role_outward(struct roles *r, const struct addr *client, uint16_t port)
{
	if (roles_our_mta(r, client))
		return ROLE_EGRESS;
	return port == PORT_SMTP ? ROLE_ROGUE : ROLE_SUBMISSION;
}

static enum role role_inside(
	struct roles *r, const struct addr *client, uint16_t port, bool authenticated)
{
	enum role at_server = role_at_server(port, authenticated);

	return at_server == ROLE_SUBMISSION && !roles_our_mta(r, client) ? ROLE_SUBMISSION
									 : ROLE_INTERNAL;
}

struct role_result roles_of(struct roles *r, const struct addr *client, const struct addr *server,
	uint16_t server_port, bool authenticated)
{
	bool client_ours, server_ours;

	if (!r->has_topology) {
		if (!greets_many(r, client))
			return (struct role_result){
				role_at_server(server_port, authenticated), false, "inbound"};
		if (greets_many(r, server))
			return (struct role_result){ROLE_INTERNAL, true, "internal"};
		return (struct role_result){ROLE_EGRESS, true, "outbound"};
	}
	client_ours = roles_ours(r, client);
	server_ours = roles_ours(r, server);
	if (client_ours && server_ours)
		return (struct role_result){
			role_inside(r, client, server_port, authenticated), false, "internal"};
	if (client_ours)
		return (struct role_result){
			role_outward(r, client, server_port), false, "outbound"};
	return (struct role_result){role_at_server(server_port, authenticated), false,
		server_ours ? "inbound" : "external"};
}
