/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of tcp_stream.h: one connection, its log (flow_log.h), and what it needs. */
#ifndef TESTS_UNIT_CAPTURE_STREAM_FIXTURE_H
#define TESTS_UNIT_CAPTURE_STREAM_FIXTURE_H

#include "capture/tcp_stream.h"
#include "flow_log.h"

#define C FLOW_CLIENT
#define S FLOW_SERVER

struct fixture {
	struct flow_log log;
	struct reorder_pool *pool;
	struct capture_stats stats;
	struct flow_info flow;
	struct tcp_stream stream;
	struct tcp_stream_context x;
	nstime time;
	uint64_t packet;
	struct talk talk;
};

/* As cmocka calls them, for each test. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);
/* Another connection in its place; what the last one held must have been handed on. */
void fixture_begin(struct fixture *f);

void take(struct fixture *f, enum flow_dir dir, const struct segment *seg);
/* A segment as talk_segment() makes it. */
void say(struct fixture *f, enum flow_dir dir, uint8_t flags, int64_t offset, int64_t acked,
	const char *data);
void shake_hands(struct fixture *f);

#endif
