/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/session_room.h"

#include <stdlib.h>
#include <string.h>

/* More than this is not packed: some transactions with a hundred long recipients each. */
#define PACKED_MOST (256 * 1024)

/* Cells of what counts as small; and the part of all that is left to it. */
#define SMALL 12
#define SMALL_PART 4
/* Part of all cells that new flows leave free. */
#define SPARE_PART 32

#define PACKED_HERE 40

/* One cell, for as long as the session is open. */
struct smtp_session {
	struct session_room *room;
	struct session_state *awake; /* NULL: it sleeps */
	uint32_t len;                /* bytes packed; 0: nothing could be kept */
	uint32_t rest;               /* the chain of those that are not here */
	uint8_t packed[PACKED_HERE];
};

_Static_assert(sizeof(struct smtp_session) == SMTP_CELL_BYTES, "a session's handle is a cell");

int session_rooms_init(struct session_rooms *r)
{
	*r = (struct session_rooms){.packed = malloc(PACKED_MOST + SMTP_PACK_SLACK)};
	session_state_init(&r->base);
	return r->packed ? 0 : -1;
}

void session_rooms_finish(struct session_rooms *r)
{
	struct session_state *s;

	while ((s = r->free) != NULL) {
		r->free = s->newer;
		free(s);
	}
	smtp_blocks_finish(&r->blocks);
	free(r->packed);
}

/* ---- those awake, in the order in which they were last looked at ---- */

static void link_newest(struct session_room *r, struct session_state *s)
{
	s->older = r->newest;
	s->newer = NULL;
	if (r->newest)
		r->newest->newer = s;
	else
		r->oldest = s;
	r->newest = s;
}

static void unlink_awake(struct session_room *r, struct session_state *s)
{
	if (s->older)
		s->older->newer = s->newer;
	else
		r->oldest = s->newer;
	if (s->newer)
		s->newer->older = s->older;
	else
		r->newest = s->older;
}

static void free_state(struct session_room *r, struct session_state *s)
{
	unlink_awake(r, s);
	r->awake--;
	s->newer = r->rooms->free;
	r->rooms->free = s;
}

/* ---- falling asleep ---- */

/* Is there room for a chain of `n` cells? */
static bool has_room(const struct session_room *r, uint32_t n)
{
	uint32_t left = smtp_cells_left(&r->cells);

	return n <= left && (n <= SMALL || left - n >= r->cells.count / SMALL_PART);
}

static void fall_asleep(struct session_room *r, struct session_state *s)
{
	struct smtp_session *h = s->session;
	struct smtp_pack p = {
		.at = r->rooms->packed, .end = r->rooms->packed + PACKED_MOST, .out = true};
	struct span packed, here;

	session_state_pack(s, &r->rooms->base, &p);
	packed = span_of(r->rooms->packed, (size_t)(p.at - r->rooms->packed));
	here = span_head(packed, PACKED_HERE);
	h->awake = NULL;
	h->len = h->rest = 0;
	r->slept++;
	free_state(r, s);
	if (p.failed || !has_room(r, smtp_cells_for(packed.len - here.len))) {
		r->cut++;
	} else {
		h->len = (uint32_t)packed.len;
		memcpy(h->packed, here.p, here.len);
		h->rest = smtp_cells_write(&r->cells, span_skip(packed, here.len));
	}
	explicit_bzero(r->rooms->packed, packed.len);
}

/* The one silent for longest, nearly, NULL where none may sleep. */
static struct session_state *sleepiest(struct session_room *r)
{
	for (uint32_t k = 0; k < 2 * r->awake; k++) {
		struct session_state *s = r->oldest;

		if (s != r->busy && !s->used && session_state_packs(s))
			return s;
		s->used = false;
		unlink_awake(r, s);
		link_newest(r, s);
	}
	return NULL;
}

static bool make_block_room(void *cookie)
{
	struct session_room *r = cookie;
	struct session_state *s = r->oldest;

	while (s && r->blocks.taken >= r->blocks.limit) {
		struct session_state *next = s->newer;

		if (s != r->busy && session_state_holds_blocks(s) && session_state_packs(s))
			fall_asleep(r, s);
		s = next;
	}
	return r->blocks.taken < r->blocks.limit;
}

/* ---- awake ---- */

/* Its content is of no account. NULL where memory is short. */
static struct session_state *take_state(struct session_room *r, struct smtp_session *h)
{
	struct session_state *s;

	if (r->awake >= r->config.awake && (s = sleepiest(r)) != NULL)
		fall_asleep(r, s);
	s = r->rooms->free;
	if (s)
		r->rooms->free = s->newer;
	else
		s = malloc(sizeof(*s));
	if (!s)
		return NULL;
	s->session = h;
	s->decoder = r->decoder;
	link_newest(r, s);
	r->awake++;
	h->awake = s;
	return s;
}

/* As at the start: all but its place in the room. */
static void begin(struct session_room *r, struct session_state *s, const struct flow_info *f,
	bool cut)
{
	size_t from = offsetof(struct session_state, number);

	memcpy((uint8_t *)s + from, (const uint8_t *)&r->rooms->base + from, sizeof(*s) - from);
	s->dialog.ledger.entries = s->dialog.ledger.few;
	session_state_tie(s, &r->ties);
	session_state_begin(s, f, cut);
}

static void wake(struct session_room *r, struct session_state *s, const struct flow_info *f)
{
	struct smtp_session *h = s->session;
	size_t here = h->len < PACKED_HERE ? h->len : PACKED_HERE;
	struct smtp_pack p = {.at = r->rooms->packed, .end = r->rooms->packed + h->len};

	if (h->len == 0) {
		begin(r, s, f, true);
		return;
	}
	memcpy(r->rooms->packed, h->packed, here);
	explicit_bzero(h->packed, here);
	smtp_cells_read(&r->cells, h->rest, r->rooms->packed + here, h->len - here);
	session_state_unpack(s, &r->rooms->base, &r->ties, &p);
	explicit_bzero(r->rooms->packed, h->len);
	if (p.failed) {
		r->cut++;
		begin(r, s, f, true);
	}
}

struct session_state *session_room_wake(struct smtp_session *h, const struct flow_info *f)
{
	struct session_room *r = h->room;
	struct session_state *s = h->awake;

	if (!s) {
		s = take_state(r, h);
		if (!s)
			return NULL;
		wake(r, s, f);
	}
	s->used = true;
	r->busy = s;
	return s;
}

void session_room_rest(struct session_state *s)
{
	struct session_room *r = s->session->room;

	r->busy = NULL;
	if (r->config.sleepy && session_state_packs(s))
		fall_asleep(r, s);
}

/* ---- opening and closing ---- */

int session_room_init(struct session_room *r, struct session_rooms *rooms,
	struct smtp_decoder *decoder, const struct session_ties *ties,
	const struct session_room_config *config)
{
	*r = (struct session_room){
		.rooms = rooms, .decoder = decoder, .ties = *ties, .config = *config};
	r->blocks = (struct smtp_blocks){.limit = config->blocks,
		.make_room = make_block_room,
		.cookie = r,
		.list = &rooms->blocks};
	r->ties.blocks = &r->blocks;
	return smtp_cells_init(&r->cells, config->cells);
}

void session_room_finish(struct session_room *r)
{
	smtp_cells_finish(&r->cells);
}

bool session_room_crowded(const struct session_room *r)
{
	return r->cells.count > 0 &&
	       smtp_cells_left(&r->cells) < r->cells.count / SPARE_PART + SMALL;
}

struct smtp_session *session_room_open(struct session_room *r, const struct flow_info *f)
{
	struct smtp_session *h = smtp_cell_take(&r->cells);
	struct session_state *s;

	if (!h)
		return NULL;
	*h = (struct smtp_session){.room = r};
	s = take_state(r, h);
	if (!s) {
		smtp_cell_give(&r->cells, h);
		return NULL;
	}
	r->open++;
	s->used = true;
	begin(r, s, f, false);
	return h;
}

void session_room_close(struct session_state *s)
{
	struct session_room *r = s->session->room;

	r->busy = NULL;
	r->open--;
	smtp_cell_give(&r->cells, s->session);
	free_state(r, s);
}
