/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/session_builder.h"

#include <stdlib.h>

#include "smtp_decode/smtp_reply.h"

void session_builder_init(struct session_builder *b)
{
	memset(b, 0, sizeof(*b));
	b->first_acked = b->data_acked = -1;
	b->banner_code = -1;
}

void session_builder_finish(struct session_builder *b)
{
	free(b->texts);
	free(b->helos);
	b->texts = NULL;
	b->helos = NULL;
}

/* Doubles `*size` until it holds `need`. False where memory is short. */
static bool grow(void **p, size_t item, uint32_t first, uint32_t *size, uint32_t need)
{
	uint32_t n = *size ? *size : first;
	void *q;

	while (n < need)
		n *= 2;
	if (n == *size)
		return true;
	q = realloc(*p, item * n);
	if (!q)
		return false;
	*p = q;
	*size = n;
	return true;
}

static void unpack(struct session_builder *b, struct smtp_pack *pack)
{
	b->texts = b->texts_size ? malloc(b->texts_size) : NULL;
	b->helos = b->helos_size ? malloc(b->helos_size * sizeof(*b->helos)) : NULL;
	if ((b->texts_size && !b->texts) || (b->helos_size && !b->helos))
		pack->failed = true;
}

void session_builder_pack(struct session_builder *b, struct smtp_pack *pack)
{
	if (!pack->out)
		unpack(b, pack);
	smtp_pack_bytes(pack, b->texts, b->texts_len);
	smtp_pack_words(pack, b->helos, NULL, b->helos_kept * sizeof(*b->helos));
	if (!pack->out)
		return;
	session_builder_finish(b);
}

/* Keeps `s`. Its offset in `texts`, or UINT32_MAX where memory is short. */
static uint32_t keep(struct session_builder *b, struct span s)
{
	uint32_t off = b->texts_len;
	void *p = b->texts;

	if (!grow(&p, 1, 64, &b->texts_size, off + (uint32_t)s.len))
		return UINT32_MAX;
	b->texts = p;
	if (s.len > 0)
		memcpy(b->texts + off, s.p, s.len);
	b->texts_len += (uint32_t)s.len;
	return off;
}

/* ---- HELO ---- */

static struct session_builder_helo *find_helo(struct session_builder *b, struct span arg)
{
	for (uint16_t i = 0; i < b->helos_kept; i++) {
		struct session_builder_helo *h = &b->helos[i];

		if (span_eq(arg, span_of(b->texts + h->off, h->len)))
			return h;
	}
	return NULL;
}

static struct session_builder_helo *add_helo(
	struct session_builder *b, struct span arg, const struct smtp_event *e)
{
	static const uint8_t verbs[SMTP_VERBS] = {[SMTP_HELO] = HELO_VERB_HELO,
		[SMTP_EHLO] = HELO_VERB_EHLO,
		[SMTP_LHLO] = HELO_VERB_LHLO};
	uint32_t size = b->helos_size, off;
	void *p = b->helos;

	if (b->helos_kept == LIMIT_HELO_NAMES ||
		!grow(&p, sizeof(*b->helos), 1, &size, b->helos_kept + 1u))
		return NULL;
	b->helos = p;
	b->helos_size = (uint16_t)size;
	off = keep(b, arg);
	if (off == UINT32_MAX)
		return NULL;
	b->helos[b->helos_kept] = (struct session_builder_helo){
		.time = e->first.time,
		.off = off,
		.len = (uint16_t)arg.len,
		.verb = verbs[e->command.cmd.verb],
	};
	return &b->helos[b->helos_kept++];
}

static void on_helo(struct session_builder *b, const struct smtp_event *e)
{
	struct span arg = span_head(e->command.cmd.args, LIMIT_HELO_ARG);
	struct session_builder_helo *h = find_helo(b, arg);

	if (b->helo_told)
		return;
	b->helo_count++;
	if (!h)
		h = add_helo(b, arg, e);
	if (!h)
		return;
	h->count++;
	h->number = e->command.number;
}

static void on_helo_reply(struct session_builder *b, const struct smtp_reply_event *r)
{
	bool accepted = r->code / 100 == 2;

	for (uint16_t i = 0; i < b->helos_kept; i++) {
		struct session_builder_helo *h = &b->helos[i];

		if (h->number == r->number && h->accepted != TRI_YES)
			h->accepted = tri_of(accepted);
	}
	if (accepted) {
		b->ehlo = tri_of(r->verb != SMTP_HELO);
		b->capabilities = b->capabilities_next;
		b->offers_unknown = b->offers_unknown_next;
		b->pipeconnect = b->pipeconnect || (b->capabilities & SMTP_CAP_PIPECONNECT);
		b->starttls_offered =
			b->starttls_offered || (b->capabilities & SMTP_CAP_STARTTLS);
	}
	b->capabilities_next = 0;
	b->offers_unknown_next = b->ehlo_lines = 0;
}

void session_builder_told(
	struct session_builder *b, const struct smtp_event *e, const struct session_client_words *w)
{
	struct smtp_event helo = *e;

	b->told = true;
	if (w->account != 0) {
		b->auth_succeeded = true;
		b->auth_outcome = AUTH_SUCCESS;
		b->auth_account = w->account;
	}
	if (w->helo_number == 0)
		return;
	helo.command.cmd = (struct smtp_command){
		.verb = w->esmtp ? SMTP_EHLO : SMTP_HELO, .args = span_of(w->helo, w->helo_len)};
	helo.command.number = 0;
	on_helo(b, &helo);
	b->helo_told = true;
}

/* ---- the end ---- */

/* The earliest of QUIT, either side's FIN and a 421 that nothing asked for is the end. */
static void ends(struct session_builder *b, enum session_close by, const struct smtp_event *e)
{
	if (!b->ended || e->first.packet < b->end_packet) {
		b->ended_by = (uint8_t)by;
		b->end_packet = e->first.packet;
	}
	b->ended = true;
}

/* ---- commands ---- */

static void add_letter(struct session_builder *b, enum smtp_verb verb)
{
	if (b->commands < LIMIT_SEQUENCE)
		b->sequence[b->commands] = smtp_verb_letter(verb);
	b->commands++;
}

static bool is_greeting_command(uint8_t verb)
{
	return verb == SMTP_HELO || verb == SMTP_EHLO || verb == SMTP_LHLO;
}

/* RFC 2920 3.1: these must be the last of a group. */
static bool is_sync_point(uint8_t verb, uint8_t role)
{
	switch (verb) {
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_LHLO:
	case SMTP_AUTH:
	case SMTP_STARTTLS:
	case SMTP_VRFY:
	case SMTP_EXPN:
	case SMTP_TURN:
	case SMTP_NOOP:
	case SMTP_QUIT:
		return true;
	case SMTP_DATA:
		return role == SMTP_REPLY_COMMAND;
	default:
		return false;
	}
}

/*
 * Bytes were sent, `acked` of the server's received. Did they wait for the replies before them,
 * or may they have gone without (detection 6.2)?
 */
static void judge_pipelining(
	struct session_builder *b, const struct smtp_event *e, enum smtp_verb verb)
{
	bool command = e->kind == SMTP_EVENT_COMMAND;
	bool pending = command && e->command.unanswered;
	uint8_t before = pending ? e->command.before : b->reply_verb;
	uint8_t role = pending ? e->command.before_role : b->reply_role;
	bool leaves = verb == SMTP_QUIT && (role == SMTP_REPLY_CONTENT || before == SMTP_RSET);
	bool more; /* the client had received something since its last command */

	if (e->peer_acked < 0 || !b->commanded)
		return;
	more = b->last_acked >= 0 && e->peer_acked > b->last_acked;
	if (b->pipelining_violation == TRI_UNKNOWN)
		b->pipelining_violation = TRI_NO;
	if (pending ? more : role == SMTP_REPLY_GREETING || (uint64_t)e->peer_acked >= b->reply_end)
		return;
	if (is_greeting_command(before) && pending)
		b->ehlo_crossed = true;
	else if (is_sync_point(before, role) ||
		 (session_builder_offered(b, SMTP_CAP_PIPELINING) == TRI_NO && !leaves))
		b->pipelining_violation = TRI_YES;
}

/* The first octets behind DATA, whose reply may not have come yet. */
static void on_data_start(struct session_builder *b, const struct smtp_event *e)
{
	if (b->reply_number == b->data_number)
		judge_pipelining(b, e, SMTP_UNKNOWN);
	else
		b->data_acked = e->peer_acked;
}

static void on_data_reply(struct session_builder *b, const struct smtp_event *e)
{
	if (e->reply.number != b->data_number)
		return;
	if (b->data_acked >= 0 && (uint64_t)b->data_acked <= e->last.offset)
		b->pipelining_violation = TRI_YES;
	b->data_acked = -1;
}

static void on_auth(struct session_builder *b, const struct smtp_event *e)
{
	struct span m = span_head(e->command.cmd.args, sizeof(b->mechanism));

	b->auth_attempts++;
	b->auth_number = e->command.number;
	b->auth_outcome = AUTH_UNKNOWN;
	b->mechanism_len = (uint8_t)m.len;
	if (m.len > 0)
		memcpy(b->mechanism, m.p, m.len);
}

static void on_command(struct session_builder *b, const struct smtp_event *e)
{
	enum smtp_verb verb = e->command.cmd.verb;

	add_letter(b, verb);
	if (verb == SMTP_PROXY)
		return;
	judge_pipelining(b, e, verb);
	b->last_acked = e->peer_acked;
	b->starttls_last = verb == SMTP_STARTTLS;
	if (!b->commanded) {
		b->commanded = true;
		b->first_acked = e->peer_acked;
	}
	switch (verb) {
	case SMTP_UNKNOWN:
		b->unknown++;
		break;
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_LHLO:
		on_helo(b, e);
		break;
	case SMTP_AUTH:
		on_auth(b, e);
		break;
	case SMTP_STARTTLS:
		b->starttls = true;
		break;
	case SMTP_MAIL:
		b->smuggles = false;
		break;
	case SMTP_DATA:
		b->data_number = e->command.number;
		b->data_acked = -1;
		break;
	case SMTP_QUIT:
		b->quit = true;
		ends(b, SESSION_CLOSE_QUIT, e);
		break;
	default:
		break;
	}
}

/* ---- replies ---- */

static void on_greeting_line(struct session_builder *b, const struct smtp_event *e)
{
	struct span line = span_head(e->reply.line, LIMIT_BANNER);

	if (b->banner_kept)
		return;
	b->banner_kept = true;
	b->banner_code = e->reply.code;
	b->banner_off = keep(b, line);
	b->banner_len = (uint16_t)line.len;
}

/* The first line greets the client (RFC 5321 4.1.1.1), but some servers offer with it already. */
static void on_ehlo_line(struct session_builder *b, struct span text)
{
	uint32_t capability = smtp_reply_capability(text);

	b->capabilities_next |= capability;
	if (capability == 0 && b->ehlo_lines > 0 && b->offers_unknown_next < UINT16_MAX)
		b->offers_unknown_next++;
	if (b->ehlo_lines < UINT16_MAX)
		b->ehlo_lines++;
}

static void on_reply_line(struct session_builder *b, const struct smtp_event *e)
{
	if (e->reply.role == SMTP_REPLY_GREETING)
		on_greeting_line(b, e);
	else if (e->reply.role == SMTP_REPLY_COMMAND &&
		 (e->reply.verb == SMTP_EHLO || e->reply.verb == SMTP_LHLO))
		on_ehlo_line(b, e->reply.text);
}

/* Replies that nothing in our view asked for, behind a message with a smuggled command: the server
 * saw the message end where the client's standard end was not (detection 6.4). Not where what asked
 * for them may be lost. */
static void on_unmatched(struct session_builder *b, int code)
{
	if (!b->smuggles || b->client_gap)
		return;
	b->smuggle_replies++;
	if (code == 354 || b->smuggle_replies >= 2)
		b->anomalies |= SESSION_SMUGGLE_SUCCESS;
}

static void on_starttls_reply(struct session_builder *b, int code)
{
	if (code == 220)
		b->starttls_used = TRI_YES;
	else
		b->starttls_refused = true;
}

static void on_reply(struct session_builder *b, const struct smtp_event *e)
{
	const struct smtp_reply_event *r = &e->reply;

	/* Said when all was over, it answers nothing. */
	if (r->role == SMTP_REPLY_UNSOLICITED && b->ended)
		return;
	b->replies_4xx += r->code / 100 == 4;
	b->replies_5xx += r->code / 100 == 5;
	if (r->role != SMTP_REPLY_UNSOLICITED && r->role != SMTP_REPLY_UNMATCHED) {
		b->reply_end = e->last.offset + 1;
		b->reply_verb = r->verb;
		b->reply_role = r->role;
		b->reply_number = r->number;
	}
	switch (r->role) {
	case SMTP_REPLY_GREETING:
		b->greeted = true;
		b->banner_end = b->reply_end;
		break;
	case SMTP_REPLY_COMMAND:
		if (r->verb == SMTP_HELO || r->verb == SMTP_EHLO || r->verb == SMTP_LHLO)
			on_helo_reply(b, r);
		else if (r->verb == SMTP_STARTTLS)
			on_starttls_reply(b, r->code);
		else if (r->verb == SMTP_DATA)
			on_data_reply(b, e);
		break;
	case SMTP_REPLY_UNSOLICITED:
		ends(b, SESSION_CLOSE_TIMEOUT, e);
		break;
	case SMTP_REPLY_UNMATCHED:
		on_unmatched(b, r->code);
		break;
	default:
		break;
	}
}

/* ---- the rest ---- */

static void on_auth_end(struct session_builder *b, const struct smtp_event *e)
{
	if (e->auth.number == b->auth_number)
		b->auth_outcome = e->auth.outcome;
	if (e->auth.outcome == AUTH_FAILURE)
		b->auth_failures++;
	if (e->auth.outcome == AUTH_SUCCESS) {
		b->auth_succeeded = true;
		b->auth_account = e->auth.account;
	}
}

static void on_tls(struct session_builder *b)
{
	b->opaque = TRI_YES;
	/* A server that greeted in clear was asked for TLS, seen or not. */
	if (b->starttls || b->greeted)
		b->starttls_used = TRI_YES;
	else
		b->implicit_tls = TRI_YES;
}

static void on_gap(struct session_builder *b, const struct smtp_event *e)
{
	b->anomalies |= SESSION_GAP;
	b->missed += e->gap.missing;
	if (e->dir == FLOW_CLIENT)
		b->client_gap = true;
	else
		b->server_gap = true;
}

void session_builder_event(struct session_builder *b, const struct smtp_event *e)
{
	switch (e->kind) {
	case SMTP_EVENT_COMMAND:
		on_command(b, e);
		break;
	case SMTP_EVENT_REPLY_LINE:
		on_reply_line(b, e);
		break;
	case SMTP_EVENT_REPLY:
		on_reply(b, e);
		break;
	case SMTP_EVENT_CONTENT_BEGIN:
		b->data_starts = e->content.number == b->data_number && b->data_number > 0;
		break;
	case SMTP_EVENT_CONTENT:
		if (b->data_starts)
			on_data_start(b, e);
		b->data_starts = false;
		break;
	case SMTP_EVENT_AUTH:
		on_auth_end(b, e);
		break;
	case SMTP_EVENT_TLS:
		on_tls(b);
		break;
	case SMTP_EVENT_CLOSE:
		ends(b, SESSION_CLOSE_FIN, e);
		break;
	case SMTP_EVENT_GAP:
		on_gap(b, e);
		break;
	case SMTP_EVENT_ANOMALY:
		b->anomalies |= e->anomaly;
		if (e->anomaly == SESSION_SMUGGLE_ATTEMPT) {
			b->smuggles = true;
			b->smuggle_replies = 0;
		}
		break;
	default:
		break;
	}
}

uint8_t session_builder_offered(const struct session_builder *b, uint32_t capability)
{
	if (b->ehlo == TRI_UNKNOWN)
		return TRI_UNKNOWN;
	return tri_of(b->ehlo == TRI_YES && (b->capabilities & capability));
}

uint8_t session_builder_authenticated(const struct session_builder *b, bool midstream)
{
	if (b->auth_succeeded)
		return TRI_YES;
	if (b->auth_outcome == AUTH_UNKNOWN || b->client_gap || b->server_gap || midstream)
		return TRI_UNKNOWN;
	return TRI_NO;
}
