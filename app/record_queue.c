/* SPDX-License-Identifier: Apache-2.0 */
#include "app/record_queue.h"

#define MORE_AFTER 4 /* the rest is asked for when so many records have followed */

void record_queue_init(struct record_queue *q, struct judge *judge)
{
	q->judge = judge;
	q->first = q->count = 0;
}

static struct queued_record *at(struct record_queue *q, uint32_t i)
{
	return &q->queue[(q->first + i) % RECORD_QUEUE];
}

static void judge_first(struct record_queue *q)
{
	const struct queued_record *r = at(q, 0);

	judge_record(q->judge, (const struct record *)r->record);
	q->first = (q->first + 1) % RECORD_QUEUE;
	q->count--;
}

void record_queue_drain(struct record_queue *q)
{
	while (q->count > 0)
		judge_first(q);
}

void record_queue_put(struct record_queue *q, const struct record *r)
{
	struct queued_record *to;

	if (r->size > RECORD_QUEUE_BYTES) {
		record_queue_drain(q);
		judge_record(q->judge, r);
		return;
	}
	if (q->count == RECORD_QUEUE)
		judge_first(q);
	to = at(q, q->count++);
	memcpy(to->record, r, r->size);
	to->wants = judge_prefetch(q->judge, r);
	if (q->count > MORE_AFTER)
		judge_prefetch_more(q->judge, &at(q, q->count - 1 - MORE_AFTER)->wants);
}
