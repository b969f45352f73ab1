/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends of data that are none by the standard (detection 6.4). Behind such a candidate it is not
 * known whether the server goes on reading the message or a command, so the client's bytes are
 * held, up to LIMIT_HELD. The server's replies are the oracle: one that came before the standard
 * end had reached it, or one more than the standard view has commands for, says that it took the
 * candidate; the message ends there, and what is held are commands. Else it is the message's.
 */
#ifndef SMTP_DECODE_SMTP_DOUBT_H
#define SMTP_DECODE_SMTP_DOUBT_H

#include "smtp_decode/smtp_dialog.h"

/* The content has come to a candidate right before `c`: is what follows to be held? */
void smtp_doubt_begin(struct smtp_dialog *d, const struct stream_chunk *c);

/* In the state DOUBT: takes bytes off the front of `c` until they need not be held. */
void smtp_doubt_bytes(struct smtp_dialog *d, struct stream_chunk *c);

/*
 * The server replies `code` within the content, and its reply covers the client's bytes before
 * `acked`. SMTP_DOUBT_COMMANDS: it saw the end; its reply and those of what is held find their
 * owners in the ledger. SMTP_DOUBT_OPEN: it answers the content, wherever that ended.
 */
enum smtp_doubt_reply { SMTP_DOUBT_NONE, SMTP_DOUBT_COMMANDS, SMTP_DOUBT_OPEN };
enum smtp_doubt_reply smtp_doubt_replied(
	struct smtp_dialog *d, int code, int64_t acked, const struct smtp_place *at);

/* Nothing more will tell, or bytes are lost: the standard holds. Nothing is done in other states.
 */
void smtp_doubt_settle(struct smtp_dialog *d);

/* The client sends no more, and had received what lies before `acked` of the server. */
void smtp_doubt_closed(struct smtp_dialog *d, int64_t acked);

/* Is the standard end of data held, so that the server owes a reply? */
bool smtp_doubt_awaits(const struct smtp_dialog *d);

/* Command `number` with `verb`, whose line was sent with `line`: one that its sender meant to be
 * content? Then its reply tells that smuggling succeeded. */
bool smtp_doubt_hidden(struct smtp_dialog *d, enum smtp_verb verb, uint32_t number,
	const struct smtp_text_line *line);
/* The reply to command `number` has come. */
void smtp_doubt_answered(
	struct smtp_dialog *d, uint32_t number, int code, const struct smtp_place *at);

#endif
