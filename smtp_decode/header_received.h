/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Received field (RFC 5321 4.4) as the servers of this world write it: the clauses from, by and
 * with, the address of the client, and the time. Comments, keywords out of order and what else
 * stands there are passed over; the recipient of "for" above all.
 *
 * The address is one only if a whole token is: a literal in brackets in the comments behind the
 * from clause, else a comment that is an address and nothing else ("(192.0.2.1)", perhaps with
 * "user@" before it), else a literal that is the from clause itself. Numbers of versions and the
 * like are none.
 */
#ifndef SMTP_DECODE_HEADER_RECEIVED_H
#define SMTP_DECODE_HEADER_RECEIVED_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/nstime.h"
#include "base/span.h"

struct header_received {
	struct span
		from; /* as the server wrote it: the name of HELO, of the reverse DNS, a literal */
	struct span by, with; /* empty where they are not there, as is `from` */
	bool has_ip;
	struct addr ip;
	nstime time; /* 0 where it could not be read */
};

/* `body` is unfolded; the spans borrow from it. */
void header_received_parse(struct span body, struct header_received *ret);

#endif
