/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/session_fill.h"

#include "smtp_decode/smtp_reply.h"

#define SUBMISSIONS_PORT 465

static void fill_helos(
	const struct session_builder *b, struct record_builder *records, struct session_record *r)
{
	struct session_helo helos[LIMIT_HELO_NAMES];

	for (uint16_t i = 0; i < b->helos_kept; i++) {
		const struct session_builder_helo *h = &b->helos[i];

		helos[i] = (struct session_helo){
			.arg = record_add(records, span_of(b->texts + h->off, h->len)),
			.time = h->time,
			.verb = h->verb,
			.accepted = h->accepted,
			.count = h->count,
		};
	}
	r->helos = record_add_array(records, helos, sizeof(helos[0]), b->helos_kept);
	r->helo_count = b->helo_count;
}

static void fill_banner(
	const struct session_builder *b, struct record_builder *records, struct session_record *r)
{
	r->banner_code = b->banner_code;
	if (b->banner_kept && b->banner_off != UINT32_MAX)
		r->banner = record_add(records, span_of(b->texts + b->banner_off, b->banner_len));
}

static void fill_sequence(
	const struct session_builder *b, struct record_builder *records, struct session_record *r)
{
	char text[2 * LIMIT_SEQUENCE];
	uint32_t n = b->commands < LIMIT_SEQUENCE ? b->commands : LIMIT_SEQUENCE;

	r->commands = b->commands;
	r->commands_unknown = b->unknown;
	for (uint32_t i = 0; i < n; i++) {
		text[2 * i] = b->sequence[i];
		text[2 * i + 1] = ' ';
	}
	r->sequence = record_add(records, span_of(text, n > 0 ? 2 * n - 1 : 0));
}

static void fill_auth(
	const struct session_builder *b, struct record_builder *records, struct session_record *r)
{
	if (b->auth_attempts > 0)
		r->auth_mechanism = record_add(records, span_of(b->mechanism, b->mechanism_len));
	r->auth_outcome = b->auth_outcome;
	r->auth_attempts = b->auth_attempts;
	r->auth_failures = b->auth_failures;
	r->auth_account = b->auth_account;
}

/* What was not seen from a side that was seen whole did not happen. */
static uint8_t seen_or(bool yes, bool whole)
{
	return yes ? TRI_YES : whole ? TRI_NO : TRI_UNKNOWN;
}

static void fill_tls(const struct session_builder *b, const struct flow_ending *e,
	bool client_whole, struct session_record *r)
{
	bool not_smtp = b->anomalies & SESSION_NOT_SMTP;

	/* A hello that a server answered in clear was sent to the wrong port. */
	r->implicit_tls = seen_or(b->implicit_tls == TRI_YES && !not_smtp, true);
	r->opaque = seen_or(b->opaque == TRI_YES, true);
	r->starttls_offered = b->starttls_offered ? (uint8_t)TRI_YES
						  : session_builder_offered(b, SMTP_CAP_STARTTLS);
	r->starttls_used = b->starttls_used;
	if (r->starttls_used == TRI_UNKNOWN && (!b->starttls || b->starttls_refused))
		r->starttls_used = seen_or(false, client_whole);
	/* The server was ready and the client sent nothing more. */
	if (r->starttls_used == TRI_YES && r->opaque == TRI_NO && b->starttls_last &&
		client_whole && e->how != FLOW_END_INPUT && e->how != FLOW_END_EVICTED)
		r->tls.completed = TRI_NO;
}

/* Commands behind EHLO that did not wait for its reply: the reply may allow them. */
static uint8_t pipelining_violation(const struct session_builder *b, const struct flow_info *f)
{
	bool known = b->ehlo != TRI_UNKNOWN ||
		     (f->packets[FLOW_SERVER] > 0 && !f->midstream && !b->server_gap);

	if (!b->ehlo_crossed || b->pipelining_violation == TRI_YES || b->pipeconnect)
		return b->pipelining_violation;
	return known ? TRI_YES : TRI_UNKNOWN;
}

static void fill_behaviour(const struct session_builder *b, const struct flow_info *f,
	bool client_whole, struct session_record *r)
{
	r->quit = seen_or(b->quit, client_whole && b->opaque != TRI_YES);
	r->pipelining_offered = session_builder_offered(b, SMTP_CAP_PIPELINING);
	r->pipelining_violation = pipelining_violation(b, f);
	if (f->server_port == SUBMISSIONS_PORT || f->midstream || b->first_acked < 0 ||
		!b->commanded)
		return;
	if (b->greeted && (uint64_t)b->first_acked >= b->banner_end)
		r->early_talker = TRI_NO;
	else if (b->pipeconnect)
		r->early_talker = TRI_NO;
	else if (b->greeted && !b->told)
		r->early_talker = b->server_gap && b->ehlo == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_YES;
	else if (b->first_acked > 0 && !b->told)
		r->early_talker = TRI_NO;
}

static uint8_t side_spoke(const struct flow_info *f, enum flow_dir dir)
{
	return seen_or(f->payload[dir] > 0, f->packets[dir] > 0);
}

static void fill_coverage(const struct flow_info *f, const struct flow_ending *e,
	const struct session_builder *b, struct session_record *r)
{
	bool both = f->packets[FLOW_CLIENT] > 0 && f->packets[FLOW_SERVER] > 0;
	uint64_t missing = f->missing[0] + f->missing[1];
	bool closed = e->how == FLOW_END_FIN || e->how == FLOW_END_RST;

	if (f->tunnel)
		r->tunnel = *f->tunnel;
	r->flow.tunnel = NULL; /* a record holds no pointers */
	r->bytes_missed = missing > b->missed ? missing : b->missed;
	r->one_sided = tri_of(!both);
	r->complete = tri_of(f->syn.seen && both && closed && r->bytes_missed == 0);
	r->proven = f->acked[0] || f->acked[1] ? TRI_YES : both ? TRI_NO : TRI_UNKNOWN;
}

static uint8_t close_reason(const struct session_builder *b, const struct flow_ending *e,
	const struct session_record *r)
{
	if (r->opaque == TRI_YES)
		return SESSION_CLOSE_TLS;
	if (b->ended)
		return b->ended_by;
	switch (e->how) {
	case FLOW_END_FIN:
		return SESSION_CLOSE_FIN;
	case FLOW_END_RST:
		return SESSION_CLOSE_RST;
	case FLOW_END_IDLE:
		return SESSION_CLOSE_TIMEOUT;
	case FLOW_END_EVICTED:
		return SESSION_CLOSE_EVICTED;
	default:
		return SESSION_CLOSE_EOF;
	}
}

void session_fill(const struct session_builder *b, const struct flow_info *f,
	const struct flow_ending *e, struct record_builder *records, struct session_record *r)
{
	bool client_whole = f->packets[FLOW_CLIENT] > 0 && !f->midstream && !b->client_gap;

	r->client_spoke = side_spoke(f, FLOW_CLIENT);
	r->server_spoke = side_spoke(f, FLOW_SERVER);
	fill_helos(b, records, r);
	fill_banner(b, records, r);
	fill_sequence(b, records, r);
	fill_auth(b, records, r);
	fill_tls(b, e, client_whole, r);
	fill_behaviour(b, f, client_whole, r);
	fill_coverage(f, e, b, r);
	if (b->ehlo == TRI_YES) {
		r->extensions = b->capabilities;
		r->extensions_unknown = b->offers_unknown;
	}
	r->replies_4xx = b->replies_4xx;
	r->replies_5xx = b->replies_5xx;
	r->anomalies = b->anomalies;
	r->close = close_reason(b, e, r);
}
