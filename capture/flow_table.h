/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections that are followed, in 64 shards chosen by a hash that both directions share.
 * Each shard has its own slots, flows and stubs, all taken at creation; nothing that one shard
 * holds or gives up depends on another.
 *
 * A flow is what is decoded or may yet be. A stub is all that is left of a connection of no
 * interest, or of one that has ended: it keeps late packets from opening a flow anew. Stubs lie in
 * a ring, where a new one takes the place of the oldest.
 *
 * VLAN tags are no part of the key: a mirror may show the two directions in different ones.
 */
#ifndef CAPTURE_FLOW_TABLE_H
#define CAPTURE_FLOW_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/flow.h"
#include "capture/capture.h"
#include "capture/segment.h"
#include "capture/tcp_stream.h"

#define FLOW_NONE UINT32_MAX

/* In the order in which a full shard gives flows up. */
enum flow_rank {
	FLOW_RANK_NEW,      /* no handshake, no payload: what a flood of SYNs leaves */
	FLOW_RANK_READY,    /* not (yet) known to be SMTP */
	FLOW_RANK_UNPROVEN, /* SMTP, but neither side has acknowledged a byte of the other */
	FLOW_RANK_PROVEN,
	FLOW_RANKS
};

enum flow_phase {
	FLOW_PHASE_SILENT, /* no payload yet */
	FLOW_PHASE_GUESS,  /* its first bytes are held until they tell the protocol */
	FLOW_PHASE_OPEN,   /* the sink has it */
};

/* How long a flow may be silent; an index of flow_timers' table. */
enum flow_timeout {
	FLOW_TIMEOUT_OTHER,
	FLOW_TIMEOUT_SMTP,
	FLOW_TIMEOUT_HALF_CLOSED,     /* one side sent its FIN */
	FLOW_TIMEOUT_HALF_CLOSED_ONE, /* and nothing was ever seen of the other */
	FLOW_TIMEOUTS
};

struct flow {
	struct flow_info info;
	struct tcp_stream stream;
	void *state; /* the sink's */
	/* flow_timer.h */
	nstime due;
	uint32_t timer_prev, timer_next;
	/* The list of its rank. */
	nstime ranked; /* its last packet when it was put at the end of the list */
	uint32_t rank_prev, rank_next;
	/* Of the table. */
	uint32_t tag;
	uint8_t rank;       /* enum flow_rank */
	uint8_t timeout;    /* enum flow_timeout */
	uint8_t timer;      /* enum flow_timer_place */
	uint8_t phase;      /* enum flow_phase */
	uint8_t protocol;   /* enum flow_protocol; meaningful where `guess` is not set */
	uint8_t first_fin;  /* enum flow_dir */
	bool guess;         /* its protocol is told by its bytes */
	bool checksums[2];  /* of each side right ones were seen: wrong ones are dropped */
	bool rival;         /* a SYN with another sequence number came */
	uint32_t rival_seq; /* the one after it */
	uint32_t hold;      /* index + 1 of what smtp_guess.h holds, 0 for none */
};

static_assert(sizeof(struct flow) <= 448, "a flow and its share of slots and stubs: 512 bytes");

/* What is left of a connection; one cache line. */
struct flow_stub {
	struct addr a, b;
	uint16_t a_port, b_port;
	uint32_t tag;
	nstime time; /* of its last packet, or of its end */
	bool used, closed;
	uint64_t reserved;
};

struct flow_table;

/* What the table holds of a segment's connection: a flow, a stub or nothing. */
struct flow_found {
	struct flow *flow;
	struct flow_stub *stub;
	enum flow_dir dir; /* of the segment, in the flow */
};

/*
 * The shards from `first` on, `count` of them. Room for `flows` flows and as many stubs over all
 * CAPTURE_SHARDS (at least a few in each). NULL where memory is short.
 */
struct flow_table *flow_table_create(uint64_t flows, uint32_t first, uint32_t count);
void flow_table_destroy(struct flow_table *t);
uint64_t flow_table_bytes(const struct flow_table *t);

/* `hash` is flow_hash() of the segment's endpoints; its shard must be among the table's. */
struct flow_found flow_table_find(struct flow_table *t, uint64_t hash, const struct segment *seg);

/* Ask for the memory that flow_table_find() will want: the slot; then, when that has come, what it
 * names. Nothing but time changes. */
void flow_table_prefetch_slot(struct flow_table *t, uint64_t hash);
void flow_table_prefetch_flow(struct flow_table *t, uint64_t hash);

/*
 * Has the shard no room for another flow? Then the caller ends flow_table_victim() and removes it.
 * The victim is of the lowest rank that has more than a small share of the shard; in it, nearly the
 * one silent for longest.
 */
bool flow_table_full(const struct flow_table *t, unsigned int shard);
struct flow *flow_table_victim(struct flow_table *t, unsigned int shard);

/*
 * Sessions are the flows of the last two ranks: they hold memory elsewhere, too. How many there are;
 * and which of them should make room for another, of those whose id is at least `least`: nearly the
 * one silent for longest, of the unproven where these are more than half of `limit`. NULL: none.
 */
uint32_t flow_table_sessions(const struct flow_table *t, unsigned int shard);
struct flow *flow_table_session_victim(
	struct flow_table *t, unsigned int shard, uint32_t limit, uint64_t least);

/* A new flow, all zero but for its endpoints (client = `seg`'s source), time and place in the
 * table. The shard must not be full, the connection not in the table. */
struct flow *flow_table_insert(struct flow_table *t, uint64_t hash, const struct segment *seg);
void flow_table_remove(struct flow_table *t, struct flow *f);
/* Removes a flow and leaves a stub in its place. */
void flow_table_to_stub(struct flow_table *t, struct flow *f, nstime time, bool closed);
void flow_table_remove_stub(struct flow_table *t, struct flow_stub *stub);
/* Moves a flow to the end of the list of `rank`. */
void flow_table_rank(struct flow_table *t, struct flow *f, enum flow_rank rank);

/* By index, for links: all flows lie in one array. */
struct flow *flow_table_at(struct flow_table *t, uint32_t index);
uint32_t flow_table_index(const struct flow_table *t, const struct flow *f);
uint32_t flow_table_capacity(const struct flow_table *t);

/* Each flow in turn: NULL first, NULL at the end. */
struct flow *flow_table_each(struct flow_table *t, const struct flow *f);

#endif
