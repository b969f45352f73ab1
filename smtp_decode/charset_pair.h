/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charsets of one byte (ASCII) and two bytes a character, by a table of the pairs. The table is
 * iconv's own: it is asked for each pair when that is first seen. What is no pair is left to iconv:
 * GB 18030 of four bytes, EUC-JP of three, single bytes beyond ASCII, and all that is invalid.
 */
#ifndef SMTP_DECODE_CHARSET_PAIR_H
#define SMTP_DECODE_CHARSET_PAIR_H

#include <iconv.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define CHARSET_PAIR_SETS 5
#define CHARSET_PAIR_SIZE (128 * 256) /* entries of a table, which is all zero at first */

/* The number (< CHARSET_PAIR_SETS) of the charset that iconv knows by `name`, -1 where it has no
 * table. */
int charset_pair_set(const char *name);

/*
 * Decodes the start of `*in`, which moves on, up to what iconv must look at or to the end of the
 * room; `size` >= 3. `cd` converts from the table's charset to UTF-8, is between two characters and
 * stays there. Returns the bytes written.
 */
size_t charset_pair_decode(uint16_t *table, iconv_t cd, struct span *in, char *out, size_t size);

#endif
