/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An AUTH exchange (RFC 4954): the mechanism, and of PLAIN (RFC 4616) and LOGIN the user as a keyed
 * hash. Bytes are looked at as they pass. Nothing of them is kept but the mechanism, as an entry of
 * a table, and, until its last byte has come, the user; that is wiped then. What follows the user
 * is not decoded.
 */
#ifndef SMTP_DECODE_SMTP_AUTH_H
#define SMTP_DECODE_SMTP_AUTH_H

#include <stdbool.h>

#include "base/limits.h"
#include "base/span.h"
#include "smtp_decode/pseudonym.h"

#define SMTP_AUTH_MECHANISM 20 /* bytes of a name, RFC 4422 3.1 */

struct smtp_auth {
	uint8_t phase;
	bool starred;      /* the line is "*": cancelled */
	uint8_t responses; /* lines and initial responses begun */
	uint8_t word_len;
	char word[SMTP_AUTH_MECHANISM]; /* the mechanism while it is read */
	uint8_t mechanism;              /* index in the table */
	uint32_t line_len;
	/* Base64 of the response that holds the user. */
	bool decoding;
	uint8_t nuls, bits;
	uint32_t acc;
	uint16_t user_len;
	uint8_t user[LIMIT_MAILBOX];
	uint64_t account; /* keyed hash of the user, 0 unknown */
};

/* At what follows "AUTH" and white space. */
void smtp_auth_start(struct smtp_auth *a);
/* Bytes of the command or of a response line, without the LF. */
void smtp_auth_bytes(struct smtp_auth *a, struct span bytes, struct pseudonyms *p);
void smtp_auth_line_end(struct smtp_auth *a, struct pseudonyms *p);

/* Bytes are lost: which response holds the user is no longer known. */
void smtp_auth_gap(struct smtp_auth *a);

/* Its name, "UNKNOWN" for one that is not in the table: a client's mistake may put a password in
 * this place. A constant. */
struct span smtp_auth_mechanism(const struct smtp_auth *a);

/* Response lines that the mechanism has still to send; -1 where that is not known. */
int smtp_auth_expected(const struct smtp_auth *a);

/* Forgets everything. */
void smtp_auth_wipe(struct smtp_auth *a);

#endif
