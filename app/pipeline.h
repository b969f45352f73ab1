/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wiring: packets go in, verdicts come out of the emitter and the summary.
 *
 *     packet -> decap -> lane -> judging
 *
 * Inline, one lane is called, and it calls the judging in turn. With workers, lanes and judging
 * have threads of their own (app/workers.h); what comes out is the same.
 */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "app/settings.h"
#include "capture/checksum.h"
#include "capture/packet.h"
#include "output/emitter.h"
#include "output/summary.h"

struct pipeline;

struct pipeline_config {
	const struct settings *settings;
	struct emitter *emitter; /* borrowed */
	struct summary *summary; /* borrowed; NULL: none */
	struct topology_guess *guess; /* the same */
	unsigned int workers;    /* 1: inline; more: so many lanes in threads */
	bool live, use_dns;
	uint8_t pseudonym_key[32];
	uint64_t seed;
	enum checksum_mode checksums;
	/* What pipeline_post() sends comes out here, in the judging thread: from the first packet
	 * to the end of pipeline_finish() it alone may use emitter and summary. */
	void (*posted)(void *cookie, const void *note);
	void *cookie;
	uint32_t note_size; /* bytes of a note */
};

/* NULL with errno set: ENOMEM, or why a thread could not be started. */
struct pipeline *pipeline_create(const struct pipeline_config *config);
void pipeline_destroy(struct pipeline *p);

void pipeline_packet(struct pipeline *p, const struct packet *packet);
/* Live and idle: time is `now` (packet time). */
void pipeline_advance(struct pipeline *p, nstime now);
/* Copies `note` for posted(), which is called after all that came before. False: live, it found
 * no room; try again after some packets. */
bool pipeline_post(struct pipeline *p, const void *note);
/* The end of the input: every open flow ends, every judgement is said. */
void pipeline_finish(struct pipeline *p);

/* ---- as of the note in posted(), and after pipeline_finish() ---- */

/* The highest severity of any alert so far; 0: none. */
int pipeline_worst_severity(const struct pipeline *p);
uint64_t pipeline_sessions(const struct pipeline *p);
uint64_t pipeline_alerts(const struct pipeline *p);

/* Time of the first and of the latest packet; 0 before any. */
nstime pipeline_first_time(const struct pipeline *p);
nstime pipeline_last_time(const struct pipeline *p);

/* All counters, by their names below heloscope.stats. Returns how many there are. */
#define PIPELINE_STATS_MAX 96
size_t pipeline_stats(const struct pipeline *p, struct stat_value ret[PIPELINE_STATS_MAX]);

#endif
