/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs in running text as it comes, cut anywhere: http, https, ftp and mailto by their schemes,
 * and "www." with two labels behind it. One ends as it would in a client: at a blank, a bracket or
 * a quote, at a letter beyond ASCII in its path, after URL_SPAN_MAX bytes; marks at its end belong
 * to the sentence. Linear: no byte is looked at twice, but for a few at a border.
 */
#ifndef SMTP_DECODE_URL_SCAN_H
#define SMTP_DECODE_URL_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "smtp_decode/url_list.h"

#define URL_SCAN_HELD 320 /* bytes kept of a URL; a longer one has no hash */
#define URL_SCAN_TAIL 12  /* bytes in front that may belong to its scheme */
#define URL_SCAN_SHORT 48 /* pieces shorter than this are put together */

struct url_scan {
	struct url_list *list;
	uint8_t state;  /* enum scan_state */
	uint8_t scheme; /* enum url_scheme */
	uint8_t tail_len;
	uint8_t char_len; /* of what is in `ch` */
	bool cut;         /* not all of the URL, its user apart, is held */
	uint16_t span;    /* bytes of the URL behind its scheme, held or not */
	uint16_t len;     /* of what is held */
	uint16_t authority;
	uint8_t ch[4]; /* an incomplete character */
	/* URL_SCAN_TAIL zeros; then what was read last, `tail_len` bytes. */
	uint8_t tail[2 * URL_SCAN_TAIL + URL_SCAN_SHORT];
	uint8_t buf[URL_SCAN_HELD];
};

void url_scan_init(struct url_scan *s, struct url_list *list);
/* UTF-8, which may be broken. */
void url_scan_feed(struct url_scan *s, struct span text);
/* The text ends, or what follows does not belong to what was there. */
void url_scan_break(struct url_scan *s);
/* Bytes are missing here: a URL that is open is no longer known. */
void url_scan_gap(struct url_scan *s);

#endif
