/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words by which a personalised text may name its recipient: the pieces of local parts and
 * display names, as hashes of normalised words. A text's digest takes them all for one.
 *
 * A name is told anywhere if it has 3 letters or more and is no word that any text may use
 * ("info", "will"); else only behind a greeting or another piece of a name.
 */
#ifndef SMTP_DECODE_TEXT_NAMES_H
#define SMTP_DECODE_TEXT_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "smtp_decode/text_tables.h"

#define TEXT_NAMES_MAX 32

struct text_names {
	uint64_t filter; /* bit hash % 64: such a name may be there */
	uint32_t weak;   /* bit i: hashes[i] is told by its neighbour only */
	uint32_t count;
	uint64_t hashes[TEXT_NAMES_MAX];
};

void text_names_fill(struct text_tables *t);

void text_names_init(struct text_names *n);
/* Adds the local part of an address; more than fit are left out. */
void text_names_add_local(struct text_names *n, const struct text_tables *t, struct span local);
/* Adds a display name in UTF-8. */
void text_names_add_display(struct text_names *n, const struct text_tables *t, struct span name);

/* Is the word `hash` a name, where `before` is the hash of the word before it and `after_name`
 * tells that this was a name? */
bool text_names_match(const struct text_names *n, const struct text_tables *t, uint64_t hash,
	uint64_t before, bool after_name);

#endif
