/* SPDX-License-Identifier: Apache-2.0 */
#include "record_dump.h"

#include <inttypes.h>

#include "smtp_decode/message_record.h"
#include "smtp_decode/session_record.h"

struct dump {
	FILE *out;
	char prefix[32];
	const void *record;
};

static void name(const struct dump *d, const char *field)
{
	fprintf(d->out, "%s%s = ", d->prefix, field);
}

static void number(const struct dump *d, const char *field, int64_t v)
{
	name(d, field);
	fprintf(d->out, "%" PRId64 "\n", v);
}

static void tri(const struct dump *d, const char *field, uint8_t v)
{
	static const char *const names[] = {"unknown", "no", "yes"};

	name(d, field);
	fprintf(d->out, "%s\n", names[v]);
}

static void bytes(const struct dump *d, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] >= 0x20 && s.p[i] < 0x7f && s.p[i] != '\\')
			fputc(s.p[i], d->out);
		else
			fprintf(d->out, "\\x%02x", s.p[i]);
	}
}

/* An unseen one is "-", an empty one nothing. */
static void string(const struct dump *d, const char *field, struct str_ref s)
{
	fprintf(d->out, "%s%s =", d->prefix, field);
	if (!str_seen(s) || s.len > 0)
		fputc(' ', d->out);
	if (!str_seen(s))
		fputc('-', d->out);
	bytes(d, record_str(d->record, s));
	fputc('\n', d->out);
}

static void bits(const struct dump *d, const char *field, uint32_t v, const char *const *names)
{
	bool any = false;

	name(d, field);
	for (unsigned int i = 0; i < 32 && names[i]; i++) {
		if (v & 1u << i) {
			fprintf(d->out, "%s%s", any ? " " : "", names[i]);
			any = true;
		}
	}
	fprintf(d->out, "%s\n", any ? "" : "none");
}

static void strings(const struct dump *d, const char *field, struct array_ref a)
{
	const struct str_ref *s = record_array(d->record, a);

	name(d, field);
	for (uint32_t i = 0; i < a.count; i++) {
		fputs(i ? " " : "", d->out);
		bytes(d, record_str(d->record, s[i]));
	}
	fputs(a.count ? "\n" : "none\n", d->out);
}

static const char *const anomaly_names[32] = {"bare_lf", "long_line", "unknown_reply",
	"client_first", "not_smtp", "smuggle_candidate", "starttls_injection", "bad_bdat",
	"data_without_354", "gap", "smuggle_attempt", "smuggle_success", "ended_by_server",
	"bad_proxy", "client_claimed"};

static const char *const trait_names[32] = {"header_seen", "auto_submitted", "null_sender", "dsn",
	"list_id", "dkim_signature", "references", "text_capped", "bdat", "gap", "header_capped",
	"mime_capped", "bare_lf", "ended_by_server", "smuggled", "urls_capped", "burl",
	"charset_unknown", "bare_cr", "received_capped", "file_name_capped", "parameters_capped"};

static void helos(const struct dump *d, const struct session_record *s)
{
	static const char *const verbs[] = {"HELO", "EHLO", "LHLO"};
	static const char *const tris[] = {"unknown", "no", "yes"};
	const struct session_helo *h = record_array(s, s->helos);

	for (uint32_t i = 0; i < s->helos.count; i++) {
		fprintf(d->out, "%shelo[%u] = %s %s x%u ", d->prefix, i + 1, verbs[h[i].verb],
			tris[h[i].accepted], h[i].count);
		bytes(d, record_str(s, h[i].arg));
		fputc('\n', d->out);
	}
	number(d, "helo_count", s->helo_count);
}

static void extensions(const struct dump *d, const struct session_record *s)
{
	uint32_t bits = s->extensions;

	name(d, "extensions");
	for (; bits; bits &= bits - 1)
		fprintf(d->out, "%d%s", __builtin_ctz(bits), bits & (bits - 1) ? " " : "");
	fputs(s->extensions ? "\n" : "none\n", d->out);
	number(d, "extensions_unknown", s->extensions_unknown);
}

static void lengths(const struct dump *d, const char *field, struct array_ref a)
{
	const uint16_t *all = record_array(d->record, a);

	name(d, field);
	for (uint32_t i = 0; i < a.count; i++)
		fprintf(d->out, "%s%u", i ? " " : "", all[i]);
	fputs(a.count ? "\n" : "none\n", d->out);
}

static void tls(const struct dump *d, const struct session_tls *t)
{
	string(d, "tls_ja4", t->ja4);
	string(d, "tls_server_name", t->server_name);
	string(d, "tls_protocol", t->protocol);
	number(d, "tls_version", t->version);
	number(d, "tls_cipher", t->cipher);
	tri(d, "tls_completed", t->completed);
	strings(d, "tls_names", t->names);
	number(d, "tls_common_names", t->common_names);
	number(d, "tls_client_alert", t->alert[FLOW_CLIENT]);
	number(d, "tls_server_alert", t->alert[FLOW_SERVER]);
	lengths(d, "tls_client_lengths", t->lengths[FLOW_CLIENT]);
	lengths(d, "tls_server_lengths", t->lengths[FLOW_SERVER]);
}

static const char *const provenances[] = {"connection", "proxy_protocol", "xclient", "xforward"};

static void end(const struct dump *d, const char *field, const struct addr *a, uint16_t port)
{
	char text[ADDR_STRLEN];

	name(d, field);
	fprintf(d->out, "%s %u\n", addr_format(a, text), port);
}

static void dialect(const struct dump *d, const struct session_dialect *s)
{
	name(d, "dialect");
	for (int i = 0; i < DIALECT_FORM && s->form[0]; i++)
		fputc(s->form[i], d->out);
	for (int i = 0; i < 12 && s->form[0]; i++)
		fprintf(d->out, "%s%02x", i % 6 ? "" : "_", i < 6 ? s->trace[i] : s->header[i - 6]);
	fputs(s->form[0] ? "\n" : "-\n", d->out);
}

static void session(const struct dump *d, const struct session_record *s)
{
	static const char *const outcomes[] = {
		"none", "success", "failure", "cancelled", "unknown"};
	static const char *const closes[] = {
		"quit", "fin", "rst", "timeout", "evicted", "eof", "tls", "xclient", "turn"};

	end(d, "client", &s->flow.client, s->flow.client_port);
	end(d, "peer", &s->peer, s->peer_port);
	fprintf(d->out, "%sprovenance = %s\n", d->prefix, provenances[s->provenance]);
	end(d, "server", &s->flow.server, s->flow.server_port);
	number(d, "turned", s->turned);
	number(d, "claims", s->claims);
	if (s->claims > 0)
		end(d, "claimed", &s->claimed.addr, s->claimed.port);

	helos(d, s);
	string(d, "banner", s->banner);
	number(d, "banner_code", s->banner_code);
	extensions(d, s);
	tri(d, "starttls_offered", s->starttls_offered);
	tri(d, "starttls_used", s->starttls_used);
	tri(d, "implicit_tls", s->implicit_tls);
	tri(d, "opaque", s->opaque);
	tls(d, &s->tls);
	dialect(d, &s->dialect);
	string(d, "auth_mechanism", s->auth_mechanism);
	fprintf(d->out, "%sauth_outcome = %s\n", d->prefix, outcomes[s->auth_outcome]);
	number(d, "auth_attempts", s->auth_attempts);
	number(d, "auth_failures", s->auth_failures);
	tri(d, "auth_account", s->auth_account ? TRI_YES : TRI_NO);
	tri(d, "client_spoke", s->client_spoke);
	tri(d, "server_spoke", s->server_spoke);
	tri(d, "quit", s->quit);
	number(d, "commands", s->commands);
	number(d, "commands_unknown", s->commands_unknown);
	string(d, "sequence", s->sequence);
	number(d, "messages_attempted", s->messages_attempted);
	number(d, "messages_accepted", s->messages_accepted);
	number(d, "messages_rejected", s->messages_rejected);
	number(d, "rcpts_attempted", s->rcpts_attempted);
	number(d, "rcpts_accepted", s->rcpts_accepted);
	number(d, "rcpts_rejected", s->rcpts_rejected);
	number(d, "rcpts_unknown_user", s->rcpts_unknown_user);
	number(d, "replies_4xx", s->replies_4xx);
	number(d, "replies_5xx", s->replies_5xx);
	number(d, "banner_ms", s->banner_ms);
	number(d, "first_command_ms", s->first_command_ms);
	number(d, "hold_ms", s->hold_ms);
	number(d, "idle_max_ms", s->idle_max_ms);
	number(d, "duration_ms", s->duration_ms);
	tri(d, "censored", s->censored);
	tri(d, "early_talker", s->early_talker);
	tri(d, "pipelining_offered", s->pipelining_offered);
	tri(d, "pipelining_violation", s->pipelining_violation);
	fprintf(d->out, "%sclose = %s\n", d->prefix, closes[s->close]);
	tri(d, "complete", s->complete);
	tri(d, "one_sided", s->one_sided);
	tri(d, "proven", s->proven);
	bits(d, "anomalies", s->anomalies, anomaly_names);
	number(d, "bytes_missed", (int64_t)s->bytes_missed);
}

static void message(const struct dump *d, const struct message_record *m)
{
	static const char *const bodies[] = {"unsaid", "7BIT", "8BITMIME", "BINARYMIME"};

	end(d, "client", &m->client, m->client_port);
	end(d, "peer", &m->peer, m->peer_port);
	fprintf(d->out, "%sprovenance = %s\n", d->prefix, provenances[m->provenance]);
	number(d, "depth", m->depth);
	tri(d, "complete", m->complete);
	tri(d, "accepted", m->accepted);
	tri(d, "authenticated", m->authenticated);
	tri(d, "proven", m->proven);
	string(d, "from", m->from);
	string(d, "from_domain", m->from_domain);
	number(d, "declared_size", m->declared_size);
	strings(d, "parameters", m->parameters);
	fprintf(d->out, "%sbody = %s\n", d->prefix, bodies[m->body]);
	number(d, "rcpts", m->rcpts);
	number(d, "rcpts_attempted", m->rcpts_attempted);
	strings(d, "to", m->to);
	number(d, "reply_code", m->reply_code);
	string(d, "reply_enhanced", m->reply_enhanced);
	string(d, "reply_text", m->reply_text);
	string(d, "queue_id", m->queue_id);
	number(d, "size", (int64_t)m->size);
	bits(d, "traits", m->traits, trait_names);
	string(d, "message_id", m->message_id);
	string(d, "subject", m->subject);
	string(d, "header_from", m->header_from);
	strings(d, "header_to", m->header_to);
	number(d, "words", m->digest.words);
	name(d, "digest");
	fprintf(d->out, "%016" PRIx64 "\n", m->digest.exact);
}

void record_dump(FILE *out, const struct record *r, unsigned int n)
{
	struct dump d = {.out = out, .record = r};

	if (r->kind == RECORD_SESSION) {
		/* Most have one. */
		snprintf(d.prefix, sizeof(d.prefix), n > 1 ? "session[%u]." : "session.", n);
		session(&d, (const struct session_record *)r);
	} else {
		snprintf(d.prefix, sizeof(d.prefix), "message[%u].", n);
		message(&d, (const struct message_record *)r);
	}
}
