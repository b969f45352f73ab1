/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes of a tag, and the style among them. */
#ifndef SMTP_DECODE_TEXT_ATTRIBUTE_H
#define SMTP_DECODE_TEXT_ATTRIBUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct text_attribute {
	struct span name, value;
};

static inline bool text_attribute_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next attribute of `*s`, which moves behind it. 1, or 0 at the end. */
int text_attribute_next(struct span *s, struct text_attribute *ret);

/* Does a style hide its element? `font_size`: one of nothing counts. */
bool text_style_hides(struct span style, bool font_size);

#endif
