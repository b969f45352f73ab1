/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of a dialogue: reply lines, and to which command each reply belongs.
 */
#ifndef SMTP_DECODE_SMTP_SERVER_H
#define SMTP_DECODE_SMTP_SERVER_H

#include "smtp_decode/smtp_dialog.h"

/* As smtp_dialog_chunk(). */
size_t smtp_server_chunk(struct smtp_dialog *d, const struct stream_chunk *c);
/* Behind STARTTLS and its 220: TLS or lines. */
void smtp_server_expect_tls(struct smtp_dialog *d);

#endif
