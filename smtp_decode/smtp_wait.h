/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the client sends behind DATA before the reply is known. It is held, up to LIMIT_HELD bytes:
 * after a 354 it is the message, after a refusal it is commands. Where the reply cannot be seen, is
 * no reply, or does not come while the client goes on, the first line tells: a message does not
 * begin with a command.
 *
 * Behind XCLIENT it is commands, but whose they are hangs on its reply.
 */
#ifndef SMTP_DECODE_SMTP_WAIT_H
#define SMTP_DECODE_SMTP_WAIT_H

#include "smtp_decode/smtp_dialog.h"

/* In the state WAIT: takes bytes off the front of `c` until they need not be held. */
void smtp_wait_bytes(struct smtp_dialog *d, struct stream_chunk *c);
void smtp_wait_gap(struct smtp_dialog *d, const struct stream_chunk *c);
/* The reply to DATA. */
void smtp_wait_replied(
	struct smtp_dialog *d, const struct smtp_owner *o, int code, const struct smtp_place *at);
/* The reply to XCLIENT. */
void smtp_wait_xclient(struct smtp_dialog *d, const struct smtp_owner *o);
/* Takes up what was held, until it is to be held again. */
void smtp_wait_drain(struct smtp_dialog *d);
/* No more comes. */
void smtp_wait_finish(struct smtp_dialog *d);

#endif
