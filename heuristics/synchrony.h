/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did several addresses send one content at one moment (contract 4.4, detection 1.13)? A scan
 * statistic: the most addresses in any window of 60 s, against a Poisson tail of 1e-4 under the
 * content's own mean rate; or pairs of addresses whose sessions start within 2 s.
 */
#ifndef HEURISTICS_SYNCHRONY_H
#define HEURISTICS_SYNCHRONY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nstime.h"
#include "heuristics/check.h"

/* A message of the residue. */
struct synchrony_start {
	nstime time;   /* of its session's first packet */
	uint32_t host; /* tells addresses apart */
	uint32_t net;  /* tells networks apart */
	uint32_t item; /* the caller's */
	bool together; /* set by synchrony_scan(): in the window, or one of a pair */
};

struct synchrony {
	bool fired;
	bool by_pairs; /* value counts pairs, not addresses */
	uint32_t value, threshold;
};

#define SYNCHRONY_STARTS_MAX 1024

/*
 * `starts`, at most SYNCHRONY_STARTS_MAX, is sorted here. `life`: how long the content has been
 * sent. A session that brought several messages may stand in `starts` several times.
 */
struct synchrony synchrony_scan(
	struct synchrony_start *starts, size_t count, nstime life, const struct check_values *v);

#endif
