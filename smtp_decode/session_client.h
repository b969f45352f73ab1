/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose session it is: the connection's client, or the one that it speaks for, by a PROXY header,
 * XCLIENT or XFORWARD. That is believed only of hosts that the settings name, and, of commands,
 * where the server accepted them; what others claim is kept as a claim.
 *
 * PROXY and XCLIENT give the session to another client: with the 220 to XCLIENT it starts anew, as
 * if that client had just connected. XFORWARD tells of the next transaction only.
 */
#ifndef SMTP_DECODE_SESSION_CLIENT_H
#define SMTP_DECODE_SESSION_CLIENT_H

#include "base/limits.h"
#include "smtp_decode/client_end.h"
#include "smtp_decode/pseudonym.h"
#include "smtp_decode/smtp_event.h"

/* Whose word is believed: of `proxies` a PROXY header, of `peers` all three. Borrowed. */
struct client_trust {
	struct cidr_list proxies, peers;
};

/* What XCLIENT or XFORWARD said, by the number of the command that said it; 0: none did. */
struct session_client_words {
	uint32_t addr_number, port_number, helo_number;
	bool addr_known;
	struct addr addr;
	uint16_t port;
	bool esmtp;
	uint8_t helo_len;
	uint8_t helo[LIMIT_HELO_ARG];
	uint64_t account; /* keyed hash of LOGIN; 0 none */
};

struct session_client {
	const struct client_trust *trust;
	struct client_end end, before; /* of the session; of the one before it, after XCLIENT */
	struct client_end forwarded;   /* of the transaction, where its provenance says so */
	struct client_end claimed;     /* the first that was not believed, where `claims` */
	uint32_t claims;
	uint32_t anew;           /* number of the last XCLIENT that was believed, 0 none */
	struct addr speaker;     /* whose commands they are */
	uint32_t xclient_number; /* of the last XCLIENT */
	struct session_client_words words;
};

void session_client_init(struct session_client *c, const struct client_trust *trust,
	const struct addr *client, uint16_t port);

/* Before others see the event. True where a session starts anew with it: `before` was the client of
 * the one that is over. */
bool session_client_event(
	struct session_client *c, const struct smtp_event *e, struct pseudonyms *p);
/* After they saw it: a transaction's end ends what XFORWARD said. */
void session_client_after(struct session_client *c, const struct smtp_event *e);

/* Is `e` a reply that greets the new session's client? */
static inline bool session_client_greets(const struct session_client *c, const struct smtp_event *e)
{
	return c->anew > 0 && (e->kind == SMTP_EVENT_REPLY || e->kind == SMTP_EVENT_REPLY_LINE) &&
	       e->reply.number == c->anew;
}

/* Of a message that is under way. */
static inline const struct client_end *session_client_of_message(const struct session_client *c)
{
	return c->forwarded.provenance == CLIENT_BY_XFORWARD ? &c->forwarded : &c->end;
}

#endif
