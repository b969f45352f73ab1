/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/tunnels.h"

#include <assert.h>

static_assert(TUNNELS_SHARD <= UINT8_MAX, "counted in a byte");

static bool same(const struct flow_tunnel *a, const struct flow_tunnel *b)
{
	return addr_eq(&a->src, &b->src) && addr_eq(&a->dst, &b->dst) && a->depth == b->depth;
}

const struct flow_tunnel *tunnels_find(
	struct tunnels *t, unsigned int shard, const struct flow_tunnel *wanted)
{
	struct flow_tunnel *rows = t->rows[shard];
	uint8_t i = t->latest[shard];

	if (i < t->count[shard] && same(&rows[i], wanted))
		return &rows[i];
	for (i = 0; i < t->count[shard] && !same(&rows[i], wanted); i++)
		;
	if (i == TUNNELS_SHARD)
		return NULL;
	if (i == t->count[shard]) {
		rows[i] = *wanted;
		t->count[shard]++;
	}
	t->latest[shard] = i;
	return &rows[i];
}
