/* SPDX-License-Identifier: Apache-2.0 */
#include "app/lane.h"

#include <assert.h>
#include <stdlib.h>

#include "base/connect_record.h"
#include "base/limits.h"
#include "facts/dns_message.h"

struct lane {
	struct lane_config c;
	struct capture *capture;
	struct smtp_decoder *decoder;
	struct record_builder builder; /* of DNS and connect records */
	struct dns_room dns_rooms[FLOW_SHARDS];
	struct record last;            /* its key alone */
	struct lane_stats stats;       /* of DNS alone */
};

static void emit(void *cookie, const struct record *r)
{
	struct lane *l = cookie;

	/* The merge of several lanes relies on it. */
	assert(record_cmp(&l->last, r) <= 0);
	l->last = *r;
	l->c.emit(l->c.cookie, r);
}

static void on_connect(void *cookie, const struct flow_info *f)
{
	struct lane *l = cookie;
	struct connect_record *r;

	/* Only attempts from inside tell of rogue egress; the rest would be noise to the judge. */
	if (!cidr_list_contains(l->c.our_networks, &f->client))
		return;
	r = record_begin(&l->builder, RECORD_CONNECT, sizeof(*r));
	r->r.time = f->first_time;
	r->r.packet = r->r.flow = f->id;
	r->client = f->client;
	r->server = f->server;
	r->client_port = f->client_port;
	r->server_port = f->server_port;
	emit(l, record_end(&l->builder));
}

static void *on_open(void *cookie, enum flow_protocol protocol, const struct flow_info *f)
{
	struct lane *l = cookie;

	if (protocol == FLOW_SMTP)
		return smtp_session_open(l->decoder, f);
	if (!l->c.use_dns)
		return NULL;
	l->stats.dns_streams++;
	return dns_stream_create(&l->dns_rooms[f->shard]);
}

static void on_chunk(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct stream_chunk *c)
{
	struct lane *l = cookie;

	if (protocol == FLOW_SMTP)
		smtp_session_chunk(state, f, c);
	else
		dns_stream_chunk(state, f, c, &l->builder, emit, l);
}

static void on_end(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct flow_ending *e)
{
	if (protocol == FLOW_SMTP)
		smtp_session_end(state, f, e);
	else
		dns_stream_destroy(state);
}

static void on_datagram(void *cookie, const struct datagram *d)
{
	struct lane *l = cookie;
	const struct dns_record *r;

	if (!l->c.use_dns)
		return;
	r = dns_message_parse(d, d->packet, 0, &l->builder);
	if (r)
		emit(l, &r->r);
	else
		l->stats.dns_refused++;
}

static bool on_crowded(void *cookie, uint8_t shard)
{
	struct lane *l = cookie;

	return smtp_decoder_crowded(l->decoder, shard);
}

struct lane *lane_create(const struct lane_config *config)
{
	struct lane *l = calloc(1, sizeof(*l));
	struct flow_sink sink = {l, on_connect, on_open, on_chunk, on_end, on_datagram,
		on_crowded};

	if (!l)
		return NULL;
	l->c = *config;
	l->c.decoder.emit = emit;
	l->c.decoder.cookie = l;
	l->c.decoder.shards = config->capture.shards;
	l->last.time = INT64_MIN;
	for (size_t i = 0; i < FLOW_SHARDS; i++)
		l->dns_rooms[i].bytes = LIMIT_DNS_STREAMS / FLOW_SHARDS;
	if (record_builder_init(&l->builder) != 1 ||
		!(l->decoder = smtp_decoder_create(&l->c.decoder)) ||
		!(l->capture = capture_create(&l->c.capture, &sink))) {
		lane_destroy(l);
		return NULL;
	}
	return l;
}

void lane_destroy(struct lane *l)
{
	if (!l)
		return;
	capture_destroy(l->capture);
	smtp_decoder_destroy(l->decoder);
	record_builder_finish(&l->builder);
	free(l);
}

void lane_segment(struct lane *l, uint64_t hash, struct segment *s)
{
	capture_segment(l->capture, hash, s);
}

void lane_datagram(struct lane *l, uint64_t hash, const struct datagram *d)
{
	capture_datagram(l->capture, hash, d);
}

void lane_time(struct lane *l, nstime now)
{
	capture_time(l->capture, now);
}

void lane_advance(struct lane *l, nstime now)
{
	capture_advance(l->capture, now);
}

void lane_finish(struct lane *l)
{
	capture_finish(l->capture);
}

struct lane_stats lane_get_stats(const struct lane *l)
{
	struct lane_stats s = l->stats;

	s.capture = capture_get_stats(l->capture);
	s.decoder = smtp_decoder_get_stats(l->decoder);
	for (size_t i = 0; i < FLOW_SHARDS; i++)
		s.dns_capped += l->dns_rooms[i].capped;
	return s;
}

static_assert(sizeof(struct lane_stats) % sizeof(uint64_t) == 0, "nothing but counters");

void lane_stats_add(struct lane_stats *sum, const struct lane_stats *part)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)part;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}
