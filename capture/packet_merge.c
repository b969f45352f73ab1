/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/packet_merge.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/packet_file.h"

/* Of more files than this, those whose time has not come are closed. */
#define KEPT_OPEN 32

struct input {
	const char *path;
	struct packet_file *file; /* NULL while it waits for its time, and at its end */
	bool waits;
	char *why; /* it could not be opened; NULL where it could */
	int link_type;
	struct packet head; /* the next packet; of one that waits, only its time is good */
	struct packet_file_stats stats; /* as of when it was closed */
};

struct packet_merge {
	struct input *inputs;
	size_t count;
	size_t *heap; /* indices of inputs that have a head, least (time, index) on top */
	size_t heap_count;
	bool top_taken; /* the head on top was handed out */
	uint64_t packets, clock_steps_back;
};

static void close_input(struct input *in)
{
	if (!in->file)
		return;
	in->stats = packet_file_get_stats(in->file);
	packet_file_close(in->file);
	in->file = NULL;
}

/* The head of `in`, clamped to what came before. False at its end. */
static bool read_head(struct packet_merge *m, struct input *in)
{
	nstime before = in->head.time;

	if (packet_file_next(in->file, &in->head) != 1) {
		close_input(in);
		return false;
	}
	if (in->head.time < before) {
		in->head.time = before;
		m->clock_steps_back++;
	}
	in->head.file_index = (uint64_t)(in - m->inputs);
	return true;
}

/* It could not be opened, which is damage like any other. */
static void fail_input(struct input *in, const char *error)
{
	in->stats.damaged++;
	in->why = strdup(error);
}

/* Opens again what was closed to wait. A file that went away meanwhile has ended early. */
static bool wake(struct packet_merge *m, struct input *in)
{
	char error[512];

	in->waits = false;
	in->file = packet_file_open(in->path, error);
	if (!in->file) {
		fail_input(in, error);
		return false;
	}
	return read_head(m, in);
}

static bool comes_before(const struct packet_merge *m, size_t a, size_t b)
{
	nstime ta = m->inputs[a].head.time, tb = m->inputs[b].head.time;

	return ta < tb || (ta == tb && a < b);
}

static void sift_down(struct packet_merge *m, size_t at)
{
	size_t v = m->heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < m->heap_count &&
			comes_before(m, m->heap[child + 1], m->heap[child]))
			child++;
		if (child >= m->heap_count || !comes_before(m, m->heap[child], v))
			break;
		m->heap[at] = m->heap[child];
		at = child;
	}
	m->heap[at] = v;
}

/* The top has a new head, or has ended. */
static void settle_top(struct packet_merge *m, bool has_head)
{
	if (!has_head)
		m->heap[0] = m->heap[--m->heap_count];
	if (m->heap_count > 1)
		sift_down(m, 0);
}

static int open_input(struct packet_merge *m, size_t i, bool may_fail, char error[512])
{
	struct input *in = &m->inputs[i];
	uint64_t total;

	in->link_type = -1;
	in->file = packet_file_open(in->path, error);
	if (!in->file) {
		if (!may_fail)
			return -1;
		fail_input(in, error);
		return 0;
	}
	in->link_type = packet_file_link_type(in->file);
	if (!read_head(m, in))
		return 0;
	in->link_type = in->head.link_type;
	m->heap[m->heap_count++] = i;
	total = packet_file_get_stats(in->file).bytes_total;
	if (i >= KEPT_OPEN && total > 0) { /* not a pipe, which cannot be opened again */
		close_input(in);
		in->stats = (struct packet_file_stats){.bytes_total = total};
		in->waits = true;
	}
	return 0;
}

struct packet_merge *packet_merge_open(
	const struct packet_merge_input *inputs, size_t count, char error[512])
{
	struct packet_merge *m = calloc(1, sizeof(*m));

	if (!m)
		goto short_of_memory;
	m->inputs = calloc(count ? count : 1, sizeof(*m->inputs));
	m->heap = calloc(count ? count : 1, sizeof(*m->heap));
	if (!m->inputs || !m->heap)
		goto short_of_memory;
	for (; m->count < count; m->count++) {
		m->inputs[m->count].path = inputs[m->count].path;
		if (open_input(m, m->count, inputs[m->count].may_fail, error) < 0)
			goto fail;
	}
	for (size_t i = m->heap_count / 2; i-- > 0;)
		sift_down(m, i);
	return m;
short_of_memory:
	snprintf(error, 512, "cannot open %zu capture files: memory is short", count);
fail:
	packet_merge_close(m);
	return NULL;
}

void packet_merge_close(struct packet_merge *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++) {
		packet_file_close(m->inputs[i].file);
		free(m->inputs[i].why);
	}
	free(m->inputs);
	free(m->heap);
	free(m);
}

int packet_merge_next(struct packet_merge *m, struct packet *ret)
{
	if (m->top_taken) {
		m->top_taken = false;
		settle_top(m, read_head(m, &m->inputs[m->heap[0]]));
	}
	while (m->heap_count > 0 && m->inputs[m->heap[0]].waits)
		settle_top(m, wake(m, &m->inputs[m->heap[0]]));
	if (m->heap_count == 0)
		return 0;
	*ret = m->inputs[m->heap[0]].head;
	ret->index = m->packets++;
	m->top_taken = true;
	return 1;
}

int packet_merge_link_type(const struct packet_merge *m, size_t i)
{
	return m->inputs[i].link_type;
}

static struct packet_file_stats input_stats(const struct input *in)
{
	return in->file ? packet_file_get_stats(in->file) : in->stats;
}

uint64_t packet_merge_damage(const struct packet_merge *m, size_t i, const char **ret_why)
{
	*ret_why = m->inputs[i].why;
	return input_stats(&m->inputs[i]).damaged;
}

struct packet_merge_stats packet_merge_get_stats(const struct packet_merge *m)
{
	struct packet_merge_stats s = {.clock_steps_back = m->clock_steps_back};
	bool known = true;

	for (size_t i = 0; i < m->count; i++) {
		struct packet_file_stats f = input_stats(&m->inputs[i]);

		s.damaged += f.damaged;
		s.comments += f.comments;
		s.bytes_read += f.bytes_read;
		s.bytes_total += f.bytes_total;
		known = known && f.bytes_total > 0;
	}
	if (!known)
		s.bytes_total = 0;
	return s;
}
