/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_fixture.h"

#include <stdlib.h>
#include <string.h>

void fixture_begin(struct fixture *f)
{
	f->time = FLOW_LOG_START;
	f->talk = talk_make(&f->time, &f->packet, 40000, 25);
	memset(&f->stream, 0, sizeof(f->stream));
	memset(&f->flow, 0, sizeof(f->flow));
	memset(&f->stats, 0, sizeof(f->stats));
	f->log.stream_len[C] = f->log.len = 0;
	f->x = (struct tcp_stream_context){.pool = f->pool,
		.stats = &f->stats,
		.flow = &f->flow,
		.chunk = flow_log_chunk,
		.cookie = &f->log};
}

int fixture_set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->pool = reorder_pool_create(1024);
	fixture_begin(f);
	*state = f;
	return 0;
}

int fixture_tear_down(void **state)
{
	struct fixture *f = *state;

	tcp_stream_clear(&f->stream, f->pool);
	reorder_pool_destroy(f->pool);
	free(f);
	return 0;
}

void take(struct fixture *f, enum flow_dir dir, const struct segment *seg)
{
	f->x.time = seg->time;
	f->x.packet = seg->packet;
	if (f->flow.first_time == 0)
		f->flow.first_time = seg->time;
	f->flow.last_time = seg->time;
	f->flow.packets[dir]++;
	tcp_stream_segment(&f->stream, &f->x, dir, seg);
}

void say(struct fixture *f, enum flow_dir dir, uint8_t flags, int64_t offset, int64_t acked,
	const char *data)
{
	struct segment seg = talk_segment(&f->talk, dir, flags, offset, acked, data);

	take(f, dir, &seg);
}

void shake_hands(struct fixture *f)
{
	say(f, C, SEGMENT_SYN, -1, -1, "");
	say(f, S, SEGMENT_SYN, -1, 0, "");
	say(f, C, 0, 0, 0, "");
}
