/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS messages from bytes (RFC 1035 4.1, compression 4.1.4), as records for the judge. Bounded:
 * names of 255 bytes, LIMIT_DNS_ANSWERS answers, no compression loop (each pointer must go back).
 */
#ifndef FACTS_DNS_MESSAGE_H
#define FACTS_DNS_MESSAGE_H

#include "base/flow.h"
#include "base/record.h"
#include "facts/dns_record.h"

/*
 * Puts a record together in `b`. The record, or NULL where the bytes are no DNS message with one
 * question (that is not an error; the caller counts it). Types other than those of dns_type are
 * left out of the answers; a query gives a record without answers.
 */
const struct dns_record *dns_message_parse(
	const struct datagram *d, uint64_t flow, uint32_t number, struct record_builder *b);

/*
 * DNS over TCP (RFC 1035 4.2.2): two-byte lengths. One stream a direction; a message that comes in
 * pieces is held, where there is room, at most 64 KiB + 2. After a gap, or a message for which there
 * was no room, the rest of that direction is skipped, since there is nothing to find the next length
 * by.
 */
struct dns_stream;

/* What the streams of a shard may yet hold together, so that none depends on who runs the others. */
struct dns_room {
	uint64_t bytes;
	uint64_t capped; /* streams and directions that found too little */
};

/* `room` is borrowed. NULL where there is none, or memory is short. */
struct dns_stream *dns_stream_create(struct dns_room *room);
void dns_stream_destroy(struct dns_stream *s);
/* Calls `emit` for each message that `c` completes. */
void dns_stream_chunk(struct dns_stream *s, const struct flow_info *f,
	const struct stream_chunk *c, struct record_builder *b,
	void (*emit)(void *cookie, const struct record *r), void *cookie);

#endif
