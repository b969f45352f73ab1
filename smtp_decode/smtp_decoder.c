/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_decoder.h"

#include <stdlib.h>

#include "smtp_decode/dialect.h"
#include "smtp_decode/message_builder.h"
#include "smtp_decode/session_fill.h"
#include "smtp_decode/session_times.h"
#include "smtp_decode/smtp_dialog.h"
#include "smtp_decode/smtp_turn.h"
#include "smtp_decode/tls_watch.h"

struct smtp_decoder {
	struct smtp_decoder_config config;
	struct message_shared messages;
	struct record_builder records;
	struct smtp_blocks blocks;
	struct smtp_session *free; /* the one used last is still in the caches */
	uint64_t sessions, lines_capped, hellos_capped, pending_capped, records_full,
		clients_claimed, tls_sessions;
};

/* Where, within the connection, a session began: with XCLIENT or TURN, else zero. */
struct smtp_part {
	bool anew;
	nstime start;
	uint64_t first_packet;
	uint64_t packets[2], bytes[2], payload[2], missing[2]; /* that came before */
	uint32_t zero_window_ms[2];
};

struct smtp_session {
	struct smtp_decoder *decoder;
	struct smtp_session *next; /* free ones */
	struct smtp_dialog dialog;
	struct session_builder facts;
	struct session_times times;
	struct dialect dialect;
	struct message_builder messages;
	struct tls_watch *tls; /* NULL before TLS */
	struct session_client client;
	struct smtp_part part;
	struct smtp_turn turn;
	/* Of the call that is being made. */
	const struct flow_info *flow;
	nstime now;
	uint64_t packet;
	bool timer;
	uint32_t number; /* of the next record */
};

/* Contract 6.2; what is put aside in blocks, texts and transactions comes under caps of its own. */
_Static_assert(sizeof(struct smtp_session) <= 4096, "an open session is 4 KiB");

struct smtp_decoder *smtp_decoder_create(const struct smtp_decoder_config *config)
{
	struct smtp_decoder *d = calloc(1, sizeof(*d));
	struct message_content_config contents = {
		.contexts = config->message_contexts *
			    (config->shards ? config->shards : FLOW_SHARDS),
		.want_recipients = config->want_recipients,
		.want_sha256 = config->want_sha256,
	};

	if (!d)
		return NULL;
	d->config = *config;
	d->messages.want_recipients = config->want_recipients;
	d->messages.contexts = config->message_contexts;
	d->messages.emit = config->emit;
	d->messages.cookie = config->cookie;
	d->messages.records = &d->records;
	smtp_blocks_init(&d->blocks);
	d->messages.pseudonyms = pseudonyms_create(config->pseudonym_key);
	if (!d->messages.pseudonyms)
		goto err0;
	contents.pseudonyms = d->messages.pseudonyms;
	d->messages.contents = message_content_pool_create(&contents);
	if (!d->messages.contents)
		goto err1;
	if (record_builder_init(&d->records) < 0)
		goto err2;
	return d;
err2:
	message_content_pool_destroy(d->messages.contents);
err1:
	pseudonyms_destroy(d->messages.pseudonyms);
err0:
	free(d);
	return NULL;
}

void smtp_decoder_destroy(struct smtp_decoder *d)
{
	struct smtp_session *s;

	if (!d)
		return;
	record_builder_finish(&d->records);
	message_shared_finish(&d->messages);
	message_content_pool_destroy(d->messages.contents);
	pseudonyms_destroy(d->messages.pseudonyms);
	smtp_blocks_finish(&d->blocks);
	while ((s = d->free) != NULL) {
		d->free = s->next;
		free(s);
	}
	free(d);
}

struct smtp_decoder_stats smtp_decoder_get_stats(const struct smtp_decoder *d)
{
	struct message_content_stats content = message_content_pool_stats(d->messages.contents);

	return (struct smtp_decoder_stats){
		.sessions = d->sessions,
		.messages = d->messages.messages,
		.messages_undecoded = d->messages.undecoded,
		.lines_capped = d->lines_capped,
		.headers_capped = content.headers_capped,
		.texts_capped = content.texts_capped,
		.mime_capped = content.mime_capped,
		.charsets_unknown = content.charsets_unknown,
		.pending_capped = d->pending_capped,
		.hellos_capped = d->hellos_capped,
		.records_full = d->messages.records_full + d->records_full,
		.clients_claimed = d->clients_claimed,
		.tls_sessions = d->tls_sessions,
	};
}

static struct message_session session_so_far(struct smtp_session *s)
{
	return (struct message_session){
		.flow = s->flow,
		.client = session_client_of_message(&s->client),
		.start = s->part.start ? s->part.start : s->flow->first_time,
		.authenticated = session_builder_authenticated(&s->facts, s->flow->midstream),
		.auth_account = s->facts.auth_account,
		.time = s->now,
		.packet = s->packet,
		.timer = s->timer,
		.number = &s->number,
	};
}

/* What is known of the connection, as of the session that is at hand. */
static struct flow_info flow_of_part(const struct smtp_session *s, const struct client_end *client)
{
	const struct smtp_part *p = &s->part;
	struct flow_info f = *s->flow;

	f.client = client->addr;
	f.client_port = client->port;
	if (p->start != 0) {
		f.first_time = p->start;
		f.first_packet = p->first_packet;
		f.syn_time = 0;
	}
	for (size_t i = 0; i < 2; i++) {
		f.packets[i] -= p->packets[i];
		f.bytes[i] -= p->bytes[i];
		f.payload[i] -= p->payload[i];
		f.missing[i] -= p->missing[i];
		f.zero_window_ms[i] -= p->zero_window_ms[i];
	}
	return f;
}

/* `e` NULL: the connection goes on, with another client. */
static void emit_session(
	struct smtp_session *s, const struct client_end *client, const struct flow_ending *e)
{
	const struct flow_ending goes_on = {
		.how = FLOW_END_INPUT, .time = s->now, .packet = s->packet, .timer = s->timer};
	const struct flow_ending *end = e ? e : &goes_on;
	struct smtp_decoder *d = s->decoder;
	const struct message_builder *m = &s->messages;
	struct session_record *r = record_begin(&d->records, RECORD_SESSION, sizeof(*r));
	struct flow_info f = flow_of_part(s, client);

	r->r.time = s->now;
	r->r.packet = s->packet;
	r->r.timer = s->timer;
	r->r.flow = s->flow->id;
	r->r.number = s->number++;
	r->flow = f;
	r->peer = s->flow->client;
	r->peer_port = s->flow->client_port;
	r->provenance = client->provenance;
	r->part = s->part.anew;
	r->turned = s->turn.turned;
	r->claimed = s->client.claimed;
	r->claims = s->client.claims;
	session_fill(&s->facts, &f, end, &d->records, r);
	session_times_fill(&s->times, &f, end, r);
	dialect_fill(&s->dialect, &s->facts, end, r);
	if (s->tls)
		tls_watch_fill(s->tls, r->complete == TRI_YES, &d->records, &r->tls);
	if (!e)
		r->close = SESSION_CLOSE_XCLIENT;
	if (s->part.anew)
		r->banner_ms = -1;
	if (r->claims > 0)
		r->anomalies |= SESSION_CLIENT_CLAIMED;
	if (s->dialog.turned)
		r->close = SESSION_CLOSE_TURN;
	if (s->turn.turned) /* the SYN was not its client's */
		r->flow.syn = (struct syn_traits){0};
	r->messages_attempted = m->attempted;
	r->messages_accepted = m->accepted;
	r->messages_rejected = m->rejected;
	r->rcpts_attempted = m->rcpts_attempted;
	r->rcpts_accepted = m->rcpts_accepted;
	r->rcpts_rejected = m->rcpts_rejected;
	r->rcpts_unknown_user = m->rcpts_unknown_user;
	if (r->starttls_used == TRI_YES || r->implicit_tls == TRI_YES)
		d->tls_sessions++;
	d->records_full += d->records.full;
	d->config.emit(d->config.cookie, record_end(&d->records));
}

/* What comes from `time` and `packet` on is of another session. */
static void begin_part(struct smtp_session *s, nstime time, uint64_t packet)
{
	const struct flow_info *f = s->flow;

	s->decoder->sessions++;
	s->part = (struct smtp_part){.anew = true, .start = time, .first_packet = packet};
	for (size_t i = 0; i < 2; i++) {
		s->part.packets[i] = f->packets[i];
		s->part.bytes[i] = f->bytes[i];
		s->part.payload[i] = f->payload[i];
		s->part.missing[i] = f->missing[i];
		s->part.zero_window_ms[i] = f->zero_window_ms[i];
	}
}

/* Was more said before XCLIENT than it takes to get there? That was a session of its own. */
static bool had_life(const struct smtp_session *s)
{
	bool told = s->client.before.provenance == CLIENT_BY_XCLIENT;

	/* What a client said that was told of; XCLIENT itself is not its. */
	return (told && s->facts.commands > 1) || s->facts.auth_attempts > 0 ||
	       s->messages.rcpts_attempted > 0 || s->messages.attempted > 0;
}

/* The server greets another client with `e` (XCLIENT): one session is over, the next begins. */
static void begin_anew(struct smtp_session *s, const struct smtp_event *e)
{
	struct message_session so_far = session_so_far(s);

	so_far.client = &s->client.before;
	message_builder_finish(&s->messages, &so_far);
	if (had_life(s)) {
		emit_session(s, &s->client.before, NULL);
		begin_part(s, e->first.time, e->first.packet);
	}
	s->part.anew = true;
	message_builder_restart(&s->messages, &so_far);
	session_builder_finish(&s->facts);
	session_builder_init(&s->facts);
	session_times_init(&s->times);
	s->times.activity = s->now;
	dialect_finish(&s->dialect);
	dialect_init(&s->dialect, &s->decoder->blocks);
	session_builder_told(&s->facts, e, &s->client.words);
}

static void watch_tls(struct smtp_session *s, const struct smtp_event *e)
{
	if (e->kind == SMTP_EVENT_TLS_BYTES && !s->tls)
		s->tls = tls_watch_create(&s->decoder->blocks);
	if (!s->tls)
		return;
	if (e->kind == SMTP_EVENT_TLS_BYTES)
		tls_watch_bytes(s->tls, e->dir, e->tls);
	else if (e->kind == SMTP_EVENT_GAP)
		tls_watch_gap(s->tls, e->dir);
}

static void spread(struct smtp_session *s, const struct smtp_event *e)
{
	struct message_session so_far;

	session_times_event(&s->times, e);
	session_builder_event(&s->facts, e);
	dialect_event(&s->dialect, e, &s->facts, &s->client.end.addr);
	watch_tls(s, e);
	so_far = session_so_far(s);
	message_builder_event(&s->messages, e, &so_far);
	session_client_after(&s->client, e);
}

static void on_event(void *cookie, const struct smtp_event *e)
{
	struct smtp_session *s = cookie;
	struct smtp_event greeting;

	if (session_client_event(&s->client, e, s->decoder->messages.pseudonyms))
		begin_anew(s, e);
	if (session_client_greets(&s->client, e)) {
		greeting = *e;
		greeting.reply.role = SMTP_REPLY_GREETING;
		e = &greeting;
	}
	spread(s, e);
}

static struct smtp_session *take_session(struct smtp_decoder *d)
{
	struct smtp_session *s = d->free;

	if (!s)
		return calloc(1, sizeof(*s));
	d->free = s->next;
	memset(s, 0, sizeof(*s));
	return s;
}

/* A dialogue begins, between the sides of s->flow. */
static void begin_dialog(struct smtp_session *s, bool midstream)
{
	struct smtp_decoder *d = s->decoder;
	struct smtp_dialog_config dialog = {
		.blocks = &d->blocks,
		.pseudonyms = d->messages.pseudonyms,
		.sink = {.cookie = s, .event = on_event},
		.midstream = midstream,
	};

	smtp_dialog_init(&s->dialog, &dialog);
	session_builder_init(&s->facts);
	session_times_init(&s->times);
	dialect_init(&s->dialect, &d->blocks);
	message_builder_init(&s->messages, &d->messages, s->flow->shard);
	session_client_init(&s->client, &d->config.trust, &s->flow->client, s->flow->client_port);
}

/* Its last record was emitted: counts it, and frees what it holds. */
static void end_dialog(struct smtp_session *s)
{
	struct smtp_decoder *d = s->decoder;

	d->clients_claimed += s->client.claims;
	d->lines_capped += s->dialog.lines_capped;
	d->pending_capped += s->dialog.pending_capped;
	d->hellos_capped += s->tls ? s->tls->capped : 0;
	tls_watch_destroy(s->tls);
	s->tls = NULL;
	dialect_finish(&s->dialect);
	session_builder_finish(&s->facts);
}

static void finish_messages(struct smtp_session *s)
{
	struct message_session so_far;

	smtp_dialog_finish(&s->dialog, s->now, s->packet);
	so_far = session_so_far(s);
	message_builder_finish(&s->messages, &so_far);
}

/* The server said yes to TURN: what it says behind that is said as the client of another session.
 */
static void turn_around(struct smtp_session *s, const struct flow_info *f)
{
	uint64_t at[2] = {s->dialog.client.offset, s->dialog.server.offset};
	struct flow_info turned;

	finish_messages(s);
	emit_session(s, &s->client.end, NULL);
	end_dialog(s);
	smtp_turn_around(&s->turn, at);
	s->flow = smtp_turn_flow(&s->turn, f, &turned);
	begin_dialog(s, false);
	begin_part(s, s->now, s->packet);
	s->times.activity = s->now;
	s->flow = f;
}

struct smtp_session *smtp_session_open(struct smtp_decoder *d, const struct flow_info *f)
{
	struct smtp_session *s = take_session(d);

	if (!s)
		return NULL;
	s->decoder = d;
	s->flow = f;
	d->sessions++;
	begin_dialog(s, f->midstream);
	return s;
}

void smtp_session_chunk(
	struct smtp_session *s, const struct flow_info *f, const struct stream_chunk *c)
{
	struct stream_chunk rest = *c, seen;
	struct flow_info turned;

	s->now = c->time;
	s->packet = c->packet;
	s->timer = c->timer;
	do {
		s->flow = smtp_turn_flow(&s->turn, f, &turned);
		seen = smtp_turn_chunk(&s->turn, &rest);
		session_times_before(&s->times, &seen, smtp_dialog_server_owes(&s->dialog));
		smtp_chunk_skip(&rest, smtp_dialog_chunk(&s->dialog, &seen));
		session_times_after(&s->times, &seen);
		if (s->dialog.turned)
			turn_around(s, f);
	} while (rest.data.len > 0);
}

void smtp_session_end(
	struct smtp_session *s, const struct flow_info *f, const struct flow_ending *e)
{
	struct flow_ending seen = smtp_turn_ending(&s->turn, e);
	struct smtp_decoder *d = s->decoder;
	struct flow_info turned;

	s->flow = smtp_turn_flow(&s->turn, f, &turned);
	s->now = e->time;
	s->packet = e->packet;
	s->timer = e->timer;
	finish_messages(s);
	emit_session(s, &s->client.end, &seen);
	end_dialog(s);
	s->next = d->free;
	d->free = s;
}
