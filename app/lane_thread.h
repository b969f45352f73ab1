/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane and its thread, between two rings: what the caller of workers.h gives it in, records and
 * how far it is out (merge.h).
 */
#ifndef APP_LANE_THREAD_H
#define APP_LANE_THREAD_H

#include <pthread.h>
#include <stdalign.h>

#include "app/lane.h"
#include "app/merge.h"
#include "app/watermark.h"
#include "base/ring.h"

/* A block of the ring that leads in begins with its kind. Payloads and notes lie behind it. */
enum lane_input_kind {
	LANE_SEGMENT,
	LANE_DATAGRAM,
	/* Events: all lanes get the same ones, and each hands them on. */
	LANE_ADVANCE,
	LANE_NOTE,
	LANE_END,
};

struct lane_segment_input {
	uint64_t kind, hash;
	struct segment segment;    /* but for the places of payload and tunnel */
	struct flow_tunnel tunnel; /* where it has one */
};

struct lane_datagram_input {
	uint64_t kind, hash;
	struct datagram datagram; /* likewise */
};

struct lane_event_input {
	uint64_t kind;
	nstime time;
	struct record key; /* of the event, in the order of records */
};

/* An event in the ring that leads out; a note lies behind it. */
#define LANE_EVENT 0x8000 /* plus its lane_input_kind: the kind of its record */

struct lane_event {
	struct record r;
	nstime time;
	struct lane_stats stats; /* as of the event; not of LANE_ADVANCE */
};

struct lane_thread {
	alignas(64) struct ring *in;
	struct ring *out;
	struct lane *lane;
	const struct watermark *given;
	uint32_t note_size;
	pthread_t thread;
	bool started;
	/* Of the thread. */
	struct record told; /* the last key in `out` */
	uint32_t untold;    /* blocks taken since */
};

/* -1 where memory is short; finish in any case. `emit` of the configuration is set here. */
int lane_thread_init(struct lane_thread *t, const struct lane_config *config, uint32_t in_bytes,
	uint32_t out_bytes);
void lane_thread_finish(struct lane_thread *t);
/* What the thread does: until LANE_END, or its ring is closed. */
void *lane_thread_run(void *lane_thread);

#endif
