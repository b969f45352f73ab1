/* SPDX-License-Identifier: Apache-2.0 */
#include "app/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "output/file_sink.h"

struct output {
	const char *path; /* "-": standard output */
	struct file_sink *sink;
};

struct outputs {
	struct output *items;
	struct line_sink *sinks;
	size_t count;
};

/* "ecs:-" or "ecs:FILE". The path, or NULL after a message. */
static const char *target_path(const char *target)
{
	char shown[80];

	if (strncmp(target, "ecs:", 4) == 0 && target[4])
		return target + 4;
	log_error("-o takes ecs:- (standard output) or ecs:FILE, not \"%s\"",
		log_safe(span_str(target), shown, sizeof(shown)));
	return NULL;
}

/* The path of a configured output, or NULL after a message. */
static const char *configured_path(const struct setting_output *o)
{
	if (strcmp(o->type, "stdout") == 0)
		return "-";
	if (!o->path)
		log_error("an output of type file needs a path (outputs)");
	return o->path;
}

static int add(struct outputs *out, const char *path, unsigned int datasets)
{
	struct output *o = &out->items[out->count];

	o->path = path;
	o->sink = file_sink_create(path);
	if (!o->sink) {
		log_error("cannot write to %s: %s", path, strerror(errno));
		return -1;
	}
	out->sinks[out->count] = (struct line_sink){o->sink, datasets, file_sink_write};
	out->count++;
	return 1;
}

/* What is written where nobody chose. Live, silence would mean a dead sensor (contract 8.4). */
static unsigned int default_datasets(const struct options *o)
{
	if (o->card)
		return DATASET_SOURCE;
	if (o->suggest_topology)
		return 0;
	return o->mode == MODE_LIVE ? DATASET_ALERT | DATASET_ENGINE : DATASET_ALERT;
}

static int parse_datasets(const struct options *o, unsigned int *ret)
{
	char shown[80];
	struct span bad;

	*ret = default_datasets(o);
	if (!o->datasets || dataset_parse(span_str(o->datasets), ret, &bad) == 0)
		return 1;
	log_error("--datasets: there is no dataset \"%s\"; there are alert, source, campaign, "
		  "session, message, stats, engine",
		log_safe(bad, shown, sizeof(shown)));
	return -1;
}

/* Those of -o, where there are none those of the configuration. */
static size_t count_of(const struct options *o, const struct settings *s)
{
	return o->outputs.count ? o->outputs.count : s->output_count;
}

static const char *path_of(const struct options *o, const struct settings *s, size_t i)
{
	return o->outputs.count ? target_path(o->outputs.items[i])
				: configured_path(&s->outputs[i]);
}

int outputs_verify(const struct options *o, const struct settings *s)
{
	unsigned int datasets;
	int ok = parse_datasets(o, &datasets);

	for (size_t i = 0; i < count_of(o, s); i++)
		if (!path_of(o, s, i))
			ok = -1;
	return ok;
}

static int add_all(struct outputs *out, const struct options *o, const struct settings *s,
	unsigned int datasets)
{
	for (size_t i = 0; i < count_of(o, s); i++) {
		unsigned int own = o->outputs.count ? 0 : s->outputs[i].datasets;
		const char *path = path_of(o, s, i);

		if (!path || add(out, path, own ? own : datasets) != 1)
			return -1;
	}
	return out->count ? 1 : add(out, "-", datasets);
}

int outputs_open(const struct options *o, const struct settings *s, struct outputs **ret)
{
	size_t room = o->outputs.count + s->output_count + 1;
	struct outputs *out = calloc(1, sizeof(*out));
	unsigned int datasets;

	if (!out)
		return -1;
	out->items = calloc(room, sizeof(*out->items));
	out->sinks = calloc(room, sizeof(*out->sinks));
	if (!out->items || !out->sinks)
		goto fail;
	if (parse_datasets(o, &datasets) != 1 || add_all(out, o, s, datasets) != 1)
		goto fail;
	for (size_t i = 0; o->shadow && i < out->count; i++)
		out->sinks[i].datasets &= ~(unsigned int)(DATASET_ALERT | DATASET_CAMPAIGN);
	*ret = out;
	return 1;
fail:
	outputs_close(out);
	return -1;
}

int outputs_close(struct outputs *o)
{
	int ok = 1;

	if (!o)
		return 1;
	for (size_t i = 0; i < o->count; i++) {
		struct output *out = &o->items[i];
		uint64_t lost = file_sink_get_stats(out->sink).lines_dropped;
		int failed = file_sink_destroy(out->sink);

		if (lost == 0 && failed == 0)
			continue;
		log_error("writing to %s failed, lines are lost: %s", out->path,
			failed ? strerror(errno) : "some could not be written in time");
		ok = -1;
	}
	free(o->items);
	free(o->sinks);
	free(o);
	return ok;
}

const struct line_sink *outputs_sinks(const struct outputs *o, size_t *ret_count)
{
	*ret_count = o->count;
	return o->sinks;
}

void outputs_flush(struct outputs *o)
{
	for (size_t i = 0; i < o->count; i++)
		file_sink_flush(o->items[i].sink);
}

static void reopen(const struct output *o)
{
	if (file_sink_reopen(o->sink) != 0)
		log_error("cannot open %s anew: %s; the old file is written on", o->path,
			strerror(errno));
}

void outputs_reopen(struct outputs *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (strcmp(o->items[i].path, "-") != 0)
			reopen(&o->items[i]);
}

void outputs_check_moved(struct outputs *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (file_sink_moved(o->items[i].sink))
			reopen(&o->items[i]);
}

uint64_t outputs_lost(const struct outputs *o)
{
	uint64_t n = 0;

	for (size_t i = 0; i < o->count; i++)
		n += file_sink_get_stats(o->items[i].sink).lines_dropped;
	return n;
}
