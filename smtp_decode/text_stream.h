/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as it comes, in runs of any size, to words: folded into a window, which is handed on in
 * pieces that end between words. Where pieces end depends on the text alone, so cuts of the input
 * do not matter.
 *
 * Plain text is told by its lines: those that begin with '>' or '|', and all from "-- " or a line
 * of "Original Message" on, are stripped (detection 3.1 (6)).
 */
#ifndef SMTP_DECODE_TEXT_STREAM_H
#define SMTP_DECODE_TEXT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "smtp_decode/text_token.h"

#define TEXT_STREAM_WINDOW TEXT_TOKEN_RUN
#define TEXT_STREAM_BUFFER (TEXT_STREAM_WINDOW + TEXT_TOKEN_PAD)

struct text_stream {
	struct text_sink *sink;
	uint8_t *window; /* TEXT_STREAM_BUFFER bytes of the caller's */
	uint16_t len;
	bool lines;      /* plain text */
	bool line_start; /* the window begins a line */
	bool quote;      /* the line it continues is stripped */
	bool footer;     /* and all that follows */
	uint8_t utf8_len;
	uint8_t utf8[4]; /* an incomplete character */
};

/* `window` is the stream's until text_stream_end(). */
void text_stream_begin(struct text_stream *s, struct text_sink *sink, uint8_t *window, bool lines);
/* UTF-8, which may be broken, cut anywhere. */
void text_stream_feed(struct text_stream *s, struct span text);
/* What follows is another word. */
void text_stream_blank(struct text_stream *s);
/* A host, without blanks, that is a word by itself and not visible. */
void text_stream_host(struct text_stream *s, struct span host);
void text_stream_end(struct text_stream *s);

#endif
