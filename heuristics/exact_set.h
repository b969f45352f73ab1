/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many distinct things: exact up to LIMIT_EXACT_SET, beyond that estimated by linear counting
 * (Whang et al., 1990) over a fixed hash, in integers only (contract 6.1). An estimate may raise a
 * severity; it opens nothing, since whatever opens is compared with less than LIMIT_EXACT_SET.
 */
#ifndef HEURISTICS_EXACT_SET_H
#define HEURISTICS_EXACT_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

#define EXACT_SET_BITS 4096

struct exact_set {
	uint32_t count; /* of `item`; LIMIT_EXACT_SET + 1: overflown, the sketch counts */
	uint32_t item[LIMIT_EXACT_SET];
	uint64_t sketch[EXACT_SET_BITS / 64];
};

/* Adds the fingerprint of one. */
void exact_set_add(struct exact_set *s, uint32_t fingerprint);
/* Up to LIMIT_EXACT_SET exact; beyond, standard error below 5 % up to 15,000. */
uint32_t exact_set_count(const struct exact_set *s);

/* Are there so many, `n` being LIMIT_EXACT_SET at the most? */
static inline bool exact_set_reaches(const struct exact_set *s, uint32_t n)
{
	return s->count >= n;
}

#endif
