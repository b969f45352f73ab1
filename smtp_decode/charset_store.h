/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and converters of charsets, made when first asked for and shared by many decoders. */
#ifndef SMTP_DECODE_CHARSET_STORE_H
#define SMTP_DECODE_CHARSET_STORE_H

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

#include "smtp_decode/charset_label.h"
#include "smtp_decode/charset_pair.h"

#define CHARSET_TABLE_SIZE 256

/* A converter to UTF-8. */
struct charset_conv {
	struct charset_conv *next;
	iconv_t cd;
	bool passes; /* it rejects some pairs when it stands behind them (charset_iconv.c) */
	char name[CHARSET_NAME_MAX + 1];
};

/* A charset of two bytes: its table, and a converter that is between two characters whenever
 * nobody uses it. */
struct charset_pairs {
	struct charset_conv *conv;
	uint16_t table[CHARSET_PAIR_SIZE];
};

struct charsets {
	struct charset_labels labels;
	uint16_t **tables; /* by number of the charset, NULL: not made yet */
	struct charset_pairs *pairs[CHARSET_PAIR_SETS];
	struct charset_conv *idle; /* the latest used first */
	uint64_t unknown;          /* texts and words whose label means no charset */
};

/* These return NULL where memory is short, or iconv has no such charset. */

/* The code points of all bytes, U+FFFD for those without one. */
const uint16_t *charset_store_table(struct charsets *cs, const struct charset_label *l);
struct charset_pairs *charset_store_pairs(struct charsets *cs, enum charset_pair_set set);
/* A converter at its start; to be given back. */
struct charset_conv *charset_store_take(struct charsets *cs, const char *name);
void charset_store_give(struct charsets *cs, struct charset_conv *c);

#endif
