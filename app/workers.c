/* SPDX-License-Identifier: Apache-2.0 */
#include "app/workers.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/lane_thread.h"
#include "base/limits.h"
#include "capture/flow_hash.h"

/* The largest block is a packet; no record is larger than RECORD_MAX. */
#define IN_BYTES (4 * 1024 * 1024)
#define IN_BYTES_LIVE (16 * 1024 * 1024)
#define OUT_BYTES (1024 * 1024)
static_assert(IN_BYTES / 2 >= LIMIT_PCAPNG_BLOCK + 4096, "the largest packet fits");
static_assert(OUT_BYTES / 2 >= RECORD_MAX + 4096, "the largest record fits");

/* Packets a lane after which all lanes hear how far the input is. */
#define TELL_EVERY 512

struct workers {
	struct workers_config c;
	/* Of the caller. */
	struct record here; /* the key that an event has now, but for its number */
	nstime time;        /* as far as it moved */
	uint32_t events, untold;
	uint64_t dropped;
	uint8_t owners[FLOW_SHARDS]; /* which lane has a shard */
	/* Of the judging thread. */
	alignas(64) struct merge merge;
	struct lane_stats stats; /* of the event that is coming in */
	unsigned int arrived;    /* its blocks so far */
	pthread_t judging;
	bool judging_started;

	alignas(64) struct watermark given;
	struct lane_thread lanes[];
};

/* ---- the judging thread ---- */

/* One lane's part of an event; when all are there, the event is. Returns whether it is the end. */
static bool take_event(struct workers *w, const struct lane_event *e)
{
	const struct workers_sink *s = &w->c.sink;

	if (w->arrived == 0)
		memset(&w->stats, 0, sizeof(w->stats));
	lane_stats_add(&w->stats, &e->stats);
	if (++w->arrived < w->c.lanes)
		return false;
	w->arrived = 0;
	if (e->r.kind == LANE_EVENT + LANE_ADVANCE)
		s->advance(s->cookie, e->time);
	else if (e->r.kind == LANE_EVENT + LANE_NOTE)
		s->note(s->cookie, e + 1, &w->stats);
	return e->r.kind == LANE_EVENT + LANE_END;
}

static void *judge(void *workers)
{
	struct workers *w = workers;
	const struct record *r;
	unsigned int from;

	while ((r = merge_next(&w->merge, &from)) != NULL) {
		if (r->kind < LANE_EVENT)
			w->c.sink.record(w->c.sink.cookie, r);
		else if (take_event(w, (const struct lane_event *)r))
			break;
	}
	return NULL;
}

/* ---- starting and stopping ---- */

static int make_lanes(struct workers *w)
{
	const struct workers_config *c = &w->c;
	uint32_t in = c->in_bytes ? c->in_bytes : c->live ? IN_BYTES_LIVE : IN_BYTES;
	uint32_t out = c->out_bytes ? c->out_bytes : OUT_BYTES;

	for (unsigned int i = 0; i < c->lanes; i++) {
		struct lane_config lane = c->lane;
		uint32_t first = i * FLOW_SHARDS / c->lanes;
		uint32_t end = (i + 1) * FLOW_SHARDS / c->lanes;

		lane.capture.first_shard = first;
		lane.capture.shards = end - first;
		memset(w->owners + first, (int)i, end - first);
		w->lanes[i].given = &w->given;
		w->lanes[i].note_size = c->note_size;
		if (lane_thread_init(&w->lanes[i], &lane, in, out) != 1)
			return -1;
		merge_add(&w->merge, w->lanes[i].out);
	}
	return 1;
}

/* Signals are for the thread that reads packets. */
static int start_threads(struct workers *w)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&w->judging, NULL, judge, w);
	w->judging_started = error == 0;
	for (unsigned int i = 0; i < w->c.lanes && error == 0; i++) {
		struct lane_thread *t = &w->lanes[i];
		char name[16];

		error = pthread_create(&t->thread, NULL, lane_thread_run, t);
		t->started = error == 0;
		snprintf(name, sizeof(name), "lane %u", i);
		if (error == 0)
			pthread_setname_np(t->thread, name);
	}
	if (w->judging_started)
		pthread_setname_np(w->judging, "judge");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

struct workers *workers_create(const struct workers_config *config)
{
	size_t size = sizeof(struct workers) + config->lanes * sizeof(struct lane_thread);
	struct workers *w = aligned_alloc(64, (size + 63) & ~(size_t)63);
	int error = ENOMEM;

	assert(config->lanes >= 1 && config->lanes <= FLOW_SHARDS);
	if (!w)
		return NULL;
	memset(w, 0, size);
	w->c = *config;
	w->here = (struct record){.size = sizeof(w->here),
		.time = -1,
		.timer = 1,
		.packet = UINT64_MAX,
		.flow = UINT64_MAX};
	if (make_lanes(w) == 1)
		error = start_threads(w);
	if (error == 0)
		return w;
	workers_destroy(w);
	errno = error;
	return NULL;
}

static void join_all(struct workers *w)
{
	for (unsigned int i = 0; i < w->c.lanes; i++) {
		if (w->lanes[i].started)
			pthread_join(w->lanes[i].thread, NULL);
		w->lanes[i].started = false;
	}
	if (w->judging_started)
		pthread_join(w->judging, NULL);
	w->judging_started = false;
}

void workers_destroy(struct workers *w)
{
	if (!w)
		return;
	for (unsigned int i = 0; i < w->merge.count; i++) {
		ring_close(w->lanes[i].in);
		ring_close(w->lanes[i].out);
	}
	join_all(w);
	for (unsigned int i = 0; i < w->c.lanes; i++)
		lane_thread_finish(&w->lanes[i]);
	free(w);
}

/* ---- the caller ---- */

/* Lets no lane, and so the merge, wait for what it has been given or will not be given. */
static void tell(struct workers *w)
{
	w->untold = 0;
	for (unsigned int i = 0; i < w->c.lanes; i++)
		ring_show(w->lanes[i].in);
	if (w->here.timer == 0) /* after a packet, not after an event that moved time */
		watermark_set(&w->given, w->here.time, w->here.packet);
	for (unsigned int i = 0; i < w->c.lanes; i++)
		ring_flush(w->lanes[i].in);
}

static void *in_room(struct workers *w, struct ring *in, uint32_t size)
{
	void *p = ring_reserve(in, size);

	if (p || w->c.live)
		return p;
	/* Before it sleeps: its lane may have to wait for the merge, and the merge for others. */
	tell(w);
	return ring_wait_room(in, size) ? ring_reserve(in, size) : NULL;
}

void workers_segment(struct workers *w, uint64_t hash, const struct segment *s)
{
	struct ring *in = w->lanes[w->owners[flow_hash_shard(hash)]].in;
	struct lane_segment_input *b = in_room(w, in, (uint32_t)(sizeof(*b) + s->payload.len));

	if (!b) {
		w->dropped++;
		return;
	}
	b->kind = LANE_SEGMENT;
	b->hash = hash;
	b->segment = *s;
	if (s->tunnel)
		b->tunnel = *s->tunnel;
	if (s->payload.len > 0)
		memcpy(b + 1, s->payload.p, s->payload.len);
	ring_commit(in);
}

void workers_datagram(struct workers *w, uint64_t hash, const struct datagram *d)
{
	struct ring *in = w->lanes[w->owners[flow_hash_shard(hash)]].in;
	struct lane_datagram_input *b = in_room(w, in, (uint32_t)(sizeof(*b) + d->payload.len));

	if (!b) {
		w->dropped++;
		return;
	}
	b->kind = LANE_DATAGRAM;
	b->hash = hash;
	b->datagram = *d;
	if (d->payload.len > 0)
		memcpy(b + 1, d->payload.p, d->payload.len);
	ring_commit(in);
}

void workers_packet_done(struct workers *w, nstime time, uint64_t packet)
{
	w->here.time = w->time = time;
	w->here.timer = 0;
	w->here.packet = packet;
	if (++w->untold >= TELL_EVERY * w->c.lanes)
		tell(w);
}

/* Puts an event into all rings, or, where live one of them is full, into none. */
static bool put_event(struct workers *w, enum lane_input_kind kind, const void *note)
{
	uint32_t note_size = note ? w->c.note_size : 0;
	struct lane_event_input *b;

	for (unsigned int i = 0; i < w->c.lanes; i++) {
		if (w->c.live && !ring_reserve(w->lanes[i].in, sizeof(*b) + note_size))
			return false;
	}
	w->here.number = ++w->events;
	for (unsigned int i = 0; i < w->c.lanes; i++) {
		b = in_room(w, w->lanes[i].in, (uint32_t)sizeof(*b) + note_size);
		if (!b)
			continue;
		b->kind = kind;
		b->time = w->time;
		b->key = w->here;
		if (note_size > 0)
			memcpy(b + 1, note, note_size);
		ring_commit(w->lanes[i].in);
	}
	tell(w);
	return true;
}

void workers_advance(struct workers *w, nstime now)
{
	struct record before = w->here;
	nstime time = w->time;

	tell(w);
	/* Just before `now`: a packet of that time may still come. */
	w->here.time = now - 1;
	w->here.timer = 1;
	w->here.packet = UINT64_MAX;
	w->time = now;
	if (put_event(w, LANE_ADVANCE, NULL))
		return;
	w->here = before;
	w->time = time;
}

bool workers_post(struct workers *w, const void *note)
{
	return put_event(w, LANE_NOTE, note);
}

void workers_finish(struct workers *w, struct lane_stats *ret)
{
	w->c.live = false; /* now it may wait */
	tell(w);
	w->here = (struct record){.size = sizeof(w->here),
		.time = INT64_MAX,
		.timer = 1,
		.packet = UINT64_MAX,
		.flow = UINT64_MAX};
	put_event(w, LANE_END, NULL);
	join_all(w);
	*ret = w->stats;
}

uint64_t workers_dropped(const struct workers *w)
{
	return w->dropped;
}

uint64_t workers_bytes(const struct workers *w)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < w->c.lanes; i++)
		bytes += ring_size(w->lanes[i].in) + ring_size(w->lanes[i].out);
	return bytes;
}
