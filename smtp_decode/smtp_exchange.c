/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_exchange.h"

#include "smtp_decode/smtp_sniff.h"

void smtp_exchange_end(
	struct smtp_dialog *d, enum auth_outcome outcome, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	struct smtp_event e = smtp_dialog_client_event(SMTP_EVENT_AUTH, at, at);

	if (!cl->auth)
		return;
	e.auth.number = cl->auth_number;
	e.auth.outcome = (uint8_t)outcome;
	e.auth.account = cl->auth->account;
	smtp_auth_wipe(cl->auth);
	smtp_block_give(d->blocks, cl->auth);
	cl->auth = NULL;
	cl->auth_asked = false;
	smtp_dialog_emit(d, &e);
}

/* Behind "AUTH" and white space. Where memory is short its bytes are only passed over. */
static void begin(struct smtp_dialog *d, const struct smtp_place *first, int64_t peer_acked)
{
	struct smtp_client *cl = &d->client;

	smtp_exchange_end(d, AUTH_UNKNOWN, first);
	cl->auth = smtp_block_take(d->blocks);
	if (cl->auth)
		smtp_auth_start(cl->auth);
	cl->auth_command = true;
	cl->auth_first = *first;
	cl->auth_acked = peer_acked;
	cl->state = SMTP_CLIENT_AUTH_LINE;
}

static void auth_command(struct smtp_dialog *d, const struct smtp_place *last)
{
	struct smtp_client *cl = &d->client;
	struct smtp_event e = smtp_dialog_client_event(SMTP_EVENT_COMMAND, &cl->auth_first, last);

	cl->auth_command = false;
	cl->auth_number = ++d->number;
	e.peer_acked = cl->auth_acked;
	e.command.number = d->number;
	e.command.cmd.verb = SMTP_AUTH;
	e.command.cmd.word = span_str("AUTH");
	e.command.cmd.args = cl->auth ? smtp_auth_mechanism(cl->auth) : span_of(NULL, 0);
	smtp_dialog_unanswered(d, &e);
	smtp_dialog_emit(d, &e);
	smtp_dialog_push(
		d, SMTP_AUTH, SMTP_REPLY_COMMAND, d->number, last->offset + 1, cl->auth_acked);
}

/* The line of an AUTH command or of a response has come to its LF at `last`. */
static void line_end(struct smtp_dialog *d, const struct smtp_place *last, int64_t peer_acked)
{
	struct smtp_client *cl = &d->client;

	cl->auth_asked = false;
	if (cl->auth)
		smtp_auth_line_end(cl->auth, d->pseudonyms);
	if (cl->auth_command)
		auth_command(d, last);
	else
		smtp_dialog_push(d, SMTP_AUTH, SMTP_REPLY_AUTH, cl->auth_number, last->offset + 1,
			peer_acked);
	cl->state = cl->auth ? SMTP_CLIENT_AUTH_OPEN : SMTP_CLIENT_COMMAND;
	if (cl->auth && d->server.payload == 0 && smtp_auth_expected(cl->auth) == 0) {
		smtp_exchange_end(d, AUTH_UNKNOWN, last);
		cl->state = SMTP_CLIENT_COMMAND;
	}
}

/* In an AUTH exchange what comes behind a gap may still be secret, and is read as that. */
bool smtp_exchange_gap(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;

	if (cl->state != SMTP_CLIENT_AUTH_OPEN && cl->state != SMTP_CLIENT_AUTH_LINE)
		return false;
	if (cl->auth)
		smtp_auth_gap(cl->auth);
	cl->auth_asked = false;
	return true;
}

void smtp_exchange_step(struct smtp_dialog *d, struct stream_chunk *c)
{
	ptrdiff_t lf = span_find(c->data, '\n');
	size_t n = lf < 0 ? c->data.len : (size_t)lf;
	struct smtp_place at = smtp_place_of(c, n);
	int64_t peer_acked = c->peer_acked;

	if (d->client.auth)
		smtp_auth_bytes(d->client.auth, span_head(c->data, n), d->pseudonyms);
	smtp_chunk_skip(c, lf < 0 ? n : n + 1);
	if (lf >= 0)
		line_end(d, &at, peer_acked);
}

bool smtp_exchange_probe(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_line *l = &d->client.line;
	struct smtp_place first;
	uint8_t probe[5];
	size_t have = l->total < sizeof(probe) ? (size_t)l->total : sizeof(probe), n;

	if (have == sizeof(probe) || have + c->data.len < sizeof(probe))
		return false;
	n = sizeof(probe) - have;
	if (have > 0)
		memcpy(probe, smtp_line_partial(l).p, have);
	memcpy(probe + have, c->data.p, n);
	if (!span_istarts(span_of(probe, sizeof(probe)), "AUTH") ||
		(probe[4] != ' ' && probe[4] != '\t'))
		return false;
	first = have > 0 ? l->first : smtp_place_of(c, 0);
	begin(d, &first, have > 0 ? l->peer_acked : c->peer_acked);
	smtp_line_reset(l, d->blocks);
	smtp_chunk_skip(c, n);
	return true;
}

void smtp_exchange_line(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line)
{
	begin(d, &line->first, line->peer_acked);
	if (d->client.auth)
		smtp_auth_bytes(d->client.auth, cmd->args, d->pseudonyms);
	line_end(d, &line->last, line->peer_acked);
}

void smtp_exchange_replied(
	struct smtp_dialog *d, const struct smtp_owner *o, int code, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	enum auth_outcome outcome = AUTH_FAILURE;

	if (!cl->auth || cl->auth_command || cl->auth_number != o->number)
		return;
	if (code / 100 == 3) {
		cl->auth_asked = true;
		return;
	}
	if (code / 100 == 2)
		outcome = AUTH_SUCCESS;
	else if (cl->auth->starred)
		outcome = AUTH_CANCELLED;
	smtp_exchange_end(d, outcome, at);
	if (cl->state == SMTP_CLIENT_AUTH_OPEN) {
		cl->state = SMTP_CLIENT_COMMAND;
		smtp_sniff_settle(d);
	}
}
