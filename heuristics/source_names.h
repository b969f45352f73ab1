/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HELO names of a source: the first few in its entry, up to LIMIT_EXACT_SET in a row of their
 * own. Beyond that the one not used for longest goes.
 */
#ifndef HEURISTICS_SOURCE_NAMES_H
#define HEURISTICS_SOURCE_NAMES_H

#include "heuristics/source.h"

/* The names held, in order of first use; *ret_count of them. Valid until the next use. */
struct helo_use *source_names(struct sources *t, struct source *s, size_t *ret_count);

/* The name of this hash, or NULL. */
struct helo_use *source_name_find(struct sources *t, struct source *s, uint64_t hash);

/*
 * The source's session number `session` (from 1, rising) greets with the name: its entry, made
 * where it is new (then *ret_fresh, and only `hash`, `last` and the counts are set).
 */
struct helo_use *source_name_use(struct sources *t, struct source *s, uint64_t hash, nstime time,
	uint32_t session, bool *ret_fresh);

/* The latest name, or NULL. */
const struct helo_use *source_name_latest(struct sources *t, struct source *s);

#endif
