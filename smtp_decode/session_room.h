/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the sessions of one shard live. A session that packets come for is awake; where more are
 * open than may be awake, those that were silent for longest sleep: packed into a few cells, at
 * their next packet unpacked first, and nobody sees the difference. An idle one takes about 300
 * bytes so.
 *
 * All of it is fixed: cells, states of those awake, blocks. Where blocks run out, sessions that
 * hold some are sent to sleep. Where cells run out, new flows drive old ones out
 * (session_room_crowded()); what has no room even so, because sessions that are open grew, is
 * forgotten: such a session goes on as one whose beginning was not seen, and is counted. What is
 * large finds no room before what is small.
 */
#ifndef SMTP_DECODE_SESSION_ROOM_H
#define SMTP_DECODE_SESSION_ROOM_H

#include "smtp_decode/session_state.h"
#include "smtp_decode/smtp_cells.h"

/* What the rooms of a decoder share. */
struct session_rooms {
	struct session_state base;  /* initialised, and no more */
	struct session_state *free; /* the one used last is still in the caches */
	struct smtp_blocks blocks;  /* the free ones */
	uint8_t *packed;            /* of the session at hand */
};

struct session_room_config {
	uint32_t cells, awake, blocks; /* how many there may be */
	bool sleepy;                   /* each session sleeps after each packet: for tests */
};

struct session_room {
	struct session_rooms *rooms;
	struct smtp_decoder *decoder;
	struct session_ties ties;
	struct session_room_config config;
	struct smtp_cells cells;
	struct smtp_blocks blocks;
	struct session_state *oldest, *newest, *busy;
	uint32_t awake, open;
	uint64_t slept, cut; /* how often */
};

/* 0, or -1 where memory is short. */
int session_rooms_init(struct session_rooms *r);
void session_rooms_finish(struct session_rooms *r);

/* `ties` but for their blocks. 0, or -1 where memory is short. */
int session_room_init(struct session_room *r, struct session_rooms *rooms,
	struct smtp_decoder *decoder, const struct session_ties *ties,
	const struct session_room_config *config);
void session_room_finish(struct session_room *r);

/* Should a session be given up before another is opened? */
bool session_room_crowded(const struct session_room *r);
/* A new one, awake; NULL where there is no room. */
struct smtp_session *session_room_open(struct session_room *r, const struct flow_info *f);
/* Its state, until session_room_rest() or _close(). */
struct session_state *session_room_wake(struct smtp_session *s, const struct flow_info *f);
/* Done with for now. */
void session_room_rest(struct session_state *s);
/* It has ended, and holds nothing. */
void session_room_close(struct session_state *s);

#endif
