/* SPDX-License-Identifier: Apache-2.0 */
#include "app/frame_map.h"

#include <stdatomic.h>
#include <stdlib.h>

struct run {
	uint64_t first_packet, first_frame;
	uint32_t file;
};

struct frame_map {
	const struct packet_source *source;
	uint64_t *frames; /* seen so far, of each file */
	struct run *runs; /* FRAME_MAP_RUNS of them, touched as they are needed: they never move */
	atomic_uint_fast64_t end; /* packets from here on are not in the map */
	atomic_size_t count;
};

struct frame_map *frame_map_create(const struct packet_source *source, size_t files)
{
	struct frame_map *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->source = source;
	m->end = UINT64_MAX;
	m->frames = calloc(files, sizeof(*m->frames));
	m->runs = calloc(FRAME_MAP_RUNS, sizeof(*m->runs));
	if (!m->frames || !m->runs) {
		frame_map_destroy(m);
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

void frame_map_add(struct frame_map *m, const struct packet *p)
{
	uint64_t frame = ++m->frames[p->file_index];
	size_t count = atomic_load_explicit(&m->count, memory_order_relaxed);
	const struct run *last = count ? &m->runs[count - 1] : NULL;

	if (p->index >= atomic_load_explicit(&m->end, memory_order_relaxed) ||
		(last && last->file == p->file_index &&
			frame - last->first_frame == p->index - last->first_packet))
		return;
	if (count == FRAME_MAP_RUNS) {
		atomic_store_explicit(&m->end, p->index, memory_order_relaxed);
		return;
	}
	m->runs[count] = (struct run){p->index, frame, (uint32_t)p->file_index};
	atomic_store_explicit(&m->count, count + 1, memory_order_release);
}

const char *frame_map_find(void *map, uint64_t packet, uint64_t *ret_frame)
{
	const struct frame_map *m = map;
	size_t low = 0, high = atomic_load_explicit(&m->count, memory_order_acquire);

	if (packet >= atomic_load_explicit(&m->end, memory_order_relaxed) || high == 0)
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
