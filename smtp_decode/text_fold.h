/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One form for characters that look the same or do not show (detection 3.1 (5)): case folded,
 * accents off Latin letters, full-width and mathematical letters made plain, digits of all scripts
 * made ASCII, what does not show dropped, punctuation and symbols made blanks.
 *
 * Of the result every byte beyond ASCII belongs to a letter.
 */
#ifndef SMTP_DECODE_TEXT_FOLD_H
#define SMTP_DECODE_TEXT_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp_decode/text_tables.h"

/* The replacement for what was no character. */
#define TEXT_FOLD_BAD 0xfffd

/* Bytes that the fold of one code point takes at the most. */
#define TEXT_FOLD_MAX 4

void text_fold_fill(struct text_tables *t);

/* Writes the fold of `cp` as UTF-8; returns its length, 0 where it is dropped. */
size_t text_fold_put(const struct text_tables *t, uint32_t cp, char out[TEXT_FOLD_MAX]);

/* A script written without blanks, whose words are pairs of characters. `cp` is folded. */
bool text_fold_is_unspaced(uint32_t cp);

/* The Latin letter that looks like the Cyrillic or Greek `cp` (folded), or 0. */
char text_fold_lookalike(uint32_t cp);

#endif
