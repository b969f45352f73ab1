/* SPDX-License-Identifier: Apache-2.0 */
/* What a run holds; shared by run.c, which drives it, and run_report.c, which tells of it. */
#ifndef APP_RUN_STATE_H
#define APP_RUN_STATE_H

#include "app/frame_map.h"
#include "app/options.h"
#include "app/outputs.h"
#include "app/pipeline.h"
#include "app/progress.h"
#include "app/settings.h"
#include "capture/packet_source.h"
#include "capture/packet_writer.h"

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
	struct pipeline *pipeline;
	struct progress progress;
	char hostname[256];
	nstime started, next_heartbeat;
	uint32_t until_tick;
	bool device_failed;
};

#endif
