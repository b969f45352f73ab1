/* SPDX-License-Identifier: Apache-2.0 */
#include "app/topology_guess.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"

#define SERVERS 4096
#define DOMAINS 16384
#define DOMAIN_SIZE 64 /* longer ones are left out */
#define NETWORKS 3     /* of clients, from so many on a host or domain counts as ours */

struct clients {
	struct addr networks[NETWORKS];
	uint32_t count;
};

struct server {
	struct addr addr;
	struct clients clients;
};

struct domain_key {
	struct addr server;
	char name[DOMAIN_SIZE]; /* lower case, zeros behind it */
};

struct domain {
	struct domain_key key;
	struct clients clients;
};

struct topology_guess {
	struct table *servers, *domains;
};

struct topology_guess *topology_guess_create(void)
{
	const struct table_config servers = {.capacity = SERVERS,
		.entry_size = sizeof(struct server),
		.key_size = sizeof(struct addr)};
	const struct table_config domains = {.capacity = DOMAINS,
		.entry_size = sizeof(struct domain),
		.key_size = sizeof(struct domain_key)};
	struct topology_guess *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->servers = table_create(&servers);
	g->domains = table_create(&domains);
	if (g->servers && g->domains)
		return g;
	topology_guess_destroy(g);
	return NULL;
}

void topology_guess_destroy(struct topology_guess *g)
{
	if (!g)
		return;
	table_destroy(g->servers);
	table_destroy(g->domains);
	free(g);
}

static void add_client(struct clients *c, const struct addr *client)
{
	struct addr net = addr_net_key(client);

	for (uint32_t i = 0; i < c->count; i++)
		if (addr_eq(&c->networks[i], &net))
			return;
	if (c->count < NETWORKS)
		c->networks[c->count++] = net;
}

void topology_guess_session(struct topology_guess *g, const struct session_record *s)
{
	bool fresh;
	struct server *server;

	if (s->banner_code != 220 || s->proven != TRI_YES)
		return;
	server = table_get(g->servers, &s->flow.server, &fresh);
	add_client(&server->clients, &s->flow.client);
}

static void add_domain(
	struct topology_guess *g, const struct message_record *m, struct span mailbox)
{
	struct span name = span_skip(mailbox, (size_t)(span_find_last(mailbox, '@') + 1));
	struct domain_key key;
	struct domain *d;
	bool fresh;

	if (name.len == 0 || name.len == mailbox.len || name.len >= DOMAIN_SIZE)
		return;
	memset(&key, 0, sizeof(key));
	key.server = m->server;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.p[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return; /* an address literal, or no domain that a setting takes */
		key.name[i] = (char)(letter ? c | 0x20 : c);
	}
	d = table_get(g->domains, &key, &fresh);
	add_client(&d->clients, &m->client);
}

void topology_guess_message(struct topology_guess *g, const struct message_record *m)
{
	const struct str_ref *to = record_array(m, m->to);

	if (m->accepted != TRI_YES || m->authenticated == TRI_YES)
		return;
	for (uint32_t i = 0; i < m->to.count; i++)
		add_domain(g, m, record_str(m, to[i]));
}

static int by_addr(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The mail servers, sorted, in `ret`. Returns how many. */
static size_t find_servers(const struct topology_guess *g, struct addr *ret)
{
	size_t n = 0;

	for (struct server *s = table_oldest(g->servers); s; s = table_newer(g->servers, s))
		if (s->clients.count >= NETWORKS)
			ret[n++] = s->addr;
	qsort(ret, n, sizeof(*ret), by_addr);
	return n;
}

static size_t find_domains(
	const struct topology_guess *g, const struct addr *servers, size_t count, const char **ret)
{
	size_t n = 0;

	for (struct domain *d = table_oldest(g->domains); d; d = table_newer(g->domains, d))
		if (d->clients.count >= NETWORKS &&
			bsearch(&d->key.server, servers, count, sizeof(*servers), by_addr))
			ret[n++] = d->key.name;
	qsort(ret, n, sizeof(*ret), by_name);
	return n;
}

static void print_addrs(FILE *f, const char *name, const struct addr *list, size_t n, bool networks)
{
	char text[ADDR_STRLEN];

	fprintf(f, "  %s: [", name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && addr_eq(&list[i], &list[i - 1]))
			continue;
		fprintf(f, "%s\"%s%s\"", i ? ", " : "", addr_format(&list[i], text),
			!networks              ? ""
			: addr_is_v4(&list[i]) ? "/24"
					       : "/48");
	}
	fputs("]\n", f);
}

static void print_names(FILE *f, const char *const *names, size_t n)
{
	fputs("  our_domains: [", f);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			fprintf(f, "%s\"%s\"", i ? ", " : "", names[i]);
	fputs("]\n", f);
}

int topology_guess_print(const struct topology_guess *g, FILE *f)
{
	struct addr *servers = calloc(SERVERS, sizeof(*servers));
	const char **names = calloc(DOMAINS, sizeof(*names));
	int ok = servers && names ? 0 : -1;

	if (ok == 0) {
		size_t n = find_servers(g, servers);
		size_t domains = find_domains(g, servers, n, names);

		fprintf(f,
			"# A topology that this traffic suggests: check it, then use it (-c).\n"
			"# Servers greeted clients of %d networks or more; domains were delivered "
			"to\n"
			"# them from as many.%s\n"
			"topology:\n",
			NETWORKS, n ? "" : " No host did: nothing is suggested.");
		print_addrs(f, "our_mtas", servers, n, false);
		print_names(f, names, domains);
		for (size_t i = 0; i < n; i++)
			servers[i] = addr_net_key(&servers[i]);
		print_addrs(f, "our_networks", servers, n, true);
	}
	free(servers);
	free(names);
	return ok;
}
