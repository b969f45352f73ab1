/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the latest messages lie in the packets, and by which names a mail server knows them, so
 * that a campaign can show examples and list the copies to clean up (contract 8.8). A ring; each
 * copy points back to the one before it of the same cluster.
 */
#ifndef HEURISTICS_COPIES_H
#define HEURISTICS_COPIES_H

#include "heuristics/alert.h"

struct copy {
	uint64_t previous; /* 0: none */
	struct addr host;
	struct exemplar where;
	bool accepted; /* known to be */
	uint16_t queue_id_len, message_id_len, subject_len;
	/* those three follow */
};

struct copies;

/* NULL where memory is short. */
struct copies *copies_create(uint64_t bytes);
void copies_destroy(struct copies *c);

/* Returns its reference, which is not 0. */
uint64_t copies_put(struct copies *c, const struct message_record *m, uint64_t previous);
/* NULL for 0, and for one that has been displaced. */
const struct copy *copies_get(const struct copies *c, uint64_t ref);

/* Zero spans where the message had none. */
struct span copy_queue_id(const struct copy *c);
struct span copy_message_id(const struct copy *c);
struct span copy_subject(const struct copy *c);

size_t copies_bytes(const struct copies *c);

#endif
