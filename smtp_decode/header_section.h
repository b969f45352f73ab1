/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A header section (RFC 5322 2.2) as it comes, in runs of any size: its fields, unfolded, and
 * where it ends. It ends behind an empty line, or in front of the first line that can be no field,
 * as servers do who then put the empty line in.
 */
#ifndef SMTP_DECODE_HEADER_SECTION_H
#define SMTP_DECODE_HEADER_SECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"
#include "smtp_decode/header_field.h"

struct header_section {
	uint8_t state;  /* enum header_state */
	bool mime_only; /* only fields of MIME entities are wanted */
	bool ended;
	bool capped; /* a field or the section was longer than is looked at */
	bool first_line;
	uint8_t field;          /* enum header_field that is open */
	uint16_t name_len, len; /* of what is in `buf` */
	uint32_t bytes;         /* of the section */
	uint8_t *buf;           /* LIMIT_HEADER_FIELD bytes of the caller's */
};

/* A field that is wanted: its body unfolded, without blanks around it. Borrowed. */
typedef void header_section_field_fn(void *cookie, enum header_field field, struct span body);

/* `buf` holds LIMIT_HEADER_FIELD bytes and is the section's until it has ended. */
void header_section_begin(struct header_section *h, bool mime_only, uint8_t *buf);

/* Is it at the start of a line? */
bool header_section_at_line_start(const struct header_section *h);

/*
 * Reads from `in` and returns the bytes taken: all of them, unless the section ended (`h->ended`).
 * Then the bytes in h->buf, h->len of them, come in front of the rest: they turned out to be body.
 */
size_t header_section_run(
	struct header_section *h, struct span in, header_section_field_fn *fn, void *cookie);

/* The input ends within the section. */
void header_section_end(struct header_section *h, header_section_field_fn *fn, void *cookie);

#endif
