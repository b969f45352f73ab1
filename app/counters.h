/* SPDX-License-Identifier: Apache-2.0 */
/* What every stage counts, by the names that stand below heloscope.stats. */
#ifndef APP_COUNTERS_H
#define APP_COUNTERS_H

#include "app/judging.h"
#include "app/lane.h"
#include "capture/decap.h"

struct counters {
	struct decap_stats decap;
	struct lane_stats lanes; /* of all together */
	struct judging_stats judging;
	uint64_t queue_dropped; /* packets that found no room before a lane */
	uint64_t checksum_bad;	/* of packets and of segments */
	uint64_t loss_permille; /* what the tap did not show of what was received */
	uint64_t memory_capture, memory_queues;
};

#define COUNTERS_MAX 96

/* Returns how many there are. */
size_t counters_list(const struct counters *c, struct stat_value ret[COUNTERS_MAX]);

#endif
