/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the tap show both directions (contract 1.7)? A flow is evidence only if it is proven: one
 * side acknowledged a byte of the other. Where hardly any flow shows both directions that cannot
 * be asked; then flows are taken as they are, and never decide.
 */
#ifndef HEURISTICS_FEED_H
#define HEURISTICS_FEED_H

#include <stdbool.h>
#include <stdint.h>

#define FEED_FLOWS 100

/* Which of the latest flows with payload showed both directions. Zeroed at first. */
struct feed {
	uint8_t both[FEED_FLOWS];
	uint32_t next, seen, both_count;
};

void feed_note(struct feed *f, bool both);
/* Do fewer than a tenth show both? */
bool feed_is_one_sided(const struct feed *f);

#endif
