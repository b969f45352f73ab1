/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs of an HTML page: those in its tags' attributes, and links whose visible text names a host of
 * another org-domain than their target's (detection 1.11).
 */
#ifndef SMTP_DECODE_URL_PAGE_H
#define SMTP_DECODE_URL_PAGE_H

#include "smtp_decode/url_list.h"
#include "smtp_decode/url_scan.h"

#define URL_ANCHOR_TEXT 96 /* bytes of a link's text that may be a host */

struct url_page {
	struct url_list *list;
	struct url_scan *scan; /* of the visible text */
	int16_t target;        /* host of the link that is open, -1 where none is */
	bool cut;              /* the value that is looked at goes on */
	bool meta_refresh;     /* the tag is such a meta element */
	struct span content;   /* of its "content", while its attributes are read */
	uint8_t text_len;      /* URL_ANCHOR_TEXT + 1 where it is longer */
	uint8_t text[URL_ANCHOR_TEXT];
};

void url_page_init(struct url_page *p, struct url_list *list, struct url_scan *scan);

/*
 * May an attribute of this name be one that is looked at here, or "hidden"? Told by its length and
 * first letter, since most are others.
 */
static inline bool url_page_wants(struct span name)
{
#define LETTER(c) (1u << ((c)&31))
	static const uint32_t first[] = {
		[3] = LETTER('s'),
		[4] = LETTER('h') | LETTER('d'),
		[5] = LETTER('s'),
		[6] = LETTER('a') | LETTER('d') | LETTER('h') | LETTER('l') | LETTER('p') |
		      LETTER('s'),
		[7] = LETTER('c'),
		[10] = LETTER('b') | LETTER('f') | LETTER('h') | LETTER('x'),
		[11] = LETTER('i'),
	};
#undef LETTER
	return name.len < sizeof(first) / sizeof(first[0]) &&
	       first[name.len] >> (name.p[0] & 31) & 1;
}

/* An attribute of a start tag, borrowed until the tag ends; `is_link`: of an "a" element, `cut`:
 * the value goes on. */
void url_page_attribute(
	struct url_page *p, struct span name, struct span value, bool is_link, bool cut);
/* `cut`: what follows in the tag is not looked at. */
void url_page_tag_end(struct url_page *p, bool cut);
/* Visible text, which goes to the scan. */
void url_page_text(struct url_page *p, struct span text);
/* A border between words that is no text. */
void url_page_blank(struct url_page *p);
/* A link begins or ends here, or the page ends. */
void url_page_link_border(struct url_page *p);
/* Bytes are missing here. */
void url_page_gap(struct url_page *p);

#endif
