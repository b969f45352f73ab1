/* SPDX-License-Identifier: Apache-2.0 */
/* The open campaigns, the one with the earliest deadline first. */
#ifndef HEURISTICS_CAMPAIGN_HEAP_H
#define HEURISTICS_CAMPAIGN_HEAP_H

#include "heuristics/campaign.h"

struct campaign_heap {
	struct campaign **item;
	struct campaign **sorted; /* room for campaign_heap_by_id() */
	uint32_t count, capacity;
};

/* 1, or -1 where memory is short. */
int campaign_heap_init(struct campaign_heap *h, uint32_t capacity);
void campaign_heap_finish(struct campaign_heap *h);

void campaign_heap_add(struct campaign_heap *h, struct campaign *c);
void campaign_heap_remove(struct campaign_heap *h, struct campaign *c);
/* Its deadline has changed. */
void campaign_heap_moved(struct campaign_heap *h, struct campaign *c);
/* NULL where there is none. */
struct campaign *campaign_heap_first(const struct campaign_heap *h);
/* All `count` of them, by id; valid until the next call. */
struct campaign **campaign_heap_by_id(struct campaign_heap *h);

#endif
