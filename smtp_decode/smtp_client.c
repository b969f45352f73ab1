/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of a dialogue: what each byte is part of. Each step takes bytes off the front
 * of a chunk and may change the state. In SMTP_CLIENT_WAIT bytes are put aside until the reply to
 * DATA says what they are, or it is inferred.
 */
#include "smtp_decode/smtp_dialog.h"

#include <assert.h>

/* The signature of a PROXY protocol version 2 header, and what is behind it. */
#define PROXY2_SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define PROXY2_HEADER 16

static struct smtp_event event_at(
	enum smtp_event_kind kind, const struct smtp_place *first, const struct smtp_place *last)
{
	return (struct smtp_event){
		.kind = kind, .dir = FLOW_CLIENT, .first = *first, .last = *last, .peer_acked = -1};
}

static void anomaly(struct smtp_dialog *d, const struct smtp_place *at, uint32_t bit)
{
	smtp_dialog_anomaly(d, FLOW_CLIENT, at, bit);
}

static void to_command(struct smtp_dialog *d)
{
	d->client.state = SMTP_CLIENT_COMMAND;
}

static void push(struct smtp_dialog *d, enum smtp_verb verb, enum smtp_reply_role role,
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

/* ---- message content ---- */

static void content_begin(struct smtp_dialog *d, uint32_t number, const struct smtp_place *at)
{
	struct smtp_event e = event_at(SMTP_EVENT_CONTENT_BEGIN, at, at);

	/* DATA after BDAT is out of order; if a server takes it, it goes on with the message. */
	if (d->client.content_open)
		return;
	e.content.number = number;
	d->client.content_open = true;
	d->client.content_gap = false;
	d->client.content_number = number;
	smtp_dialog_emit(d, &e);
}

static void content_end(
	struct smtp_dialog *d, enum smtp_content_end end, const struct smtp_place *at)
{
	struct smtp_event e = event_at(SMTP_EVENT_CONTENT_END, at, at);

	if (!d->client.content_open)
		return;
	e.content.number = d->client.content_number;
	e.content.end = end;
	e.content.bare_lf = d->client.data.bare_lf;
	d->client.content_open = false;
	d->client.provisional = false;
	smtp_dialog_emit(d, &e);
}

static void content_octets(struct smtp_dialog *d, const struct stream_chunk *c, struct span octets)
{
	struct smtp_place at = smtp_place_of(c, 0);
	struct smtp_event e = event_at(SMTP_EVENT_CONTENT, &at, &at);

	e.peer_acked = c->peer_acked;
	e.content.number = d->client.content_number;
	e.content.octets = octets;
	smtp_dialog_emit(d, &e);
}

static void data_begin(struct smtp_dialog *d, uint32_t number, const struct smtp_place *at)
{
	smtp_data_start(&d->client.data, d->client.lf_lines);
	d->client.state = SMTP_CLIENT_DATA;
	content_begin(d, number, at);
}

static void step_data(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_data *data = &d->client.data;
	uint32_t candidates = data->candidates;
	bool attempt = data->attempt;
	uint64_t before = data->at;
	struct span in = c->data, octets;
	enum smtp_data_result r = smtp_data_next(data, &in, &octets);
	struct smtp_place at;

	if (r == SMTP_DATA_RUN)
		content_octets(d, c, octets);
	smtp_chunk_skip(c, (size_t)(data->at - before));
	at = smtp_place_of(c, 0);
	if (candidates == 0 && data->candidates > 0)
		anomaly(d, &at, SESSION_SMUGGLE_CANDIDATE);
	if (!attempt && data->attempt)
		anomaly(d, &at, SESSION_SMUGGLE_ATTEMPT);
	if (r != SMTP_DATA_END)
		return;
	push(d, SMTP_DATA, SMTP_REPLY_CONTENT, d->client.content_number, c->offset, c->peer_acked);
	content_end(d, SMTP_CONTENT_COMPLETE, &at);
	to_command(d);
}

void smtp_client_ended_by_server(
	struct smtp_dialog *d, int code, int64_t acked, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	bool lost = cl->content_gap;

	if (cl->state != SMTP_CLIENT_DATA || code < 200 || code / 100 == 3 || code == 421)
		return;
	if (acked >= 0 && (uint64_t)acked < cl->offset)
		return;
	if (!lost && !smtp_data_at_candidate(&cl->data))
		return;
	push(d, SMTP_DATA, SMTP_REPLY_CONTENT, cl->content_number, cl->offset, -1);
	content_end(d, SMTP_CONTENT_BY_SERVER, at);
	cl->state = lost ? SMTP_CLIENT_UNSURE : SMTP_CLIENT_COMMAND;
}

/* The octets of a BDAT command are all there. */
static void chunk_end(struct smtp_dialog *d, const struct smtp_place *at)
{
	to_command(d);
	if (d->client.last_chunk)
		content_end(d, SMTP_CONTENT_COMPLETE, at);
}

static void step_chunk(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	size_t n = c->data.len < cl->chunk_left ? c->data.len : (size_t)cl->chunk_left;
	struct smtp_place at;

	content_octets(d, c, span_head(c->data, n));
	cl->chunk_left -= n;
	smtp_chunk_skip(c, n);
	at = smtp_place_of(c, 0);
	if (cl->chunk_left == 0)
		chunk_end(d, &at);
}

/* ---- AUTH ---- */

static void auth_end(struct smtp_dialog *d, enum auth_outcome outcome, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	struct smtp_event e = event_at(SMTP_EVENT_AUTH, at, at);

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
static void auth_begin(struct smtp_dialog *d, const struct smtp_place *first, int64_t peer_acked)
{
	struct smtp_client *cl = &d->client;

	auth_end(d, AUTH_UNKNOWN, first);
	cl->auth = smtp_block_take(d->blocks);
	if (cl->auth)
		smtp_auth_start(cl->auth);
	cl->auth_command = true;
	cl->auth_first = *first;
	cl->auth_acked = peer_acked;
	cl->state = SMTP_CLIENT_AUTH_LINE;
}

/* Which commands before this one have no reply yet. */
static void note_unanswered(struct smtp_dialog *d, struct smtp_event *e)
{
	const struct smtp_pending *tail = smtp_ledger_tail(&d->ledger);

	e->command.unanswered = !smtp_ledger_empty(&d->ledger);
	e->command.before = tail ? tail->verb : SMTP_UNKNOWN;
	e->command.before_role = tail ? tail->role : SMTP_REPLY_COMMAND;
}

static void auth_command(struct smtp_dialog *d, const struct smtp_place *last)
{
	struct smtp_client *cl = &d->client;
	struct smtp_event e = event_at(SMTP_EVENT_COMMAND, &cl->auth_first, last);

	cl->auth_command = false;
	cl->auth_number = ++d->number;
	e.peer_acked = cl->auth_acked;
	e.command.number = d->number;
	e.command.cmd.verb = SMTP_AUTH;
	e.command.cmd.word = span_str("AUTH");
	e.command.cmd.args = cl->auth ? smtp_auth_mechanism(cl->auth) : span_of(NULL, 0);
	note_unanswered(d, &e);
	smtp_dialog_emit(d, &e);
	push(d, SMTP_AUTH, SMTP_REPLY_COMMAND, d->number, last->offset + 1, cl->auth_acked);
}

/* The line of an AUTH command or of a response has come to its LF at `last`. */
static void auth_line_end(struct smtp_dialog *d, const struct smtp_place *last, int64_t peer_acked)
{
	struct smtp_client *cl = &d->client;

	cl->auth_asked = false;
	if (cl->auth)
		smtp_auth_line_end(cl->auth, d->pseudonyms);
	if (cl->auth_command)
		auth_command(d, last);
	else
		push(d, SMTP_AUTH, SMTP_REPLY_AUTH, cl->auth_number, last->offset + 1, peer_acked);
	cl->state = cl->auth ? SMTP_CLIENT_AUTH_OPEN : SMTP_CLIENT_COMMAND;
	if (cl->auth && d->server.payload == 0 && smtp_auth_expected(cl->auth) == 0) {
		auth_end(d, AUTH_UNKNOWN, last);
		to_command(d);
	}
}

/* In an AUTH exchange what comes behind a gap may still be secret, and is read as that. */
static bool auth_gap(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;

	if (cl->state != SMTP_CLIENT_AUTH_OPEN && cl->state != SMTP_CLIENT_AUTH_LINE)
		return false;
	if (cl->auth)
		smtp_auth_gap(cl->auth);
	cl->auth_asked = false;
	return true;
}

static void step_auth_line(struct smtp_dialog *d, struct stream_chunk *c)
{
	ptrdiff_t lf = span_find(c->data, '\n');
	size_t n = lf < 0 ? c->data.len : (size_t)lf;
	struct smtp_place at = smtp_place_of(c, n);
	int64_t peer_acked = c->peer_acked;

	if (d->client.auth)
		smtp_auth_bytes(d->client.auth, span_head(c->data, n), d->pseudonyms);
	smtp_chunk_skip(c, lf < 0 ? n : n + 1);
	if (lf >= 0)
		auth_line_end(d, &at, peer_acked);
}

/*
 * Do the line so far and what follows it begin with "AUTH" and white space? Then takes that much,
 * so that nothing behind it is put aside with a split line.
 */
static bool auth_probe(struct smtp_dialog *d, struct stream_chunk *c)
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
	auth_begin(d, &first, have > 0 ? l->peer_acked : c->peer_acked);
	smtp_line_reset(l, d->blocks);
	smtp_chunk_skip(c, n);
	return true;
}

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
		anomaly(d, &line->first, SESSION_NOT_SMTP);
	if (d->client.refused)
		anomaly(d, &line->first, SESSION_DATA_WITHOUT_354);
}

static void on_bdat(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line)
{
	struct smtp_client *cl = &d->client;
	uint64_t size;
	bool last;

	if (smtp_bdat_parse(cmd->args, &size, &last) < 0) {
		anomaly(d, &line->first, SESSION_BAD_BDAT);
		return;
	}
	cl->chunk_number = d->number;
	cl->chunk_left = size;
	cl->last_chunk = last;
	cl->state = SMTP_CLIENT_CHUNK;
	if (!cl->content_open) {
		memset(&cl->data, 0, sizeof(cl->data));
		content_begin(d, d->number, &line->last);
	}
	if (size == 0)
		chunk_end(d, &line->last);
}

/* What a command does to the client's side, before any reply. */
static void enter(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line)
{
	struct smtp_client *cl = &d->client;

	switch (cmd->verb) {
	case SMTP_DATA:
		cl->state = SMTP_CLIENT_WAIT;
		cl->answered = false;
		cl->wait_number = d->number;
		break;
	case SMTP_BDAT:
		on_bdat(d, cmd, line);
		break;
	case SMTP_STARTTLS:
		cl->state = SMTP_CLIENT_STARTTLS;
		cl->starttls = true;
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
		content_end(d, SMTP_CONTENT_CUT, &line->first);
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

static void on_auth(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line)
{
	auth_begin(d, &line->first, line->peer_acked);
	if (d->client.auth)
		smtp_auth_bytes(d->client.auth, cmd->args, d->pseudonyms);
	auth_line_end(d, &line->last, line->peer_acked);
}

static void on_command(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	struct smtp_command cmd = smtp_command_parse(line->text);
	struct smtp_event e = event_at(SMTP_EVENT_COMMAND, &line->first, &line->last);
	bool last;
	uint64_t size;

	if (cmd.verb == SMTP_PROXY && line->first.offset > 0)
		cmd.verb = SMTP_UNKNOWN;
	if (line->bare_lf)
		anomaly(d, &line->first, SESSION_BARE_LF);
	settle_junk(d, line);
	if (cmd.verb == SMTP_AUTH) {
		on_auth(d, &cmd, line);
		return;
	}
	if (cmd.verb == SMTP_UNKNOWN)
		note_unknown(d, line, &cmd);
	d->client.refused = false;
	d->client.lf_lines = line->bare_lf;
	e.peer_acked = line->peer_acked;
	e.command.cmd = cmd;
	note_unanswered(d, &e);
	if (cmd.verb != SMTP_PROXY) {
		bool ends = cmd.verb == SMTP_BDAT && smtp_bdat_parse(cmd.args, &size, &last) == 1 &&
			    last;

		e.command.number = ++d->number;
		push(d, cmd.verb, ends ? SMTP_REPLY_CONTENT : SMTP_REPLY_COMMAND, d->number,
			line->last.offset + 1, line->peer_acked);
	}
	leave_content(d, cmd.verb, line);
	smtp_dialog_emit(d, &e);
	enter(d, &cmd, line);
}

/* A line while it is not known whether it is one of a message. */
static void on_unsure_line(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	if (smtp_command_certain(line->text)) {
		to_command(d);
		on_command(d, line);
	} else if (span_eq_str(line->text, ".")) {
		to_command(d);
		push(d, SMTP_DATA, SMTP_REPLY_CONTENT, 0, line->last.offset + 1, line->peer_acked);
	}
}

static void step_line(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	struct smtp_text_line line;

	if (cl->state == SMTP_CLIENT_COMMAND && auth_probe(d, c))
		return;
	if (smtp_line_next(&cl->line, d->blocks, c, &line) == 0)
		return;
	if (line.capped) {
		d->lines_capped++;
		anomaly(d, &line.first, SESSION_LONG_LINE);
	}
	if (cl->state == SMTP_CLIENT_COMMAND)
		on_command(d, &line);
	else
		on_unsure_line(d, &line);
	smtp_line_reset(&cl->line, d->blocks);
}

/* ---- bytes whose meaning hangs on those behind them ---- */

static void step(struct smtp_dialog *d, struct stream_chunk *c);

/* Moves one byte of `c` to those looked at. */
static struct span sniff(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;

	assert(cl->sniff_len < SMTP_SNIFF);
	if (cl->sniff_len == 0)
		cl->sniffed = *c;
	cl->sniff[cl->sniff_len++] = c->data.p[0];
	smtp_chunk_skip(c, 1);
	return span_of(cl->sniff, cl->sniff_len);
}

/* It is clear what they are, and the state says it. None of them comes behind a whole DATA
 * command, so that nothing is left over. */
static void sniffed(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;
	uint8_t bytes[SMTP_SNIFF];
	struct stream_chunk c = cl->sniffed;

	memcpy(bytes, cl->sniff, cl->sniff_len);
	c.data = span_of(bytes, cl->sniff_len);
	cl->sniff_len = 0;
	while (c.data.len > 0 && cl->state != SMTP_CLIENT_WAIT)
		step(d, &c);
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(cl->sniff, sizeof(cl->sniff));
}

/* The stream's first bytes. */
static void step_start(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	struct span s = sniff(d, c);
	size_t sig = s.len < 12 ? s.len : 12;

	if (s.p[0] == 0x16 && s.len == 1)
		return;
	if (s.p[0] == 0x16 && s.p[1] == 0x03) {
		cl->hello = cl->sniffed;
		cl->state = SMTP_CLIENT_TLS;
	} else if (memcmp(s.p, PROXY2_SIGNATURE, sig) == 0) {
		if (s.len < PROXY2_HEADER)
			return;
		cl->chunk_left = (uint64_t)s.p[14] << 8 | s.p[15];
		cl->sniff_len = 0;
		cl->state = cl->chunk_left > 0 ? SMTP_CLIENT_PROXY : SMTP_CLIENT_COMMAND;
		return;
	} else {
		cl->state = d->midstream ? SMTP_CLIENT_UNSURE : SMTP_CLIENT_COMMAND;
		if (s.p[0] < 0x20 && s.p[0] != '\r' && s.p[0] != '\n' && s.p[0] != '\t')
			anomaly(d, &(struct smtp_place){c->time, c->packet, 0}, SESSION_NOT_SMTP);
	}
	sniffed(d);
}

static void step_proxy(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	size_t n = c->data.len < cl->chunk_left ? c->data.len : (size_t)cl->chunk_left;

	smtp_chunk_skip(c, n);
	cl->chunk_left -= n;
	if (cl->chunk_left == 0)
		to_command(d);
}

/* Behind a BDAT command that was refused: octets, or the next command? */
static void step_refused(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_place at = smtp_place_of(c, 0);
	enum smtp_prefix p = smtp_command_prefix(sniff(d, c));

	if (p == SMTP_PREFIX_MORE)
		return;
	if (p == SMTP_PREFIX_YES) {
		d->client.chunk_left = 0;
		if (d->client.last_chunk)
			content_end(d, SMTP_CONTENT_CUT, &at);
		to_command(d);
	} else {
		d->client.state = SMTP_CLIENT_CHUNK;
	}
	sniffed(d);
}

/* Behind an AUTH command or a response: if the server asked, a response, else what it looks like.
 */
static void step_auth_open(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	enum smtp_prefix p = SMTP_PREFIX_NO;

	if (!cl->auth_asked)
		p = smtp_command_prefix(sniff(d, c));
	if (p == SMTP_PREFIX_MORE)
		return;
	cl->state = p == SMTP_PREFIX_YES ? SMTP_CLIENT_COMMAND : SMTP_CLIENT_AUTH_LINE;
	sniffed(d);
}

/* The server has said yes to STARTTLS up to `end` and the client sent plain bytes behind it: were
 * they sent before that reply had reached it (contract 4.4)? */
static void check_injection(struct smtp_dialog *d, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;

	if (cl->behind && cl->starttls_end >= 0 && cl->behind_acked >= 0 &&
		cl->behind_acked < cl->starttls_end)
		anomaly(d, at, SESSION_STARTTLS_INJECTION);
}

static void step_starttls(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	struct smtp_place at = smtp_place_of(c, 0);

	if (c->data.p[0] == 0x16) {
		smtp_dialog_tls(d, c);
		return;
	}
	to_command(d);
	if (!cl->behind) {
		cl->behind = true;
		cl->behind_acked = c->peer_acked;
		check_injection(d, &at);
	}
}

/* Takes bytes off the front of `c`, at least one unless the state changes. */
static void step(struct smtp_dialog *d, struct stream_chunk *c)
{
	switch (d->client.state) {
	case SMTP_CLIENT_START:
		step_start(d, c);
		break;
	case SMTP_CLIENT_PROXY:
		step_proxy(d, c);
		break;
	case SMTP_CLIENT_COMMAND:
	case SMTP_CLIENT_UNSURE:
		step_line(d, c);
		break;
	case SMTP_CLIENT_DATA:
		step_data(d, c);
		break;
	case SMTP_CLIENT_CHUNK:
		step_chunk(d, c);
		break;
	case SMTP_CLIENT_REFUSED:
		step_refused(d, c);
		break;
	case SMTP_CLIENT_AUTH_OPEN:
		step_auth_open(d, c);
		break;
	case SMTP_CLIENT_AUTH_LINE:
		step_auth_line(d, c);
		break;
	case SMTP_CLIENT_STARTTLS:
		step_starttls(d, c);
		break;
	default: /* TLS; WAIT does not come here */
		smtp_chunk_skip(c, c->data.len);
		break;
	}
}

/* ---- gaps, and bytes that wait ---- */

static void gap(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;
	struct smtp_place at = smtp_place_of(c, 0);
	struct smtp_event e = event_at(SMTP_EVENT_GAP, &at, &at);
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
			chunk_end(d, &at);
	} else if (!auth_gap(d)) {
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

/* The reply to DATA will not tell, or not soon: are the held bytes a message? A message does not
 * begin with a command. */
static void infer(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;
	struct span held = smtp_hold_bytes(&cl->held);
	ptrdiff_t lf = span_find(held, '\n');
	struct stream_chunk first = {0};
	struct smtp_place at;

	if (lf >= 0 && smtp_command_certain(span_head(held, (size_t)lf))) {
		to_command(d);
		return;
	}
	smtp_hold_first(&cl->held, &first);
	at = smtp_place_of(&first, 0);
	if (d->server.payload > 0)
		anomaly(d, &at, SESSION_DATA_WITHOUT_354);
	data_begin(d, cl->wait_number, &at);
	cl->provisional = true;
}

/* Need no more be waited for? No server is seen, its reply was lost, or said neither yes nor no;
 * or the client, whose next bytes ACK `acked`, took for it what is no reply to us. */
static bool may_infer(const struct smtp_dialog *d, int64_t acked)
{
	const struct smtp_pending *tail = smtp_ledger_tail(&d->ledger);

	if (d->server.payload == 0 || d->client.answered || (tail && tail->doubtful))
		return true;
	return tail && acked > tail->peer_acked && (uint64_t)acked > d->server.read;
}

/* Takes up what was held, until it is to wait again. */
static void drain(struct smtp_dialog *d)
{
	struct smtp_client *cl = &d->client;
	struct stream_chunk c;

	while (cl->state != SMTP_CLIENT_WAIT && smtp_hold_first(&cl->held, &c)) {
		size_t len = c.data.len;

		if (c.kind == CHUNK_GAP)
			gap(d, &c);
		while (c.data.len > 0 && cl->state != SMTP_CLIENT_WAIT)
			step(d, &c);
		smtp_hold_drop(&cl->held, d->blocks, len - c.data.len);
	}
}

static void infer_if_due(struct smtp_dialog *d, int64_t acked)
{
	struct smtp_client *cl = &d->client;

	while (cl->state == SMTP_CLIENT_WAIT && may_infer(d, acked) &&
		span_find(smtp_hold_bytes(&cl->held), '\n') >= 0) {
		infer(d);
		drain(d);
	}
}

/* Puts `c` aside; what does not fit makes it be inferred. */
static void wait(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;

	while (c->data.len > 0 && cl->state == SMTP_CLIENT_WAIT) {
		struct stream_chunk part = *c;

		part.data = span_head(c->data, smtp_hold_room(&cl->held));
		if (part.data.len > 0 && smtp_hold_put(&cl->held, d->blocks, &part)) {
			smtp_chunk_skip(c, part.data.len);
			infer_if_due(d, c->peer_acked);
		} else {
			infer(d);
			drain(d);
		}
	}
}

static void take(struct smtp_dialog *d, struct stream_chunk *c)
{
	while (c->data.len > 0) {
		if (d->client.state == SMTP_CLIENT_WAIT)
			wait(d, c);
		else
			step(d, c);
	}
}

static void take_gap(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_client *cl = &d->client;

	if (cl->state == SMTP_CLIENT_WAIT) {
		if (smtp_hold_put(&cl->held, d->blocks, c))
			return;
		infer(d);
		drain(d);
	}
	gap(d, c);
}

void smtp_client_chunk(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct stream_chunk rest = *c;

	if (c->kind == CHUNK_GAP) {
		d->client.offset = c->offset + c->missing;
		take_gap(d, c);
		return;
	}
	d->client.payload += c->data.len;
	d->client.offset = c->offset + c->data.len;
	take(d, &rest);
}

/* ---- replies ---- */

static void data_replied(
	struct smtp_dialog *d, const struct smtp_owner *o, int code, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;
	bool waits = cl->state == SMTP_CLIENT_WAIT && cl->wait_number == o->number;
	bool goes_on = cl->state == SMTP_CLIENT_DATA && cl->content_number == o->number;

	if (code / 100 == 3) {
		cl->provisional = false;
		if (waits)
			data_begin(d, o->number, at);
	} else if (code >= 400) {
		cl->refused = waits || goes_on;
		if (waits)
			to_command(d);
		if (goes_on && cl->provisional) {
			content_end(d, SMTP_CONTENT_REFUSED, at);
			cl->state = SMTP_CLIENT_UNSURE;
		}
	} else if (waits) {
		cl->answered = true;
		infer_if_due(d, -1);
	}
	drain(d);
}

static void auth_replied(
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
	auth_end(d, outcome, at);
	if (cl->state == SMTP_CLIENT_AUTH_OPEN) {
		to_command(d);
		sniffed(d);
	}
}

static void starttls_replied(struct smtp_dialog *d, int code, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;

	if (!cl->starttls)
		return;
	cl->starttls = false;
	if (code != 220) {
		if (cl->state == SMTP_CLIENT_STARTTLS)
			to_command(d);
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
		data_begin(d, 0, at);
	} else if (code == 334 || code == 235 || code == 535) {
		auth_replied(d, &auth, code, at);
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
		auth_replied(d, o, code, at);
		return;
	}
	if (o->verb == SMTP_BDAT && code >= 400 && chunk)
		cl->state = SMTP_CLIENT_REFUSED;
	if (o->role != SMTP_REPLY_COMMAND)
		return;
	switch (o->verb) {
	case SMTP_DATA:
		data_replied(d, o, code, at);
		break;
	case SMTP_AUTH:
		auth_replied(d, o, code, at);
		break;
	case SMTP_STARTTLS:
		starttls_replied(d, code, at);
		break;
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_LHLO:
		if (code / 100 == 2 && cl->state != SMTP_CLIENT_CHUNK &&
			cl->content_number < o->number)
			content_end(d, SMTP_CONTENT_CUT, at);
		break;
	default:
		break;
	}
}

void smtp_client_finish(struct smtp_dialog *d, const struct smtp_place *at)
{
	struct smtp_client *cl = &d->client;

	while (cl->state == SMTP_CLIENT_WAIT && !smtp_hold_empty(&cl->held) && may_infer(d, -1)) {
		infer(d);
		drain(d);
	}
	content_end(d, SMTP_CONTENT_CUT, at);
	auth_end(d, AUTH_UNKNOWN, at);
	if (cl->state == SMTP_CLIENT_TLS && d->server.payload == 0)
		smtp_dialog_tls(d, &cl->hello);
	smtp_line_reset(&cl->line, d->blocks);
	smtp_hold_clear(&cl->held, d->blocks);
}
