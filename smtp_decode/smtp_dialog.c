/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_dialog.h"

#include "smtp_decode/smtp_client.h"
#include "smtp_decode/smtp_doubt.h"
#include "smtp_decode/smtp_server.h"

void smtp_dialog_init(struct smtp_dialog *d, const struct smtp_dialog_config *config)
{
	memset(d, 0, sizeof(*d));
	d->blocks = config->blocks;
	d->pseudonyms = config->pseudonyms;
	d->sink = config->sink;
	d->midstream = config->midstream;
	d->client.state = SMTP_CLIENT_START;
	d->server.state = SMTP_SERVER_START;
	d->server.unsure = config->midstream;
	smtp_ledger_init(&d->ledger);
}

void smtp_dialog_emit(struct smtp_dialog *d, const struct smtp_event *e)
{
	d->sink.event(d->sink.cookie, e);
}

void smtp_dialog_anomaly(
	struct smtp_dialog *d, enum flow_dir dir, const struct smtp_place *at, uint32_t anomaly)
{
	struct smtp_event e = {
		.kind = SMTP_EVENT_ANOMALY,
		.dir = dir,
		.first = *at,
		.last = *at,
		.peer_acked = -1,
		.anomaly = anomaly,
	};

	smtp_dialog_emit(d, &e);
}

void smtp_dialog_proxy(
	struct smtp_dialog *d, const struct smtp_place *at, const struct smtp_proxy_client *said)
{
	struct smtp_event e = smtp_dialog_client_event(SMTP_EVENT_PROXY, at, at);

	e.proxy = *said;
	smtp_dialog_emit(d, &e);
	if (said->kind == SMTP_PROXY_BAD)
		smtp_dialog_anomaly(d, FLOW_CLIENT, at, SESSION_BAD_PROXY);
	d->client.state = SMTP_CLIENT_START;
}

void smtp_dialog_tls(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_event e = {
		.kind = SMTP_EVENT_TLS,
		.dir = c->dir,
		.first = smtp_place_of(c, 0),
		.last = smtp_place_of(c, 0),
		.peer_acked = c->peer_acked,
	};

	if (d->tls)
		return;
	d->tls = true;
	d->client.state = SMTP_CLIENT_TLS;
	d->server.state = SMTP_SERVER_TLS;
	smtp_dialog_emit(d, &e);
}

void smtp_dialog_tls_bytes(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_event e = {
		.kind = SMTP_EVENT_TLS_BYTES,
		.dir = c->dir,
		.first = smtp_place_of(c, 0),
		.last = smtp_place_of(c, c->data.len - 1),
		.peer_acked = c->peer_acked,
		.tls = c->data,
	};

	smtp_dialog_emit(d, &e);
}

struct smtp_event smtp_dialog_client_event(
	enum smtp_event_kind kind, const struct smtp_place *first, const struct smtp_place *last)
{
	return (struct smtp_event){
		.kind = kind, .dir = FLOW_CLIENT, .first = *first, .last = *last, .peer_acked = -1};
}

void smtp_dialog_push(struct smtp_dialog *d, enum smtp_verb verb, enum smtp_reply_role role,
	uint32_t number, uint64_t end, int64_t peer_acked)
{
	struct smtp_pending p = {
		.end = end,
		.peer_acked = peer_acked,
		.number = number,
		.count = 1,
		.verb = (uint8_t)verb,
		.role = (uint8_t)role,
	};

	if (!smtp_ledger_push(&d->ledger, d->blocks, &p))
		d->pending_capped++;
}

void smtp_dialog_unanswered(const struct smtp_dialog *d, struct smtp_event *e)
{
	const struct smtp_pending *tail = smtp_ledger_tail(&d->ledger);

	e->command.unanswered = !smtp_ledger_empty(&d->ledger);
	e->command.before = tail ? tail->verb : SMTP_UNKNOWN;
	e->command.before_role = tail ? tail->role : SMTP_REPLY_COMMAND;
}

bool smtp_dialog_server_owes(const struct smtp_dialog *d)
{
	return !d->server.greeted || d->server.more || !smtp_ledger_empty(&d->ledger) ||
	       smtp_doubt_awaits(d);
}

/* Between replies, and between commands, there is a good deal left of the last one. */
static void forget(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;
	struct smtp_server *s = &d->server;

	if (!s->more) {
		memset(s->text, 0, s->text_len);
		s->text_len = s->enhanced_len = 0;
		s->owner = (struct smtp_owner){0};
		s->first = (struct smtp_place){0};
		s->peer_acked = s->code = 0;
	}
	if (cl->sniff_len == 0)
		memset(&cl->sniffed, 0, sizeof(cl->sniffed));
	if (cl->state != SMTP_CLIENT_TLS || d->tls)
		memset(&cl->hello, 0, sizeof(cl->hello));
	/* They are of the past: what is held of them is elsewhere. */
	cl->sniffed.data = cl->hello.data = span_of(NULL, 0);
}

void smtp_dialog_pack(struct smtp_dialog *d, struct smtp_pack *pack)
{
	if (pack->out)
		forget(d);
	smtp_line_pack(&d->client.line, d->blocks, pack);
	smtp_line_pack(&d->server.line, d->blocks, pack);
	smtp_hold_pack(&d->client.held, d->blocks, pack);
	smtp_ledger_pack(&d->ledger, d->blocks, pack);
	d->client.auth = smtp_block_pack(
		d->blocks, d->client.auth, sizeof(*d->client.auth), true, pack);
}

static void closed(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_event e = {
		.kind = SMTP_EVENT_CLOSE,
		.dir = c->dir,
		.first = smtp_place_of(c, 0),
		.last = smtp_place_of(c, 0),
		.peer_acked = c->peer_acked,
	};

	smtp_dialog_emit(d, &e);
}

size_t smtp_dialog_chunk(struct smtp_dialog *d, const struct stream_chunk *c)
{
	if (c->kind == CHUNK_FIN) {
		if (c->dir == FLOW_CLIENT)
			smtp_doubt_closed(d, c->peer_acked);
		closed(d, c);
	} else if (c->dir == FLOW_CLIENT) {
		smtp_client_chunk(d, c);
	} else {
		return smtp_server_chunk(d, c);
	}
	return c->data.len;
}

void smtp_dialog_finish(struct smtp_dialog *d, nstime time, uint64_t packet)
{
	struct smtp_place at = {time, packet, d->client.offset};

	smtp_client_finish(d, &at);
	smtp_line_reset(&d->server.line, d->blocks);
	smtp_ledger_finish(&d->ledger, d->blocks);
}
