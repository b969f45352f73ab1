/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/tls_watch.h"

#include "smtp_decode/tls_certificate.h"

/* Types of handshake messages (RFC 8446 4, RFC 5246 7.4). */
#define CLIENT_HELLO 1
#define SERVER_HELLO 2
#define CERTIFICATE 11
#define SERVER_HELLO_DONE 14

#define ALERT_FATAL 2
#define VERSION_1_3 0x0304

/* Over this a protected record of TLS 1.3 is no alert (smtp_tls_is_alert()). */
#define LONGEST_ALERT 19

_Static_assert(sizeof(struct tls_watch) <= SMTP_BLOCK_SIZE, "it lives in a block");
_Static_assert(LIMIT_TLS_HANDSHAKE <= SMTP_BLOCK_SIZE, "a message lies in a block");

struct tls_watch *tls_watch_create(struct smtp_blocks *blocks)
{
	struct tls_watch *w = smtp_block_take(blocks);

	if (!w)
		return NULL;
	memset(w, 0, sizeof(*w));
	w->blocks = blocks;
	return w;
}

/* No more handshake messages of this side. */
static void done(struct tls_watch *w, struct tls_side *s)
{
	s->done = true;
	smtp_block_give(w->blocks, s->block);
	s->block = NULL;
}

void tls_watch_destroy(struct tls_watch *w)
{
	if (!w)
		return;
	done(w, &w->sides[0]);
	done(w, &w->sides[1]);
	smtp_block_give(w->blocks, w);
}

static void pack_out(struct tls_watch *w, struct smtp_pack *pack)
{
	uint8_t *block[2];

	w->blocks = NULL;
	for (int i = 0; i < 2; i++) {
		block[i] = w->sides[i].block;
		w->sides[i].block = block[i] ? SMTP_PACKED : NULL;
	}
	smtp_pack_words(pack, w, NULL, sizeof(*w));
	for (int i = 0; i < 2; i++)
		w->sides[i].block = block[i];
}

struct tls_watch *tls_watch_pack(
	struct tls_watch *w, struct smtp_blocks *blocks, struct smtp_pack *pack)
{
	if (!w)
		return NULL;
	if (pack->out)
		pack_out(w, pack);
	else
		w = smtp_block_pack(blocks, w, sizeof(*w), true, pack);
	if (!w)
		return NULL;
	for (int i = 0; i < 2; i++)
		w->sides[i].block = smtp_block_pack(
			blocks, w->sides[i].block, w->sides[i].len, false, pack);
	w->blocks = blocks;
	return pack->out ? smtp_block_pack(blocks, w, 0, false, pack) : w;
}

static bool keep(struct tls_watch *w, struct span s, struct tls_watch_name *ret)
{
	if (s.len > sizeof(w->store) - w->used)
		return false;
	if (s.len > 0)
		memcpy(w->store + w->used, s.p, s.len);
	*ret = (struct tls_watch_name){w->used, (uint16_t)s.len};
	w->used += (uint16_t)s.len;
	return true;
}

static struct span text(const struct tls_watch *w, struct tls_watch_name n)
{
	return span_of(w->store + n.off, n.len);
}

static void on_client_hello(struct tls_watch *w, struct span body)
{
	struct tls_client_hello h;

	if (tls_client_hello_parse(body, &h) < 0)
		return;
	tls_ja4(&h, w->ja4);
	w->ja4_seen = true;
	if (h.server_name.len > 0 && h.server_name.len <= 255)
		w->server_named = keep(w, h.server_name, &w->server_name);
}

static void on_server_hello(struct tls_watch *w, struct tls_side *s, struct span body)
{
	struct tls_server_hello h;

	if (tls_server_hello_parse(body, &h) < 0) {
		done(w, s);
		return;
	}
	s->more = h.retry;
	w->version = h.version;
	w->cipher = h.cipher;
	w->agreed = h.protocol.len > 0 && keep(w, h.protocol, &w->protocol);
	if (h.version >= VERSION_1_3 && !h.retry)
		done(w, s);
}

/* A name that was given already, as a common name most often is, is not kept again. */
static bool on_name(void *cookie, enum tls_name kind, struct span name)
{
	struct tls_watch *w = cookie;

	for (unsigned int i = kind == TLS_NAME_COMMON ? 0 : w->common_count; i < w->names_count;
		i++) {
		if (span_eq(text(w, w->names[i]), name))
			return true;
	}
	if (w->names_count == LIMIT_TLS_NAMES || !keep(w, name, &w->names[w->names_count])) {
		w->names_cut = true;
		return false;
	}
	w->names_count++;
	w->common_count += kind == TLS_NAME_COMMON;
	return true;
}

/* A handshake message has come to its end; `body` is the beginning of it that was kept. */
static void on_message(struct tls_watch *w, struct tls_side *s, uint8_t type, struct span body)
{
	uint32_t size =
		(uint32_t)s->message[1] << 16 | (uint32_t)s->message[2] << 8 | s->message[3];
	bool whole = body.len == size;

	w->capped += s->block && !whole && type != CERTIFICATE;
	if (s == &w->sides[FLOW_CLIENT]) {
		if (type == CLIENT_HELLO && whole)
			on_client_hello(w, body);
		done(w, s);
	} else if (type == SERVER_HELLO && whole) {
		on_server_hello(w, s, body);
	} else if (type == CERTIFICATE && w->version != 0) {
		w->capped += tls_certificate_names(body, on_name, w) == 0 || w->names_cut;
		done(w, s);
	} else if (type == SERVER_HELLO_DONE) {
		done(w, s);
	}
}

static bool is_wanted(const struct tls_watch *w, const struct tls_side *s, uint8_t type)
{
	if (s == &w->sides[FLOW_CLIENT])
		return type == CLIENT_HELLO;
	return type == SERVER_HELLO || type == CERTIFICATE;
}

static void message_begins(struct tls_watch *w, struct tls_side *s)
{
	s->left = (uint32_t)s->message[1] << 16 | (uint32_t)s->message[2] << 8 | s->message[3];
	s->len = 0;
	if (is_wanted(w, s, s->message[0]) && !s->block)
		s->block = smtp_block_take(w->blocks);
}

static void message_ends(struct tls_watch *w, struct tls_side *s)
{
	s->have = 0;
	on_message(w, s, s->message[0], span_of(s->block, s->len));
	smtp_block_give(w->blocks, s->block);
	s->block = NULL;
}

/* Messages may be cut across records, and lie in one together. */
static void handshake(struct tls_watch *w, struct tls_side *s, struct span bytes)
{
	while (bytes.len > 0 && !s->done) {
		size_t n = bytes.len < s->left ? bytes.len : s->left;

		if (s->have < sizeof(s->message)) {
			s->message[s->have++] = bytes.p[0];
			bytes = span_skip(bytes, 1);
			if (s->have < sizeof(s->message))
				continue;
			message_begins(w, s);
		} else {
			struct span kept =
				span_head(span_head(bytes, n), LIMIT_TLS_HANDSHAKE - s->len);

			if (s->block && kept.len > 0) {
				memcpy(s->block + s->len, kept.p, kept.len);
				s->len += (uint16_t)kept.len;
			}
			bytes = span_skip(bytes, n);
			s->left -= (uint32_t)n;
		}
		if (s->left == 0)
			message_ends(w, s);
	}
}

/* An alert in clear is a record of two bytes; close_notify (0) and user_canceled (90) tell of no
 * fault (RFC 8446 6.1). */
static void alert(struct tls_side *s, struct span bytes)
{
	for (size_t i = 0; i < bytes.len && s->alert_len < sizeof(s->alert); i++)
		s->alert[s->alert_len++] = bytes.p[i];
	if (s->alert_len < sizeof(s->alert) || s->records.left > 0 || s->alert[1] == 0 ||
		s->alert[1] == 90)
		return;
	if (s->description == 0)
		s->description = s->alert[1];
	s->fatal = s->fatal || s->alert[0] == ALERT_FATAL;
}

static void record_begins(struct tls_watch *w, struct tls_side *s)
{
	const struct smtp_tls *r = &s->records;

	if (s->encrypted && s->first == 0 && r->header[0] != SMTP_TLS_CHANGE_CIPHER_SPEC)
		s->first = r->header[0];
	s->alert_len = 0;
	s->short_alert = r->left == sizeof(s->alert);
	switch (r->header[0]) {
	case SMTP_TLS_CHANGE_CIPHER_SPEC:
		/* Between two hellos it only looks like TLS 1.2 (RFC 8446 D.4). */
		if (!s->more)
			done(w, s);
		s->encrypted = s->encrypted || !s->more;
		break;
	case SMTP_TLS_APPLICATION_DATA:
		done(w, s);
		s->encrypted = true;
		if (s->lengths_count < LIMIT_TLS_RECORDS)
			s->lengths[s->lengths_count++] = (uint16_t)r->left;
		break;
	default:
		break;
	}
}

static void fragment(struct tls_watch *w, struct tls_side *s, struct span bytes)
{
	switch (s->records.header[0]) {
	case SMTP_TLS_HANDSHAKE:
		handshake(w, s, bytes);
		break;
	case SMTP_TLS_ALERT:
		if (!s->encrypted && s->short_alert)
			alert(s, bytes);
		break;
	default:
		break;
	}
}

void tls_watch_bytes(struct tls_watch *w, enum flow_dir dir, struct span bytes)
{
	struct tls_side *s = &w->sides[dir];
	struct span piece;

	while (bytes.len > 0 && !s->records.lost) {
		if (smtp_tls_next(&s->records, &bytes, &piece) == 0)
			fragment(w, s, piece);
		else if (s->records.lost)
			done(w, s);
		else
			record_begins(w, s);
	}
}

void tls_watch_gap(struct tls_watch *w, enum flow_dir dir)
{
	smtp_tls_gap(&w->sides[dir].records);
	done(w, &w->sides[dir]);
}

/* Is the first that a side sends encrypted a refusal? */
static bool refuses(const struct tls_watch *w, const struct tls_side *s)
{
	return s->fatal || s->first == SMTP_TLS_ALERT ||
	       (w->version >= VERSION_1_3 && s->lengths_count > 0 &&
		       s->lengths[0] <= LONGEST_ALERT);
}

/* Has it sent its Finished? */
static bool has_finished(const struct tls_watch *w, const struct tls_side *s)
{
	return w->version >= VERSION_1_3 ? s->lengths_count > 0 : s->first != 0;
}

static enum tri completed(const struct tls_watch *w, bool whole)
{
	const struct tls_side *c = &w->sides[FLOW_CLIENT], *s = &w->sides[FLOW_SERVER];

	if (refuses(w, c) || refuses(w, s))
		return TRI_NO;
	if (!has_finished(w, c) || !has_finished(w, s))
		return whole ? TRI_NO : TRI_UNKNOWN;
	return w->version != 0 && !s->more ? TRI_YES : TRI_UNKNOWN;
}

void tls_watch_fill(const struct tls_watch *w, bool whole, struct record_builder *records,
	struct session_tls *ret)
{
	struct str_ref names[LIMIT_TLS_NAMES];

	ret->completed = completed(w, whole);
	ret->version = w->version;
	ret->cipher = w->cipher;
	if (w->ja4_seen)
		ret->ja4 = record_add(records, span_of(w->ja4, sizeof(w->ja4)));
	if (w->server_named)
		ret->server_name = record_add(records, text(w, w->server_name));
	if (w->agreed)
		ret->protocol = record_add(records, text(w, w->protocol));
	for (unsigned int i = 0; i < w->names_count; i++)
		names[i] = record_add(records, text(w, w->names[i]));
	ret->names = record_add_array(records, names, sizeof(names[0]), w->names_count);
	ret->common_names = w->common_count;
	for (unsigned int dir = 0; dir < 2; dir++) {
		const struct tls_side *s = &w->sides[dir];

		ret->alert[dir] = s->description;
		ret->lengths[dir] = record_add_array(
			records, s->lengths, sizeof(s->lengths[0]), s->lengths_count);
	}
}
