/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of a session's first transaction and the classes of the replies to them. */
#ifndef SMTP_DECODE_DIALECT_TRACE_H
#define SMTP_DECODE_DIALECT_TRACE_H

#include "smtp_decode/smtp_event.h"

#define DIALECT_TRACE 40       /* commands that are kept */
#define DIALECT_TRACE_RCPTS 20 /* of them RCPT */

/* All zero is an empty one. */
struct dialect_trace {
	uint8_t count, rcpts, mails;
	bool over; /* the second transaction has begun */
	char letters[DIALECT_TRACE];
	uint8_t classes[DIALECT_TRACE]; /* first digit of the reply's code, 0 unseen */
	uint16_t numbers[DIALECT_TRACE];
};

void dialect_trace_event(struct dialect_trace *t, const struct smtp_event *e);

/* XXH3-64 of the trace and of the capabilities (enum smtp_capability) that the server offers; 0
 * where there is none. */
uint64_t dialect_trace_hash(const struct dialect_trace *t, uint32_t capabilities);

/* The trace as text, no NUL behind it; its length. */
#define DIALECT_TRACE_TEXT (3 * DIALECT_TRACE + 8)
size_t dialect_trace_text(
	const struct dialect_trace *t, uint32_t capabilities, char ret[DIALECT_TRACE_TEXT]);

#endif
