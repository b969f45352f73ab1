/* SPDX-License-Identifier: Apache-2.0 */
#include "app/lane_thread.h"

/* Blocks after which it says how far it is, though its queue is not empty. */
#define TELL_EVERY 256

/* Room in the ring that leads out; NULL: it was closed, nobody listens any more. */
static void *out_room(struct lane_thread *t, uint32_t size)
{
	void *p = ring_reserve(t->out, size);

	if (!p && ring_wait_room(t->out, size))
		p = ring_reserve(t->out, size);
	return p;
}

static void commit(struct lane_thread *t, const struct record *key)
{
	ring_commit(t->out);
	t->told = *key;
	t->untold = 0;
}

static void emit(void *cookie, const struct record *r)
{
	struct lane_thread *t = cookie;
	void *p = out_room(t, r->size);

	if (!p)
		return;
	memcpy(p, r, r->size);
	commit(t, r);
}

/* All is done up to this packet: nothing that sorts before its end will follow. */
static void tell(struct lane_thread *t, nstime time, uint64_t packet)
{
	struct record key = {.size = sizeof(key),
		.kind = MERGE_MARK,
		.time = time,
		.packet = packet,
		.flow = UINT64_MAX};
	void *p;

	lane_advance(t->lane, time);
	t->untold = 0;
	if (t->told.kind >= LANE_EVENT) /* events of one packet go by their number */
		key.number = t->told.number;
	if (record_cmp(&key, &t->told) <= 0)
		return;
	p = out_room(t, sizeof(key));
	if (!p)
		return;
	memcpy(p, &key, sizeof(key));
	commit(t, &key);
}

/* Hands an event on, with the note behind it. */
static void pass_on(struct lane_thread *t, const struct lane_event_input *e)
{
	uint32_t note_size = e->kind == LANE_NOTE ? t->note_size : 0;
	struct lane_event *out = out_room(t, (uint32_t)sizeof(*out) + note_size);

	if (!out)
		return;
	memset(out, 0, sizeof(*out));
	out->r = e->key;
	out->r.kind = (uint16_t)(LANE_EVENT + e->kind);
	out->r.size = (uint32_t)sizeof(*out) + note_size;
	out->time = e->time;
	if (e->kind != LANE_ADVANCE)
		out->stats = lane_get_stats(t->lane);
	if (note_size > 0)
		memcpy(out + 1, e + 1, note_size);
	commit(t, &out->r);
	ring_flush(t->out);
}

static void take_segment(struct lane_thread *t, const struct lane_segment_input *in)
{
	struct segment s = in->segment;

	s.payload.p = (const uint8_t *)(in + 1);
	if (s.tunnel)
		s.tunnel = &in->tunnel;
	lane_segment(t->lane, in->hash, &s);
	if (++t->untold >= TELL_EVERY)
		tell(t, s.time, s.packet);
}

static void take_datagram(struct lane_thread *t, const struct lane_datagram_input *in)
{
	struct datagram d = in->datagram;

	d.payload.p = (const uint8_t *)(in + 1);
	lane_datagram(t->lane, in->hash, &d);
	if (++t->untold >= TELL_EVERY)
		tell(t, d.time, d.packet);
}

static void take_event(struct lane_thread *t, const struct lane_event_input *e)
{
	lane_advance(t->lane, e->time);
	if (e->kind == LANE_END)
		lane_finish(t->lane);
	pass_on(t, e);
}

/* Returns whether there is more to come. */
static bool take(struct lane_thread *t, const void *block)
{
	uint64_t kind = *(const uint64_t *)block;

	switch ((enum lane_input_kind)kind) {
	case LANE_SEGMENT:
		take_segment(t, block);
		break;
	case LANE_DATAGRAM:
		take_datagram(t, block);
		break;
	default:
		take_event(t, block);
		break;
	}
	return kind != LANE_END;
}

/* The queue is empty: then the lane is as far as what was given out before. */
static void catch_up(struct lane_thread *t)
{
	uint64_t packet;
	nstime time;
	uint32_t size;

	if (!watermark_get(t->given, &time, &packet) || ring_peek(t->in, &size))
		return;
	tell(t, time, packet);
}

void *lane_thread_run(void *lane_thread)
{
	struct lane_thread *t = lane_thread;

	for (;;) {
		uint32_t size;
		const void *block = ring_peek(t->in, &size);

		if (block) {
			if (!take(t, block))
				return NULL;
			ring_pop(t->in);
			continue;
		}
		catch_up(t);
		ring_flush(t->out);
		if (!ring_wait(t->in))
			break;
	}
	lane_finish(t->lane); /* given up: nobody hears of it, but its memory comes back */
	return NULL;
}

int lane_thread_init(struct lane_thread *t, const struct lane_config *config, uint32_t in_bytes,
	uint32_t out_bytes)
{
	struct lane_config c = *config;

	c.emit = emit;
	c.cookie = t;
	t->told.time = INT64_MIN;
	t->in = ring_create(in_bytes);
	t->out = ring_create(out_bytes);
	t->lane = lane_create(&c);
	return t->in && t->out && t->lane ? 1 : -1;
}

void lane_thread_finish(struct lane_thread *t)
{
	lane_destroy(t->lane);
	ring_destroy(t->in);
	ring_destroy(t->out);
}
