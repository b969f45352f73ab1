/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/message_fill.h"

#include "smtp_decode/mailbox.h"
#include "smtp_decode/smtp_reply.h"

/* Texts grow where a short local part gives way to its pseudonym. */
#define REDACTED_SIZE 2048

static struct str_ref add_redacted(const struct message_builder *b, struct span text)
{
	char buf[REDACTED_SIZE];
	struct message_shared *s = b->shared;

	return record_add(
		s->records, redact_text(&b->redactor, s->pseudonyms, text, buf, sizeof(buf)));
}

/* Names that are registered stay as they are, whatever recipients are called. */
static void fill_parameters(
	const struct message_builder *b, const struct transaction *t, struct message_record *m)
{
	struct str_ref names[LIMIT_PARAMETERS];

	for (uint8_t i = 0; i < t->params.count; i++) {
		bool known;
		struct span name = envelope_params_name(&t->params, i, &known);

		names[i] = known ? record_add(b->shared->records, name) : add_redacted(b, name);
	}
	m->parameters =
		record_add_array(b->shared->records, names, sizeof(names[0]), t->params.count);
	m->body = t->params.body;
}

static void fill_envelope(
	const struct message_builder *b, const struct transaction *t, struct message_record *m)
{
	struct message_shared *s = b->shared;
	struct str_ref to[LIMIT_RCPTS_KEPT];
	char buf[LIMIT_MAILBOX + PSEUDONYM_LEN];
	uint32_t n = 0;

	if (t->mail_seen) {
		struct span from = span_of(t->from, t->from_len);
		char domain[LIMIT_MAILBOX];

		m->from = add_redacted(b, from);
		m->from_domain = record_add(s->records, mailbox_origin_domain(from, domain));
	}
	m->declared_size = t->declared_size;
	fill_parameters(b, t, m);
	m->rcpts_attempted = t->rcpts_attempted;
	m->rcpts = t->rcpts_attempted - t->rcpts_refused;
	m->rcpts_hash = t->rcpts_hash;
	if (!s->want_recipients)
		return;
	for (uint32_t i = 0; i < t->rcpts_kept; i++) {
		size_t len;

		if (t->rcpts[i].refused)
			continue;
		len = pseudonym_address(
			s->pseudonyms, transaction_rcpt_text(t, i), buf, sizeof(buf));
		to[n++] = record_add(s->records, span_of(buf, len));
	}
	m->to = record_add_array(s->records, to, sizeof(to[0]), n);
}

static void fill_content(const struct transaction *t, struct message_record *m)
{
	bool ended = t->end == SMTP_CONTENT_COMPLETE || t->end == SMTP_CONTENT_BY_SERVER;

	m->complete = tri_of(ended && !t->gap && !t->burl);
	m->size = t->size;
	m->traits = (t->null ? MESSAGE_NULL_SENDER : 0u) | (t->bdat ? MESSAGE_BDAT : 0u) |
		    (t->gap ? MESSAGE_GAP : 0u) | (t->bare_lf ? MESSAGE_BARE_LF : 0u) |
		    (t->bare_cr ? MESSAGE_BARE_CR : 0u) | (t->smuggled ? MESSAGE_SMUGGLED : 0u) |
		    (t->burl ? MESSAGE_BURL : 0u);
	if (t->end == SMTP_CONTENT_BY_SERVER && !t->gap)
		m->traits |= MESSAGE_ENDED_BY_SERVER;
	if (t->params.capped)
		m->traits |= MESSAGE_PARAMETERS_CAPPED;
}

static void fill_reply(
	const struct message_builder *b, const struct transaction *t, struct message_record *m)
{
	struct span text = span_of(t->text, t->text_len), id;

	m->reply_code = t->code;
	if (t->code < 0)
		return;
	m->accepted = tri_of(t->code / 100 == 2);
	if (t->enhanced_len > 0)
		m->reply_enhanced =
			record_add(b->shared->records, span_of(t->enhanced, t->enhanced_len));
	/* A server may repeat the URL of BURL, which is as good as a password (RFC 4467). */
	if (!t->burl)
		m->reply_text = add_redacted(b, text);
	id = smtp_reply_queue_id(text);
	if (t->code / 100 == 2 && id.len > 0)
		m->queue_id = add_redacted(b, id);
}

static void fill_session(const struct message_session *s, struct message_record *m)
{
	const struct flow_info *f = s->flow;

	m->r.time = s->time;
	m->r.packet = s->packet;
	m->r.timer = s->timer;
	m->r.flow = f->id;
	m->r.number = (*s->number)++;
	m->client = s->client->addr;
	m->client_port = s->client->port;
	m->provenance = s->client->provenance;
	m->peer = f->client;
	m->peer_port = f->client_port;
	m->server = f->server;
	m->server_port = f->server_port;
	m->session_start = s->start;
	m->authenticated = s->authenticated;
	m->auth_account = s->auth_account;
	m->proven = f->acked[0] || f->acked[1]               ? TRI_YES
		    : f->packets[0] > 0 && f->packets[1] > 0 ? TRI_NO
							     : TRI_UNKNOWN;
}

void message_fill(const struct message_builder *b, const struct transaction *t,
	const struct message_session *s, struct message_record *m)
{
	fill_session(s, m);
	m->depth = t->depth;
	/* What was pipelined behind XCLIENT belongs to the session that begins with its reply. */
	m->start = t->start < s->start ? s->start : t->start;
	m->first_packet = t->first_packet;
	m->last_packet = t->last_packet;
	fill_envelope(b, t, m);
	fill_content(t, m);
	fill_reply(b, t, m);
	if (t->context)
		message_content_fill(t->context, &b->redactor, b->shared->records, m);
}
