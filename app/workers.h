/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lanes in threads of their own, and one more thread in which their records come together in the
 * order that a single lane would have given them.
 *
 *     caller: decap -> ring -> lane thread -> ring -\
 *                  \-> ring -> lane thread -> ring --> judging thread: merge -> sink
 *
 * A lane has a part of the shards; nothing is shared. All queues are bounded: in a replay the
 * caller waits for room, live it never does, and what finds none is dropped and counted.
 */
#ifndef APP_WORKERS_H
#define APP_WORKERS_H

#include "app/lane.h"

struct workers;

/* Called in the judging thread. A note comes in its turn, with the lanes' counters as of it. */
struct workers_sink {
	void *cookie;
	void (*record)(void *cookie, const struct record *r);
	void (*advance)(void *cookie, nstime now);
	void (*note)(void *cookie, const void *note, const struct lane_stats *lanes);
};

struct workers_config {
	unsigned int lanes;      /* 1 to FLOW_SHARDS */
	struct lane_config lane; /* shards, emit and cookie are set for each */
	struct workers_sink sink;
	bool live;
	uint32_t note_size;
	uint32_t in_bytes, out_bytes; /* of a lane's rings; 0: what a real run needs */
};

/* NULL with errno set: ENOMEM, or what pthread_create() says. */
struct workers *workers_create(const struct workers_config *config);
/* Accepts NULL. Without workers_finish() before it, what is under way is lost. */
void workers_destroy(struct workers *w);

/* In order of time and packet. `hash` is flow_hash() of the endpoints. */
void workers_segment(struct workers *w, uint64_t hash, const struct segment *s);
void workers_datagram(struct workers *w, uint64_t hash, const struct datagram *d);
/* Everything of this packet has been given; also where it held nothing. */
void workers_packet_done(struct workers *w, nstime time, uint64_t packet);
/* Live and idle: time is `now`, later than any packet's so far. */
void workers_advance(struct workers *w, nstime now);
/* Copies `note`, for the sink. False (live only): the lanes are too far behind to take it. */
bool workers_post(struct workers *w, const void *note);
/* The end of the input: returns when the sink has had all records. */
void workers_finish(struct workers *w, struct lane_stats *ret);

/* Packets that found no room; bytes of the queues. */
uint64_t workers_dropped(const struct workers *w);
uint64_t workers_bytes(const struct workers *w);

#endif
