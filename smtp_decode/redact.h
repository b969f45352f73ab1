/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frees texts of a session's recipients before they are emitted (contract 8.5): each RCPT address,
 * and its local part of 4 characters or more, becomes its pseudonym. A domain is never rewritten.
 *
 * The addresses themselves are not kept: a redactor holds a 32-bit hash of each local part, and
 * computes a pseudonym from the text itself where it hits. A local part of 8 characters or more is
 * found anywhere; a shorter one only where no letter continues a letter and no digit a digit, so
 * that "info" leaves "information" alone.
 *
 * At LIMIT_RCPTS_REDACTED local parts the redactor becomes blunt: from then on the local part of
 * whatever looks like an address is replaced.
 */
#ifndef SMTP_DECODE_REDACT_H
#define SMTP_DECODE_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"
#include "smtp_decode/pseudonym.h"

/* All zero is an empty redactor (it lives in the session). */
struct redactor {
	uint64_t lengths; /* bit n - 1: a local part of n bytes is there (64 and more: bit 63) */
	uint64_t first_pairs[4]; /* filter on the first two bytes, lower case */
	uint16_t count;
	bool blunt;
	uint32_t hashes[LIMIT_RCPTS_REDACTED];
};

/* Adds an address as given with RCPT (without brackets and parameters). */
void redact_add(struct redactor *r, struct span addr);

/*
 * Writes `text` with all recipients replaced to `buf`, cut to `size` bytes, and returns the span
 * written; `text` itself where there was nothing to replace and it fits. `r` may be NULL.
 */
struct span redact_text(
	const struct redactor *r, struct pseudonyms *p, struct span text, char *buf, size_t size);

#endif
