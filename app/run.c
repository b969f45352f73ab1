/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/privileges.h"
#include "app/pseudonym_key.h"
#include "app/run_report.h"
#include "app/run_tick.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/random.h"


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
		.sensor = r->s->sensor_name, .version = HELOSCOPE_VERSION, .live = r->live,
		.card = r->o->card ? &r->o->card_addr : NULL};

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

/* A replay is inline unless asked otherwise. Live, one core reads packets and another judges. */
static unsigned int workers(const struct run *r)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (r->o->workers)
		return (unsigned int)r->o->workers;
	if (!r->live || cores < 2)
		return 1;
	return cores < 4 ? 2 : cores > 10 ? 8 : (unsigned int)cores - 2;
}

/* Replays use one seed, so that they run the same every time; live tables must not be guessed. */
static uint64_t table_seed(const struct run *r)
{
	return r->live ? random_word() : 0;
}

static int build(struct run *r)
{
	struct pipeline_config c = {.settings = r->s,
		.live = r->live,
		.use_dns = r->o->dns_passive,
		.workers = workers(r),
		.seed = table_seed(r),
		.checksums = r->o->checksums < 0 ? r->s->checksums
						 : (enum checksum_mode)r->o->checksums,
		.posted = run_tick_posted,
		.cookie = r,
		.note_size = sizeof(struct run_tick)};
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
	if (r->o->suggest_topology && !(r->guess = topology_guess_create()))
		goto no_memory;
	c.guess = r->guess;
	r->pipeline = pipeline_create(&c);
	if (r->pipeline)
		return 1;
	if (errno != ENOMEM) {
		log_error("cannot start the threads of %u workers: %s; lower --workers", c.workers,
			strerror(errno));
		return -1;
	}
no_memory:
	log_error("not enough memory for the tables (memory: %" PRIu64
		  " MiB); lower it, e.g. --set memory=256MiB",
		r->s->memory >> 20);
	return -1;
}

static void take_packet(struct run *r, const struct packet *p)
{
	if (r->frames)
		frame_map_add(r->frames, p);
	if (r->writer)
		packet_writer_write(r->writer, p);
	pipeline_packet(r->pipeline, p);
	run_tick_packet(r, p->time);
}

static void loop(struct run *r)
{
	struct packet p;
	int got;

	while (!signals_stop() && (got = packet_source_next(r->source, &p)) != 0) {
		if (got == 1) {
			take_packet(r, &p);
		} else if (got == 2) {
			run_tick_idle(r);
		} else {
			log_error("%s", packet_source_error(r->source));
			r->device_failed = true;
			break;
		}
	}
}

static int exit_status(const struct run *r)
{
	if (r->device_failed)
		return EXIT_STATUS_FAILURE;
	if (r->o->strict && r->in.damaged)
		return EXIT_STATUS_TRUNCATED;
	if (!r->o->shadow && r->o->fail_severity &&
		pipeline_worst_severity(r->pipeline) >= r->o->fail_severity)
		return EXIT_STATUS_ALERTS;
	return EXIT_STATUS_OK;
}

/* Behind the records, where both go to standard output. */
static int print_guess(const struct run *r)
{
	if (!r->guess)
		return 0;
	outputs_flush(r->outputs);
	if (topology_guess_print(r->guess, stdout) == 0)
		return 0;
	log_error("cannot print the topology: memory is short");
	return -1;
}

static int finish(struct run *r)
{
	nstime now;
	int status;

	pipeline_finish(r->pipeline);
	progress_finish(&r->progress);
	r->in = packet_source_get_stats(r->source);
	now = r->live ? run_tick_clock() : pipeline_last_time(r->pipeline);
	run_report_stats(r, now);
	run_report_engine(r, now, "stopped", "heloscope came to the end of its input");
	run_report_end(r);
	if (r->o->card && (emitter_datasets(r->emitter) & DATASET_SOURCE) &&
		emitter_written(r->emitter, DATASET_SOURCE) == 0)
		log_warning("%s did not send: there is no card of it", r->o->card);
	status = exit_status(r);
	if (r->writer && packet_writer_left_out(r->writer) > 0)
		log_warning("%s holds one link type only: %" PRIu64 " packets of others are not in it",
			r->o->write_file, packet_writer_left_out(r->writer));
	if (print_guess(r) != 0)
		status = EXIT_STATUS_FAILURE;
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

	if (open_source(&r) != 1 || outputs_open(o, s, &r.outputs) != 1 ||
		drop_privileges(&r) != 1 || build(&r) != 1)
		goto out;
	signals_install(r.source);
	progress_start(&r.progress, r.live ? PROGRESS_NONE : o->progress, o->verbosity);
	if (r.live) {
		r.started = run_tick_clock();
		run_report_engine(&r, r.started, "started", "heloscope started watching");
	}
	loop(&r);
	status = finish(&r);
out:
	pipeline_destroy(r.pipeline);
	summary_destroy(r.summary);
	topology_guess_destroy(r.guess);
	emitter_destroy(r.emitter);
	frame_map_destroy(r.frames);
	packet_writer_close(r.writer);
	outputs_close(r.outputs);
	packet_source_close(r.source);
	return status;
}
