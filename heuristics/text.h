/* SPDX-License-Identifier: Apache-2.0 */
/* A sentence put together in place; what does not fit is left out. */
#ifndef HEURISTICS_TEXT_H
#define HEURISTICS_TEXT_H

#include "base/nstime.h"
#include "base/span.h"

#define TEXT_MAX 400
#define TEXT_NAME_MAX 64 /* bytes of a name from the wire that a sentence shows */

struct text {
	char buf[TEXT_MAX];
	size_t len;
};

void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_append(struct text *t, struct span s);
/* A name from the wire, cut with "..." where it is long. */
void text_name(struct text *t, struct span name);
/* "40 seconds", "5 minutes", "3 hours": rounded to nearest. */
void text_duration(struct text *t, nstime d);

static inline struct span text_span(const struct text *t)
{
	return span_of(t->buf, t->len);
}

#endif
