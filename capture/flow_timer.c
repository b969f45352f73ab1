/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/flow_timer.h"

#include <stdlib.h>

#define BUCKETS 1024
#define BUCKET_SHIFT 30 /* of nanoseconds: 1.07 s */
#define HEAP_SPARE 1024

/* Where a flow stands in the heap; stale when the flow has gone or has been queued anew. */
struct node {
	nstime deadline;
	uint64_t packet; /* the flow's last when it was queued */
	uint32_t flow;   /* index */
	uint32_t id;     /* low bits of its id */
};

struct flow_timer_wheel {
	int64_t current; /* number of the first bucket that is not in the heap yet */
	uint32_t count;  /* flows in the buckets */
	bool started;
	uint32_t buckets[BUCKETS];
	struct node *heap;
	uint32_t heap_count, heap_room;
};

int flow_timers_init(
	struct flow_timers *t, struct flow_table *table, const nstime timeouts[FLOW_TIMEOUTS])
{
	struct flow_timer_wheel *w = calloc(1, sizeof(*w));

	*t = (struct flow_timers){.table = table, .wheel = w, .next = NSTIME_MAX};
	if (!w)
		return -1;
	w->heap_room = flow_table_capacity(table) + HEAP_SPARE;
	w->heap = malloc(w->heap_room * sizeof(*w->heap));
	if (!w->heap) {
		flow_timers_finish(t);
		return -1;
	}
	for (int i = 0; i < FLOW_TIMEOUTS; i++)
		t->timeouts[i] = timeouts[i];
	for (int i = 0; i < BUCKETS; i++)
		w->buckets[i] = FLOW_NONE;
	return 0;
}

void flow_timers_finish(struct flow_timers *t)
{
	if (!t->wheel)
		return;
	free(t->wheel->heap);
	free(t->wheel);
	t->wheel = NULL;
}

uint64_t flow_timers_bytes(const struct flow_timers *t)
{
	return sizeof(*t->wheel) + t->wheel->heap_room * sizeof(*t->wheel->heap);
}

nstime flow_timers_deadline(const struct flow_timers *t, const struct flow *f)
{
	nstime deadline;

	if (__builtin_add_overflow(f->info.last_time, t->timeouts[f->timeout], &deadline))
		return NSTIME_MAX;
	return deadline;
}

static int64_t bucket_of(nstime time)
{
	return time >> BUCKET_SHIFT;
}

static nstime bucket_start(int64_t bucket)
{
	return bucket > NSTIME_MAX >> BUCKET_SHIFT ? NSTIME_MAX
						   : bucket * ((nstime)1 << BUCKET_SHIFT);
}

/* ---- the heap ---- */

static bool before(const struct node *a, const struct node *b)
{
	return a->deadline != b->deadline ? a->deadline < b->deadline : a->packet < b->packet;
}

static void sift_down(struct flow_timer_wheel *w, uint32_t i)
{
	struct node n = w->heap[i];

	for (;;) {
		uint32_t k = 2 * i + 1;

		if (k >= w->heap_count)
			break;
		if (k + 1 < w->heap_count && before(&w->heap[k + 1], &w->heap[k]))
			k++;
		if (!before(&w->heap[k], &n))
			break;
		w->heap[i] = w->heap[k];
		i = k;
	}
	w->heap[i] = n;
}

static void push(struct flow_timer_wheel *w, const struct node *n)
{
	uint32_t i = w->heap_count++;

	while (i > 0 && before(n, &w->heap[(i - 1) / 2])) {
		w->heap[i] = w->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	w->heap[i] = *n;
}

static struct node pop(struct flow_timer_wheel *w)
{
	struct node n = w->heap[0];

	w->heap[0] = w->heap[--w->heap_count];
	if (w->heap_count > 0)
		sift_down(w, 0);
	return n;
}

/* The flow that `n` stands for, NULL where it is stale. */
static struct flow *node_flow(const struct flow_timers *t, const struct node *n)
{
	struct flow *f = flow_table_at(t->table, n->flow);

	return f->timer == FLOW_TIMER_HEAP && f->due == n->deadline && (uint32_t)f->info.id == n->id
		       ? f
		       : NULL;
}

static void drop_stale(struct flow_timers *t)
{
	struct flow_timer_wheel *w = t->wheel;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < w->heap_count; i++) {
		if (node_flow(t, &w->heap[i]))
			w->heap[kept++] = w->heap[i];
	}
	w->heap_count = kept;
	for (uint32_t i = kept / 2; i-- > 0;)
		sift_down(w, i);
}

/* ---- the wheel ---- */

static void link_bucket(struct flow_timers *t, struct flow *f, int64_t bucket)
{
	uint32_t *head = &t->wheel->buckets[bucket & (BUCKETS - 1)];

	f->timer = FLOW_TIMER_WHEEL;
	f->timer_prev = FLOW_NONE;
	f->timer_next = *head;
	if (*head != FLOW_NONE)
		flow_table_at(t->table, *head)->timer_prev = flow_table_index(t->table, f);
	*head = flow_table_index(t->table, f);
	t->wheel->count++;
}

static void unlink_bucket(struct flow_timers *t, struct flow *f)
{
	if (f->timer_prev != FLOW_NONE)
		flow_table_at(t->table, f->timer_prev)->timer_next = f->timer_next;
	else
		t->wheel->buckets[bucket_of(f->due) & (BUCKETS - 1)] = f->timer_next;
	if (f->timer_next != FLOW_NONE)
		flow_table_at(t->table, f->timer_next)->timer_prev = f->timer_prev;
	t->wheel->count--;
}

static void note_next(struct flow_timers *t)
{
	const struct flow_timer_wheel *w = t->wheel;
	nstime start = w->count ? bucket_start(w->current) : NSTIME_MAX;

	/* What is in the heap comes before all that is in the wheel. */
	t->next = w->heap_count ? w->heap[0].deadline : start;
}

/* Files a flow that is nowhere under its deadline. Beyond the wheel it shares a bucket with nearer
 * ones, and is filed anew when that comes up. */
static void file(struct flow_timers *t, struct flow *f)
{
	struct flow_timer_wheel *w = t->wheel;
	int64_t bucket;

	f->due = flow_timers_deadline(t, f);
	bucket = bucket_of(f->due);
	if (bucket >= w->current) {
		link_bucket(t, f, bucket);
		return;
	}
	if (w->heap_count == w->heap_room)
		drop_stale(t);
	if (w->heap_count == w->heap_room) { /* only a flow queued twice can have filled it */
		f->due = bucket_start(w->current);
		link_bucket(t, f, w->current);
		return;
	}
	f->timer = FLOW_TIMER_HEAP;
	push(w, &(struct node){f->due, f->info.last_packet, flow_table_index(t->table, f),
			(uint32_t)f->info.id});
}

void flow_timers_start(struct flow_timers *t, struct flow *f)
{
	struct flow_timer_wheel *w = t->wheel;

	if (!w->started || w->count == 0) {
		int64_t bucket = bucket_of(f->info.last_time) + 1;

		if (!w->started || bucket > w->current)
			w->current = bucket;
		w->started = true;
	}
	file(t, f);
	note_next(t);
}

void flow_timers_sooner(struct flow_timers *t, struct flow *f)
{
	if (flow_timers_deadline(t, f) >= f->due)
		return;
	flow_timers_stop(t, f);
	file(t, f);
	note_next(t);
}

void flow_timers_stop(struct flow_timers *t, struct flow *f)
{
	if (f->timer == FLOW_TIMER_WHEEL)
		unlink_bucket(t, f);
	f->timer = FLOW_TIMER_NOWHERE; /* which makes its node in the heap stale */
}

/* Moves the first bucket to the heap, or to where its flows have to be by now. */
static void open_bucket(struct flow_timers *t)
{
	struct flow_timer_wheel *w = t->wheel;
	uint32_t *head = &w->buckets[w->current & (BUCKETS - 1)];
	uint32_t i = *head;

	*head = FLOW_NONE;
	w->current++;
	while (i != FLOW_NONE) {
		struct flow *f = flow_table_at(t->table, i);

		i = f->timer_next;
		w->count--;
		file(t, f);
	}
}

struct flow *flow_timers_pop(struct flow_timers *t, nstime now)
{
	struct flow_timer_wheel *w = t->wheel;
	struct flow *due = NULL;

	while (!due) {
		nstime start = w->count ? bucket_start(w->current) : NSTIME_MAX;

		if (w->heap_count && w->heap[0].deadline < now) {
			struct node n = pop(w);
			struct flow *f = node_flow(t, &n);

			if (!f)
				continue;
			if (flow_timers_deadline(t, f) == n.deadline &&
				f->info.last_packet == n.packet)
				due = f;
			f->timer = FLOW_TIMER_NOWHERE;
			if (!due)
				file(t, f);
		} else if (start < now) {
			open_bucket(t);
		} else {
			break;
		}
	}
	note_next(t);
	return due;
}

void flow_timers_stop_all(struct flow_timers *t)
{
	struct flow_timer_wheel *w = t->wheel;
	struct flow *f = NULL;

	for (int i = 0; i < BUCKETS; i++)
		w->buckets[i] = FLOW_NONE;
	w->count = 0;
	w->heap_count = 0;
	while ((f = flow_table_each(t->table, f)) != NULL) {
		f->timer = FLOW_TIMER_HEAP;
		f->due = 0;
		push(w, &(struct node){0, f->info.last_packet, flow_table_index(t->table, f),
				(uint32_t)f->info.id});
	}
}

struct flow *flow_timers_pop_last(struct flow_timers *t)
{
	struct flow_timer_wheel *w = t->wheel;

	while (w->heap_count > 0) {
		struct node n = pop(w);
		struct flow *f = node_flow(t, &n);

		if (f) {
			f->timer = FLOW_TIMER_NOWHERE;
			return f;
		}
	}
	t->next = NSTIME_MAX;
	return NULL;
}
