/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app/privileges.h"
#include "app/pseudonym_key.h"
#include "app/run_report.h"
#include "app/signals.h"
#include "base/log.h"

#define LIVE_LAG (2 * NS_PER_S) /* idle live time runs behind the wall clock (contract 7.4) */
#define HEARTBEAT (60 * NS_PER_S)
/* Packets between looks at the clock, the signals and the outputs. */
#define LIVE_TICK 1024
#define REPLAY_TICK 8192

static nstime wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (nstime)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static const char *filter_of(const struct run *r)
{
	return r->o->filter ? r->o->filter : r->s->filter;
}

static int open_source(struct run *r)
{
	struct live_options live = {
		.snaplen = r->o->snaplen ? r->o->snaplen : r->s->snaplen,
		.buffer_bytes = r->o->buffer_bytes ? r->o->buffer_bytes : r->s->buffer_bytes,
		.fanout_group = (uint32_t)r->o->fanout_group};
	char error[512];

	if (r->live)
		r->source = packet_source_open_live(r->o->interfaces.items,
			r->o->interfaces.count, filter_of(r), &live, error);
	else
		r->source = packet_source_open_files(
			r->o->files.items, r->o->files.count, filter_of(r), error);
	if (!r->source) {
		log_error("%s", error);
		return -1;
	}
	if (r->o->write_file) {
		r->writer = packet_writer_open(r->o->write_file, error);
		if (!r->writer) {
			log_error("%s", error);
			return -1;
		}
		log_warning("%s will hold whole packets, passwords in the clear among them",
			r->o->write_file);
	}
	return 1;
}

static int drop_privileges(const struct run *r)
{
	char error[512];

	if ((!r->o->user || privileges_drop(r->o->user, error) == 1) &&
		(!r->live || privileges_drop_capture(error) == 1))
		return 1;
	log_error("%s", error);
	return -1;
}

static int open_emitter(struct run *r)
{
	struct emitter_config c = {
		.sensor = r->s->sensor_name, .version = HELOSCOPE_VERSION, .live = r->live};

	c.sinks = outputs_sinks(r->outputs, &c.sink_count);
	if (r->live) {
		if (gethostname(r->hostname, sizeof(r->hostname) - 1) == 0)
			c.hostname = r->hostname;
		c.interface = r->o->interfaces.items[0];
	} else {
		r->frames = frame_map_create(r->source, packet_source_count(r->source));
		if (!r->frames)
			return -1;
		c.frame = frame_map_find;
		c.cookie = r->frames;
	}
	r->emitter = emitter_create(&c);
	return r->emitter ? 1 : -1;
}

/* Replays use one seed, so that they run the same every time; live tables must not be guessed. */
static uint64_t table_seed(const struct run *r)
{
	uint64_t seed = 0;

	if (r->live && getentropy(&seed, sizeof(seed)) != 0)
		seed = (uint64_t)wall_clock();
	return seed;
}

static int build(struct run *r)
{
	struct pipeline_config c = {.settings = r->s,
		.live = r->live,
		.use_dns = strcmp(r->o->dns, "off") != 0,
		.seed = table_seed(r),
		.checksums = r->o->checksums < 0 ? r->s->checksums
						 : (enum checksum_mode)r->o->checksums};
	char error[512];

	if (pseudonym_key_load(r->s->hash_key_file, c.pseudonym_key, error) != 1) {
		log_error("%s", error);
		return -1;
	}
	if (r->live && !r->s->hash_key_file)
		log_warning("pseudonyms of recipients are weak without a key of your own "
			    "(privacy.hash_key_file)");
	if (open_emitter(r) != 1)
		goto no_memory;
	if (run_report_form(r) != SUMMARY_NONE && !(r->summary = summary_create()))
		goto no_memory;
	c.emitter = r->emitter;
	c.summary = r->summary;
	r->pipeline = pipeline_create(&c);
	if (r->pipeline)
		return 1;
no_memory:
	log_error("not enough memory for the tables (memory: %" PRIu64
		  " MiB); lower it, e.g. --set memory=256MiB",
		r->s->memory >> 20);
	return -1;
}

/* What a signal asked for, between packets. */
static void obey_signals(struct run *r)
{
	if (signals_take_reopen())
		outputs_reopen(r->outputs);
	if (signals_take_stats()) {
		run_report_stats(r, r->live ? wall_clock() : pipeline_last_time(r->pipeline));
		outputs_flush(r->outputs);
	}
}

static void live_tick(struct run *r)
{
	nstime now = wall_clock();

	pipeline_advance(r->pipeline, now - LIVE_LAG);
	if (now >= r->next_heartbeat) {
		r->next_heartbeat = now + HEARTBEAT;
		run_report_stats(r, now);
		run_report_engine(r, now, "heartbeat", "heloscope is watching");
	}
	outputs_check_moved(r->outputs);
	outputs_flush(r->outputs);
	obey_signals(r);
}

static void replay_tick(struct run *r)
{
	struct packet_source_stats in = packet_source_get_stats(r->source);

	progress_show(&r->progress, &in, r->pipeline);
	obey_signals(r);
}

static void take_packet(struct run *r, const struct packet *p)
{
	if (r->frames)
		frame_map_add(r->frames, p);
	if (r->writer)
		packet_writer_write(r->writer, p);
	pipeline_packet(r->pipeline, p);
	if (r->until_tick-- > 0)
		return;
	r->until_tick = r->live ? LIVE_TICK : REPLAY_TICK;
	if (r->live)
		live_tick(r);
	else
		replay_tick(r);
}

static void loop(struct run *r)
{
	struct packet p;
	int got;

	while (!signals_stop() && (got = packet_source_next(r->source, &p)) != 0) {
		if (got == 1) {
			take_packet(r, &p);
		} else if (got == 2) {
			live_tick(r);
		} else {
			log_error("%s", packet_source_error(r->source));
			r->device_failed = true;
			break;
		}
	}
}

static int exit_status(const struct run *r)
{
	struct packet_source_stats in = packet_source_get_stats(r->source);

	if (r->device_failed)
		return EXIT_STATUS_FAILURE;
	if (r->o->strict && in.damaged)
		return EXIT_STATUS_TRUNCATED;
	if (r->o->fail_severity && pipeline_worst_severity(r->pipeline) >= r->o->fail_severity)
		return EXIT_STATUS_ALERTS;
	return EXIT_STATUS_OK;
}

static int finish(struct run *r)
{
	nstime now;
	int status;

	progress_finish(&r->progress);
	pipeline_finish(r->pipeline);
	now = r->live ? wall_clock() : pipeline_last_time(r->pipeline);
	run_report_stats(r, now);
	run_report_engine(r, now, "stopped", "heloscope came to the end of its input");
	run_report_end(r);
	status = exit_status(r);
	if (r->writer && packet_writer_close(r->writer) != 1) {
		log_error("writing %s failed: not all packets are there", r->o->write_file);
		status = EXIT_STATUS_FAILURE;
	}
	r->writer = NULL;
	if (outputs_close(r->outputs) != 1)
		status = EXIT_STATUS_FAILURE;
	r->outputs = NULL;
	return status;
}

int run_capture(const struct options *o, const struct settings *s)
{
	struct run r = {.o = o, .s = s, .live = o->mode == MODE_LIVE};
	int status = EXIT_STATUS_FAILURE;

	if (open_source(&r) != 1 || outputs_open(o, s, &r.outputs, &status) != 1 ||
		drop_privileges(&r) != 1 || build(&r) != 1)
		goto out;
	signals_install(r.source);
	progress_start(&r.progress, r.live ? PROGRESS_NONE : o->progress, o->verbosity);
	if (r.live) {
		r.started = wall_clock();
		r.next_heartbeat = r.started + HEARTBEAT;
		run_report_engine(&r, r.started, "started", "heloscope started watching");
	}
	loop(&r);
	status = finish(&r);
out:
	pipeline_destroy(r.pipeline);
	summary_destroy(r.summary);
	emitter_destroy(r.emitter);
	frame_map_destroy(r.frames);
	packet_writer_close(r.writer);
	outputs_close(r.outputs);
	packet_source_close(r.source);
	return status;
}
