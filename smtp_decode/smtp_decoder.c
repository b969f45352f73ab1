/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_decoder.h"

#include <stdlib.h>

#include "smtp_decode/session_fill.h"
#include "smtp_decode/session_room.h"

/* Where the settings say nothing. */
#define CELLS 65536
#define AWAKE 65536

struct smtp_decoder {
	struct smtp_decoder_config config;
	struct message_shared messages;
	struct record_builder records;
	struct session_rooms rooms;
	struct session_room *room[FLOW_SHARDS]; /* made with a shard's first session */
	uint64_t sessions, lines_capped, hellos_capped, pending_capped, records_full,
		clients_claimed, tls_sessions;
};

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
	if (contents.contexts == 0)
		contents.contexts = 1; /* which nobody is given */
	d->config = *config;
	if (d->config.room.cells == 0)
		d->config.room = (struct smtp_decoder_room){
			.cells = CELLS, .awake = AWAKE, .sleepy = config->room.sleepy};
	d->messages.want_recipients = config->want_recipients;
	d->messages.contexts = config->message_contexts;
	d->messages.emit = config->emit;
	d->messages.cookie = config->cookie;
	d->messages.records = &d->records;
	if (session_rooms_init(&d->rooms) < 0)
		goto err0;
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
	session_rooms_finish(&d->rooms);
	free(d);
	return NULL;
}

void smtp_decoder_destroy(struct smtp_decoder *d)
{
	if (!d)
		return;
	for (int i = 0; i < FLOW_SHARDS; i++) {
		if (d->room[i])
			session_room_finish(d->room[i]);
		free(d->room[i]);
	}
	record_builder_finish(&d->records);
	message_shared_finish(&d->messages);
	message_content_pool_destroy(d->messages.contents);
	pseudonyms_destroy(d->messages.pseudonyms);
	session_rooms_finish(&d->rooms);
	free(d);
}

struct smtp_decoder_stats smtp_decoder_get_stats(const struct smtp_decoder *d)
{
	struct message_content_stats content = message_content_pool_stats(d->messages.contents);
	struct smtp_decoder_stats ret = {
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

	for (int i = 0; i < FLOW_SHARDS; i++) {
		const struct session_room *r = d->room[i];

		if (!r)
			continue;
		ret.sessions_open += r->open;
		ret.sessions_asleep += r->open - r->awake;
		ret.sessions_packed += r->slept;
		ret.sessions_cut += r->cut;
		ret.blocks_short += r->blocks.short_of;
		ret.bytes += (uint64_t)r->cells.taken * SMTP_CELL_BYTES +
			     r->awake * sizeof(struct session_state) +
			     (uint64_t)r->blocks.taken * SMTP_BLOCK_SIZE;
	}
	return ret;
}

static struct message_session session_so_far(struct session_state *s)
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
static struct flow_info flow_of_part(const struct session_state *s, const struct client_end *client)
{
	const struct session_part *p = &s->part;
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
	f.midstream = f.midstream || s->cut;
	return f;
}

/* `e` NULL: the connection goes on, with another client. */
static void emit_session(
	struct session_state *s, const struct client_end *client, const struct flow_ending *e)
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
	if (s->cut)
		r->complete = TRI_NO;
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
static void begin_part(struct session_state *s, nstime time, uint64_t packet)
{
	const struct flow_info *f = s->flow;

	s->decoder->sessions++;
	s->part = (struct session_part){.anew = true, .start = time, .first_packet = packet};
	for (size_t i = 0; i < 2; i++) {
		s->part.packets[i] = f->packets[i];
		s->part.bytes[i] = f->bytes[i];
		s->part.payload[i] = f->payload[i];
		s->part.missing[i] = f->missing[i];
		s->part.zero_window_ms[i] = f->zero_window_ms[i];
	}
}

/* Was more said before XCLIENT than it takes to get there? That was a session of its own. */
static bool had_life(const struct session_state *s)
{
	bool told = s->client.before.provenance == CLIENT_BY_XCLIENT;

	/* What a client said that was told of; XCLIENT itself is not its. */
	return (told && s->facts.commands > 1) || s->facts.auth_attempts > 0 ||
	       s->messages.rcpts_attempted > 0 || s->messages.attempted > 0;
}

/* The server greets another client with `e` (XCLIENT): one session is over, the next begins. */
static void begin_anew(struct session_state *s, const struct smtp_event *e)
{
	struct message_session so_far = session_so_far(s);

	so_far.client = &s->client.before;
	message_builder_finish(&s->messages, &so_far);
	if (had_life(s)) {
		emit_session(s, &s->client.before, NULL);
		begin_part(s, e->first.time, e->first.packet);
	}
	s->part.anew = true;
	s->told = s->commanded;
	message_builder_restart(&s->messages, &so_far);
	session_builder_finish(&s->facts);
	session_builder_init(&s->facts);
	session_times_init(&s->times);
	s->times.activity = s->now;
	dialect_finish(&s->dialect);
	dialect_init(&s->dialect, s->dialog.blocks);
	session_builder_told(&s->facts, e, &s->client.words);
}

static void watch_tls(struct session_state *s, const struct smtp_event *e)
{
	if (e->kind == SMTP_EVENT_TLS_BYTES && !s->tls)
		s->tls = tls_watch_create(s->dialog.blocks);
	if (!s->tls)
		return;
	if (e->kind == SMTP_EVENT_TLS_BYTES)
		tls_watch_bytes(s->tls, e->dir, e->tls);
	else if (e->kind == SMTP_EVENT_GAP)
		tls_watch_gap(s->tls, e->dir);
}

/* Where it was not certain that XCLIENT is a command, what stands behind it was taken for the
 * client's before, and so is what it is answered. */
static bool answers_before(const struct session_state *s, const struct smtp_event *e)
{
	return e->kind == SMTP_EVENT_REPLY && e->reply.number > 0 && e->reply.number <= s->told &&
	       (e->reply.role == SMTP_REPLY_COMMAND || e->reply.role == SMTP_REPLY_AUTH);
}

static void spread(struct session_state *s, const struct smtp_event *e)
{
	struct message_session so_far;

	session_times_event(&s->times, e);
	if (answers_before(s, e))
		return;
	session_builder_event(&s->facts, e);
	dialect_event(&s->dialect, e, &s->facts, &s->client.end.addr);
	watch_tls(s, e);
	so_far = session_so_far(s);
	message_builder_event(&s->messages, e, &so_far);
	session_client_after(&s->client, e);
}

static void on_event(void *cookie, const struct smtp_event *e)
{
	struct session_state *s = cookie;
	struct smtp_event greeting;

	if (e->kind == SMTP_EVENT_COMMAND && e->command.number > s->commanded)
		s->commanded = e->command.number;
	if (session_client_event(&s->client, e, s->decoder->messages.pseudonyms))
		begin_anew(s, e);
	if (session_client_greets(&s->client, e)) {
		greeting = *e;
		greeting.reply.role = SMTP_REPLY_GREETING;
		e = &greeting;
	}
	spread(s, e);
}

/* ---- whose room it is ---- */

static struct session_room *make_room(struct smtp_decoder *d)
{
	struct session_ties ties = {
		.messages = &d->messages, .trust = &d->config.trust, .event = on_event};
	struct smtp_decoder_room *c = &d->config.room;
	/* Those whose message is being decoded do not sleep. */
	uint32_t least = d->config.message_contexts + 2;
	struct session_room_config config = {.cells = c->cells,
		.awake = c->awake < least ? least : c->awake,
		.blocks = c->blocks,
		.sleepy = c->sleepy};
	struct session_room *r = calloc(1, sizeof(*r));

	if (r && session_room_init(r, &d->rooms, d, &ties, &config) == 0)
		return r;
	free(r);
	return NULL;
}

/* Another dialogue begins, between the sides of s->flow. */
static void begin_dialog(struct session_state *s)
{
	struct smtp_decoder *d = s->decoder;
	struct smtp_blocks *blocks = s->dialog.blocks;
	struct smtp_dialog_config dialog = {
		.blocks = blocks,
		.pseudonyms = d->messages.pseudonyms,
		.sink = {.cookie = s, .event = on_event},
	};

	smtp_dialog_init(&s->dialog, &dialog);
	session_builder_init(&s->facts);
	session_times_init(&s->times);
	dialect_init(&s->dialect, blocks);
	message_builder_init(&s->messages, &d->messages, s->flow->shard);
	session_client_init(&s->client, &d->config.trust, &s->flow->client, s->flow->client_port);
	s->cut = false;
	s->commanded = s->told = 0;
}

/* Its last record was emitted: counts it, and frees what it holds. */
static void end_dialog(struct session_state *s)
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

static void finish_messages(struct session_state *s)
{
	struct message_session so_far;

	smtp_dialog_finish(&s->dialog, s->now, s->packet);
	so_far = session_so_far(s);
	message_builder_finish(&s->messages, &so_far);
}

/* The server said yes to TURN: what it says behind that is said as the client of another session.
 */
static void turn_around(struct session_state *s, const struct flow_info *f)
{
	uint64_t at[2] = {s->dialog.client.offset, s->dialog.server.offset};
	struct flow_info turned;

	finish_messages(s);
	emit_session(s, &s->client.end, NULL);
	end_dialog(s);
	smtp_turn_around(&s->turn, at);
	s->flow = smtp_turn_flow(&s->turn, f, &turned);
	begin_dialog(s);
	begin_part(s, s->now, s->packet);
	s->times.activity = s->now;
	s->flow = f;
}

struct smtp_session *smtp_session_open(struct smtp_decoder *d, const struct flow_info *f)
{
	struct session_room **r = &d->room[f->shard];
	struct smtp_session *s;

	if (!*r && !(*r = make_room(d)))
		return NULL;
	s = session_room_open(*r, f);
	d->sessions += s != NULL;
	return s;
}

bool smtp_decoder_crowded(const struct smtp_decoder *d, uint8_t shard)
{
	return d->room[shard] && session_room_crowded(d->room[shard]);
}

void smtp_session_chunk(
	struct smtp_session *session, const struct flow_info *f, const struct stream_chunk *c)
{
	struct session_state *s = session_room_wake(session, f);
	struct stream_chunk rest = *c, seen;
	struct flow_info turned;

	if (!s)
		return;
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
	session_room_rest(s);
}

void smtp_session_end(
	struct smtp_session *session, const struct flow_info *f, const struct flow_ending *e)
{
	struct session_state *s = session_room_wake(session, f);
	struct flow_ending seen;
	struct flow_info turned;

	if (!s)
		return;
	seen = smtp_turn_ending(&s->turn, e);
	s->flow = smtp_turn_flow(&s->turn, f, &turned);
	s->now = e->time;
	s->packet = e->packet;
	s->timer = e->timer;
	finish_messages(s);
	emit_session(s, &s->client.end, &seen);
	end_dialog(s);
	session_room_close(s);
}
