/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records and verdicts as ECS-shaped JSON lines (contract 8 and 10). Lines are ASCII; bytes from
 * the wire that are no valid UTF-8, and control bytes, stand as \xHH, a backslash as \\.
 * Alerts, stats and engine records are built with jansson; the others by output/json_writer.h.
 * event.sequence counts the records of each dataset apart, from 1: whoever reads one dataset sees
 * where lines are missing.
 */
#ifndef OUTPUT_EMITTER_H
#define OUTPUT_EMITTER_H

#include "heuristics/alert.h"

enum dataset {
	DATASET_ALERT = 1 << 0,
	DATASET_SOURCE = 1 << 1,
	DATASET_CAMPAIGN = 1 << 2,
	DATASET_SESSION = 1 << 3,
	DATASET_MESSAGE = 1 << 4,
	DATASET_STATS = 1 << 5,
	DATASET_ENGINE = 1 << 6,
};

/* "alert,source" as a mask: 0; -1 where a name is unknown; *ret_bad is then that name's span. */
int dataset_parse(struct span list, unsigned int *ret, struct span *ret_bad);

/* Where lines go. `line` ends in a newline. */
struct line_sink {
	void *cookie;
	unsigned int datasets; /* mask of what it wants */
	void (*write)(void *cookie, const char *line, size_t len);
};

struct emitter_config {
	const char *version;   /* observer.version; NULL: not written */
	const char *sensor;    /* observer.name */
	const char *hostname;  /* NULL in a replay: it is reproducible */
	const char *interface; /* live */
	bool live;             /* event.created is written */
	/* The input a packet came from (log.file.path; NULL: none), and its frame number there,
	 * from 1. */
	const char *(*frame)(void *cookie, uint64_t packet, uint64_t *ret_frame);
	void *cookie;
	const struct addr *card; /* cards of other hosts are left out; NULL: all are written */
	const struct line_sink *sinks;
	size_t sink_count;
};

struct emitter;

/* NULL where memory is short. The config's strings and sinks are borrowed. */
struct emitter *emitter_create(const struct emitter_config *config);
void emitter_destroy(struct emitter *e);
/* Which datasets some sink wants. */
unsigned int emitter_datasets(const struct emitter *e);
/* How many records of a dataset were written. */
uint64_t emitter_written(const struct emitter *e, enum dataset d);
/* Lines that were lost because memory was short. */
uint64_t emitter_lost(const struct emitter *e);

void emitter_session(
	struct emitter *e, const struct session_record *s, const struct session_judgement *j);
void emitter_message(
	struct emitter *e, const struct message_record *m, const struct message_judgement *j);
void emitter_alert(struct emitter *e, const struct alert *a);
void emitter_source(struct emitter *e, const struct source_card *c);
void emitter_campaign(struct emitter *e, const struct campaign_report *c);

/* Counters for heloscope.stats: dotted names below `heloscope.stats`, e.g. "tcp.flows_total". */
struct stat_value {
	const char *name;
	uint64_t value;
};

void emitter_stats(struct emitter *e, nstime time, nstime start, const struct stat_value *values,
	size_t count);
/* Something about heloscope itself: started, stopped, heartbeat, rotated, degraded. */
void emitter_engine(struct emitter *e, nstime time, nstime start, const char *action,
	const char *message, const struct stat_value *values, size_t count);

#endif
