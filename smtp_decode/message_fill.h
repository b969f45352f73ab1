/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction, its content and its session so far into a message record. Every text is freed of
 * the session's recipients.
 */
#ifndef SMTP_DECODE_MESSAGE_FILL_H
#define SMTP_DECODE_MESSAGE_FILL_H

#include "smtp_decode/message_builder.h"
#include "smtp_decode/transaction.h"

/* Fills `m`, which lies in the builder's records. Takes the next record number of the flow. */
void message_fill(const struct message_builder *b, const struct transaction *t,
	const struct message_session *s, struct message_record *m);

#endif
