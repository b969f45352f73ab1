/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of a dialogue: what each byte is part of. Each step takes bytes off the front
 * of a chunk, and may change the state.
 */
#ifndef SMTP_DECODE_SMTP_CLIENT_H
#define SMTP_DECODE_SMTP_CLIENT_H

#include "smtp_decode/smtp_dialog.h"

void smtp_client_chunk(struct smtp_dialog *d, const struct stream_chunk *c);
void smtp_client_finish(struct smtp_dialog *d, const struct smtp_place *at);
/* The server replied `code` to what `o` names. */
void smtp_client_replied(
	struct smtp_dialog *d, const struct smtp_owner *o, int code, const struct smtp_place *at);

/* Takes at least a byte, unless the state changes; not in the state WAIT. */
void smtp_client_step(struct smtp_dialog *d, struct stream_chunk *c);
void smtp_client_gap(struct smtp_dialog *d, const struct stream_chunk *c);
/* In the state PROXY: is the header whole? Then says what it said. */
void smtp_client_proxy_end(struct smtp_dialog *d, const struct smtp_place *at);

#endif
