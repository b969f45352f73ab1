/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes from the wire as text (contract 8.2). Valid UTF-8 stands as it is; every other byte, the
 * control characters C0, DEL and C1 byte by byte, become `\xhh`, and a backslash `\\`: the text
 * is valid UTF-8 without controls, and the bytes can be had back from it.
 */
#ifndef OUTPUT_WIRE_TEXT_H
#define OUTPUT_WIRE_TEXT_H

#include "base/span.h"

/*
 * Length of the character at the start of `s` (1 to 4), its code point in *ret; 0 where the first
 * byte must be escaped as \xhh: no UTF-8 (RFC 3629) or a control character. `s` is not empty. A
 * backslash is a character here.
 */
size_t wire_text_next(struct span s, uint32_t *ret);

/* Most bytes that wire_text_utf8() makes of `n`. */
#define WIRE_TEXT_MAX(n) (4 * (n))

/* Writes `s` as text to `out`, which holds WIRE_TEXT_MAX(s.len) bytes. Returns the length. */
size_t wire_text_utf8(struct span s, char *out);

/*
 * `s` for a terminal: ASCII only, other characters as \xhh of their bytes, cut to at most
 * `columns` characters (a cut ends in ".."). Never cuts inside an escape. `out` holds
 * columns + 1 bytes and is terminated. Returns the length.
 */
size_t wire_text_ascii(struct span s, size_t columns, char *out);

/*
 * As wire_text_ascii(), for words of people: where the thread's locale is UTF-8, characters that
 * it can print stand as they are. Marks without a width of their own (bidirectional controls,
 * combining marks) and scripts from right to left, which would reorder the line, do not. `out`
 * holds WIRE_TEXT_MAX(s.len) + 1 bytes, and at least columns + 1. Returns the columns it takes.
 */
size_t wire_text_prose(struct span s, size_t columns, char *out);

#endif
