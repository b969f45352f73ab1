/* SPDX-License-Identifier: Apache-2.0 */
#include "output/message_line.h"

#include "base/limits.h"
#include "output/names.h"

#define EXTENSION_MAX 16 /* a longer one is none */

static void seen(
	struct json_writer *w, const char *key, const struct message_record *m, struct str_ref r)
{
	if (str_seen(r))
		json_writer_wire(w, key, record_str(m, r));
}

static void strings(
	struct json_writer *w, const char *key, const struct message_record *m, struct array_ref a)
{
	const struct str_ref *items = record_array(m, a);

	if (a.count == 0)
		return;
	json_writer_array(w, key);
	for (uint32_t i = 0; i < a.count; i++)
		json_writer_wire(w, NULL, record_str(m, items[i]));
	json_writer_end_array(w);
}

/* Is the digest of file `i` that of one before it? */
static bool repeats(const struct message_attachment *a, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (a[k].has_sha256 && memcmp(a[k].sha256, a[i].sha256, sizeof(a->sha256)) == 0)
			return true;
	return false;
}

/* The SHA-256 of attachments, each once. */
static void related_hashes(struct json_writer *w, const struct message_record *m)
{
	const struct message_attachment *a = record_array(m, m->files);
	bool any = false;

	for (uint32_t i = 0; i < m->files.count; i++) {
		if (!a[i].has_sha256 || repeats(a, i))
			continue;
		if (!any)
			json_writer_array(w, "hash");
		any = true;
		json_writer_hex(w, NULL, a[i].sha256, sizeof(a->sha256));
	}
	if (any)
		json_writer_end_array(w);
}

static void related(const struct line *l, const struct message_record *m)
{
	const struct addr *ips[] = {&m->client, &m->server, &m->peer};
	struct event_hosts hosts = {.count = 0};
	size_t mark;

	event_hosts_add(&hosts, record_str(m, m->from_domain));
	event_hosts_add(&hosts, record_str(m, m->header_from_domain));
	event_hosts_add(&hosts, record_str(m, m->dkim_domain));
	mark = event_related_open(l, ips, 3, &hosts);
	related_hashes(l->w, m);
	json_writer_drop_empty(l->w, mark);
}

static void envelope(struct json_writer *w, const struct message_record *m)
{
	static const char *const bodies[] = {
		[MESSAGE_BODY_UNSAID] = NULL,
		[MESSAGE_BODY_7BIT] = "7BIT",
		[MESSAGE_BODY_8BITMIME] = "8BITMIME",
		[MESSAGE_BODY_BINARYMIME] = "BINARYMIME",
	};

	json_writer_object(w, "envelope");
	seen(w, "from", m, m->from);
	strings(w, "to", m, m->to);
	json_writer_uint(w, "recipients", m->rcpts);
	if (m->declared_size >= 0)
		json_writer_int(w, "declared_size", m->declared_size);
	if (bodies[m->body])
		json_writer_word(w, "body", bodies[m->body]);
	strings(w, "parameters", m, m->parameters);
	json_writer_end_object(w);
}

static void reply(struct json_writer *w, const struct message_record *m)
{
	size_t mark = json_writer_object(w, "reply");

	if (m->reply_code >= 0)
		json_writer_int(w, "code", m->reply_code);
	seen(w, "enhanced", m, m->reply_enhanced);
	seen(w, "text", m, m->reply_text);
	json_writer_drop_empty(w, mark);
}

/* How many there are, and what heloscope alone says of those that email.attachments lists. */
static void attachments(struct json_writer *w, const struct message_record *m)
{
	const struct message_attachment *a = record_array(m, m->files);

	if (m->attachments == 0)
		return;
	json_writer_object(w, "attachments");
	json_writer_uint(w, "count", m->attachments);
	json_writer_bool(w, "capped", m->attachments > m->files.count);
	json_writer_array(w, "parts");
	for (uint32_t i = 0; i < m->files.count; i++) {
		json_writer_object(w, NULL);
		if (a[i].complete != TRI_UNKNOWN)
			json_writer_bool(w, "complete", a[i].complete == TRI_YES);
		if (a[i].complete == TRI_YES) {
			json_writer_begin_string(w, "digest");
			json_writer_put_word(w, "a:");
			json_writer_put_hex64(w, a[i].digest);
			json_writer_end_string(w);
		}
		json_writer_end_object(w);
	}
	json_writer_end_array(w);
	json_writer_end_object(w);
}

static void urls(struct json_writer *w, const struct message_record *m)
{
	static const char *const schemes[] = {
		[URL_NO_SCHEME] = NULL,
		[URL_HTTP] = "http",
		[URL_HTTPS] = "https",
		[URL_FTP] = "ftp",
		[URL_MAILTO] = "mailto",
	};
	static const char *const places[] = {
		[URL_IN_TEXT] = "text",
		[URL_IN_HREF] = "href",
		[URL_IN_SRC] = "src",
		[URL_IN_ACTION] = "action",
		[URL_IN_BACKGROUND] = "background",
		[URL_IN_DATA] = "data",
		[URL_IN_POSTER] = "poster",
		[URL_IN_SRCSET] = "srcset",
		[URL_IN_REFRESH] = "refresh",
		[URL_IN_STYLE] = "style",
	};
	const struct message_url *u = record_array(m, m->urls);

	if (m->urls.count == 0)
		return;
	json_writer_array(w, "urls");
	for (uint32_t i = 0; i < m->urls.count; i++) {
		json_writer_object(w, NULL);
		if (schemes[u[i].scheme])
			json_writer_word(w, "scheme", schemes[u[i].scheme]);
		seen(w, "host", m, u[i].host);
		seen(w, "domain", m, u[i].domain);
		json_writer_word(w, "where", places[u[i].where]);
		json_writer_uint(w, "count", u[i].count);
		json_writer_end_object(w);
	}
	json_writer_end_array(w);
}

static void content(
	struct json_writer *w, const struct message_record *m, const struct message_judgement *j)
{
	size_t mark = json_writer_object(w, "content");

	if (m->digest.exact) {
		json_writer_begin_string(w, "fingerprint");
		json_writer_put_word(w, "x:");
		json_writer_put_hex64(w, m->digest.exact);
		json_writer_end_string(w);
	}
	event_cluster_id(w, j->cluster_id);
	seen(w, "charset", m, m->charset);
	if (m->traits & MESSAGE_CHARSET_UNKNOWN)
		json_writer_bool(w, "charset_unknown", true);
	if (m->traits & MESSAGE_HEADER_SEEN)
		json_writer_uint(w, "received_count", m->received);
	attachments(w, m);
	if (m->url_count > 0)
		json_writer_uint(w, "url_count", m->url_count);
	strings(w, "url_domains", m, m->url_domains);
	urls(w, m);
	if (m->url_mismatches > 0)
		json_writer_uint(w, "url_mismatches", m->url_mismatches);
	if (m->traits & MESSAGE_URLS_CAPPED)
		json_writer_bool(w, "urls_capped", true);
	json_writer_drop_empty(w, mark);
}

/* One address, as ECS wants it: an array where there may be several, a keyword for the sender. */
static void address(struct json_writer *w, const char *key, const struct message_record *m,
	struct str_ref r, bool single)
{
	if (!str_seen(r))
		return;
	json_writer_object(w, key);
	if (!single)
		json_writer_array(w, "address");
	json_writer_wire(w, single ? "address" : NULL, record_str(m, r));
	if (!single)
		json_writer_end_array(w);
	json_writer_end_object(w);
}

static void addresses(
	struct json_writer *w, const char *key, const struct message_record *m, struct array_ref a)
{
	if (a.count == 0)
		return;
	json_writer_object(w, key);
	strings(w, "address", m, a);
	json_writer_end_object(w);
}

/* What follows the last dot of a file's name; empty where nothing like an extension does. */
static struct span extension_of(struct span name)
{
	const uint8_t *dot = name.len > 0 ? memrchr(name.p, '.', name.len) : NULL;
	struct span e = dot ? span_skip(name, (size_t)(dot + 1 - name.p)) : span_of(NULL, 0);

	if (!dot || dot == name.p || e.len > EXTENSION_MAX)
		return span_of(NULL, 0);
	for (size_t i = 0; i < e.len; i++)
		if (e.p[i] <= ' ' || e.p[i] >= 0x7f)
			return span_of(NULL, 0);
	return e;
}

static void file(
	struct json_writer *w, const struct message_record *m, const struct message_attachment *a)
{
	struct span extension = extension_of(record_str(m, a->name));
	size_t mark = json_writer_object(w, "file");

	seen(w, "name", m, a->name);
	if (extension.len > 0)
		json_writer_wire(w, "extension", extension);
	seen(w, "mime_type", m, a->type);
	if (a->complete == TRI_YES)
		json_writer_uint(w, "size", a->size);
	if (a->has_sha256) {
		json_writer_object(w, "hash");
		json_writer_hex(w, "sha256", a->sha256, sizeof(a->sha256));
		json_writer_end_object(w);
	}
	json_writer_drop_empty(w, mark);
}

static void files(struct json_writer *w, const struct message_record *m)
{
	const struct message_attachment *a = record_array(m, m->files);

	if (m->files.count == 0)
		return;
	json_writer_array(w, "attachments");
	for (uint32_t i = 0; i < m->files.count; i++) {
		json_writer_object(w, NULL);
		file(w, m, &a[i]);
		json_writer_end_object(w);
	}
	json_writer_end_array(w);
}

static void email(struct json_writer *w, const struct message_record *m, const char *direction,
	const uint8_t id[EVENT_ID_SIZE])
{
	json_writer_object(w, "email");
	seen(w, "message_id", m, m->message_id);
	seen(w, "subject", m, m->subject);
	address(w, "from", m, m->header_from, false);
	address(w, "sender", m, m->header_sender, true);
	address(w, "reply_to", m, m->header_reply_to, false);
	addresses(w, "to", m, m->header_to);
	addresses(w, "cc", m, m->header_cc);
	if (direction)
		json_writer_word(w, "direction", direction);
	if (m->date_time > 0)
		json_writer_time(w, "origination_timestamp", m->date_time);
	if (m->accepted == TRI_YES)
		json_writer_time(w, "delivery_timestamp", m->r.time);
	seen(w, "content_type", m, m->content_type);
	seen(w, "x_mailer", m, m->x_mailer);
	files(w, m);
	json_writer_hex(w, "local_id", id, EVENT_ID_SIZE);
	json_writer_end_object(w);
}

static void sentence(
	struct json_writer *w, const struct message_record *m, const struct message_judgement *j)
{
	json_writer_begin_string(w, "message");
	json_writer_put_word(w, m->accepted == TRI_YES  ? "accepted message"
				: m->accepted == TRI_NO ? "rejected message"
							: "message of unseen outcome");
	if (str_seen(m->from)) {
		json_writer_put_word(w, " from=<");
		json_writer_put_wire(w, record_str(m, m->from));
		json_writer_put_word(w, ">");
	}
	json_writer_put_word(w, " rcpts=");
	json_writer_put_uint(w, m->rcpts);
	json_writer_put_word(w, " size=");
	json_writer_put_uint(w, m->size);
	if (j->cluster_id) {
		json_writer_put_word(w, " cluster=");
		json_writer_put_hex64(w, j->cluster_id);
	}
	json_writer_end_string(w);
}

static void received(struct json_writer *w, const struct message_record *m)
{
	const struct message_hop *h = record_array(m, m->hops);

	if (m->hops.count == 0)
		return;
	json_writer_array(w, "received");
	for (uint32_t i = 0; i < m->hops.count; i++) {
		json_writer_object(w, NULL);
		seen(w, "from", m, h[i].from);
		if (h[i].has_ip)
			json_writer_addr(w, "ip", &h[i].ip);
		seen(w, "by", m, h[i].by);
		seen(w, "with", m, h[i].with);
		if (h[i].time > 0)
			json_writer_time(w, "time", h[i].time);
		json_writer_end_object(w);
	}
	json_writer_end_array(w);
}

/* What was not looked at to its end, or is told in part only. */
static void capped(struct json_writer *w, const struct message_record *m)
{
	static const struct {
		uint32_t trait;
		const char *word;
	} rows[] = {
		{MESSAGE_TEXT_CAPPED, "text"},
		{MESSAGE_HEADER_CAPPED, "header"},
		{MESSAGE_MIME_CAPPED, "mime"},
		{MESSAGE_RECEIVED_CAPPED, "received"},
		{MESSAGE_FILE_NAME_CAPPED, "attachment_name"},
		{MESSAGE_URLS_CAPPED, "urls"},
		{MESSAGE_PARAMETERS_CAPPED, "parameters"},
	};
	const char *words[sizeof(rows) / sizeof(rows[0]) + 2];
	unsigned int n = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (m->traits & rows[i].trait)
			words[n++] = rows[i].word;
	if (m->attachments > m->files.count)
		words[n++] = "attachments";
	if (m->to.count > 0 && m->rcpts_attempted > LIMIT_RCPTS_KEPT)
		words[n++] = "recipients";
	if (n == 0)
		return;
	json_writer_array(w, "capped");
	for (unsigned int i = 0; i < n; i++)
		json_writer_word(w, NULL, words[i]);
	json_writer_end_array(w);
}

static void body(const struct line *l, const struct message_record *m,
	const struct message_judgement *j, const struct event_flow *flow)
{
	struct json_writer *w = l->w;

	event_begin_body(l, "message");
	event_client(l, flow, m->provenance, NULL);
	if (m->complete != TRI_UNKNOWN)
		json_writer_bool(w, "complete", m->complete == TRI_YES);
	json_writer_uint(w, "trans_depth", m->depth);
	envelope(w, m);
	reply(w, m);
	json_writer_uint(w, "size", m->size);
	content(w, m, j);
	received(w, m);
	seen(w, "queue_id", m, m->queue_id);
	if (m->traits & MESSAGE_ENDED_BY_SERVER)
		json_writer_word(w, "ended_by", "server");
	if (m->traits & MESSAGE_SMUGGLED)
		json_writer_bool(w, "smuggled", true);
	if (m->traits & MESSAGE_BURL)
		json_writer_bool(w, "burl", true);
	capped(w, m);
	event_end_body(l);
}

void message_line(
	const struct line *l, const struct message_record *m, const struct message_judgement *j)
{
	struct event e = {
		.dataset = DATASET_MESSAGE,
		.kind = "event",
		.action = "smtp-message",
		.outcome = m->accepted == TRI_YES  ? "success"
			   : m->accepted == TRI_NO ? "failure"
						   : "unknown",
		.time = m->r.time,
		.start = m->start,
		.end = m->r.time,
	};
	const struct event_flow flow = {
		.client = &m->client,
		.server = &m->server,
		.client_port = m->client_port,
		.server_port = m->server_port,
		.peer = &m->peer,
		.peer_port = m->peer_port,
		.direction = j->direction,
	};

	event_flow_id(l, DATASET_MESSAGE, &flow, m->session_start, m->depth, e.id);
	event_begin(l, &e);
	event_flow(l, &flow);
	related(l, m);
	body(l, m, j, &flow);
	email(l->w, m, j->direction, e.id);
	event_log_file(l, m->first_packet);
	sentence(l->w, m, j);
	event_end(l);
}
