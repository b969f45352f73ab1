/* SPDX-License-Identifier: Apache-2.0 */
/* The charsets that are decoded, and their labels in letters and digits, blanks between. */
#ifndef SMTP_DECODE_CHARSET_LABEL_TABLE_H
#define SMTP_DECODE_CHARSET_LABEL_TABLE_H

#include "smtp_decode/charset_label.h"

struct charset_label_row {
	const char *name; /* iconv's; empty where that is not asked */
	enum charset_kind kind;
	const char *labels; /* a code page's number: "cp1252" */
};

extern const struct charset_label_row charset_label_rows[];
extern const size_t charset_label_rows_count;

/* Code pages of one byte a character that are called by their number alone, ascending. */
extern const uint16_t charset_label_pages[];
extern const size_t charset_label_pages_count;

#endif
