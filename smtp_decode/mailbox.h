/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mailboxes: paths of the envelope (RFC 5321 4.1.2) and address lists of the header (RFC 5322 3.4),
 * read tolerantly. Nothing is copied but what says so.
 */
#ifndef SMTP_DECODE_MAILBOX_H
#define SMTP_DECODE_MAILBOX_H

#include <stddef.h>

#include "base/limits.h"
#include "base/span.h"

struct mailbox {
	struct span local;  /* as written, quotes included */
	struct span domain; /* after the last '@' outside quotes; empty where there is none */
};

/* `local` without the quotes around it, where it has them. */
struct span mailbox_unquoted(struct span local);

/* Takes an addr-spec apart. A source route ("@a,@b:") is skipped. Spans of `addr`. */
struct mailbox mailbox_split(struct span addr);

/*
 * The domain of a reverse-path in lower case, trailing dot off, with SRS0, SRS1 and BATV (prvs=)
 * undone: of SRS0=hash=tt=first.example=user@forwarder.example it is first.example. VERP only
 * marks the local part, so its domain stands. Empty for the null path or without a domain.
 * A span of `buf`.
 */
struct span mailbox_origin_domain(struct span path, char buf[LIMIT_MAILBOX]);

/* The domain of an address in lower case, trailing dot off. A span of `buf`, cut to its size. */
struct span mailbox_domain(struct span addr, char buf[LIMIT_MAILBOX]);

/* One mailbox of an address list. */
struct mailbox_item {
	struct span name; /* display name as written (quotes, encoded words), or empty */
	struct span addr; /* addr-spec in `buf`: comments and folding gone */
	char buf[LIMIT_MAILBOX];
};

/*
 * Reads the next mailbox of `*list` (an unfolded field body: phrases, angle brackets, comments,
 * groups, bare addresses, empty items) and moves `*list` behind it. 1 with an item, or 0 at the
 * end. An item without an address (a phrase alone) has an empty `addr`.
 */
int mailbox_next(struct span *list, struct mailbox_item *ret);

#endif
