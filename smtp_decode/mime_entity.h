/* SPDX-License-Identifier: Apache-2.0 */
/* What the header of a MIME entity says of its body (RFC 2045, 2046, 2183, 2231). */
#ifndef SMTP_DECODE_MIME_ENTITY_H
#define SMTP_DECODE_MIME_ENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"
#include "smtp_decode/charset.h"
#include "smtp_decode/header_field.h"

#define MIME_TYPE_MAX 80

enum mime_kind {
	MIME_PLAIN, /* text/plain, and what says nothing */
	MIME_HTML,
	MIME_MULTIPART,
	MIME_MESSAGE, /* message/rfc822 and its like, not encoded */
	MIME_OTHER,
};

enum mime_encoding {
	MIME_IDENTITY, /* 7bit, 8bit, binary, and what is unknown */
	MIME_BASE64,
	MIME_QP,
};

struct mime_entity {
	enum mime_kind kind;
	enum mime_encoding encoding;
	bool attachment;  /* its Content-Disposition says so */
	bool alternative; /* multipart/alternative */
	bool digest;      /* multipart/digest: its parts are messages by default */
	bool report;      /* multipart/report (RFC 6522) */
	bool typed;       /* a Content-Type was seen; the first counts */
	bool encoded;     /* a Content-Transfer-Encoding was seen */
	bool name_capped; /* `name` was longer */
	bool named;       /* `name` is of a Content-Disposition, which counts for more */
	uint8_t type_len, charset_len, name_len;
	uint16_t boundary_len;    /* 0 where there is none, or one longer than LIMIT_BOUNDARY */
	uint64_t boundary;        /* hash64() of it */
	char type[MIME_TYPE_MAX]; /* "text/html", lower case */
	char charset[CHARSET_LABEL_MAX];
	char name[LIMIT_FILE_NAME]; /* of a file, in UTF-8 as far as it could be decoded */
};

void mime_entity_init(struct mime_entity *e, bool in_digest);
/* A field of its header that header_field_is_mime(). `cs` decodes the file's name. */
void mime_entity_field(
	struct mime_entity *e, struct charsets *cs, enum header_field f, struct span body);
/* The header is over: settles what depends on several fields. */
void mime_entity_settle(struct mime_entity *e);

#endif
