/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reply lines (RFC 5321 4.2), enhanced status codes (RFC 3463, 2034) and what their texts say.
 * Nothing is copied.
 */
#ifndef SMTP_DECODE_SMTP_REPLY_H
#define SMTP_DECODE_SMTP_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "smtp_decode/session_record.h"

struct smtp_reply_line {
	int code;  /* 0 to 999 */
	bool more; /* "250-": another line follows */
	struct span text;
};

/*
 * Takes a line apart that has lost its line end: three digits, then nothing, white space or "-".
 * 1, or -1 where it is no reply line.
 */
int smtp_reply_parse(struct span line, struct smtp_reply_line *ret);

/*
 * The enhanced status code at the start of a text, 0 bytes long where there is none. With it may
 * begin a line of a server that forgot the reply code.
 */
struct span smtp_reply_enhanced(struct span text);

/*
 * Does a negative reply to RCPT say that the user does not exist (contract 4.4)? By 5.1.1 or
 * 5.1.10, or, without an enhanced code, by a small table of texts.
 */
bool smtp_reply_unknown_user(int code, struct span enhanced, struct span text);

/*
 * The queue id in the text of a positive reply to end of data, as MTAs name it. Empty where the
 * text has none of the known forms.
 */
struct span smtp_reply_queue_id(struct span text);

/* The bit of the keyword that a line of an EHLO reply begins with, 0 where it is none of these. */
uint32_t smtp_reply_capability(struct span text);

#endif
