/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lane: the flows of some shards, from segments and datagrams to records. Inline there is one
 * lane of all shards; with workers there are several, which share nothing. What a lane emits is in
 * the order of record_cmp(), and does not depend on which other shards it has.
 *
 *     segment, datagram -> capture -> smtp_decode, facts -> record
 */
#ifndef APP_LANE_H
#define APP_LANE_H

#include "base/record.h"
#include "capture/capture.h"
#include "capture/segment.h"
#include "smtp_decode/smtp_decoder.h"

struct lane;

struct lane_config {
	struct capture_config capture; /* its shards, too */
	/* emit, cookie and shards are set by the lane. */
	struct smtp_decoder_config decoder;
	bool use_dns;
	const struct cidr_list *our_networks; /* whose connection attempts are told of; borrowed */
	/* Each record, borrowed during the call. */
	void (*emit)(void *cookie, const struct record *r);
	void *cookie;
};

struct lane_stats {
	struct capture_stats capture;
	struct smtp_decoder_stats decoder;
	uint64_t dns_streams, dns_refused;
	uint64_t dns_capped; /* streams and their sides that found no room */
};

/* NULL where memory is short. */
struct lane *lane_create(const struct lane_config *config);
void lane_destroy(struct lane *l);

/* As in capture.h: each fires what is due before its time, and may be emitted of a little later. */
void lane_segment(struct lane *l, uint64_t hash, struct segment *s);
void lane_datagram(struct lane *l, uint64_t hash, const struct datagram *d);
void lane_time(struct lane *l, nstime now);
/* Time moves to `now`: all that came is emitted of, and what is due before it fires. */
void lane_advance(struct lane *l, nstime now);
/* The end of the input: ends every flow that is left, in the order of their last packets. */
void lane_finish(struct lane *l);

struct lane_stats lane_get_stats(const struct lane *l);
void lane_stats_add(struct lane_stats *sum, const struct lane_stats *part);

#endif
