/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client bytes whose meaning hangs on those behind them: looked at ahead, up to SMTP_SNIFF of them,
 * and taken once the state is clear. Each function takes bytes off the front of `c`.
 */
#ifndef SMTP_DECODE_SMTP_SNIFF_H
#define SMTP_DECODE_SMTP_SNIFF_H

#include "smtp_decode/smtp_dialog.h"

/* The stream's first bytes: a TLS hello, a PROXY version 2 header, or a command. */
void smtp_sniff_start(struct smtp_dialog *d, struct stream_chunk *c);
/* Behind a BDAT command that was refused: its octets, or the next command. */
void smtp_sniff_refused(struct smtp_dialog *d, struct stream_chunk *c);
/* Behind an AUTH command or response: what the server asked for, else what it looks like. */
void smtp_sniff_auth(struct smtp_dialog *d, struct stream_chunk *c);

/* The bytes looked at, if any, are taken as the state says by now. */
void smtp_sniff_settle(struct smtp_dialog *d);

#endif
