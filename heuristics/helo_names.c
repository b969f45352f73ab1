/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/helo_names.h"

#include <stdlib.h>

#define ENTRY_OVERHEAD 24      /* of base/table */
#define TOUCH_AFTER NS_PER_MIN /* a name in steady use keeps its place for so long */

struct helo_names {
	struct table *table;
};

struct helo_names *helo_names_create(uint64_t memory, uint64_t seed)
{
	uint64_t capacity = memory / (sizeof(struct helo_name) + ENTRY_OVERHEAD);
	struct table_config c = {
		.entry_size = sizeof(struct helo_name), .key_size = sizeof(uint64_t), .seed = seed};
	struct helo_names *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	c.capacity = capacity < 64 ? 64 : capacity > 1u << 24 ? 1u << 24 : (uint32_t)capacity;
	t->table = table_create(&c);
	if (t->table)
		return t;
	free(t);
	return NULL;
}

void helo_names_destroy(struct helo_names *t)
{
	if (!t)
		return;
	table_destroy(t->table);
	free(t);
}

size_t helo_names_bytes(const struct helo_names *t)
{
	return sizeof(*t) + table_bytes(t->table);
}

struct helo_name *helo_names_find(struct helo_names *t, uint64_t hash)
{
	return table_find(t->table, &hash);
}

void helo_names_prefetch(const struct helo_names *t, uint64_t hash, enum table_part part)
{
	table_prefetch(t->table, &hash, part);
}

static struct helo_user *user_of(struct helo_name *n, const struct addr *ip)
{
	struct helo_user *oldest = &n->user[0];

	for (uint32_t i = 0; i < n->count; i++) {
		if (addr_eq(&n->user[i].ip, ip))
			return &n->user[i];
		if (n->user[i].last < oldest->last)
			oldest = &n->user[i];
	}
	if (n->count < HELO_NAME_IPS)
		oldest = &n->user[n->count++];
	*oldest = (struct helo_user){.ip = *ip};
	return oldest;
}

struct helo_name *helo_names_use(struct helo_names *t, uint64_t hash, uint32_t org,
	const struct addr *ip, enum tri related, nstime now)
{
	bool fresh;
	struct helo_name *n = table_find(t->table, &hash);
	struct helo_user *u;

	if (!n || now - n->touched > TOUCH_AFTER) {
		n = table_get(t->table, &hash, &fresh);
		n->touched = now;
		n->org = org;
	}
	u = user_of(n, ip);
	if (now > u->last)
		u->last = now;
	if (related != TRI_UNKNOWN)
		u->related = (uint8_t)related;
	return n;
}

uint32_t helo_names_ips(struct helo_names *t, uint64_t hash, nstime now)
{
	const struct helo_name *n = helo_names_find(t, hash);
	uint32_t ips = 0;

	for (uint32_t i = 0; n && i < n->count; i++)
		ips += n->user[i].last > now - NS_PER_DAY;
	return ips;
}
