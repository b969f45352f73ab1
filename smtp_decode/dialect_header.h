/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of a message's header, as opposed to what it says: the names of its first 16 fields in
 * order and as spelt (Received is left out: servers add it), whether a space follows the colon, the
 * character that lines are folded with, and how Date, Message-ID, the MIME boundary and the charset
 * are written. Digits and words stand for themselves as classes, so that the form is the same from
 * message to message of one program:
 *
 *   Date         "Tue, 3 Nov 2026 14:08:12 +0100" is "Aa, 9 Aa 9 9:9:9 +9"
 *   Message-ID   "<20261103.4Xy9@mx.example>" is "<9.w@d": 9 digits, a or A letters, w both mixed;
 *                of the right side only whether it is a domain name (d), a single label (s), a
 *                literal (l)
 *   boundary     the punctuation in front, then as Message-ID, and its length
 *   charset      as spelt, quotes included
 */
#ifndef SMTP_DECODE_DIALECT_HEADER_H
#define SMTP_DECODE_DIALECT_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define DIALECT_HEADER_NAMES 16
#define DIALECT_HEADER_LINE 512 /* bytes of a line, or of an unfolded value, that are looked at */

struct dialect_header {
	uint8_t names; /* of fields in `text` */
	uint8_t open;  /* enum: of which field `value` is */
	uint8_t fold;  /* what the first folded line begins with, 0 none */
	bool ended;    /* whole */
	bool bare_cr;
	uint16_t line_len, value_len, text_len;
	uint8_t line[DIALECT_HEADER_LINE], value[DIALECT_HEADER_LINE];
	char text[2048];
};

void dialect_header_begin(struct dialect_header *h);
/* Octets of the message in order; those behind the header's end are passed over. */
void dialect_header_run(struct dialect_header *h, struct span octets);
/* XXH3-64 of the form, once the header has ended. */
uint64_t dialect_header_hash(const struct dialect_header *h);

#endif
