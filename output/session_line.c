/* SPDX-License-Identifier: Apache-2.0 */
#include "output/session_line.h"

#include "output/names.h"
#include "output/syn_line.h"
#include "output/tls_line.h"

static void tri(struct json_writer *w, const char *key, unsigned int v)
{
	if (v != TRI_UNKNOWN)
		json_writer_bool(w, key, v == TRI_YES);
}

static void seen(
	struct json_writer *w, const char *key, const struct session_record *s, struct str_ref r)
{
	if (str_seen(r))
		json_writer_wire(w, key, record_str(s, r));
}

static void known(struct json_writer *w, const char *key, int64_t v)
{
	if (v >= 0)
		json_writer_int(w, key, v);
}

static const char *outcome_of(const struct session_record *s)
{
	if (s->messages_accepted > 0)
		return "success";
	if (s->one_sided == TRI_YES || s->server_spoke != TRI_YES)
		return "unknown";
	if (s->messages_rejected + s->rcpts_rejected + s->auth_failures > 0 ||
		s->banner_code >= 400)
		return "failure";
	if (s->opaque == TRI_YES)
		return "unknown";
	return s->quit == TRI_YES ? "success" : "unknown";
}

/* The host that the banner names: the word after its code (RFC 5321 4.2). */
static struct span banner_host(const struct session_record *s)
{
	struct span b = record_str(s, s->banner);
	size_t n = 0;

	if (b.len < 4)
		return span_of(NULL, 0);
	b = span_skip(b, 4);
	while (n < b.len && (b.p[n] == '.' || b.p[n] == '-' || (b.p[n] >= '0' && b.p[n] <= '9') ||
				    ((b.p[n] | 0x20) >= 'a' && (b.p[n] | 0x20) <= 'z')))
		n++;
	if (n < b.len && b.p[n] != ' ' && b.p[n] != '\r')
		return span_of(NULL, 0);
	b = span_head(b, n);
	return span_find(b, '.') > 0 ? b : span_of(NULL, 0);
}

static void related(const struct line *l, const struct session_record *s)
{
	const struct addr *ips[] = {&s->flow.client, &s->flow.server, &s->peer};
	const struct session_helo *helos = record_array(s, s->helos);
	struct event_hosts hosts = {.count = 0};
	size_t mark;

	for (uint32_t i = 0; i < s->helos.count; i++)
		event_hosts_add(&hosts, record_str(s, helos[i].arg));
	event_hosts_add(&hosts, banner_host(s));
	mark = event_related_open(l, ips, 3, &hosts);
	if (str_seen(s->tls.ja4)) {
		json_writer_array(l->w, "hash");
		json_writer_wire(l->w, NULL, record_str(s, s->tls.ja4));
		json_writer_end_array(l->w);
	}
	json_writer_drop_empty(l->w, mark);
}

static void helo(struct json_writer *w, const struct session_record *s)
{
	const struct session_helo *helos = record_array(s, s->helos);

	if (s->helos.count > 0) {
		json_writer_wire(w, "helo", record_str(s, helos[0].arg));
		json_writer_word(w, "helo_verb", names_helo_verb(helos[0].verb));
	}
	json_writer_uint(w, "helo_count", s->helo_count);
	json_writer_array(w, "helo_names");
	for (uint32_t i = 0; i < s->helos.count; i++)
		json_writer_wire(w, NULL, record_str(s, helos[i].arg));
	json_writer_end_array(w);
	seen(w, "banner", s, s->banner);
}

static void security(struct json_writer *w, const struct session_record *s)
{
	size_t mark = json_writer_object(w, "starttls");

	tri(w, "offered", s->starttls_offered);
	tri(w, "used", s->starttls_used);
	json_writer_drop_empty(w, mark);
	json_writer_object(w, "auth");
	seen(w, "mechanism", s, s->auth_mechanism);
	if (s->auth_outcome != AUTH_NONE)
		json_writer_word(w, "outcome", names_auth_outcome(s->auth_outcome));
	json_writer_uint(w, "attempts", s->auth_attempts);
	json_writer_end_object(w);
}

static void tally(struct json_writer *w, const char *key, uint32_t attempted, uint32_t accepted,
	uint32_t rejected)
{
	json_writer_object(w, key);
	json_writer_uint(w, "attempted", attempted);
	json_writer_uint(w, "accepted", accepted);
	json_writer_uint(w, "rejected", rejected);
	json_writer_end_object(w);
}

static void dialogue(struct json_writer *w, const struct session_record *s)
{
	json_writer_object(w, "commands");
	json_writer_uint(w, "count", s->commands);
	json_writer_uint(w, "unknown", s->commands_unknown);
	seen(w, "sequence", s, s->sequence);
	json_writer_end_object(w);
	tally(w, "messages", s->messages_attempted, s->messages_accepted, s->messages_rejected);
	tally(w, "recipients", s->rcpts_attempted, s->rcpts_accepted, s->rcpts_rejected);
	json_writer_object(w, "replies");
	json_writer_uint(w, "4xx", s->replies_4xx);
	json_writer_uint(w, "5xx", s->replies_5xx);
	json_writer_end_object(w);
}

/* What the last EHLO reply offered. */
static void extensions(struct json_writer *w, const struct session_record *s)
{
	if (s->extensions) {
		json_writer_array(w, "extensions");
		for (uint32_t bits = s->extensions; bits; bits &= bits - 1)
			json_writer_word(w, NULL, names_extension(bits & -bits));
		json_writer_end_array(w);
	}
	if (s->extensions_unknown)
		json_writer_uint(w, "extensions_unknown", s->extensions_unknown);
}

/* For how long either side's receive window was closed. */
static void zero_windows(struct json_writer *w, const uint32_t ms[2])
{
	size_t mark = json_writer_object(w, "zero_window_ms");

	if (ms[FLOW_CLIENT])
		json_writer_uint(w, "client", ms[FLOW_CLIENT]);
	if (ms[FLOW_SERVER])
		json_writer_uint(w, "server", ms[FLOW_SERVER]);
	json_writer_drop_empty(w, mark);
}

static void behaviour(struct json_writer *w, const struct session_record *s)
{
	size_t mark = json_writer_object(w, "timing");

	known(w, "banner_ms", s->banner_ms);
	known(w, "first_command_ms", s->first_command_ms);
	known(w, "hold_ms", s->hold_ms);
	known(w, "idle_max_ms", s->idle_max_ms);
	known(w, "duration_ms", s->duration_ms);
	zero_windows(w, s->flow.zero_window_ms);
	tri(w, "censored", s->censored);
	json_writer_drop_empty(w, mark);
	mark = json_writer_object(w, "behavior");
	tri(w, "early_talker", s->early_talker);
	tri(w, "pipelining_violation", s->pipelining_violation);
	tri(w, "quit", s->quit);
	json_writer_drop_empty(w, mark);
	if (s->anomalies) {
		json_writer_array(w, "anomalies");
		for (unsigned int bits = s->anomalies; bits; bits &= bits - 1)
			json_writer_word(w, NULL, names_session_anomaly(bits & -bits));
		json_writer_end_array(w);
	}
	extensions(w, s);
	json_writer_word(w, "close_reason", names_session_close(s->close));
}

static void tunnel(struct json_writer *w, const struct flow_tunnel *t)
{
	if (t->depth == 0)
		return;
	json_writer_object(w, "tunnel");
	json_writer_addr(w, "source", &t->src);
	json_writer_addr(w, "destination", &t->dst);
	json_writer_uint(w, "depth", t->depth);
	json_writer_end_object(w);
}

static void dialect(struct json_writer *w, const struct session_dialect *d)
{
	char form[sizeof(d->form) + 1] = "";

	if (!d->form[0])
		return;
	memcpy(form, d->form, sizeof(d->form));
	json_writer_begin_string(w, "dialect");
	json_writer_put_word(w, "sd1_");
	json_writer_put_word(w, form);
	json_writer_put_word(w, "_");
	json_writer_put_hex(w, d->trace, sizeof(d->trace));
	json_writer_put_word(w, "_");
	json_writer_put_hex(w, d->header, sizeof(d->header));
	json_writer_end_string(w);
}

static void capture(const struct line *l, const struct session_record *s)
{
	struct json_writer *w = l->w;

	json_writer_object(w, "capture");
	tri(w, "complete", s->complete);
	json_writer_bool(w, "midstream", s->flow.midstream);
	tri(w, "one_sided", s->one_sided);
	json_writer_uint(w, "bytes_missed", s->bytes_missed);
	tunnel(w, &s->tunnel);
	if (s->flow.duplicates > 0)
		json_writer_uint(w, "duplicates", s->flow.duplicates);
	event_frames(l, s->flow.first_packet, s->flow.last_packet);
	json_writer_uint(w, "frame_count", s->flow.packets[0] + s->flow.packets[1]);
	json_writer_end_object(w);
}

static void sentence(struct json_writer *w, const struct session_record *s)
{
	static const char *const ends[] = {
		[SESSION_CLOSE_QUIT] = "closed by QUIT",
		[SESSION_CLOSE_FIN] = "closed without QUIT",
		[SESSION_CLOSE_RST] = "reset",
		[SESSION_CLOSE_TIMEOUT] = "timed out",
		[SESSION_CLOSE_EVICTED] = "dropped from a full table",
		[SESSION_CLOSE_EOF] = "open when the input ended",
		[SESSION_CLOSE_TLS] = "encrypted to its end",
		[SESSION_CLOSE_XCLIENT] = "followed by another client's",
		[SESSION_CLOSE_TURN] = "followed by the server's own as a client",
	};
	const struct session_helo *helos = record_array(s, s->helos);

	json_writer_begin_string(w, "message");
	json_writer_put_word(w, "SMTP session ");
	json_writer_put_addr(w, &s->flow.client);
	if (s->flow.client_port > 0) {
		json_writer_put_word(w, ":");
		json_writer_put_uint(w, s->flow.client_port);
	}
	json_writer_put_word(w, " -> ");
	json_writer_put_addr(w, &s->flow.server);
	json_writer_put_word(w, ":");
	json_writer_put_uint(w, s->flow.server_port);
	if (s->helos.count > 0) {
		json_writer_put_word(w, " ");
		json_writer_put_word(w, names_helo_verb(helos[0].verb));
		json_writer_put_word(w, " ");
		json_writer_put_wire(w, record_str(s, helos[0].arg));
	}
	json_writer_put_word(w, ", ");
	json_writer_put_uint(w, s->messages_accepted);
	json_writer_put_word(
		w, s->messages_accepted == 1 ? " message accepted, " : " messages accepted, ");
	if (s->close == SESSION_CLOSE_FIN && s->quit != TRI_NO)
		json_writer_put_word(w, "closed");
	else
		json_writer_put_word(w, s->close <= SESSION_CLOSE_TURN ? ends[s->close] : "ended");
	json_writer_end_string(w);
}

void session_line(
	const struct line *l, const struct session_record *s, const struct session_judgement *j)
{
	struct event e = {
		.dataset = DATASET_SESSION,
		.kind = "event",
		.action = "smtp-session",
		.outcome = outcome_of(s),
		.time = s->r.time,
		.start = s->flow.first_time,
		.end = s->r.time,
	};
	const struct event_flow flow = {
		.client = &s->flow.client,
		.server = &s->flow.server,
		.client_port = s->flow.client_port,
		.server_port = s->flow.server_port,
		.peer = &s->peer,
		.peer_port = s->peer_port,
		.direction = j->direction,
		.bytes = s->flow.bytes,
		.packets = s->flow.packets,
		.vlan = s->flow.vlan,
		.vlan_count = s->flow.vlan_count,
	};

	event_flow_id(l, DATASET_SESSION, &flow, s->flow.first_time, 0, e.id);
	event_begin(l, &e);
	event_flow(l, &flow);
	related(l, s);
	event_begin_body(l, "session");
	event_client(l, &flow, s->provenance, s->claims > 0 ? &s->claimed : NULL);
	if (s->turned)
		json_writer_bool(l->w, "turned", true);
	helo(l->w, s);
	security(l->w, s);
	tls_line_session(l->w, s);
	dialogue(l->w, s);
	behaviour(l->w, s);
	dialect(l->w, &s->dialect);
	if (s->provenance == CLIENT_BY_CONNECTION) /* else it is the SYN of who speaks for it */
		syn_line(l->w, &s->flow);
	capture(l, s);
	event_end_body(l);
	tls_line(l->w, s);
	event_log_file(l, s->flow.first_packet);
	sentence(l->w, s);
	event_end(l);
}
