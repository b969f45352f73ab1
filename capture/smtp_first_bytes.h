/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the first lines of a connection tell of its protocol, one line at a time (RFC 5321 4.1, 4.2;
 * RFC 959 for FTP, whose servers also greet with 220).
 */
#ifndef CAPTURE_SMTP_FIRST_BYTES_H
#define CAPTURE_SMTP_FIRST_BYTES_H

#include <stdbool.h>

#include "base/span.h"

enum smtp_line {
	SMTP_LINE_OTHER,          /* text that tells nothing */
	SMTP_LINE_NOT,            /* another protocol's */
	SMTP_LINE_TUNNEL,         /* HTTP CONNECT: what is asked for begins after the answer */
	SMTP_LINE_REPLY,          /* some three-digit reply */
	SMTP_LINE_GREETING,       /* 220, of SMTP, FTP or another */
	SMTP_LINE_OK,             /* 250: after a greeting only SMTP says it */
	SMTP_LINE_SERVER,         /* an SMTP server's and nobody else's */
	SMTP_LINE_COMMAND,        /* a command that SMTP shares with others */
	SMTP_LINE_LIKELY_COMMAND, /* one that it shares with none that greets with 220 */
	SMTP_LINE_CLIENT,         /* an SMTP client's and nobody else's */
};

/* `line` without its line end; it may be cut. */
enum smtp_line smtp_line_tell(struct span line);

/* "220-": does the reply go on in the next line? */
bool smtp_line_continues(struct span line);

#endif
