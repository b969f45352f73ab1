/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/dialect.h"

#include "smtp_decode/dialect_command.h"
#include "smtp_decode/dialect_helo.h"
#include "smtp_decode/smtp_reply.h"

_Static_assert(sizeof(struct dialect_header) <= SMTP_BLOCK_SIZE, "it lives in a block");

void dialect_init(struct dialect *d, struct smtp_blocks *blocks)
{
	memset(d, 0, sizeof(*d));
	memset(d->form, '-', sizeof(d->form));
	d->blocks = blocks;
	d->fin_acked = d->last_acked = -1;
}

void dialect_finish(struct dialect *d)
{
	smtp_block_give(d->blocks, d->header);
	d->header = NULL;
}

static bool is_greeting(uint8_t verb)
{
	return verb == SMTP_HELO || verb == SMTP_EHLO || verb == SMTP_LHLO;
}

/* ---- commands ---- */

/*
 * Was a command sent before the reply to the one in front of it had come? Told by replies that are
 * still due, and by what the client's ACKs say it had received of them.
 */
static bool is_pipelined(struct dialect *d, const struct smtp_event *e)
{
	bool due = e->command.unanswered;

	if (e->peer_acked < 0 || (due ? d->last_acked < 0 : d->reply_end == 0))
		return false;
	d->known = true;
	return due ? e->peer_acked <= d->last_acked : (uint64_t)e->peer_acked < d->reply_end;
}

static void on_pipelining(struct dialect *d, const struct smtp_event *e)
{
	enum smtp_verb verb = e->command.cmd.verb;
	bool rcpt = verb == SMTP_RCPT && (d->last_verb == SMTP_MAIL || d->last_verb == SMTP_RCPT);
	bool data = (verb == SMTP_DATA || verb == SMTP_BDAT) && d->last_verb == SMTP_RCPT;

	if ((!rcpt && !data) || !is_pipelined(d, e))
		return;
	if (d->last_verb == SMTP_MAIL)
		d->mail_rcpt = true;
	else
		d->rcpt_on = true;
}

static void on_quit(struct dialect *d, const struct smtp_event *e)
{
	d->quit = true;
	d->quit_number = e->command.number;
	if (!e->command.unanswered)
		return;
	if (e->command.before_role == SMTP_REPLY_CONTENT && d->form[DIALECT_END_OF_DATA] != '-' &&
		d->form[DIALECT_END_OF_DATA] != 'b')
		d->form[DIALECT_END_OF_DATA] = 'q';
	if (e->command.before == SMTP_RSET)
		d->form[DIALECT_LEAVE] = 'p';
}

static void on_first_mail(
	struct dialect *d, const struct smtp_command *c, const struct session_builder *b)
{
	d->mailed = true;
	d->pipelining = session_builder_offered(b, SMTP_CAP_PIPELINING);
	d->capabilities = b->capabilities;
	dialect_mail(d->form, c);
}

static void on_command(struct dialect *d, const struct smtp_event *e,
	const struct session_builder *b, const struct addr *client)
{
	const struct smtp_command *c = &e->command.cmd;

	if (c->verb == SMTP_PROXY || e->command.hidden)
		return;
	d->bare_cr = d->bare_cr || span_find(c->args, '\r') >= 0;
	if (d->ehlo_refused && c->verb == SMTP_HELO)
		d->form[DIALECT_REFUSED] = 'h';
	else if (d->ehlo_refused && c->verb == SMTP_QUIT)
		d->form[DIALECT_REFUSED] = 'q';
	d->ehlo_refused = false;
	if (is_greeting((uint8_t)c->verb) && d->form[DIALECT_GREETING] == '-') {
		d->form[DIALECT_GREETING] = dialect_greeting(c);
		d->form[DIALECT_ARGUMENT] = dialect_helo(c->args, client);
	} else if (c->verb == SMTP_MAIL && !d->mailed) {
		on_first_mail(d, c, b);
	} else if (c->verb == SMTP_RCPT && d->mailed && !d->rcpted) {
		d->rcpted = true;
		dialect_rcpt(d->form, c);
	} else if (c->verb == SMTP_QUIT) {
		on_quit(d, e);
	}
	if (!d->trace.over)
		on_pipelining(d, e);
	d->last_verb = (uint8_t)c->verb;
	d->last_acked = e->peer_acked;
}

/* ---- the first message ---- */

static void on_content_begin(struct dialect *d)
{
	if (d->content)
		return;
	d->content = true;
	d->header = smtp_block_take(d->blocks);
	if (d->header)
		dialect_header_begin(d->header);
}

static void drop_header(struct dialect *d)
{
	smtp_block_give(d->blocks, d->header);
	d->header = NULL;
}

static void on_content(struct dialect *d, const struct smtp_event *e)
{
	size_t n = e->content.octets.len;

	if (e->first.packet != d->tail_packet)
		d->tail_octets = 0;
	d->tail_packet = e->first.packet;
	d->tail_octets = (uint8_t)(n + d->tail_octets > 3 ? 3 : n + d->tail_octets);
	if (!d->header)
		return;
	dialect_header_run(d->header, e->content.octets);
	if (d->header->ended) {
		d->bare_cr = d->bare_cr || d->header->bare_cr;
		d->header_hash = dialect_header_hash(d->header);
		drop_header(d);
	}
}

/* The dot is in a segment of its own where at most the line end before it is with it. */
static void on_content_end(struct dialect *d, const struct smtp_event *e)
{
	bool alone = d->tail_packet != e->last.packet || d->tail_octets <= 2;

	drop_header(d);
	d->data_lf = d->data_lf || e->content.bare_lf;
	d->bare_cr = d->bare_cr || e->content.bare_cr;
	if (e->content.end != SMTP_CONTENT_COMPLETE || d->form[DIALECT_END_OF_DATA] != '-')
		return;
	if (d->last_verb == SMTP_BDAT || d->last_verb == SMTP_BURL)
		d->form[DIALECT_END_OF_DATA] = 'b';
	else
		d->form[DIALECT_END_OF_DATA] = alone ? 's' : '0';
}

/* ---- replies and ends ---- */

static void on_reply(struct dialect *d, const struct smtp_event *e)
{
	const struct smtp_reply_event *r = &e->reply;

	if (r->role == SMTP_REPLY_UNSOLICITED || r->role == SMTP_REPLY_UNMATCHED)
		return;
	d->reply_end = e->last.offset + 1;
	if (r->role != SMTP_REPLY_COMMAND)
		return;
	if (r->verb == SMTP_EHLO && d->last_verb == SMTP_EHLO && r->code >= 400)
		d->ehlo_refused = true;
	if (d->quit && r->number == d->quit_number) {
		d->quit_replied = true;
		d->quit_end = d->reply_end;
	}
}

static void on_close(struct dialect *d, const struct smtp_event *e)
{
	if (e->dir == FLOW_CLIENT && !d->closed[FLOW_CLIENT]) {
		d->fin_acked = e->peer_acked;
		if (d->ehlo_refused)
			d->form[DIALECT_REFUSED] = 'c';
	}
	if (!d->closed[FLOW_CLIENT] && e->dir == FLOW_SERVER)
		d->server_first = true;
	d->closed[e->dir] = true;
}

void dialect_event(struct dialect *d, const struct smtp_event *e, const struct session_builder *b,
	const struct addr *client)
{
	dialect_trace_event(&d->trace, e);
	switch (e->kind) {
	case SMTP_EVENT_COMMAND:
		on_command(d, e, b, client);
		break;
	case SMTP_EVENT_REPLY:
		on_reply(d, e);
		break;
	case SMTP_EVENT_CONTENT_BEGIN:
		on_content_begin(d);
		break;
	case SMTP_EVENT_CONTENT:
		on_content(d, e);
		break;
	case SMTP_EVENT_CONTENT_END:
		on_content_end(d, e);
		break;
	case SMTP_EVENT_GAP:
		if (e->gap.in_content)
			drop_header(d);
		break;
	case SMTP_EVENT_CLOSE:
		on_close(d, e);
		break;
	case SMTP_EVENT_ANOMALY:
		if (e->dir == FLOW_CLIENT && e->anomaly == SESSION_BARE_LF)
			d->bare_lf = true;
		break;
	default:
		break;
	}
}

/* ---- the record ---- */

static char channel(const struct session_record *r)
{
	if (r->implicit_tls == TRI_YES)
		return 't';
	if (r->starttls_used == TRI_YES)
		return 's';
	if (r->starttls_used != TRI_NO || r->starttls_offered == TRI_UNKNOWN)
		return '-';
	return r->starttls_offered == TRI_YES ? 'c' : 'p';
}

static char pipelining(const struct dialect *d)
{
	if (d->pipelining == TRI_UNKNOWN || !d->rcpted || !d->known)
		return '-';
	if (d->pipelining == TRI_NO)
		return d->mail_rcpt || d->rcpt_on ? '!' : '-';
	if (d->mail_rcpt)
		return d->rcpt_on ? '2' : '1';
	return d->rcpt_on ? '3' : '0';
}

/* What the client did at the end, where it was not the server who ended it. */
static char leave(const struct dialect *d, const struct session_builder *b,
	const struct flow_ending *e, const struct session_record *r)
{
	bool reset = e->how == FLOW_END_RST && e->by == FLOW_CLIENT;
	bool waited =
		d->quit_replied && (d->fin_acked < 0 || (uint64_t)d->fin_acked >= d->quit_end);

	if (r->opaque == TRI_YES)
		return '-';
	if (d->quit) {
		if (d->form[DIALECT_LEAVE] == 'p')
			return 'p';
		if (waited)
			return 'Q';
		return d->closed[FLOW_CLIENT] || reset ? 'n' : '-';
	}
	if (d->server_first || b->client_gap)
		return '-';
	if (d->closed[FLOW_CLIENT])
		return 'f';
	return reset ? 'r' : '-';
}

/* The first six bytes of twelve hexadecimal digits. */
static void shorten(uint64_t hash, uint8_t ret[6])
{
	for (int i = 0; i < 6; i++)
		ret[i] = (uint8_t)(hash >> (56 - 8 * i));
}

void dialect_fill(struct dialect *d, const struct session_builder *b, const struct flow_ending *e,
	struct session_record *r)
{
	struct session_dialect *to = &r->dialect;

	if (d->trace.count == 0)
		return;
	d->form[DIALECT_CHANNEL] = channel(r);
	if (d->form[DIALECT_GREETING] == '-' && d->mailed && !r->flow.midstream && !b->client_gap)
		d->form[DIALECT_GREETING] = 'x';
	d->form[DIALECT_PIPELINING] = pipelining(d);
	d->form[DIALECT_LEAVE] = leave(d, b, e, r);
	d->form[DIALECT_LINE_ENDS] = d->bare_cr ? 'R' : d->bare_lf ? 'M' : d->data_lf ? 'L' : 'C';
	memcpy(to->form, d->form, sizeof(to->form));
	shorten(dialect_trace_hash(&d->trace, d->mailed ? d->capabilities : b->capabilities),
		to->trace);
	shorten(d->header_hash, to->header);
}
