/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/copies.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "heuristics/byte_ring.h"

struct copies {
	struct byte_ring ring;
};

/* What the longest copy takes, three times over. */
#define BYTES_MIN 4096

struct copies *copies_create(uint64_t bytes)
{
	struct copies *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->ring.size = (bytes < BYTES_MIN ? BYTES_MIN : bytes) & ~(uint64_t)7;
	c->ring.bytes = malloc(c->ring.size);
	if (!c->ring.bytes) {
		free(c);
		return NULL;
	}
	return c;
}

void copies_destroy(struct copies *c)
{
	if (!c)
		return;
	free(c->ring.bytes);
	free(c);
}

uint64_t copies_put(struct copies *c, const struct message_record *m, uint64_t previous)
{
	struct span queue_id = span_head(record_str(m, m->queue_id), LIMIT_MESSAGE_ID);
	struct span message_id = span_head(record_str(m, m->message_id), LIMIT_MESSAGE_ID);
	struct span subject = span_head(record_str(m, m->subject), LIMIT_SUBJECT);
	const struct copy copy = {
		.previous = previous,
		.host = addr_host_key(&m->client),
		.where = {m->client, m->server, m->peer, m->client_port, m->server_port,
			m->peer_port, m->first_packet, m->last_packet, m->r.time},
		.accepted = m->accepted == TRI_YES,
		.queue_id_len = (uint16_t)queue_id.len,
		.message_id_len = (uint16_t)message_id.len,
		.subject_len = (uint16_t)subject.len,
	};
	uint64_t size = sizeof(copy) + queue_id.len + message_id.len + subject.len, at;
	uint8_t *p;

	size = (size + 7) & ~(uint64_t)7;
	at = byte_ring_place(&c->ring, size);
	if (!byte_ring_fits(&c->ring, at + size))
		c->ring.tail = at + size - c->ring.size;
	p = byte_ring_at(&c->ring, at);
	memcpy(p, &copy, sizeof(copy));
	p += sizeof(copy);
	if (queue_id.len)
		memcpy(p, queue_id.p, queue_id.len);
	p += queue_id.len;
	if (message_id.len)
		memcpy(p, message_id.p, message_id.len);
	p += message_id.len;
	if (subject.len)
		memcpy(p, subject.p, subject.len);
	c->ring.head = at + size;
	return at + 1;
}

const struct copy *copies_get(const struct copies *c, uint64_t ref)
{
	return ref == 0 || ref - 1 < c->ring.tail ? NULL : byte_ring_at(&c->ring, ref - 1);
}

static struct span text_at(const struct copy *c, size_t offset, size_t len)
{
	return len ? span_of((const uint8_t *)(c + 1) + offset, len) : span_of(NULL, 0);
}

struct span copy_queue_id(const struct copy *c)
{
	return text_at(c, 0, c->queue_id_len);
}

struct span copy_message_id(const struct copy *c)
{
	return text_at(c, c->queue_id_len, c->message_id_len);
}

struct span copy_subject(const struct copy *c)
{
	return text_at(c, (size_t)c->queue_id_len + c->message_id_len, c->subject_len);
}

size_t copies_bytes(const struct copies *c)
{
	return sizeof(*c) + c->ring.size;
}
