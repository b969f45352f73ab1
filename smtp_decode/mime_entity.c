/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/mime_entity.h"

#include "base/hash.h"
#include "base/limits.h"
#include "smtp_decode/mime_param.h"
#include "smtp_decode/rfc2047.h"

void mime_entity_init(struct mime_entity *e, bool in_digest)
{
	*e = (struct mime_entity){.kind = in_digest ? MIME_MESSAGE : MIME_PLAIN};
}

static enum mime_kind kind_of(struct span type)
{
	static const struct {
		const char *type;
		enum mime_kind kind;
	} kinds[] = {
		{"text/plain", MIME_PLAIN},
		{"text", MIME_PLAIN},
		{"plain/text", MIME_PLAIN},
		{"text/html", MIME_HTML},
		{"application/xhtml+xml", MIME_HTML},
		{"message/rfc822", MIME_MESSAGE},
		{"message/global", MIME_MESSAGE},
		{"message/news", MIME_MESSAGE},
	};

	if (span_istarts(type, "multipart/"))
		return MIME_MULTIPART;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (span_eq_str(type, kinds[i].type))
			return kinds[i].kind;
	return type.len == 0 ? MIME_PLAIN : MIME_OTHER;
}

static void read_boundary(struct mime_entity *e, struct span body)
{
	char buf[LIMIT_BOUNDARY + 1];
	ssize_t n = mime_param_get(body, "boundary", buf, sizeof(buf));

	if (n > LIMIT_BOUNDARY)
		return;
	while (n > 0 && (buf[n - 1] == ' ' || buf[n - 1] == '\t'))
		n--; /* lines are compared without blanks at their end */
	if (n <= 0)
		return;
	e->boundary_len = (uint16_t)n;
	e->boundary = hash64(span_of(buf, (size_t)n));
}

/* Percent-encoded text to UTF-8, cut to `size`; returns the length. */
static size_t decode_charset(
	struct charsets *cs, struct span charset, struct span text, char *out, size_t size)
{
	struct charset_decoder d;
	char piece[CHARSET_ROOM];
	size_t len = 0, n;

	charset_begin(&d, cs, charset);
	while (text.len > 0 && len < size) {
		n = charset_decode(&d, &text, piece, sizeof(piece));
		if (n > size - len)
			n = size - len;
		memcpy(out + len, piece, n);
		len += n;
	}
	n = charset_finish(&d, piece);
	if (n <= size - len) {
		memcpy(out + len, piece, n);
		len += n;
	}
	return charset_whole(out, len);
}

/* The name of the file in parameter `name`. False where there is none. */
static bool read_name(
	struct mime_entity *e, struct charsets *cs, struct span body, const char *name)
{
	char raw[4 * LIMIT_FILE_NAME], text[LIMIT_FILE_NAME + 4]; /* a character more */
	struct span charset, s;
	ssize_t n = mime_param_get_encoded(body, name, raw, sizeof(raw), &charset);
	size_t len;

	if (n <= 0)
		return false;
	s = span_of(raw, (size_t)n);
	len = charset.len > 0 ? decode_charset(cs, charset, s, text, sizeof(text))
			      : rfc2047_decode(cs, s, text, sizeof(text));
	e->name_capped = len > sizeof(e->name) || (size_t)n == sizeof(raw);
	if (len > sizeof(e->name))
		len = charset_whole(text, sizeof(e->name));
	memcpy(e->name, text, len);
	e->name_len = (uint8_t)len;
	return true;
}

static void read_type(struct mime_entity *e, struct span body)
{
	struct span type = mime_param_token(body, e->type, sizeof(e->type));
	ssize_t n;

	e->typed = true;
	e->type_len = (uint8_t)type.len;
	e->kind = kind_of(type);
	e->alternative = span_eq_str(type, "multipart/alternative");
	e->digest = span_eq_str(type, "multipart/digest");
	e->report = span_eq_str(type, "multipart/report");
	if (e->kind == MIME_MULTIPART)
		read_boundary(e, body);
	n = mime_param_get(body, "charset", e->charset, sizeof(e->charset));
	for (e->charset_len = 0; e->charset_len < n; e->charset_len++) {
		char *c = &e->charset[e->charset_len];

		if (memchr(" \t(,;\"'", *c, 7))
			break; /* an unquoted value with a comment behind it */
		if (*c >= 'A' && *c <= 'Z')
			*c |= 0x20;
	}
}

void mime_entity_field(
	struct mime_entity *e, struct charsets *cs, enum header_field f, struct span body)
{
	char buf[MIME_TYPE_MAX];
	struct span token;

	if (f == HEADER_CONTENT_TYPE) {
		if (e->typed)
			return;
		read_type(e, body);
		if (!e->named)
			read_name(e, cs, body, "name");
		return;
	}
	token = mime_param_token(body, buf, sizeof(buf));
	if (f == HEADER_CONTENT_DISPOSITION) {
		e->attachment = span_eq_str(token, "attachment");
		if (!e->named)
			e->named = read_name(e, cs, body, "filename");
	} else if (f == HEADER_CONTENT_TRANSFER_ENCODING && !e->encoded) {
		e->encoded = true;
		if (span_eq_str(token, "base64"))
			e->encoding = MIME_BASE64;
		else if (span_eq_str(token, "quoted-printable"))
			e->encoding = MIME_QP;
	}
}

void mime_entity_settle(struct mime_entity *e)
{
	if (e->kind == MIME_MULTIPART && e->boundary_len == 0)
		e->kind = MIME_PLAIN; /* it cannot be taken apart; readers show it as it is */
	else if (e->kind == MIME_MESSAGE && e->encoding != MIME_IDENTITY)
		e->kind = MIME_OTHER; /* RFC 2046 5.2.1 forbids it */
}
