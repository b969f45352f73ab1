/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The adaptive floor of fan-out (contract 1.10): where ordinary contents of the last day come from
 * many addresses, patterns ask for more. A histogram of the addresses of each content that neither
 * matches a pattern nor comes from a pool.
 */
#ifndef HEURISTICS_FANOUT_FLOOR_H
#define HEURISTICS_FANOUT_FLOOR_H

#include <stdint.h>

#include "base/limits.h"

struct fanout_floor {
	uint32_t bin[LIMIT_EXACT_SET + 1]; /* [0] is not used */
	uint32_t total;
};

/* A content moves from bin `*at` to `ips`; 0: out of the histogram. */
void fanout_floor_move(struct fanout_floor *f, uint8_t *at, uint32_t ips);
/* Addresses that a pattern needs at least; 0: its own threshold stands. */
uint32_t fanout_floor_ips(const struct fanout_floor *f);

#endif
