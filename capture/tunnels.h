/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tunnels that were seen, so that a flow needs but a pointer to say in which it came. They are
 * never forgotten; each shard has room for LIMIT_TUNNELS / CAPTURE_SHARDS, and what comes beyond
 * is not told.
 */
#ifndef CAPTURE_TUNNELS_H
#define CAPTURE_TUNNELS_H

#include <stdint.h>

#include "base/flow.h"
#include "base/limits.h"
#include "capture/capture.h"

#define TUNNELS_SHARD (LIMIT_TUNNELS / CAPTURE_SHARDS)

/* Zeroed at first. */
struct tunnels {
	struct flow_tunnel rows[CAPTURE_SHARDS][TUNNELS_SHARD];
	uint8_t count[CAPTURE_SHARDS], latest[CAPTURE_SHARDS];
};

/* NULL where there is no room. Good as long as `t` is. */
const struct flow_tunnel *tunnels_find(
	struct tunnels *t, unsigned int shard, const struct flow_tunnel *wanted);

#endif
