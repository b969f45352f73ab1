/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/campaign_heap.h"

#include <stdlib.h>
#include <string.h>

int campaign_heap_init(struct campaign_heap *h, uint32_t capacity)
{
	*h = (struct campaign_heap){.capacity = capacity};
	h->item = calloc(capacity, sizeof(struct campaign *));
	h->sorted = calloc(capacity, sizeof(struct campaign *));
	return h->item && h->sorted ? 1 : -1;
}

void campaign_heap_finish(struct campaign_heap *h)
{
	free(h->item);
	free(h->sorted);
	*h = (struct campaign_heap){.count = 0};
}

static bool earlier(const struct campaign *a, const struct campaign *b)
{
	if (a->deadline != b->deadline)
		return a->deadline < b->deadline;
	return a->cluster->id < b->cluster->id;
}

static void put(struct campaign_heap *h, uint32_t at, struct campaign *c)
{
	h->item[at] = c;
	c->heap_at = at;
}

static void rise(struct campaign_heap *h, uint32_t at)
{
	struct campaign *c = h->item[at];

	while (at > 0 && earlier(c, h->item[(at - 1) / 2])) {
		put(h, at, h->item[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(h, at, c);
}

static void sink(struct campaign_heap *h, uint32_t at)
{
	struct campaign *c = h->item[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= h->count)
			break;
		if (child + 1 < h->count && earlier(h->item[child + 1], h->item[child]))
			child++;
		if (!earlier(h->item[child], c))
			break;
		put(h, at, h->item[child]);
		at = child;
	}
	put(h, at, c);
}

void campaign_heap_add(struct campaign_heap *h, struct campaign *c)
{
	put(h, h->count++, c);
	rise(h, c->heap_at);
}

void campaign_heap_moved(struct campaign_heap *h, struct campaign *c)
{
	rise(h, c->heap_at);
	sink(h, c->heap_at);
}

void campaign_heap_remove(struct campaign_heap *h, struct campaign *c)
{
	struct campaign *last = h->item[--h->count];

	if (last == c)
		return;
	put(h, c->heap_at, last);
	campaign_heap_moved(h, last);
}

struct campaign *campaign_heap_first(const struct campaign_heap *h)
{
	return h->count ? h->item[0] : NULL;
}

static int by_id(const void *a, const void *b)
{
	const struct campaign *x = *(struct campaign *const *)a, *y = *(struct campaign *const *)b;
	int order = memcmp(x->id, y->id, sizeof(x->id));

	if (order != 0)
		return order;
	return x->cluster->id < y->cluster->id ? -1 : x->cluster->id > y->cluster->id;
}

struct campaign **campaign_heap_by_id(struct campaign_heap *h)
{
	memcpy(h->sorted, h->item, h->count * sizeof(struct campaign *));
	qsort(h->sorted, h->count, sizeof(struct campaign *), by_id);
	return h->sorted;
}
