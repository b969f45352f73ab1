/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that wait for their facts (contract 5.2): copies of their records in a ring of bytes,
 * in the order of arrival, which is the order of their deadlines. They leave in any order.
 */
#ifndef HEURISTICS_HOLD_QUEUE_H
#define HEURISTICS_HOLD_QUEUE_H

#include "heuristics/campaigns.h"
#include "heuristics/sender.h"

#define HOLD_QUEUE_WAIT (10 * NS_PER_S)

struct held_message {
	struct held_message *after;       /* the next to arrive; NULL for the last */
	struct sender *sender;            /* NULL: displaced */
	struct held_message *next, *prev; /* of the sender, oldest first */
	nstime deadline;
	uint64_t cluster_id;
	enum campaign_part part;
	bool left; /* what is before it has not */
};

struct hold_queue;

/* NULL where memory is short. `bytes` is raised to what the largest record needs. */
struct hold_queue *hold_queue_create(uint64_t bytes);
void hold_queue_destroy(struct hold_queue *q);

/* NULL where there is no room: then the oldest must leave. Links it to `s`. */
struct held_message *hold_queue_put(
	struct hold_queue *q, const struct message_record *m, struct sender *s);
const struct message_record *held_message_record(const struct held_message *h);
/* NULL where nothing waits. */
struct held_message *hold_queue_oldest(const struct hold_queue *q);
/* Its record is gone after this. */
void hold_queue_remove(struct hold_queue *q, struct held_message *h);
/* The sender is displaced. */
void hold_queue_orphan(struct sender *s);

uint64_t hold_queue_count(const struct hold_queue *q);
size_t hold_queue_bytes(const struct hold_queue *q);

#endif
