/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records: what the decoders hand to the judge. One block each, no pointers: variable parts lie
 * behind the fixed struct and are named by offset, so that a record can be copied into a ring.
 *
 * A record kind is a struct whose first member is `struct record`. It is put together with a
 * record_builder and borrowed by whoever it is emitted to.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/nstime.h"
#include "base/span.h"

enum record_kind {
	RECORD_SESSION = 1, /* smtp_decode/session_record.h */
	RECORD_MESSAGE,	    /* smtp_decode/message_record.h */
	RECORD_CONNECT,	    /* base/connect_record.h */
	RECORD_DNS,	    /* facts/dns_record.h */
};

/* The merge key, in this order: time, timer, packet, flow, number (contract 7.3). */
struct record {
	uint32_t size; /* of the whole block; a multiple of 8 */
	uint16_t kind;
	uint16_t timer; /* 1: fired by a deadline, sorts after packets of the same time */
	nstime time;	/* of the end of the thing described */
	uint64_t packet;
	uint64_t flow;	 /* flow_info.id, or the packet index for a datagram */
	uint32_t number; /* of this flow's records, from 0 */
	uint32_t reserved;
};

/*
 * A byte string inside a record. {0, 0}: not seen. An offset with length 0: seen, and empty.
 */
struct str_ref {
	uint32_t off, len;
};

static inline bool str_seen(struct str_ref s)
{
	return s.off != 0;
}

/* The bytes of `s` in `r`; an empty span where it was not seen. */
static inline struct span record_str(const void *r, struct str_ref s)
{
	return s.off ? span_of((const uint8_t *)r + s.off, s.len) : span_of(NULL, 0);
}

/* An array of `count` elements at `off` inside a record, 8-byte aligned. {0, 0}: none. */
struct array_ref {
	uint32_t off, count;
};

static inline const void *record_array(const void *r, struct array_ref a)
{
	return a.off ? (const uint8_t *)r + a.off : NULL;
}

/* Order of the merge key. Negative, 0 or positive. */
int record_cmp(const struct record *a, const struct record *b);

/* No record is larger; what does not fit is left out and `full` is set. */
#define RECORD_MAX (128 * 1024)

struct record_builder {
	uint8_t *block; /* RECORD_MAX bytes, 8-byte aligned; the fixed struct stays in place */
	uint32_t len;
	bool full;
};

/* 1, or -1 where memory is short. */
int record_builder_init(struct record_builder *b);
void record_builder_finish(struct record_builder *b);

/* Starts a record: `fixed_size` zeroed bytes, kind set. Returns the fixed struct. */
void *record_begin(struct record_builder *b, enum record_kind kind, uint32_t fixed_size);
/* Copies `s` behind what is there. A zero ref where it does not fit. */
struct str_ref record_add(struct record_builder *b, struct span s);
/* Copies `count` elements, aligned. A zero ref where they do not fit or count is 0. */
struct array_ref record_add_array(
	struct record_builder *b, const void *items, uint32_t item_size, uint32_t count);
/* Sets the size and returns the record, valid until the next record_begin(). */
const struct record *record_end(struct record_builder *b);

#endif
