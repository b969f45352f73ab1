/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_client.h"

#include "smtp_decode/smtp_content.h"
#include "smtp_decode/smtp_doubt.h"
#include "smtp_decode/smtp_exchange.h"
#include "smtp_decode/smtp_server.h"
#include "smtp_decode/smtp_sniff.h"
#include "smtp_decode/smtp_wait.h"

/* ---- commands ---- */

static bool is_http(const struct smtp_command *cmd)
{
	static const char *const methods[] = {
		"GET", "POST", "HEAD", "PUT", "CONNECT", "OPTIONS", "DELETE"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (span_eq_str(cmd->word, methods[i]) && cmd->args.len > 0)
			return true;
	}
	return false;
}

static bool is_binary(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < 0x20 && s.p[i] != '\t' && s.p[i] != '\r')
			return true;
	}
	return false;
}

static void note_unknown(
	struct smtp_dialog *d, const struct smtp_text_line *line, const struct smtp_command *cmd)
{
	if (is_http(cmd) || is_binary(span_head(line->text, 64)))
		smtp_dialog_anomaly(d, FLOW_CLIENT, &line->first, SESSION_NOT_SMTP);
	if (d->client.refused)
		smtp_dialog_anomaly(d, FLOW_CLIENT, &line->first, SESSION_DATA_WITHOUT_354);
}

/* The first chunk of a message begins it. */
static void begin_chunks(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	if (d->client.content_open)
		return;
	memset(&d->client.data, 0, sizeof(d->client.data));
	smtp_content_begin(d, d->number, &line->last);
}

static void on_bdat(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line)
{
	struct smtp_client *cl = &d->client;
	uint64_t size;
	bool last;

	if (smtp_bdat_parse(cmd->args, &size, &last) < 0) {
		smtp_dialog_anomaly(d, FLOW_CLIENT, &line->first, SESSION_BAD_BDAT);
		return;
	}
	cl->chunk_number = d->number;
	cl->chunk_left = size;
	cl->last_chunk = last;
	cl->state = SMTP_CLIENT_CHUNK;
	begin_chunks(d, line);
	if (size == 0)
		smtp_content_chunk_end(d, &line->last);
}

/* BURL: a chunk that lies elsewhere. */
static void on_burl(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line)
{
	bool last;

	if (smtp_burl_parse(cmd->args, &last) < 0)
		return;
	begin_chunks(d, line);
	smtp_content_elsewhere(d, &line->last);
	d->client.last_chunk = last;
	smtp_content_chunk_end(d, &line->last);
}

/* What a command does to the client's side, before any reply. */
static void enter(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line)
{
	struct smtp_client *cl = &d->client;

	switch (cmd->verb) {
	case SMTP_DATA:
	case SMTP_XCLIENT:
		cl->state = SMTP_CLIENT_WAIT;
		cl->wait_data = cmd->verb == SMTP_DATA;
		cl->answered = false;
		cl->wait_number = d->number;
		break;
	case SMTP_BDAT:
		on_bdat(d, cmd, line);
		break;
	case SMTP_BURL:
		on_burl(d, cmd, line);
		break;
	case SMTP_STARTTLS:
		cl->state = SMTP_CLIENT_STARTTLS;
		cl->starttls = true;
		cl->starttls_guessed = false;
		cl->starttls_end = -1;
		cl->behind = false;
		break;
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_LHLO:
		d->server.lmtp = cmd->verb == SMTP_LHLO;
		break;
	default:
		break;
	}
}

/* Chunks without a LAST one end with their transaction. */
static void leave_content(
	struct smtp_dialog *d, enum smtp_verb verb, const struct smtp_text_line *line)
{
	if (verb == SMTP_MAIL || verb == SMTP_RSET || verb == SMTP_QUIT)
		smtp_content_end(d, SMTP_CONTENT_CUT, &line->first);
}

/* An earlier command was answered by a line that is no reply, and the client took it for one. */
static void settle_junk(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	if (d->server.junk_end == 0)
		return;
	if (line->peer_acked < 0 || (uint64_t)line->peer_acked >= d->server.junk_end) {
		smtp_ledger_pop(&d->ledger, d->blocks);
		d->server.junk_end = 0;
	}
}

/* A message was refused before its end, and its client goes on behind that: it took the refusal for
 * the reply to the end of data, which gets no other then. */
static void settle_early(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	const struct smtp_pending *head = smtp_ledger_head(&d->ledger);
	uint64_t end = d->server.early_end;

	d->server.early_end = 0;
	if (end == 0 || !head || head->role != SMTP_REPLY_CONTENT)
		return;
	if (line->peer_acked < 0 || (uint64_t)line->peer_acked >= end)
		smtp_ledger_pop(&d->ledger, d->blocks);
}

/* A PROXY line is one of at most 107 bytes, in capitals. */
static void on_proxy(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line)
{
	struct smtp_proxy_client said = {.kind = SMTP_PROXY_BAD};

	if (line->text.len <= 105 && span_eq_str(cmd->word, "PROXY"))
		said = smtp_proxy_line(cmd->args, line->bare_lf);
	smtp_dialog_proxy(d, &line->last, &said);
}

/* Does the reply to this command answer the message? */
static bool ends_content(const struct smtp_command *cmd)
{
	uint64_t size;
	bool last = false;

	if (cmd->verb == SMTP_BDAT)
		return smtp_bdat_parse(cmd->args, &size, &last) == 1 && last;
	return cmd->verb == SMTP_BURL && smtp_burl_parse(cmd->args, &last) == 1 && last;
}

static void on_command(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	struct smtp_command cmd = smtp_command_parse(line->text);
	struct smtp_event e =
		smtp_dialog_client_event(SMTP_EVENT_COMMAND, &line->first, &line->last);

	if (cmd.verb == SMTP_PROXY && line->first.offset > 0)
		cmd.verb = SMTP_UNKNOWN;
	if (line->bare_lf)
		smtp_dialog_anomaly(d, FLOW_CLIENT, &line->first, SESSION_BARE_LF);
	settle_junk(d, line);
	settle_early(d, line);
	if (cmd.verb == SMTP_AUTH) {
		smtp_exchange_line(d, &cmd, line);
		return;
	}
	if (cmd.verb == SMTP_UNKNOWN)
		note_unknown(d, line, &cmd);
	d->client.refused = false;
	d->client.lf_lines = line->bare_lf;
	e.peer_acked = line->peer_acked;
	e.command.cmd = cmd;
	smtp_dialog_unanswered(d, &e);
	if (cmd.verb != SMTP_PROXY) {
		e.command.number = ++d->number;
		e.command.hidden = smtp_doubt_hidden(d, cmd.verb, d->number, line);
		smtp_dialog_push(d, cmd.verb,
			ends_content(&cmd) ? SMTP_REPLY_CONTENT : SMTP_REPLY_COMMAND, d->number,
			line->last.offset + 1, line->peer_acked);
	}
	leave_content(d, cmd.verb, line);
	smtp_dialog_emit(d, &e);
	if (cmd.verb == SMTP_PROXY)
		on_proxy(d, &cmd, line);
	else
		enter(d, &cmd, line);
}

/* A line while it is not known whether it is one of a message. */
static void on_unsure_line(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	if (smtp_command_certain(line->text)) {
		d->client.state = SMTP_CLIENT_COMMAND;
		on_command(d, line);
	} else if (span_eq_str(line->text, ".")) {
		d->client.state = SMTP_CLIENT_COMMAND;
		smtp_dialog_push(d, SMTP_DATA, SMTP_REPLY_CONTENT, 0, line->last.offset + 1,
			line->peer_acked);
	}
}

static void step_line(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	struct smtp_text_line line;

	if (cl->state == SMTP_CLIENT_COMMAND && smtp_exchange_probe(d, c))
		return;
	if (smtp_line_next(&cl->line, d->blocks, c, &line) == 0)
		return;
	if (line.capped) {
		d->lines_capped++;
		smtp_dialog_anomaly(d, FLOW_CLIENT, &line.first, SESSION_LONG_LINE);
	}
	if (cl->state == SMTP_CLIENT_COMMAND)
		on_command(d, &line);
	else
		on_unsure_line(d, &line);
	smtp_line_reset(&cl->line, d->blocks);
}

/* ---- bytes whose meaning hangs on those behind them ---- */

void smtp_client_proxy_end(struct smtp_dialog *d, const struct smtp_place *at)
{
	struct smtp_proxy_client said;

	if (d->client.proxy.left > 0)
		return;
	said = smtp_proxy_end(&d->client.proxy);
	smtp_dialog_proxy(d, at, &said);
}

static void step_proxy(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_place at;

	smtp_chunk_skip(c, smtp_proxy_bytes(&d->client.proxy, c->data));
	at = smtp_place_of(c, 0);
	smtp_client_proxy_end(d, &at);
}

/* The server has said yes to STARTTLS up to `end` and the client sent plain bytes behind it: were
 * they sent before that reply had reached it (contract 4.4)? */
static void check_injection(struct smtp_dialog *d, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;

	if (cl->behind && cl->starttls_end >= 0 && cl->behind_acked >= 0 &&
		cl->behind_acked < cl->starttls_end)
		smtp_dialog_anomaly(d, FLOW_CLIENT, at, SESSION_STARTTLS_INJECTION);
}

static void step_starttls(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	struct smtp_place at = smtp_place_of(c, 0);

	if (c->data.p[0] == 0x16) {
		smtp_dialog_tls(d, c);
		return;
	}
	if (cl->starttls_guessed) {
		cl->state = SMTP_CLIENT_UNSURE;
		return;
	}
	cl->state = SMTP_CLIENT_COMMAND;
	if (!cl->behind) {
		cl->behind = true;
		cl->behind_acked = c->peer_acked;
		check_injection(d, &at);
	}
}

/* Takes bytes off the front of `c`, at least one unless the state changes. */
void smtp_client_step(struct smtp_dialog *d, struct stream_chunk *c)
{
	switch (d->client.state) {
	case SMTP_CLIENT_START:
		smtp_sniff_start(d, c);
		break;
	case SMTP_CLIENT_PROXY:
		step_proxy(d, c);
		break;
	case SMTP_CLIENT_COMMAND:
	case SMTP_CLIENT_UNSURE:
		step_line(d, c);
		break;
	case SMTP_CLIENT_DATA:
		smtp_content_step_data(d, c);
		break;
	case SMTP_CLIENT_CHUNK:
		smtp_content_step_chunk(d, c);
		break;
	case SMTP_CLIENT_REFUSED:
		smtp_sniff_refused(d, c);
		break;
	case SMTP_CLIENT_AUTH_OPEN:
		smtp_sniff_auth(d, c);
		break;
	case SMTP_CLIENT_AUTH_LINE:
		smtp_exchange_step(d, c);
		break;
	case SMTP_CLIENT_STARTTLS:
		step_starttls(d, c);
		break;
	default: /* TLS; WAIT and DOUBT do not come here */
		smtp_dialog_tls_bytes(d, c);
		smtp_chunk_skip(c, c->data.len);
		break;
	}
}

/* ---- gaps and chunks ---- */

void smtp_client_gap(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	struct smtp_place at = smtp_place_of(c, 0);
	struct smtp_event e = smtp_dialog_client_event(SMTP_EVENT_GAP, &at, &at);
	bool in_chunk = cl->state == SMTP_CLIENT_CHUNK || cl->state == SMTP_CLIENT_REFUSED;
	uint64_t beyond = 0; /* bytes lost behind the octets of a chunk */

	e.gap.missing = c->missing;
	e.gap.in_content = in_chunk || cl->state == SMTP_CLIENT_DATA;
	if (in_chunk && c->missing > cl->chunk_left) {
		e.gap.missing = cl->chunk_left;
		beyond = c->missing - cl->chunk_left;
	}
	cl->content_gap = cl->content_gap || e.gap.in_content;
	smtp_dialog_emit(d, &e);
	if (cl->state == SMTP_CLIENT_TLS)
		return;
	cl->sniff_len = 0;
	if (cl->state == SMTP_CLIENT_DATA) {
		smtp_data_gap(&cl->data);
	} else if (in_chunk) {
		cl->state = SMTP_CLIENT_CHUNK;
		cl->chunk_left -= e.gap.missing;
		if (cl->chunk_left == 0)
			smtp_content_chunk_end(d, &at);
	} else if (cl->state == SMTP_CLIENT_PROXY && c->missing < cl->proxy.left) {
		smtp_proxy_gap(&cl->proxy, c->missing);
	} else if (!smtp_exchange_gap(d)) {
		smtp_line_reset(&cl->line, d->blocks);
		cl->state = SMTP_CLIENT_UNSURE;
	}
	if (beyond > 0) {
		e.gap.missing = beyond;
		e.gap.in_content = false;
		smtp_dialog_emit(d, &e);
		cl->state = SMTP_CLIENT_UNSURE;
	}
}

static void take(struct smtp_dialog *d, struct stream_chunk *c)
{
	while (c->data.len > 0) {
		if (d->client.state == SMTP_CLIENT_WAIT)
			smtp_wait_bytes(d, c);
		else if (d->client.state == SMTP_CLIENT_DOUBT)
			smtp_doubt_bytes(d, c);
		else
			smtp_client_step(d, c);
	}
}

void smtp_client_chunk(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct stream_chunk rest = *c;

	if (c->kind == CHUNK_GAP) {
		d->client.offset = c->offset + c->missing;
		smtp_wait_gap(d, c);
		return;
	}
	d->client.payload += c->data.len;
	d->client.offset = c->offset + c->data.len;
	take(d, &rest);
}

/* ---- replies ---- */

static void starttls_replied(struct smtp_dialog *d, int code, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;

	if (!cl->starttls)
		return;
	cl->starttls = false;
	if (code != 220) {
		if (cl->state == SMTP_CLIENT_STARTTLS)
			cl->state = SMTP_CLIENT_COMMAND;
		return;
	}
	cl->starttls_end = (int64_t)at->offset + 1;
	check_injection(d, at);
	smtp_server_expect_tls(d);
	if (cl->state == SMTP_CLIENT_COMMAND && cl->line.total == 0)
		cl->state = SMTP_CLIENT_STARTTLS;
}

/* The reply to a command that was lost may tell which it was, and so what the client sends now. */
static void unmatched_reply(struct smtp_dialog *d, int code, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	struct smtp_owner auth = {.number = cl->auth_number};

	if (code == 354 && cl->state == SMTP_CLIENT_UNSURE) {
		smtp_line_reset(&cl->line, d->blocks);
		smtp_content_data(d, 0, at);
	} else if (code == 220 && cl->state == SMTP_CLIENT_UNSURE && cl->line.total == 0) {
		smtp_server_expect_tls(d);
		cl->starttls_guessed = true;
		cl->state = SMTP_CLIENT_STARTTLS;
	} else if (code == 334 || code == 235 || code == 535) {
		smtp_exchange_replied(d, &auth, code, at);
	}
}

void smtp_client_replied(
	struct smtp_dialog *d, const struct smtp_owner *o, int code, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	bool chunk = cl->state == SMTP_CLIENT_CHUNK && cl->chunk_number == o->number;

	if (o->role == SMTP_REPLY_UNMATCHED)
		unmatched_reply(d, code, at);
	if (o->role == SMTP_REPLY_AUTH) {
		smtp_exchange_replied(d, o, code, at);
		return;
	}
	if (o->verb == SMTP_BDAT && code >= 400 && chunk)
		cl->state = SMTP_CLIENT_REFUSED;
	if (o->role != SMTP_REPLY_COMMAND)
		return;
	switch (o->verb) {
	case SMTP_DATA:
		smtp_wait_replied(d, o, code, at);
		break;
	case SMTP_XCLIENT:
		smtp_wait_xclient(d, o);
		break;
	case SMTP_AUTH:
		smtp_exchange_replied(d, o, code, at);
		break;
	case SMTP_STARTTLS:
		starttls_replied(d, code, at);
		break;
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_LHLO:
		if (code / 100 == 2 && cl->state != SMTP_CLIENT_CHUNK &&
			cl->content_number < o->number)
			smtp_content_end(d, SMTP_CONTENT_CUT, at);
		break;
	default:
		break;
	}
}

void smtp_client_finish(struct smtp_dialog *d, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;

	smtp_doubt_settle(d);
	smtp_wait_finish(d);
	smtp_content_end(d, SMTP_CONTENT_CUT, at);
	smtp_exchange_end(d, AUTH_UNKNOWN, at);
	if (cl->state == SMTP_CLIENT_TLS && d->server.payload == 0)
		smtp_dialog_tls(d, &cl->hello);
	smtp_line_reset(&cl->line, d->blocks);
	smtp_hold_clear(&cl->held, d->blocks);
}
