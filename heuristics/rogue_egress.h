/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check rogue_egress: a host of ours that is no mail server connects to port 25 of strangers
 * (detection 1.14, contract 1.4). Connection attempts count, answered or not.
 */
#ifndef HEURISTICS_ROGUE_EGRESS_H
#define HEURISTICS_ROGUE_EGRESS_H

#include "base/addr.h"
#include "base/limits.h"
#include "base/nstime.h"

struct egress_attempt {
	nstime time;
	uint64_t server; /* hash of its address */
};

/* The latest attempts of one of our hosts. */
struct egress_host {
	struct addr key;
	uint32_t next, count;
	struct egress_attempt attempt[LIMIT_EXACT_SET];
};

#endif
