/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which packets were just seen before. A mirror that shows what comes in and what goes out of a
 * switch, or of several links on one way, shows a packet twice within microseconds: the same inside,
 * whatever tags, tunnels and hop limits are around it. What a host sends again comes later, under
 * another identification.
 *
 * Fixed memory: of each shard the latest packets, LIMIT_DUPLICATES in all. Where more come within
 * the window, a copy may be missed; reassembly then drops its bytes.
 */
#ifndef CAPTURE_DUPLICATES_H
#define CAPTURE_DUPLICATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/nstime.h"
#include "capture/capture.h"

#define DUPLICATES_WINDOW NS_PER_MS
#define DUPLICATES_WAYS 4
#define DUPLICATES_SETS (LIMIT_DUPLICATES / CAPTURE_SHARDS / DUPLICATES_WAYS)

struct duplicates_entry {
	uint64_t key;
	nstime time;
};

/* Zeroed at first. */
struct duplicates {
	struct duplicates_entry entries[CAPTURE_SHARDS][DUPLICATES_SETS][DUPLICATES_WAYS];
	uint64_t copies; /* that duplicates_seen() told of */
};

/* Asks for the memory that duplicates_seen() will want. */
void duplicates_prefetch(const struct duplicates *d, uint64_t hash, uint64_t fingerprint);

/*
 * Was a packet of this flow_hash() and fingerprint seen in the DUPLICATES_WINDOW before `time`?
 * Remembers it, if not. Times of one shard never step back.
 */
bool duplicates_seen(struct duplicates *d, uint64_t hash, uint64_t fingerprint, nstime time);

#endif
