/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of heuristics/cluster.h, for its own files: cluster.c keeps the table, cluster_part.c
 * what hangs on each of its clusters.
 */
#ifndef HEURISTICS_CLUSTER_STATE_H
#define HEURISTICS_CLUSTER_STATE_H

#include "base/table.h"
#include "heuristics/cluster.h"
#include "heuristics/slab.h"

struct clusters {
	struct clusters_config c;
	struct table *table;   /* struct cluster by id */
	struct table *aliases; /* of edge digests */
	struct slab parts, messages, pools;
	uint64_t evicted;
};

/* Room for one more of a slab: the longest quiet clusters leave, but for `keep`. */
void cluster_make_room(struct clusters *t, const struct slab *s, const struct cluster *keep);
void cluster_drop_part(struct clusters *t, struct cluster_part *p);

#endif
