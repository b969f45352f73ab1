/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "facts/dns_message.h"

#define PREFIX_BYTES 2

/* One direction: the message that is under way, its length in front. */
struct side {
	uint8_t *buf;
	size_t len, room;
	bool lost; /* nothing to find the next length by */
};

struct dns_stream {
	struct dns_room *room;
	struct side sides[2]; /* by enum flow_dir */
	uint32_t number;      /* of the next record */
};

static bool take_room(struct dns_room *room, size_t bytes)
{
	if (room->bytes < bytes) {
		room->capped++;
		return false;
	}
	room->bytes -= bytes;
	return true;
}

struct dns_stream *dns_stream_create(struct dns_room *room)
{
	struct dns_stream *s;

	if (!take_room(room, sizeof(*s)))
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s)
		s->room = room;
	else
		room->bytes += sizeof(*s);
	return s;
}

static void side_free(struct dns_room *room, struct side *s)
{
	free(s->buf);
	s->buf = NULL;
	room->bytes += s->room;
	s->len = s->room = 0;
}

static void side_lose(struct dns_room *room, struct side *s)
{
	side_free(room, s);
	s->lost = true;
}

void dns_stream_destroy(struct dns_stream *s)
{
	if (!s)
		return;
	side_free(s->room, &s->sides[FLOW_CLIENT]);
	side_free(s->room, &s->sides[FLOW_SERVER]);
	s->room->bytes += sizeof(*s);
	free(s);
}

/* What the message at the start of `data` takes with its length; PREFIX_BYTES while unknown. */
static size_t message_size(struct span data)
{
	if (data.len < PREFIX_BYTES)
		return PREFIX_BYTES;
	return PREFIX_BYTES + (size_t)(data.p[0] << 8 | data.p[1]);
}

static void parse_one(struct dns_stream *s, const struct flow_info *f, const struct stream_chunk *c,
	struct span message, struct record_builder *b,
	void (*emit)(void *cookie, const struct record *r), void *cookie)
{
	bool from_client = c->dir == FLOW_CLIENT;
	struct datagram d = {.time = c->time,
		.packet = c->packet,
		.src = from_client ? f->client : f->server,
		.dst = from_client ? f->server : f->client,
		.src_port = from_client ? f->client_port : f->server_port,
		.dst_port = from_client ? f->server_port : f->client_port,
		.payload = message};
	const struct dns_record *r = dns_message_parse(&d, f->id, s->number, b);

	if (!r)
		return;
	((struct record *)b->block)->timer = c->timer;
	s->number++;
	emit(cookie, &r->r);
}

static bool side_grow(struct dns_room *room, struct side *s, size_t want)
{
	uint8_t *p;

	if (!take_room(room, want - s->room))
		return false;
	p = realloc(s->buf, want);
	if (!p) {
		room->bytes += want - s->room;
		return false;
	}
	s->buf = p;
	s->room = want;
	return true;
}

/* Moves bytes from *data until the side holds `want`. 1, 0 where there were too few, -1: no room. */
static int side_fill(struct dns_room *room, struct side *s, struct span *data, size_t want)
{
	size_t n = want - s->len;

	if (s->room < want && !side_grow(room, s, want))
		return -1;
	if (n > data->len)
		n = data->len;
	memcpy(s->buf + s->len, data->p, n);
	s->len += n;
	*data = span_skip(*data, n);
	return s->len == want;
}

/*
 * Takes one message, or what there is of it, off the front of *data. 1 and *ret_message where it
 * is whole: in *data itself if it lies there in one piece, else in the side's buffer.
 */
static int take_message(
	struct dns_room *room, struct side *s, struct span *data, struct span *ret_message)
{
	size_t size = message_size(*data);
	int got;

	if (s->len == 0 && data->len >= PREFIX_BYTES && data->len >= size) {
		*ret_message = span_of(data->p + PREFIX_BYTES, size - PREFIX_BYTES);
		*data = span_skip(*data, size);
		return 1;
	}
	if (s->len < PREFIX_BYTES) {
		got = side_fill(room, s, data, PREFIX_BYTES);
		if (got <= 0)
			return got;
	}
	size = message_size(span_of(s->buf, s->len));
	got = side_fill(room, s, data, size);
	if (got <= 0)
		return got;
	*ret_message = span_of(s->buf + PREFIX_BYTES, size - PREFIX_BYTES);
	s->len = 0;
	return 1;
}

void dns_stream_chunk(struct dns_stream *s, const struct flow_info *f, const struct stream_chunk *c,
	struct record_builder *b, void (*emit)(void *cookie, const struct record *r), void *cookie)
{
	struct side *side = &s->sides[c->dir];
	struct span data = c->data, message;

	/* Picked up in the middle, a stream may begin anywhere in a message. */
	if (c->kind == CHUNK_GAP || f->midstream)
		side_lose(s->room, side);
	while (!side->lost && data.len > 0) {
		int got = take_message(s->room, side, &data, &message);

		if (got > 0)
			parse_one(s, f, c, message, b, emit, cookie);
		else if (got < 0)
			side_lose(s->room, side);
	}
	if (side->len == 0)
		side_free(s->room, side);
}
