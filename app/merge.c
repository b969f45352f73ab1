/* SPDX-License-Identifier: Apache-2.0 */
#include "app/merge.h"

#include <assert.h>

void merge_add(struct merge *m, struct ring *ring)
{
	assert(m->count < MERGE_RINGS);
	m->inputs[m->count] = (struct merge_input){.ring = ring, .bound = {.time = INT64_MIN}};
	m->heap[m->count] = (uint8_t)m->count;
	m->count++;
}

/* A key that several rings have comes from each once: who had it is not waited for. */
static bool before(const struct merge *m, uint8_t a, uint8_t b)
{
	const struct merge_input *x = &m->inputs[a], *y = &m->inputs[b];
	int order = record_cmp(&x->bound, &y->bound);

	if (order)
		return order < 0;
	if (!x->first != !y->first)
		return x->first != NULL;
	return a < b;
}

/* The bound on top has grown. */
static void sift_down(struct merge *m)
{
	uint8_t top = m->heap[0];
	unsigned int i = 0;

	for (;;) {
		unsigned int k = 2 * i + 1;

		if (k >= m->count)
			break;
		if (k + 1 < m->count && before(m, m->heap[k + 1], m->heap[k]))
			k++;
		if (!before(m, m->heap[k], top))
			break;
		m->heap[i] = m->heap[k];
		i = k;
	}
	m->heap[i] = top;
}

/* Looks at the ring on top anew. */
static void look(struct merge *m)
{
	struct merge_input *in = &m->inputs[m->heap[0]];
	uint32_t size;

	in->first = ring_peek(in->ring, &size);
	if (in->first) {
		assert(record_cmp(&in->bound, in->first) <= 0);
		in->bound = *in->first;
	}
	sift_down(m);
}

const struct record *merge_next(struct merge *m, unsigned int *ret_ring)
{
	if (m->taken) {
		m->taken = false;
		ring_pop(m->inputs[m->heap[0]].ring);
		look(m);
	}
	for (;;) {
		struct merge_input *in = &m->inputs[m->heap[0]];

		if (in->first && in->first->kind != MERGE_MARK) {
			m->taken = true;
			*ret_ring = m->heap[0];
			return in->first;
		}
		if (in->first)
			ring_pop(in->ring);
		else if (!ring_wait(in->ring))
			return NULL;
		look(m);
	}
}
