/* SPDX-License-Identifier: Apache-2.0 */
#include "app/frame_map.h"

#include <stdlib.h>

struct run {
	uint64_t first_packet, first_frame;
	uint32_t file;
};

struct frame_map {
	const struct packet_source *source;
	uint64_t *frames; /* seen so far, of each file */
	struct run *runs;
	uint64_t end; /* packets from here on are not in the map */
	size_t files, count, room;
};

struct frame_map *frame_map_create(const struct packet_source *source, size_t files)
{
	struct frame_map *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->source = source;
	m->files = files;
	m->end = UINT64_MAX;
	m->frames = calloc(files, sizeof(*m->frames));
	if (!m->frames) {
		free(m);
		return NULL;
	}
	return m;
}

void frame_map_destroy(struct frame_map *m)
{
	if (!m)
		return;
	free(m->frames);
	free(m->runs);
	free(m);
}

static struct run *new_run(struct frame_map *m)
{
	if (m->count == m->room) {
		size_t room = m->room ? m->room * 2 : 64;
		struct run *runs;

		if (room > FRAME_MAP_RUNS)
			return NULL;
		runs = realloc(m->runs, room * sizeof(*runs));
		if (!runs)
			return NULL;
		m->runs = runs;
		m->room = room;
	}
	return &m->runs[m->count++];
}

void frame_map_add(struct frame_map *m, const struct packet *p)
{
	uint64_t frame = ++m->frames[p->file_index];
	const struct run *last = m->count ? &m->runs[m->count - 1] : NULL;
	struct run *r;

	if (p->index >= m->end || (last && last->file == p->file_index &&
					  frame - last->first_frame == p->index - last->first_packet))
		return;
	r = new_run(m);
	if (!r) {
		m->end = p->index;
		return;
	}
	*r = (struct run){p->index, frame, (uint32_t)p->file_index};
}

const char *frame_map_find(void *map, uint64_t packet, uint64_t *ret_frame)
{
	const struct frame_map *m = map;
	size_t low = 0, high = m->count;

	if (packet >= m->end || m->count == 0)
		return NULL;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (m->runs[mid].first_packet <= packet)
			low = mid;
		else
			high = mid;
	}
	*ret_frame = m->runs[low].first_frame + (packet - m->runs[low].first_packet);
	return packet_source_name(m->source, m->runs[low].file);
}
