/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/session_client.h"

#include "smtp_decode/smtp_xclient.h"

void session_client_init(struct session_client *c, const struct client_trust *trust,
	const struct addr *client, uint16_t port)
{
	memset(c, 0, sizeof(*c));
	c->trust = trust;
	c->end = (struct client_end){.addr = *client, .port = port};
	c->speaker = *client;
}

static void claim(struct session_client *c, const struct client_end *end)
{
	if (c->claims++ == 0)
		c->claimed = *end;
}

static void on_proxy(struct session_client *c, const struct smtp_proxy_client *said)
{
	const struct client_end end = {
		.addr = said->addr, .port = said->port, .provenance = CLIENT_BY_PROXY};

	if (said->kind != SMTP_PROXY_NAMES)
		return;
	if (!cidr_list_contains(&c->trust->proxies, &c->speaker) &&
		!cidr_list_contains(&c->trust->peers, &c->speaker)) {
		claim(c, &end);
		return;
	}
	c->end = end;
	c->speaker = end.addr;
}

static uint64_t account_of(struct span login, struct pseudonyms *p)
{
	uint8_t user[LIMIT_MAILBOX];
	size_t n = smtp_xtext_decode(login, user, sizeof(user));
	uint64_t account = pseudonym_account(p, span_of(user, n));

	explicit_bzero(user, sizeof(user));
	return account;
}

/* Keeps what the command says until it is answered. */
static void on_words(struct session_client *c, const struct smtp_event *e, struct pseudonyms *p)
{
	bool xclient = e->command.cmd.verb == SMTP_XCLIENT;
	uint32_t number = e->command.number;
	struct session_client_words *w = &c->words;
	struct client_end end;
	struct smtp_xclient x;

	if (xclient) {
		*w = (struct session_client_words){0};
		c->xclient_number = number;
	}
	if (smtp_xclient_parse(e->command.cmd.args, &x) < 0)
		return;
	if (!cidr_list_contains(&c->trust->peers, &c->speaker)) {
		end = (struct client_end){.addr = x.addr,
			.port = x.port,
			.provenance = xclient ? CLIENT_BY_XCLIENT : CLIENT_BY_XFORWARD};
		if (x.addr_known)
			claim(c, &end);
		return;
	}
	if (x.addr_given) {
		w->addr_number = number;
		w->addr_known = x.addr_known;
		w->addr = x.addr;
	}
	if (x.port_given) {
		w->port_number = number;
		w->port = x.port_known ? x.port : 0;
	}
	if (!xclient)
		return;
	w->esmtp = x.esmtp;
	w->helo_number = x.helo.len > 0 ? number : 0;
	w->helo_len = (uint8_t)smtp_xtext_decode(x.helo, w->helo, sizeof(w->helo));
	w->account = x.login.len > 0 ? account_of(x.login, p) : 0;
}

/* The server took the words of command `number`: they say who `end` is. */
static void apply(const struct session_client_words *w, uint32_t number,
	enum client_provenance provenance, struct client_end *end)
{
	if (w->addr_number == number && w->addr_known) {
		if (!addr_eq(&end->addr, &w->addr))
			end->port = 0;
		end->addr = w->addr;
		end->provenance = (uint8_t)provenance;
	}
	if (w->port_number == number && end->provenance == (uint8_t)provenance)
		end->port = w->port;
}

static bool on_xclient_line(struct session_client *c, const struct smtp_reply_event *r)
{
	if (r->number != c->xclient_number || r->code != 220 || r->number == c->anew ||
		!cidr_list_contains(&c->trust->peers, &c->speaker))
		return false;
	c->before = c->end;
	apply(&c->words, r->number, CLIENT_BY_XCLIENT, &c->end);
	c->forwarded.provenance = CLIENT_BY_CONNECTION;
	c->anew = r->number;
	return true;
}

static void on_xforward_reply(struct session_client *c, const struct smtp_reply_event *r)
{
	if (r->code / 100 == 2)
		apply(&c->words, r->number, CLIENT_BY_XFORWARD, &c->forwarded);
}

bool session_client_event(
	struct session_client *c, const struct smtp_event *e, struct pseudonyms *p)
{
	switch (e->kind) {
	case SMTP_EVENT_PROXY:
		on_proxy(c, &e->proxy);
		return false;
	case SMTP_EVENT_COMMAND:
		if (e->command.cmd.verb == SMTP_XCLIENT || e->command.cmd.verb == SMTP_XFORWARD)
			on_words(c, e, p);
		return false;
	case SMTP_EVENT_REPLY_LINE:
		return e->reply.verb == SMTP_XCLIENT && on_xclient_line(c, &e->reply);
	case SMTP_EVENT_REPLY:
		if (e->reply.verb == SMTP_XFORWARD)
			on_xforward_reply(c, &e->reply);
		return false;
	default:
		return false;
	}
}

void session_client_after(struct session_client *c, const struct smtp_event *e)
{
	bool content, reset;

	if (e->kind != SMTP_EVENT_REPLY || c->forwarded.provenance == CLIENT_BY_CONNECTION)
		return;
	content = e->reply.role == SMTP_REPLY_CONTENT && e->reply.left == 0;
	reset = e->reply.role == SMTP_REPLY_COMMAND && e->reply.code / 100 == 2 &&
		(e->reply.verb == SMTP_RSET || e->reply.verb == SMTP_EHLO ||
			e->reply.verb == SMTP_HELO);
	if (content || reset)
		c->forwarded = (struct client_end){.provenance = CLIENT_BY_CONNECTION};
}
