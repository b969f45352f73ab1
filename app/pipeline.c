/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pipeline.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "app/counters.h"
#include "app/workers.h"
#include "capture/flow_hash.h"

/* Of all memory, at 2 GiB: 8,192 message contexts (contract 6.2). */
#define BYTES_A_MESSAGE_CONTEXT (256 * 1024)
/* And, of SMTP sessions: 65,536 awake, each up to 4 KiB; 6 million cells of 64 bytes, 6 for each
 * connection there may be; 16,384 blocks of 4 KiB. */
#define BYTES_A_SESSION_AWAKE (32 * 1024)
#define BYTES_A_CELL 344
#define BYTES_A_BLOCK (128 * 1024)
#define LEAST_AWAKE 8
#define LEAST_BLOCKS 8

/* What is known where packets come in; it goes with every note. */
struct intake {
	struct decap_stats decap;
	nstime first_time, last_time;
	uint64_t queue_dropped;
};

struct pipeline {
	struct pipeline_config c;
	struct decap *decap;
	struct lane *lane;       /* inline */
	struct workers *workers; /* else */
	struct judging *judging;
	struct intake intake;
	nstime now; /* of the last packet, or later */
	uint8_t *note;
	/* With workers: of the judging thread. */
	struct intake noted_intake;
	struct lane_stats noted_lanes;
};

/* ---- lanes -> judging ---- */

static void take_record(void *cookie, const struct record *r)
{
	struct pipeline *p = cookie;

	judging_record(p->judging, r);
}

static void take_advance(void *cookie, nstime now)
{
	struct pipeline *p = cookie;

	judging_advance(p->judging, now);
}

static void take_note(void *cookie, const void *note, const struct lane_stats *lanes)
{
	struct pipeline *p = cookie;

	judging_settle(p->judging);
	memcpy(&p->noted_intake, note, sizeof(p->noted_intake));
	p->noted_lanes = *lanes;
	p->c.posted(p->c.cookie, (const struct intake *)note + 1);
}

/* ---- making it ---- */

static struct judge_config judge_settings(const struct pipeline_config *c)
{
	const struct settings *s = c->settings;

	return (struct judge_config){
		.topology = s->topology,
		.overrides = s->overrides,
		.override_count = s->override_count,
		.trusted_resolvers = s->trusted_resolvers.items,
		.trusted_resolver_count = s->trusted_resolvers.count,
		.use_dns = c->use_dns,
		.live = c->live,
		.learning = c->live && s->learning,
		.memory = s->memory,
		.seed = c->seed,
	};
}

/* How many, of which one comes to each so many bytes of all memory, a shard may have. */
static uint32_t a_shard(uint64_t memory, uint64_t bytes, uint32_t least)
{
	uint64_t n = memory / bytes / FLOW_SHARDS;

	return n < least ? least : (uint32_t)n;
}

static struct smtp_decoder_config decoder_settings(const struct pipeline_config *c)
{
	bool messages = (emitter_datasets(c->emitter) & DATASET_MESSAGE) != 0;
	enum setting_sha256 sha256 = c->settings->attachments_sha256;
	uint64_t memory = c->settings->memory;
	struct smtp_decoder_config d = {
		.trust = {.proxies = c->settings->topology.proxies,
			.peers = c->settings->topology.trusted_peers},
		.want_recipients = messages || c->guess,
		.want_sha256 = sha256 == SETTING_SHA256_AUTO ? messages
							     : sha256 == SETTING_SHA256_ON,
		.message_contexts = a_shard(memory, BYTES_A_MESSAGE_CONTEXT, 1),
		.room = {.cells = a_shard(memory, BYTES_A_CELL, 1),
			.awake = a_shard(memory, BYTES_A_SESSION_AWAKE, LEAST_AWAKE),
			.blocks = a_shard(memory, BYTES_A_BLOCK, LEAST_BLOCKS)},
	};

	memcpy(d.pseudonym_key, c->pseudonym_key, sizeof(d.pseudonym_key));
	return d;
}

static struct lane_config lane_settings(struct pipeline *p)
{
	const struct settings *s = p->c.settings;
	struct lane_config l = {
		.capture = {.memory = s->memory},
		.decoder = decoder_settings(&p->c),
		.use_dns = p->c.use_dns,
		.our_networks = &s->topology.our_networks,
		.emit = take_record,
		.cookie = p,
	};

	return l;
}

static int make_lanes(struct pipeline *p)
{
	struct workers_config w = {
		.lanes = p->c.workers,
		.lane = lane_settings(p),
		.sink = {p, take_record, take_advance, take_note},
		.live = p->c.live,
		.note_size = (uint32_t)sizeof(struct intake) + p->c.note_size,
	};

	if (p->c.workers <= 1) {
		p->lane = lane_create(&w.lane);
		return p->lane ? 1 : -1;
	}
	p->note = calloc(1, w.note_size);
	p->workers = p->note ? workers_create(&w) : NULL;
	return p->workers ? 1 : -1;
}

struct pipeline *pipeline_create(const struct pipeline_config *config)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	struct judge_config judge = judge_settings(config);
	int error;

	if (!p)
		return NULL;
	p->c = *config;
	errno = ENOMEM;
	p->judging = judging_create(&judge, config->emitter, config->summary, config->guess);
	p->decap = decap_create(config->seed);
	if (p->decap)
		decap_set_checksums(p->decap, config->checksums);
	if (p->judging && p->decap && make_lanes(p) == 1)
		return p;
	error = errno;
	pipeline_destroy(p);
	errno = error;
	return NULL;
}

void pipeline_destroy(struct pipeline *p)
{
	if (!p)
		return;
	workers_destroy(p->workers);
	lane_destroy(p->lane);
	decap_destroy(p->decap);
	judging_destroy(p->judging);
	free(p->note);
	free(p);
}

/* ---- packets ---- */

static void take_segment(struct pipeline *p, struct segment *s)
{
	uint64_t hash = flow_hash(&s->src, s->src_port, &s->dst, s->dst_port, p->c.seed);

	if (p->workers)
		workers_segment(p->workers, hash, s);
	else
		lane_segment(p->lane, hash, s);
}

/* Nothing for a lane but the time. */
static void take_time(struct pipeline *p)
{
	if (!p->workers)
		lane_time(p->lane, p->now);
}

static void take_datagram(struct pipeline *p, const struct datagram *d)
{
	uint64_t hash;

	if (!capture_wants(d)) {
		take_time(p);
		return;
	}
	hash = flow_hash(&d->src, d->src_port, &d->dst, d->dst_port, p->c.seed);
	if (p->workers)
		workers_datagram(p->workers, hash, d);
	else
		lane_datagram(p->lane, hash, d);
}

void pipeline_packet(struct pipeline *p, const struct packet *packet)
{
	struct packet late;
	struct decap_result r;

	if (packet->time < p->now) { /* it waited while time moved on with the clock */
		late = *packet;
		late.time = p->now;
		packet = &late;
	}
	p->now = packet->time;
	if (p->intake.first_time == 0)
		p->intake.first_time = p->now;
	p->intake.last_time = p->now;
	switch (decap_packet(p->decap, packet, &r)) {
	case DECAP_TCP:
		take_segment(p, &r.segment);
		break;
	case DECAP_UDP:
		take_datagram(p, &r.datagram);
		break;
	case DECAP_NOTHING:
		take_time(p);
		break;
	}
	if (p->workers)
		workers_packet_done(p->workers, p->now, packet->index);
}

void pipeline_advance(struct pipeline *p, nstime now)
{
	if (now <= p->now)
		return;
	p->now = now;
	if (p->workers) {
		workers_advance(p->workers, now);
	} else {
		lane_advance(p->lane, now);
		judging_advance(p->judging, now);
	}
}

static struct intake intake_now(const struct pipeline *p)
{
	struct intake i = p->intake;

	i.decap = decap_get_stats(p->decap);
	if (p->workers)
		i.queue_dropped = workers_dropped(p->workers);
	return i;
}

bool pipeline_post(struct pipeline *p, const void *note)
{
	struct intake i = intake_now(p);

	if (!p->workers) {
		lane_advance(p->lane, p->now);
		judging_settle(p->judging);
		p->c.posted(p->c.cookie, note);
		return true;
	}
	memcpy(p->note, &i, sizeof(i));
	memcpy(p->note + sizeof(i), note, p->c.note_size);
	return workers_post(p->workers, p->note);
}

void pipeline_finish(struct pipeline *p)
{
	if (p->workers) {
		workers_finish(p->workers, &p->noted_lanes);
		p->noted_intake = intake_now(p);
	} else {
		lane_finish(p->lane);
	}
	judging_finish(p->judging);
}

/* ---- what it says of itself ---- */

static struct intake intake_of(const struct pipeline *p)
{
	return p->workers ? p->noted_intake : intake_now(p);
}

static struct lane_stats lanes_of(const struct pipeline *p)
{
	return p->workers ? p->noted_lanes : lane_get_stats(p->lane);
}

int pipeline_worst_severity(const struct pipeline *p)
{
	return judging_get_stats(p->judging).worst_severity;
}

uint64_t pipeline_sessions(const struct pipeline *p)
{
	return lanes_of(p).decoder.sessions;
}

uint64_t pipeline_alerts(const struct pipeline *p)
{
	return judging_get_stats(p->judging).alerts;
}

nstime pipeline_first_time(const struct pipeline *p)
{
	return intake_of(p).first_time;
}

nstime pipeline_last_time(const struct pipeline *p)
{
	return intake_of(p).last_time;
}

/* By the receivers' acknowledgments. */
static uint64_t loss_permille(const struct capture_stats *s)
{
	uint64_t all = s->payload_bytes + s->lost_bytes;

	return all ? s->lost_bytes * 1000 / all : 0;
}

static_assert(PIPELINE_STATS_MAX == COUNTERS_MAX, "a caller's array takes all");

size_t pipeline_stats(const struct pipeline *p, struct stat_value ret[PIPELINE_STATS_MAX])
{
	struct intake intake = intake_of(p);
	struct counters c = {
		.decap = intake.decap,
		.lanes = lanes_of(p),
		.judging = judging_get_stats(p->judging),
		.queue_dropped = intake.queue_dropped,
		.memory_queues = p->workers ? workers_bytes(p->workers) : 0,
	};

	c.checksum_bad = c.lanes.capture.checksum_bad + c.decap.nothing[DECAP_BAD_CHECKSUM];
	c.loss_permille = loss_permille(&c.lanes.capture);
	c.memory_capture = c.lanes.capture.memory + decap_bytes(p->decap);
	return counters_list(&c, ret);
}
