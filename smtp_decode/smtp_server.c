/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_server.h"

#include "smtp_decode/smtp_client.h"
#include "smtp_decode/smtp_content.h"
#include "smtp_decode/smtp_doubt.h"
#include "smtp_decode/smtp_reply.h"

/* TLS record types (RFC 8446 5.1) that a server's answer to a hello begins with. */
static bool is_tls(uint8_t c)
{
	return c == 0x15 || c == 0x16;
}

void smtp_server_expect_tls(struct smtp_dialog *d)
{
	d->server.state = SMTP_SERVER_START;
}

/* Replies that only one kind of command has: they find theirs whatever was lost before it. */
static void seek_by_code(struct smtp_dialog *d, int code)
{
	static const struct {
		int code;
		enum smtp_verb verb;
	} rows[] = {
		{354, SMTP_DATA},
		{334, SMTP_AUTH},
		{235, SMTP_AUTH},
		{535, SMTP_AUTH},
		{221, SMTP_QUIT},
		{220, SMTP_STARTTLS},
	};
	const struct smtp_pending *head = smtp_ledger_head(&d->ledger);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].code == code && head && head->verb != rows[i].verb)
			smtp_ledger_seek(&d->ledger, d->blocks, rows[i].verb);
	}
}

/* Is the first reply of all the banner? A server that was not asked says 220, or no. */
static bool is_greeting(const struct smtp_dialog *d, int code)
{
	bool start = !d->server.unsure && d->server.first.offset == 0;

	if (code == 220)
		return true;
	return start && code >= 400;
}

static struct smtp_owner own(const struct smtp_pending *p)
{
	return (struct smtp_owner){
		.role = p->role, .verb = p->verb, .number = p->number, .pending = true};
}

static bool covers(int64_t acked, const struct smtp_pending *p)
{
	return acked < 0 || (uint64_t)acked >= p->end;
}

/* To what is the reply whose first line has come? */
static struct smtp_owner find_owner(struct smtp_dialog *d, int code)
{
	struct smtp_server *s = &d->server;
	const struct smtp_pending *head;
	struct smtp_owner o = {.role = SMTP_REPLY_UNMATCHED, .verb = SMTP_UNKNOWN};

	if (!s->greeted) {
		s->greeted = true;
		if (is_greeting(d, code)) {
			o.role = SMTP_REPLY_GREETING;
			return o;
		}
		if (!s->unsure && s->first.offset == 0 && d->client.payload > 0)
			smtp_dialog_anomaly(d, FLOW_SERVER, &s->first, SESSION_CLIENT_FIRST);
	}
	smtp_ledger_settle(&d->ledger, d->blocks, s->peer_acked);
	seek_by_code(d, code);
	if (smtp_ledger_empty(&d->ledger)) {
		enum smtp_doubt_reply r = smtp_doubt_replied(d, code, s->peer_acked, &s->first);

		if (r == SMTP_DOUBT_OPEN)
			return (struct smtp_owner){.role = SMTP_REPLY_CONTENT,
				.verb = SMTP_DATA,
				.number = d->client.content_number};
		if (r == SMTP_DOUBT_NONE)
			smtp_content_ended_by_server(d, code, s->peer_acked, &s->first);
	}
	head = smtp_ledger_head(&d->ledger);
	if (head && covers(s->peer_acked, head))
		o = own(head);
	else if (!head && d->ledger.overflow > 0)
		o.pending = true;
	else if (code == 421)
		o.role = SMTP_REPLY_UNSOLICITED;
	if (o.role == SMTP_REPLY_CONTENT && s->lmtp) {
		if (s->lmtp_left == 0)
			s->lmtp_left = s->rcpts_accepted > 0 ? s->rcpts_accepted : 1;
		o.left = s->lmtp_left - 1;
	}
	return o;
}

static struct smtp_event reply_event(
	const struct smtp_server *s, enum smtp_event_kind kind, const struct smtp_place *last)
{
	return (struct smtp_event){
		.kind = kind,
		.dir = FLOW_SERVER,
		.first = s->first,
		.last = *last,
		.peer_acked = s->peer_acked,
		.reply = {.code = s->code,
			.role = s->owner.role,
			.verb = s->owner.verb,
			.number = s->owner.number,
			.left = s->owner.left},
	};
}

/* Takes the command answered off the ledger, and lets the client's side know. */
static void settle_owner(struct smtp_dialog *d, const struct smtp_place *last)
{
	struct smtp_server *s = &d->server;
	const struct smtp_pending *head = smtp_ledger_head(&d->ledger);
	struct smtp_owner o = s->owner;

	/* Where it is not certain which command is answered, the sides keep their places. */
	if (o.role == SMTP_REPLY_COMMAND && o.verb == SMTP_TURN && s->code / 100 == 2)
		d->turned = head && !head->doubtful;
	if (o.pending) {
		s->lmtp_left = o.left;
		if (o.left == 0)
			smtp_ledger_pop(&d->ledger, d->blocks);
	}
	if (o.role == SMTP_REPLY_CONTENT)
		s->early_end = 0;
	else if (o.role == SMTP_REPLY_UNMATCHED && s->code >= 400 &&
		 d->client.state == SMTP_CLIENT_DATA && !d->client.content_gap)
		s->early_end = last->offset + 1;
	if (o.role == SMTP_REPLY_COMMAND)
		smtp_doubt_answered(d, o.number, s->code, last);
	if (o.role == SMTP_REPLY_COMMAND && s->code / 100 == 2) {
		if (o.verb == SMTP_MAIL)
			s->rcpts_accepted = 0;
		else if (o.verb == SMTP_RCPT)
			s->rcpts_accepted++;
	}
	smtp_client_replied(d, &o, s->code, last);
}

static void append_text(struct smtp_server *s, struct span text)
{
	struct span before = span_of(s->text, s->enhanced_len);

	/* Each line of a reply repeats the enhanced code (RFC 2034 4). */
	if (s->more && s->enhanced_len > 0 && text.len >= before.len &&
		span_eq(span_head(text, before.len), before))
		text = span_trim(span_skip(text, before.len));
	if (s->text_len > 0 && text.len > 0 && s->text_len < sizeof(s->text))
		s->text[s->text_len++] = ' ';
	text = span_head(text, sizeof(s->text) - s->text_len);
	if (text.len > 0)
		memcpy(s->text + s->text_len, text.p, text.len);
	s->text_len += (uint16_t)text.len;
}

static void on_reply_line(
	struct smtp_dialog *d, const struct smtp_text_line *line, const struct smtp_reply_line *r)
{
	struct smtp_server *s = &d->server;
	struct smtp_event e;
	struct span all;

	s->code = r->code;
	if (!s->more) {
		s->first = line->first;
		s->peer_acked = line->peer_acked;
		s->text_len = 0;
		s->enhanced_len = (uint8_t)smtp_reply_enhanced(r->text).len;
		s->owner = find_owner(d, r->code);
		s->unsure = false;
		s->junk_end = 0;
	}
	append_text(s, r->text);
	s->more = r->more;
	s->read = line->last.offset + 1;
	e = reply_event(s, SMTP_EVENT_REPLY_LINE, &line->last);
	e.reply.line = line->text;
	e.reply.text = r->text;
	smtp_dialog_emit(d, &e);
	if (r->more)
		return;
	all = span_of(s->text, s->text_len);
	e.kind = SMTP_EVENT_REPLY;
	e.reply.line = span_of(NULL, 0);
	e.reply.enhanced = span_head(all, s->enhanced_len);
	e.reply.text = span_trim(span_skip(all, s->enhanced_len));
	smtp_dialog_emit(d, &e);
	settle_owner(d, &line->last);
}

/*
 * A line that is no reply. Where it begins with an enhanced code and a reply is due, the server
 * forgot the code before it: its class stands for it. Else it is passed over.
 */
static void on_junk(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	struct smtp_server *s = &d->server;
	struct smtp_reply_line r = {.text = line->text};

	if (s->unsure)
		return;
	smtp_dialog_anomaly(d, FLOW_SERVER, &line->first, SESSION_UNKNOWN_REPLY);
	if (s->more)
		return;
	if (smtp_reply_enhanced(line->text).len > 0 && !smtp_ledger_empty(&d->ledger)) {
		r.code = (line->text.p[0] - '0') * 100;
		on_reply_line(d, line, &r);
	} else {
		s->junk_end = line->last.offset + 1;
	}
}

static void on_line(struct smtp_dialog *d, const struct smtp_text_line *line)
{
	struct smtp_reply_line r;

	if (line->capped) {
		d->lines_capped++;
		smtp_dialog_anomaly(d, FLOW_SERVER, &line->first, SESSION_LONG_LINE);
	}
	if (smtp_reply_parse(line->text, &r) < 0) {
		on_junk(d, line);
		return;
	}
	if (line->bare_lf)
		smtp_dialog_anomaly(d, FLOW_SERVER, &line->first, SESSION_BARE_LF);
	on_reply_line(d, line, &r);
}

static void gap(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_server *s = &d->server;
	struct smtp_event e = {
		.kind = SMTP_EVENT_GAP,
		.dir = FLOW_SERVER,
		.first = smtp_place_of(c, 0),
		.last = smtp_place_of(c, 0),
		.peer_acked = -1,
		.gap = {.missing = c->missing},
	};

	smtp_dialog_emit(d, &e);
	if (s->state == SMTP_SERVER_TLS)
		return;
	smtp_doubt_settle(d);
	smtp_line_reset(&s->line, d->blocks);
	s->more = false;
	s->unsure = true;
	s->junk_end = 0;
	smtp_ledger_doubt(&d->ledger, c->offset + c->missing);
}

/* The first byte, or the first behind the 220 to STARTTLS. */
static void start(struct smtp_dialog *d, struct stream_chunk *c)
{
	struct smtp_server *s = &d->server;

	s->state = SMTP_SERVER_LINE;
	if (is_tls(c->data.p[0]))
		smtp_dialog_tls(d, c);
	else if (d->client.state == SMTP_CLIENT_TLS)
		smtp_dialog_anomaly(d, FLOW_SERVER,
			&(struct smtp_place){c->time, c->packet, c->offset}, SESSION_NOT_SMTP);
}

size_t smtp_server_chunk(struct smtp_dialog *d, const struct stream_chunk *c)
{
	struct smtp_server *s = &d->server;
	struct stream_chunk rest = *c;
	struct smtp_text_line line;

	if (c->kind == CHUNK_GAP) {
		gap(d, c);
		s->offset = c->offset + c->missing;
		return 0;
	}
	s->payload += c->data.len;
	s->offset = c->offset + c->data.len;
	while (rest.data.len > 0 && !d->turned) {
		if (s->state == SMTP_SERVER_START)
			start(d, &rest);
		if (s->state == SMTP_SERVER_TLS) {
			smtp_dialog_tls_bytes(d, &rest);
			return c->data.len;
		}
		if (smtp_line_next(&s->line, d->blocks, &rest, &line) == 0)
			return c->data.len;
		on_line(d, &line);
		smtp_line_reset(&s->line, d->blocks);
	}
	s->offset = rest.offset;
	return c->data.len - rest.data.len;
}
