/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a folded text, as hashes in order (detection 3.1 (7)). What differs between copies
 * of one template is one word or none: a URL is its host, an e-mail address and a number (or
 * several in a row) one word each, the recipient's name another; tracking ids and words of more
 * than 24 characters are left out. A run of a script without blanks gives its first character and
 * then pairs.
 */
#ifndef SMTP_DECODE_TEXT_TOKEN_H
#define SMTP_DECODE_TEXT_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "smtp_decode/text_digest.h"
#include "smtp_decode/text_names.h"
#include "smtp_decode/text_tables.h"

/* The longest text taken at a time, and what must be readable behind it. */
#define TEXT_TOKEN_RUN 4096
#define TEXT_TOKEN_PAD 64

/* Words that stand for a class. A host's is the hash of TEXT_TOKEN_MARK and the host. */
#define TEXT_WORD_NAME 0x7b1fd4d2a3c90e51u
#define TEXT_WORD_NUMBER 0x2f9c1e6ab8d3470fu
#define TEXT_WORD_EMAIL 0x9d5c6b1740e2fa83u

/* Stands before and behind a host that is a word by itself and not visible. */
#define TEXT_TOKEN_MARK 1

/* Where words go, and what the next depends on. */
struct text_sink {
	struct text_digest *to[2];
	uint32_t count; /* of them, 1 or 2 */
	const struct text_tables *tables;
	const struct text_names *names;
	uint64_t last; /* the word before, 0 where there is none */
	uint32_t
		before; /* the character of a script without blanks before, 0 where there is none */
};

/* A new text begins, which does not continue what was there. */
void text_sink_break(struct text_sink *k);

/*
 * Takes the words of [text, text + len), which begins and ends between words; behind it lie
 * TEXT_TOKEN_PAD readable bytes. `flags` are those of its words.
 */
void text_token_run(struct text_sink *k, const uint8_t *text, size_t len, unsigned int flags);

/* Adds a word of another kind, so that a text with it differs from one without. */
void text_token_add(struct text_sink *k, const char *word);

#endif
