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

#define FEED_ONE_SIDED_PERMILLE 100 /* that show both directions; below it the feed is one-sided */

/* Which of the latest flows with payload showed both directions, and what the tap lost of those
 * since the last FEED_FLOWS. Zeroed at first. */
struct feed {
	uint8_t both[FEED_FLOWS];
	uint32_t next, seen, both_count;
	uint32_t flows, lossy;
	uint64_t payload, lost;
};

/* Of FEED_FLOWS flows. */
struct feed_loss {
	int64_t permille; /* of all bytes, those that were acknowledged and not seen */
	int64_t flows;    /* that lost any */
};

void feed_note(struct feed *f, bool both);
/* Do fewer than a tenth show both? */
bool feed_is_one_sided(const struct feed *f);
/* Of a flow that has payload: the bytes seen and lost. True and *ret filled at each FEED_FLOWS-th. */
bool feed_note_loss(struct feed *f, uint64_t payload, uint64_t lost, struct feed_loss *ret);

#endif
