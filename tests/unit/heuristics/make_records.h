/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records for tests of heuristics/: what is not said takes the value of an ordinary inbound
 * session or message, whole and seen from both sides.
 */
#ifndef TESTS_MAKE_RECORDS_H
#define TESTS_MAKE_RECORDS_H

#include <assert.h>

#include "base/connect_record.h"
#include "facts/dns_record.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/session_record.h"

#define MAKE_T0 (1780000000 * NS_PER_S) /* in 2026 */
#define MAKE_SERVER "192.0.2.25"
#define MAKE_RESOLVER "192.0.2.53"
#define MAKE_HELOS 16

struct maker {
	struct record_builder b;
	uint64_t packet; /* of the next record */
};

static inline void maker_init(struct maker *m)
{
	int ok = record_builder_init(&m->b);

	assert(ok == 1);
	m->packet = 0;
}

static inline void maker_finish(struct maker *m)
{
	record_builder_finish(&m->b);
}

static inline struct addr make_addr(const char *text)
{
	struct addr a = {{0}};
	int ok = addr_parse(span_str(text), &a);

	assert(ok == 1);
	return a;
}

struct make_session {
	const char *client;
	const char *server; /* NULL: MAKE_SERVER */
	uint16_t port;      /* 0: 25 */
	nstime start;       /* after MAKE_T0; its greetings come then */
	nstime length;      /* 0: a second */
	const char *helo[MAKE_HELOS];
	int64_t hold_ms; /* -1: unseen */
	uint32_t blocked_ms; /* by the server's receive window */
	const char *banner;
	enum auth_outcome auth;
	bool unproven, client_only;
	uint64_t lost;
};

static inline const struct record *make_session(struct maker *m, const struct make_session *s)
{
	struct session_helo helos[MAKE_HELOS] = {0};
	uint32_t count = 0;
	nstime start = MAKE_T0 + s->start;
	nstime end = start + (s->length ? s->length : NS_PER_S);
	struct session_record *r = record_begin(&m->b, RECORD_SESSION, sizeof(*r));

	r->r.time = end;
	r->r.packet = r->flow.last_packet = m->packet + 9;
	r->r.flow = r->flow.id = r->flow.first_packet = m->packet;
	m->packet += 10;
	r->flow.client = make_addr(s->client);
	r->flow.server = make_addr(s->server ? s->server : MAKE_SERVER);
	r->flow.client_port = 40000;
	r->flow.server_port = s->port ? s->port : 25;
	r->flow.first_time = start;
	r->flow.last_time = end;
	r->flow.payload[FLOW_CLIENT] = 100;
	r->flow.payload[FLOW_SERVER] = s->client_only ? 0 : 100;
	r->flow.lost = s->lost;
	while (count < MAKE_HELOS && s->helo[count]) {
		helos[count].arg = record_add(&m->b, span_str(s->helo[count]));
		helos[count].time = start;
		helos[count].verb = HELO_VERB_EHLO;
		helos[count++].count = 1;
	}
	r->helos = record_add_array(&m->b, helos, sizeof(helos[0]), count);
	r->helo_count = count;
	r->banner_code = s->client_only ? -1 : 220;
	if (!s->client_only)
		r->banner = record_add(
			&m->b, span_str(s->banner ? s->banner : "220 mx.example.net ESMTP"));
	r->client_spoke = TRI_YES;
	r->server_spoke = s->client_only ? TRI_UNKNOWN : TRI_YES;
	r->hold_ms = s->hold_ms;
	r->flow.zero_window_ms[FLOW_SERVER] = s->blocked_ms;
	r->auth_outcome = (uint8_t)s->auth;
	r->proven = s->unproven || s->client_only ? TRI_UNKNOWN : TRI_YES;
	r->censored = TRI_NO;
	r->close = SESSION_CLOSE_QUIT;
	return record_end(&m->b);
}

struct make_message {
	const char *client;
	const char *server;             /* NULL: MAKE_SERVER */
	uint16_t port;                  /* 0: 25 */
	nstime time;                    /* after MAKE_T0, of its reply */
	const char *from_domain;        /* of the envelope; NULL: a null sender */
	const char *header_from_domain; /* NULL: as from_domain */
	const char *message_id;         /* NULL: none; "" is one that is not valid */
	const char *subject;
	uint64_t digest; /* 0: no text */
	uint32_t rcpts;  /* 0: one */
	uint32_t traits; /* beside MESSAGE_HEADER_SEEN */
	uint64_t rcpts_hash;
	const char *queue_id;
	bool header_unseen, authenticated, unproven;
};

static inline struct str_ref make_str(struct maker *m, const char *text)
{
	return text ? record_add(&m->b, span_str(text)) : (struct str_ref){0, 0};
}

static inline const struct record *make_message(struct maker *m, const struct make_message *s)
{
	const char *header_from = s->header_from_domain ? s->header_from_domain : s->from_domain;
	struct message_record *r = record_begin(&m->b, RECORD_MESSAGE, sizeof(*r));

	r->r.time = MAKE_T0 + s->time;
	r->r.packet = r->last_packet = m->packet + 9;
	r->r.flow = r->first_packet = m->packet;
	m->packet += 10;
	r->client = make_addr(s->client);
	r->server = make_addr(s->server ? s->server : MAKE_SERVER);
	r->client_port = 40000;
	r->server_port = s->port ? s->port : 25;
	r->depth = 1;
	r->session_start = r->start = r->r.time;
	r->complete = r->accepted = TRI_YES;
	r->authenticated = tri_of(s->authenticated);
	r->proven = s->unproven ? TRI_UNKNOWN : TRI_YES;
	r->from_domain = make_str(m, s->from_domain);
	r->header_from_domain = make_str(m, header_from);
	r->rcpts = r->rcpts_attempted = s->rcpts ? s->rcpts : 1;
	r->rcpts_hash = s->rcpts_hash;
	r->reply_code = 250;
	r->size = 1000;
	r->traits = s->traits | (s->header_unseen ? 0 : MESSAGE_HEADER_SEEN);
	r->queue_id = make_str(m, s->queue_id);
	r->subject = make_str(m, s->subject);
	r->message_id = make_str(m, s->message_id);
	if (!s->header_unseen) {
		r->message_id_present = tri_of(s->message_id != NULL);
		r->message_id_valid = tri_of(s->message_id && s->message_id[0]);
	}
	r->message_id_hash = s->message_id ? r->r.packet + 1 : 0;
	r->digest = (struct content_digest){
		.exact = s->digest, .words = s->digest ? 100 : 0, .text_bytes = 1000};
	return record_end(&m->b);
}

/* A DNS question that MAKE_SERVER asks, and what comes back. One answer, or none. */
struct make_dns {
	const char *qname;
	enum dns_type type;
	nstime time;
	const char *target; /* a name for PTR, an address for A and AAAA; NULL: no answer */
	uint8_t rcode;      /* 3: NXDOMAIN */
	bool response;
};

static inline const struct record *make_dns(struct maker *m, const struct make_dns *s)
{
	struct dns_record *r = record_begin(&m->b, RECORD_DNS, sizeof(*r));
	struct dns_answer a = {.type = (uint16_t)s->type, .ttl = 3600};

	r->r.time = MAKE_T0 + s->time;
	r->r.packet = r->r.flow = m->packet++;
	r->src = make_addr(s->response ? MAKE_RESOLVER : MAKE_SERVER);
	r->dst = make_addr(s->response ? MAKE_SERVER : MAKE_RESOLVER);
	r->src_port = s->response ? 53 : 5353;
	r->dst_port = s->response ? 5353 : 53;
	r->id = 77;
	r->qtype = (uint16_t)s->type;
	r->response = s->response;
	r->ra = s->response;
	r->rcode = s->rcode;
	r->qname = record_add(&m->b, span_str(s->qname));
	if (s->response && s->target) {
		a.owner = r->qname;
		if (s->type == DNS_PTR)
			a.name = record_add(&m->b, span_str(s->target));
		else
			a.addr = make_addr(s->target);
		r->answers = record_add_array(&m->b, &a, sizeof(a), 1);
	}
	return record_end(&m->b);
}

static inline const struct record *make_connect(
	struct maker *m, const char *client, const char *server, uint16_t port, nstime time)
{
	struct connect_record *r = record_begin(&m->b, RECORD_CONNECT, sizeof(*r));

	r->r.time = MAKE_T0 + time;
	r->r.packet = r->r.flow = m->packet++;
	r->client = make_addr(client);
	r->server = make_addr(server);
	r->client_port = 40000;
	r->server_port = port;
	return record_end(&m->b);
}

#endif
