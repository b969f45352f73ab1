/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML to text as it comes, cut anywhere (detection 3.1 (4)): comments, scripts and styles go, as
 * do elements hidden by their own attributes (best effort); block elements are blanks, all others
 * have no width; character references are decoded; the host of a link's target is a word that does
 * not show. URLs go to the page.
 */
#ifndef SMTP_DECODE_TEXT_HTML_H
#define SMTP_DECODE_TEXT_HTML_H

#include <stdint.h>

#include "base/span.h"
#include "smtp_decode/text_stream.h"
#include "smtp_decode/text_tables.h"
#include "smtp_decode/url_page.h"

#define TEXT_HTML_TAG_MAX 1024 /* bytes of a tag that are looked at */
#define TEXT_HTML_NAME_MAX 16

struct text_html {
	struct text_stream *out;
	struct url_page *page; /* NULL where URLs are not asked for */
	uint8_t state;         /* enum html_state */
	uint8_t quote;         /* the quote that is open in a tag, or 0 */
	bool broken;           /* bytes of the tag are missing */
	uint8_t raw_len;
	uint8_t raw[TEXT_HTML_NAME_MAX]; /* the element whose end is sought, "/script" */
	uint16_t len;                    /* of what is in `buf` */
	uint32_t tail;                   /* last bytes of a comment */
	uint32_t hidden_depth;           /* open elements of the hidden one's name */
	uint32_t hidden_blocks;          /* other blocks open in it */
	uint64_t hidden;                 /* name of the hidden element, 0 where none is */
	uint8_t buf[TEXT_HTML_TAG_MAX];  /* a tag or a reference */
};

/* `page` may be NULL. */
void text_html_begin(struct text_html *h, struct text_stream *out, struct url_page *page);
/* UTF-8, which may be broken, cut anywhere. */
void text_html_feed(struct text_html *h, struct span html);
/* Bytes are missing here. */
void text_html_gap(struct text_html *h);
void text_html_end(struct text_html *h);

#endif
