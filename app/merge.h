/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several rings of records into one order, that of record_cmp(). Each ring must be in that order
 * by itself. A ring that is empty holds the others up until it says how far it is: by a record, or
 * by a mark, a bare `struct record` of kind MERGE_MARK whose key nothing that follows in its ring
 * comes before. Blocks of other kinds may be of any content behind their struct record. A ring
 * has no key twice, but for records that lie in it one behind the other; several rings may have the
 * same.
 */
#ifndef APP_MERGE_H
#define APP_MERGE_H

#include "base/record.h"
#include "base/ring.h"

#define MERGE_RINGS 64
#define MERGE_MARK UINT16_MAX

struct merge_input {
	struct ring *ring;
	const struct record *first; /* NULL: none there at the last look */
	struct record bound;        /* the key of `first`, or of what came last */
};

/* Zeroed memory and merge_add() make one. */
struct merge {
	struct merge_input inputs[MERGE_RINGS];
	uint8_t heap[MERGE_RINGS]; /* inputs, the least bound on top */
	unsigned int count;
	bool taken; /* the record on top was handed out */
};

/* Before the first merge_next(). At most MERGE_RINGS; borrowed. */
void merge_add(struct merge *m, struct ring *ring);

/*
 * The next record, valid until the next call, and the number of its ring from 0; marks are not
 * given. Sleeps until there is one whose turn is certain. NULL: it would have to wait for a ring
 * that is closed.
 */
const struct record *merge_next(struct merge *m, unsigned int *ret_ring);

#endif
