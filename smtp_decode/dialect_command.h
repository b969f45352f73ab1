/* SPDX-License-Identifier: Apache-2.0 */
/* How a client spells its first HELO, MAIL and RCPT: characters 2 and 5 to 10 of a dialect. */
#ifndef SMTP_DECODE_DIALECT_COMMAND_H
#define SMTP_DECODE_DIALECT_COMMAND_H

#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_command.h"

/* Characters of a dialect by their number less one (dialect.h). */
enum dialect_place {
	DIALECT_CHANNEL,
	DIALECT_GREETING,
	DIALECT_REFUSED,
	DIALECT_ARGUMENT,
	DIALECT_SPELLING,
	DIALECT_SPACE,
	DIALECT_TRAILING,
	DIALECT_MAIL_PARAMETERS,
	DIALECT_RCPT_PARAMETERS = DIALECT_MAIL_PARAMETERS + 2,
	DIALECT_PIPELINING,
	DIALECT_END_OF_DATA,
	DIALECT_LEAVE,
	DIALECT_LINE_ENDS,
};

_Static_assert(DIALECT_LINE_ENDS + 1 == DIALECT_FORM, "14 characters");

char dialect_greeting(const struct smtp_command *c);
/* The first MAIL; then the first RCPT, if there was a MAIL. */
void dialect_mail(char form[DIALECT_FORM], const struct smtp_command *c);
void dialect_rcpt(char form[DIALECT_FORM], const struct smtp_command *c);

#endif
