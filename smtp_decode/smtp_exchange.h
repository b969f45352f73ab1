/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AUTH exchanges in a dialogue (RFC 4954): which bytes belong to one, and how it ends. None of them
 * is put aside: they are looked at where they lie (smtp_auth.h).
 */
#ifndef SMTP_DECODE_SMTP_EXCHANGE_H
#define SMTP_DECODE_SMTP_EXCHANGE_H

#include "smtp_decode/smtp_dialog.h"

/*
 * Do the command line so far and what follows it begin with "AUTH" and white space? Then takes that
 * much, and the state is AUTH_LINE: nothing behind it is put aside with a line that is split.
 */
bool smtp_exchange_probe(struct smtp_dialog *d, struct stream_chunk *c);
/* A whole AUTH command that `smtp_exchange_probe` did not see. */
void smtp_exchange_line(
	struct smtp_dialog *d, const struct smtp_command *cmd, const struct smtp_text_line *line);
/* Takes bytes off the front of `c`, in the state AUTH_LINE. */
void smtp_exchange_step(struct smtp_dialog *d, struct stream_chunk *c);
/* Bytes are lost. False where no exchange is going on. */
bool smtp_exchange_gap(struct smtp_dialog *d);
/* A reply to the command or to a response. */
void smtp_exchange_replied(
	struct smtp_dialog *d, const struct smtp_owner *o, int code, const struct smtp_place *at);
/* The exchange that is open, if any, ends. */
void smtp_exchange_end(
	struct smtp_dialog *d, enum auth_outcome outcome, const struct smtp_place *at);

#endif
