/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pipeline.h"

#include <assert.h>
#include <stdlib.h>

#include "base/connect_record.h"
#include "capture/capture.h"
#include "facts/dns_message.h"
#include "heuristics/judge.h"
#include "smtp_decode/smtp_decoder.h"

struct pipeline {
	struct pipeline_config c;
	struct capture *capture;
	struct smtp_decoder *decoder;
	struct judge *judge;
	struct record_builder builder; /* of DNS and connect records */
	nstime first_time, last_time;
	uint64_t alerts, dns_streams, dns_refused;
	int worst_severity;
};

/* The judge's words go to both listeners. */

static void say_session(void *cookie, const struct session_record *s,
	const struct session_judgement *j)
{
	struct pipeline *p = cookie;

	emitter_session(p->c.emitter, s, j);
	if (p->c.summary)
		summary_session(p->c.summary, s);
}

static void say_message(void *cookie, const struct message_record *m,
	const struct message_judgement *j)
{
	struct pipeline *p = cookie;

	emitter_message(p->c.emitter, m, j);
	if (p->c.summary)
		summary_message(p->c.summary, m);
}

static void say_alert(void *cookie, const struct alert *a)
{
	struct pipeline *p = cookie;

	p->alerts += a->state == ALERT_OPEN;
	if ((int)a->severity > p->worst_severity)
		p->worst_severity = (int)a->severity;
	emitter_alert(p->c.emitter, a);
	if (p->c.summary)
		summary_alert(p->c.summary, a);
}

static void say_campaign(void *cookie, const struct campaign_report *c)
{
	struct pipeline *p = cookie;

	emitter_campaign(p->c.emitter, c);
	if (p->c.summary)
		summary_campaign(p->c.summary, c);
}

static void say_source(void *cookie, const struct source_card *c)
{
	struct pipeline *p = cookie;

	emitter_source(p->c.emitter, c);
	if (p->c.summary)
		summary_source(p->c.summary, c);
}

/* decoders -> judge */

static void take_record(void *cookie, const struct record *r)
{
	struct pipeline *p = cookie;

	judge_record(p->judge, r);
}

/* capture -> decoders */

static void on_connect(void *cookie, const struct flow_info *f)
{
	struct pipeline *p = cookie;
	struct connect_record *r;

	/* Only attempts from inside tell of rogue egress; the rest would be noise to the judge. */
	if (!cidr_list_contains(&p->c.settings->topology.our_networks, &f->client))
		return;
	r = record_begin(&p->builder, RECORD_CONNECT, sizeof(*r));
	r->r.time = f->first_time;
	r->r.packet = r->r.flow = f->id;
	r->client = f->client;
	r->server = f->server;
	r->client_port = f->client_port;
	r->server_port = f->server_port;
	take_record(p, record_end(&p->builder));
}

static void *on_open(void *cookie, enum flow_protocol protocol, const struct flow_info *f)
{
	struct pipeline *p = cookie;

	if (protocol == FLOW_SMTP)
		return smtp_session_open(p->decoder, f);
	if (!p->c.use_dns)
		return NULL;
	p->dns_streams++;
	return dns_stream_create();
}

static void on_chunk(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct stream_chunk *c)
{
	struct pipeline *p = cookie;

	if (protocol == FLOW_SMTP)
		smtp_session_chunk(state, f, c);
	else
		dns_stream_chunk(state, f, c, &p->builder, take_record, p);
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
	struct pipeline *p = cookie;
	const struct dns_record *r;

	if (!p->c.use_dns)
		return;
	r = dns_message_parse(d, d->packet, 0, &p->builder);
	if (r)
		take_record(p, &r->r);
	else
		p->dns_refused++;
}

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

static struct smtp_decoder_config decoder_settings(struct pipeline *p)
{
	bool messages = (emitter_datasets(p->c.emitter) & DATASET_MESSAGE) != 0;
	enum setting_sha256 sha256 = p->c.settings->attachments_sha256;
	struct smtp_decoder_config d = {
		.emit = take_record,
		.cookie = p,
		.trust = {.proxies = p->c.settings->topology.proxies,
			.peers = p->c.settings->topology.trusted_peers},
		.want_recipients = messages,
		.want_sha256 = sha256 == SETTING_SHA256_AUTO ? messages
							     : sha256 == SETTING_SHA256_ON,
		/* 8,192 message contexts at 2 GiB (contract 6.2) */
		.message_contexts = (uint32_t)(p->c.settings->memory >> 18) / FLOW_SHARDS,
	};

	memcpy(d.pseudonym_key, p->c.pseudonym_key, sizeof(d.pseudonym_key));
	return d;
}

struct pipeline *pipeline_create(const struct pipeline_config *config)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	struct judge_out out = {p, say_session, say_message, say_alert, say_campaign, say_source};
	struct flow_sink sink = {p, on_connect, on_open, on_chunk, on_end, on_datagram};
	struct capture_config capture = {
		.memory = config->settings->memory, .seed = config->seed,
		.checksums = config->checksums};
	struct judge_config judge = judge_settings(config);
	struct smtp_decoder_config decoder;

	if (!p)
		return NULL;
	p->c = *config;
	decoder = decoder_settings(p);
	if (record_builder_init(&p->builder) != 1 ||
		!(p->judge = judge_create(&judge, &out)) ||
		!(p->decoder = smtp_decoder_create(&decoder)) ||
		!(p->capture = capture_create(&capture, &sink))) {
		pipeline_destroy(p);
		return NULL;
	}
	return p;
}

void pipeline_destroy(struct pipeline *p)
{
	if (!p)
		return;
	capture_destroy(p->capture);
	smtp_decoder_destroy(p->decoder);
	judge_destroy(p->judge);
	record_builder_finish(&p->builder);
	free(p);
}

void pipeline_packet(struct pipeline *p, const struct packet *packet)
{
	if (p->first_time == 0)
		p->first_time = packet->time;
	p->last_time = packet->time;
	capture_packet(p->capture, packet);
}

void pipeline_advance(struct pipeline *p, nstime now)
{
	if (now <= p->last_time)
		return;
	capture_advance(p->capture, now);
	judge_advance(p->judge, now);
}

void pipeline_finish(struct pipeline *p)
{
	capture_finish(p->capture);
	judge_finish(p->judge);
}

int pipeline_worst_severity(const struct pipeline *p)
{
	return p->worst_severity;
}

uint64_t pipeline_sessions(const struct pipeline *p)
{
	return smtp_decoder_get_stats(p->decoder).sessions;
}

uint64_t pipeline_alerts(const struct pipeline *p)
{
	return p->alerts;
}

nstime pipeline_first_time(const struct pipeline *p)
{
	return p->first_time;
}

nstime pipeline_last_time(const struct pipeline *p)
{
	return p->last_time;
}

/* Counters as rows: where each lies in its stage's struct. */
struct stat_row {
	const char *name;
	size_t offset;
};

#define ROW(name, type, member) {name, offsetof(struct type, member)}

static const struct stat_row capture_rows[] = {
	ROW("capture.ip_packets", capture_stats, ip_packets),
	ROW("capture.unknown_link", capture_stats, unknown_link),
	ROW("capture.malformed", capture_stats, malformed),
	ROW("capture.not_ip", capture_stats, not_ip),
	ROW("capture.fragments", capture_stats, fragments),
	ROW("capture.too_deep", capture_stats, too_deep),
	ROW("capture.checksum_bad", capture_stats, checksum_bad),
	ROW("capture.checksum_unmade", capture_stats, checksum_unmade),
	ROW("capture.duplicates", capture_stats, duplicates),
	ROW("capture.tunnels_capped", capture_stats, tunnels_capped),
	ROW("tcp.segments", capture_stats, tcp_segments),
	ROW("tcp.flows_total", capture_stats, flows),
	ROW("tcp.flows_active", capture_stats, flows_active),
	ROW("tcp.flows_smtp", capture_stats, flows_smtp),
	ROW("tcp.flows_not_smtp", capture_stats, flows_not_smtp),
	ROW("tcp.flows_undecided", capture_stats, flows_undecided),
	ROW("tcp.flows_evicted", capture_stats, flows_evicted),
	ROW("tcp.flows_idle", capture_stats, flows_idle),
	ROW("tcp.out_of_order", capture_stats, out_of_order),
	ROW("tcp.retransmitted_bytes", capture_stats, retransmitted_bytes),
	ROW("tcp.overlap_bytes", capture_stats, overlap_bytes),
	ROW("tcp.payload_bytes", capture_stats, payload_bytes),
	ROW("tcp.lost_bytes", capture_stats, lost_bytes),
	ROW("tcp.reassembly_gaps", capture_stats, gaps),
	ROW("tcp.reassembly_gap_bytes", capture_stats, gap_bytes),
	ROW("tcp.reassembly_capped", capture_stats, reassembly_capped),
	ROW("tcp.guess_capped", capture_stats, guess_capped),
	ROW("tcp.ndpi_asked", capture_stats, ndpi_asked),
	ROW("tcp.ndpi_smtp", capture_stats, ndpi_smtp),
	ROW("dns.datagrams", capture_stats, udp_datagrams),
	ROW("memory.capture_bytes", capture_stats, memory),
};

static const struct stat_row decoder_rows[] = {
	ROW("smtp.sessions", smtp_decoder_stats, sessions),
	ROW("smtp.messages", smtp_decoder_stats, messages),
	ROW("smtp.messages_undecoded", smtp_decoder_stats, messages_undecoded),
	ROW("smtp.lines_capped", smtp_decoder_stats, lines_capped),
	ROW("smtp.headers_capped", smtp_decoder_stats, headers_capped),
	ROW("smtp.texts_capped", smtp_decoder_stats, texts_capped),
	ROW("smtp.mime_capped", smtp_decoder_stats, mime_capped),
	ROW("smtp.commands_pending_capped", smtp_decoder_stats, pending_capped),
	ROW("smtp.hellos_capped", smtp_decoder_stats, hellos_capped),
	ROW("smtp.records_full", smtp_decoder_stats, records_full),
	ROW("smtp.clients_claimed", smtp_decoder_stats, clients_claimed),
};

static const struct stat_row judge_rows[] = {
	ROW("judge.sessions", judge_stats, sessions),
	ROW("judge.messages", judge_stats, messages),
	ROW("judge.dns_records", judge_stats, dns_records),
	ROW("judge.connects", judge_stats, connects),
	ROW("judge.sources", judge_stats, sources),
	ROW("judge.sources_evicted", judge_stats, sources_evicted),
	ROW("judge.clusters", judge_stats, clusters),
	ROW("judge.clusters_evicted", judge_stats, clusters_evicted),
	ROW("judge.messages_pending", judge_stats, messages_pending),
	ROW("judge.messages_late_facts", judge_stats, messages_late_facts),
	ROW("judge.messages_unknown_facts", judge_stats, messages_unknown_facts),
	ROW("alerts.open", judge_stats, alerts_open),
	ROW("alerts.campaigns_open", judge_stats, campaigns_open),
	ROW("alerts.suppressed", judge_stats, suppressed_alerts),
	ROW("memory.judge_bytes", judge_stats, bytes),
};

static size_t add_rows(const struct stat_row *rows, size_t count, const void *stats,
	struct stat_value *ret, size_t n)
{
	for (size_t i = 0; i < count; i++, n++) {
		assert(n < PIPELINE_STATS_MAX);
		ret[n].name = rows[i].name;
		memcpy(&ret[n].value, (const uint8_t *)stats + rows[i].offset, sizeof(uint64_t));
	}
	return n;
}

/* What the tap did not show of what was received, by the receivers' acknowledgments. */
static uint64_t loss_permille(const struct capture_stats *s)
{
	uint64_t all = s->payload_bytes + s->lost_bytes;

	return all ? s->lost_bytes * 1000 / all : 0;
}

#define ADD(rows, stats) add_rows(rows, sizeof(rows) / sizeof(rows[0]), stats, ret, n)

size_t pipeline_stats(const struct pipeline *p, struct stat_value ret[PIPELINE_STATS_MAX])
{
	struct capture_stats capture = capture_get_stats(p->capture);
	struct smtp_decoder_stats decoder = smtp_decoder_get_stats(p->decoder);
	struct judge_stats judge = judge_get_stats(p->judge);
	size_t n = 0;

	n = ADD(capture_rows, &capture);
	n = ADD(decoder_rows, &decoder);
	n = ADD(judge_rows, &judge);
	ret[n++] = (struct stat_value){"capture.loss_permille", loss_permille(&capture)};
	ret[n++] = (struct stat_value){"dns.refused", p->dns_refused};
	ret[n++] = (struct stat_value){"alerts.total", p->alerts};
	return n;
}
