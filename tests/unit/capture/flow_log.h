/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of what comes behind decapsulation: segments made by hand, and a sink that writes down
 * what it is told, a line a call:
 *
 *   connect 192.0.2.1:40000 198.51.100.25:25
 *   open smtp 192.0.2.1:40000 198.51.100.25:25
 *   C 0 "EHLO a\r\n" ack 10        data at offset 0; what the sender had received of the other side
 *   S 10 gap 5
 *   C 8 fin ack 10
 *   end fin C                      "end idle timer 660000" has its time in ms since the start
 */
#ifndef TESTS_UNIT_CAPTURE_FLOW_LOG_H
#define TESTS_UNIT_CAPTURE_FLOW_LOG_H

#include "capture/capture.h"
#include "capture/flow_hash.h"
#include "capture/segment.h"

#define FLOW_LOG_START (1000 * NS_PER_S)

struct flow_log {
	char text[1 << 16];
	size_t len;
	bool tell_ids; /* open and end lines are followed by the flow's id */
	bool refuse;   /* open returns NULL */
	/* The last flow told of. */
	struct flow_info info;
	/* All that was delivered, gaps as '?'. */
	uint8_t stream[2][1 << 20];
	size_t stream_len[2];
	nstime last_time;
	bool out_of_order; /* a call's time was less than the one before's */
};

struct flow_sink flow_log_sink(struct flow_log *l);
bool flow_log_chunk(void *cookie, const struct stream_chunk *c);
/* The text since the last call. */
const char *flow_log_take(struct flow_log *l);

/* The endpoints of a connection that a test makes up; time and packet count on by themselves. */
struct talk {
	struct addr addr[2]; /* by enum flow_dir */
	uint16_t port[2];
	uint32_t isn[2];
	nstime *time;     /* of the last packet; each takes a millisecond */
	uint64_t *packet; /* index of the next */
};

/* 192.0.2.1:`client` to 198.51.100.25:`server`. */
struct talk talk_make(nstime *time, uint64_t *packet, uint16_t client, uint16_t server);

/*
 * A segment from `dir`, its bytes at `offset` of the sender's stream, `acked` of the other's
 * received (-1: no ACK). A SYN's own offset is -1.
 */
struct segment talk_segment(struct talk *t, enum flow_dir dir, uint8_t flags, int64_t offset,
	int64_t acked, const char *data);

static inline uint64_t talk_hash(const struct segment *s, uint64_t seed)
{
	return flow_hash(&s->src, s->src_port, &s->dst, s->dst_port, seed);
}

#endif
