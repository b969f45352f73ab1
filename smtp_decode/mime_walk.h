/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MIME structure of a message as it comes, cut anywhere (RFC 2046 5.1): headers, delimiter
 * lines, leaves. Each byte is looked at once, bodies by memchr() only.
 *
 * A delimiter is a whole line: "--", a boundary that is open, "--" at the end of its parts, blanks.
 * The boundary of an outer multipart ends the inner ones. The header of the message itself is
 * sealed at its end: what attached messages say never counts as its own.
 */
#ifndef SMTP_DECODE_MIME_WALK_H
#define SMTP_DECODE_MIME_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"
#include "smtp_decode/header_section.h"
#include "smtp_decode/mime_entity.h"

struct mime_walk_ops {
	/* A field of the message's own header. */
	void (*field)(void *cookie, enum header_field f, struct span body);
	/* That header is over. */
	void (*header_end)(void *cookie, const struct mime_entity *e);
	/* A text to be read begins; `alternative`: within a multipart/alternative. */
	void (*text_begin)(void *cookie, const struct mime_entity *e, bool alternative);
	void (*text)(void *cookie, struct span data); /* as sent, without the delimiter's CRLF */
	void (*text_end)(void *cookie);
	/* An attachment: any other leaf. `complete`: nothing of it is missing. */
	void (*file_begin)(void *cookie, const struct mime_entity *e);
	void (*file)(void *cookie, struct span data); /* as sent, likewise */
	void (*file_end)(void *cookie, bool complete);
	/* An attached message begins, which is taken apart itself. */
	void (*message)(void *cookie, const struct mime_entity *e);
};

struct mime_level {
	uint64_t boundary;
	uint16_t boundary_len;
	bool alternative, digest;
};

struct mime_walk {
	const struct mime_walk_ops *ops;
	void *cookie;
	struct charsets *charsets;
	uint8_t mode;         /* enum mime_mode */
	bool sealed;          /* the message's own header is over */
	bool header_capped;   /* that header was longer than is looked at */
	bool capped;          /* deeper, or more parts, than is looked at */
	bool line_start;      /* the next byte begins a line */
	uint8_t eol;          /* enum mime_eol that is held back */
	uint8_t depth;        /* of `levels` */
	uint32_t parts;       /* leaves and attached messages */
	uint32_t attachments; /* of them, those that are no text to be read */
	uint16_t line_len;
	struct mime_level levels[LIMIT_MIME_DEPTH];
	struct mime_entity entity;
	struct header_section header;
	uint8_t line[LIMIT_BOUNDARY + 6]; /* what may be a delimiter */
};

/* `cs` is borrowed. `header_buf`: LIMIT_HEADER_FIELD bytes that are the walk's while it is in no
 * text. */
void mime_walk_begin(struct mime_walk *w, const struct mime_walk_ops *ops, void *cookie,
	struct charsets *cs, uint8_t *header_buf);
void mime_walk_run(struct mime_walk *w, struct span in);
/* Bytes are lost here. False where they were of a text to be read or of the message's own header,
 * or may have been. */
bool mime_walk_gap(struct mime_walk *w);
void mime_walk_end(struct mime_walk *w);

#endif
