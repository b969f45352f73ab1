/* SPDX-License-Identifier: Apache-2.0 */
/* What a tag does to the text: blanks, hosts of links, what is hidden; and the URLs in it. */
#ifndef SMTP_DECODE_TEXT_TAG_H
#define SMTP_DECODE_TEXT_TAG_H

#include "smtp_decode/text_html.h"

void text_tag_fill(struct text_tables *t);

/* A tag: "name attributes", or "/name". True where what follows is no text, up to the end tag of
 * `h->raw`. */
bool text_tag_take(struct text_html *h, struct span tag);

#endif
