/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records on their way to the judge wait here until a few more have come, while the memory that
 * they are judged by is on its way. Longer ones do not wait, to spare the copy: they are judged at
 * once, after all that came before them.
 */
#ifndef APP_RECORD_QUEUE_H
#define APP_RECORD_QUEUE_H

#include "heuristics/judge.h"

#define RECORD_QUEUE 8
#define RECORD_QUEUE_BYTES 2048

struct queued_record {
	struct judge_wants wants;
	_Alignas(8) uint8_t record[RECORD_QUEUE_BYTES];
};

struct record_queue {
	struct judge *judge;
	uint32_t first, count;
	struct queued_record queue[RECORD_QUEUE];
};

void record_queue_init(struct record_queue *q, struct judge *judge);
/* Takes a record: copied, or judged before it returns. */
void record_queue_put(struct record_queue *q, const struct record *r);
/* Judges all. */
void record_queue_drain(struct record_queue *q);

#endif
