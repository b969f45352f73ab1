/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/message_header.h"

#include "base/hash.h"
#include "base/limits.h"
#include "smtp_decode/header_date.h"
#include "smtp_decode/header_msgid.h"
#include "smtp_decode/header_received.h"
#include "smtp_decode/mailbox.h"
#include "smtp_decode/rfc2047.h"

#define LIMIT_SHORT 128    /* bytes of Date, X-Mailer, User-Agent */
#define NAMED_RECIPIENTS 4 /* display names taken from To */

void message_header_begin(struct message_header *h)
{
	struct message_header fresh = {
		.charsets = h->charsets,
		.tables = h->tables,
		.pseudonyms = h->pseudonyms,
		.names = h->names,
		.used = 1,
	};

	memcpy(h, &fresh, offsetof(struct message_header, store));
}

/* Up to `max` bytes of the store; *ret_room is what there is. */
static char *reserve(struct message_header *h, size_t max, size_t *ret_room)
{
	size_t room = MESSAGE_HEADER_STORE - h->used;

	*ret_room = room < max ? room : max;
	return (char *)h->store + h->used;
}

static struct message_header_text commit(struct message_header *h, size_t len)
{
	struct message_header_text t = {h->used, (uint16_t)len};

	if (h->used == MESSAGE_HEADER_STORE)
		return (struct message_header_text){0, 0};
	h->used = (uint16_t)(h->used + len);
	return t;
}

static struct message_header_text keep(struct message_header *h, struct span s, size_t max)
{
	size_t room;
	char *p = reserve(h, max, &room);

	s = span_head(s, room);
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return commit(h, s.len);
}

/* The first field of a name counts. */
static void keep_first(
	struct message_header *h, struct message_header_text *at, struct span s, size_t max)
{
	if (at->off == 0)
		*at = keep(h, s, max);
}

static void read_message_id(struct message_header *h, struct span body)
{
	struct span id = header_msgid_trim(body);

	if (h->message_id.off != 0)
		return;
	h->message_id = keep(h, id, LIMIT_MESSAGE_ID);
	h->message_id_valid = header_msgid_is_valid(body);
	h->message_id_hash = id.len > 0 ? hash64(id) : 0;
}

static void read_subject(struct message_header *h, struct span body)
{
	size_t room;
	char *p = reserve(h, LIMIT_SUBJECT, &room);

	if (h->subject.off == 0)
		h->subject = commit(h, rfc2047_decode(h->charsets, body, p, room));
}

/* The first mailbox of `list` with a domain, else the first at all. */
static bool first_mailbox(struct span list, struct mailbox_item *ret)
{
	struct mailbox_item item;
	bool found = false;

	while (mailbox_next(&list, &item) == 1) {
		bool whole = span_find(item.addr, '@') >= 0;

		if (item.addr.len == 0 || (found && !whole))
			continue;
		*ret = item;
		ret->addr.p = (uint8_t *)ret->buf + ((const char *)item.addr.p - item.buf);
		found = true;
		if (whole)
			break;
	}
	return found;
}

static void read_originator(
	struct message_header *h, struct message_header_text *at, struct span body)
{
	char decoded[LIMIT_HEADER_FIELD];
	struct mailbox_item item;
	bool found;

	if (at->off != 0)
		return;
	found = first_mailbox(body, &item);
	if (!found || span_find(item.addr, '@') < 0) { /* some encode the address too */
		size_t n = rfc2047_decode(h->charsets, body, decoded, sizeof(decoded));

		found = first_mailbox(span_of(decoded, n), &item);
	}
	*at = keep(h, found ? item.addr : span_of(NULL, 0), LIMIT_MAILBOX);
}

/* A display name without its quotes and encoding, for the names of the text. */
static void add_name(struct message_header *h, struct span name)
{
	char decoded[LIMIT_MAILBOX];

	text_names_add_display(h->names, h->tables,
		span_of(decoded, rfc2047_decode(h->charsets, name, decoded, sizeof(decoded))));
}

static void list_recipient(struct message_header *h, uint8_t *count, struct span addr)
{
	size_t room, at = (size_t)h->to_count + h->cc_count;
	char *p = reserve(h, LIMIT_MAILBOX, &room);

	if (at == MESSAGE_HEADER_LISTED || room < PSEUDONYM_LEN)
		return;
	h->listed[at] = commit(h, pseudonym_address(h->pseudonyms, addr, p, room));
	(*count)++;
}

static void read_recipients(struct message_header *h, enum header_field f, struct span body)
{
	struct mailbox_item item;
	unsigned int n = 0;

	if (f == HEADER_CC && !h->pseudonyms)
		return;
	h->to_closed |= f == HEADER_CC;
	while ((h->pseudonyms || n < NAMED_RECIPIENTS) && mailbox_next(&body, &item) == 1) {
		if (f == HEADER_TO && n++ < NAMED_RECIPIENTS)
			add_name(h, item.name);
		if (!h->pseudonyms || item.addr.len == 0)
			continue;
		if (f == HEADER_CC)
			list_recipient(h, &h->cc_count, item.addr);
		else if (!h->to_closed)
			list_recipient(h, &h->to_count, item.addr);
	}
}

/* "d=" of a DKIM-Signature (RFC 6376 3.5). */
static void read_signature(struct message_header *h, struct span body)
{
	h->traits |= MESSAGE_DKIM_SIGNATURE;
	while (body.len > 0 && h->dkim_domain.off == 0) {
		ptrdiff_t semi = span_find(body, ';');
		struct span tag = span_trim(span_head(body, semi < 0 ? body.len : (size_t)semi));
		ptrdiff_t eq = span_find(tag, '=');
		char buf[LIMIT_MAILBOX];

		body = span_skip(body, semi < 0 ? body.len : (size_t)semi + 1);
		if (eq < 1 || !span_ieq_str(span_trim(span_head(tag, (size_t)eq)), "d"))
			continue;
		tag = span_trim(span_skip(tag, (size_t)eq + 1));
		if (tag.len == 0 || tag.len > sizeof(buf))
			return;
		for (size_t i = 0; i < tag.len; i++)
			buf[i] = (char)(tag.p[i] >= 'A' && tag.p[i] <= 'Z' ? tag.p[i] | 0x20
									   : tag.p[i]);
		h->dkim_domain = keep(h, span_of(buf, tag.len), LIMIT_MAILBOX);
	}
}

static struct message_header_text keep_hop(struct message_header *h, struct span s)
{
	size_t room = MESSAGE_HEADER_HOPS - h->hops_used;
	struct message_header_text t = {0, 0};

	if (s.len > LIMIT_RECEIVED_NAME || s.len > room)
		h->traits |= MESSAGE_RECEIVED_CAPPED;
	s = span_head(s, LIMIT_RECEIVED_NAME);
	if (s.len == 0 || s.len > room)
		return t;
	t = keep(h, s, s.len);
	h->hops_used = (uint16_t)(h->hops_used + t.len);
	return t;
}

static void read_received(struct message_header *h, struct span body)
{
	struct header_received r;
	struct message_header_hop *hop;

	if (h->received++ >= LIMIT_RECEIVED) {
		h->traits |= MESSAGE_RECEIVED_CAPPED;
		return;
	}
	header_received_parse(body, &r);
	hop = &h->hops[h->received - 1];
	*hop = (struct message_header_hop){.has_ip = r.has_ip, .ip = r.ip, .time = r.time};
	hop->from = keep_hop(h, r.from);
	hop->by = keep_hop(h, r.by);
	hop->with = keep_hop(h, r.with);
}

void message_header_field(struct message_header *h, enum header_field f, struct span body)
{
	switch (f) {
	case HEADER_MESSAGE_ID:
		read_message_id(h, body);
		break;
	case HEADER_SUBJECT:
		read_subject(h, body);
		break;
	case HEADER_FROM:
		read_originator(h, &h->from, body);
		break;
	case HEADER_SENDER:
		read_originator(h, &h->sender, body);
		break;
	case HEADER_REPLY_TO:
		read_originator(h, &h->reply_to, body);
		break;
	case HEADER_TO:
	case HEADER_CC:
		read_recipients(h, f, body);
		break;
	case HEADER_DATE:
		if (h->date.off == 0 && header_date_parse(body, &h->date_time) != 1)
			h->date_time = 0;
		keep_first(h, &h->date, body, LIMIT_SHORT);
		break;
	case HEADER_X_MAILER:
		keep_first(h, &h->x_mailer, body, LIMIT_SHORT);
		break;
	case HEADER_USER_AGENT:
		keep_first(h, &h->user_agent, body, LIMIT_SHORT);
		break;
	case HEADER_RECEIVED:
		read_received(h, body);
		break;
	case HEADER_DKIM_SIGNATURE:
		read_signature(h, body);
		break;
	case HEADER_AUTO_SUBMITTED:
		if (!span_istarts(body, "no") || body.len > 2)
			h->traits |= MESSAGE_AUTO_SUBMITTED;
		break;
	case HEADER_LIST_ID:
		h->traits |= MESSAGE_LIST_ID;
		break;
	case HEADER_IN_REPLY_TO:
	case HEADER_REFERENCES:
		h->traits |= MESSAGE_REFERENCES;
		break;
	default: /* those of MIME entities are the walk's */
		break;
	}
}

void message_header_end(struct message_header *h, const struct mime_entity *e)
{
	h->traits |= MESSAGE_HEADER_SEEN;
	if (e->report)
		h->traits |= MESSAGE_DSN;
	if (e->typed)
		h->content_type = keep(h, span_of(e->type, e->type_len), MIME_TYPE_MAX);
}

static struct span text_of(const struct message_header *h, struct message_header_text t)
{
	return span_of(h->store + t.off, t.len);
}

/* Adds `t` to the record, freed of recipients. */
static struct str_ref add_text(const struct message_header *h, struct message_header_text t,
	const struct redactor *r, struct pseudonyms *p, struct record_builder *b)
{
	char buf[2 * LIMIT_HEADER_FIELD];

	if (t.off == 0)
		return (struct str_ref){0, 0};
	return record_add(b, redact_text(r, p, text_of(h, t), buf, sizeof(buf)));
}

static struct array_ref add_listed(const struct message_header *h, unsigned int from,
	unsigned int count, struct record_builder *b)
{
	struct str_ref refs[MESSAGE_HEADER_LISTED];

	for (unsigned int i = 0; i < count; i++)
		refs[i] = record_add(b, text_of(h, h->listed[from + i]));
	return record_add_array(b, refs, sizeof(refs[0]), count);
}

/* Names of hosts stay as they are; what may be a user's name does not. */
static struct str_ref add_host(const struct message_header *h, struct message_header_text t,
	bool user, const struct redactor *r, struct pseudonyms *p, struct record_builder *b)
{
	struct span s = text_of(h, t);

	if (t.off != 0 && !user && span_find(s, '@') < 0)
		return record_add(b, s);
	return add_text(h, t, r, p, b);
}

static void fill_hops(const struct message_header *h, const struct redactor *r,
	struct pseudonyms *p, struct record_builder *b, struct message_record *m)
{
	uint32_t n = h->received < LIMIT_RECEIVED ? h->received : LIMIT_RECEIVED;
	struct message_hop hops[LIMIT_RECEIVED];

	memset(hops, 0, sizeof(hops));
	for (uint32_t i = 0; i < n; i++) {
		const struct message_header_hop *hop = &h->hops[i];
		bool local = span_istarts(text_of(h, hop->with), "local");

		hops[i].from = add_host(h, hop->from, local, r, p, b);
		hops[i].by = add_host(h, hop->by, false, r, p, b);
		hops[i].with = add_text(h, hop->with, r, p, b);
		hops[i].has_ip = hop->has_ip;
		if (hop->has_ip)
			hops[i].ip = hop->ip;
		hops[i].time = hop->time;
	}
	m->received = h->received;
	m->hops = record_add_array(b, hops, sizeof(hops[0]), n);
}

static enum tri seen_or_not(const struct message_header *h, bool present)
{
	if (present)
		return TRI_YES;
	return h->traits & MESSAGE_HEADER_SEEN ? TRI_NO : TRI_UNKNOWN;
}

void message_header_fill(const struct message_header *h, const struct redactor *r,
	struct pseudonyms *p, struct record_builder *b, struct message_record *m)
{
	char domain[LIMIT_MAILBOX];
	bool has_id = h->message_id.off != 0;

	m->traits |= h->traits;
	m->message_id = add_text(h, h->message_id, r, p, b);
	m->message_id_present = (uint8_t)seen_or_not(h, has_id);
	m->message_id_valid = (uint8_t)(has_id ? tri_of(h->message_id_valid) : TRI_UNKNOWN);
	m->message_id_hash = h->message_id_hash;
	m->subject = add_text(h, h->subject, r, p, b);
	m->header_from = add_text(h, h->from, r, p, b);
	if (h->from.off != 0)
		m->header_from_domain = record_add(b, mailbox_domain(text_of(h, h->from), domain));
	m->header_sender = add_text(h, h->sender, r, p, b);
	m->header_reply_to = add_text(h, h->reply_to, r, p, b);
	m->header_to = add_listed(h, 0, h->to_count, b);
	m->header_cc = add_listed(h, h->to_count, h->cc_count, b);
	m->date = add_text(h, h->date, r, p, b);
	m->date_time = h->date_time;
	m->content_type = add_text(h, h->content_type, r, p, b);
	m->x_mailer = add_text(h, h->x_mailer.off ? h->x_mailer : h->user_agent, r, p, b);
	if (h->dkim_domain.off != 0)
		m->dkim_domain = record_add(b, text_of(h, h->dkim_domain));
	fill_hops(h, r, p, b, m);
}
