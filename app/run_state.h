/* SPDX-License-Identifier: Apache-2.0 */
/* What a run holds; shared by run.c, which drives it, run_tick.c and run_report.c. */
#ifndef APP_RUN_STATE_H
#define APP_RUN_STATE_H

#include "app/frame_map.h"
#include "app/options.h"
#include "app/outputs.h"
#include "app/pipeline.h"
#include "app/progress.h"
#include "app/settings.h"
#include "app/topology_guess.h"
#include "capture/packet_source.h"
#include "capture/packet_writer.h"

/* Goes along with the packets, to where lines are written. */
struct run_tick {
	nstime now; /* live */
	struct packet_source_stats in;
	bool reopen, stats, heartbeat;
};

struct run {
	const struct options *o;
	const struct settings *s;
	bool live;
	struct packet_source *source;
	struct outputs *outputs;
	struct frame_map *frames;
	struct packet_writer *writer;
	struct emitter *emitter;
	struct summary *summary;
	struct topology_guess *guess;
	struct pipeline *pipeline;
	char hostname[256];
	nstime started;
	bool device_failed;
	/* Where packets are read. */
	struct run_tick tick; /* the next; what it asks for stays until it was posted */
	nstime next_heartbeat;
	uint32_t until_tick;
	nstime ticked; /* time of the packet at the last tick */
	/* Where lines are written. */
	struct progress progress;
	struct packet_source_stats in; /* as of what is being written */
};

#endif
