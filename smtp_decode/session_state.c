/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/session_state.h"

#include <string.h>

#define PACKED_FROM offsetof(struct session_state, number)

_Static_assert(PACKED_FROM % 8 == 0 && sizeof(struct session_state) % 8 == 0, "whole words");

void session_state_init(struct session_state *s)
{
	struct smtp_dialog_config dialog = {.midstream = false};

	memset(s, 0, sizeof(*s));
	smtp_dialog_init(&s->dialog, &dialog);
	session_builder_init(&s->facts);
	session_times_init(&s->times);
	dialect_init(&s->dialect, NULL);
}

void session_state_tie(struct session_state *s, const struct session_ties *t)
{
	s->dialog.blocks = t->blocks;
	s->dialog.pseudonyms = t->messages ? t->messages->pseudonyms : NULL;
	s->dialog.sink = (struct smtp_event_sink){.cookie = t->event ? s : NULL, .event = t->event};
	s->dialect.blocks = t->blocks;
	s->messages.shared = t->messages;
	s->client.trust = t->trust;
}

void session_state_begin(struct session_state *s, const struct flow_info *f, bool cut)
{
	s->cut = cut;
	s->messages.shard = f->shard;
	s->dialog.midstream = s->dialog.server.unsure = f->midstream || cut;
	s->facts.client_gap = s->facts.server_gap = cut;
	if (cut) {
		s->dialog.client.state = SMTP_CLIENT_UNSURE;
		s->dialog.server.state = SMTP_SERVER_LINE;
	}
	session_client_init(&s->client, s->client.trust, &f->client, f->client_port);
}

void session_state_drop(struct session_state *s)
{
	struct smtp_dialog *d = &s->dialog;

	smtp_line_reset(&d->client.line, d->blocks);
	smtp_line_reset(&d->server.line, d->blocks);
	smtp_hold_clear(&d->client.held, d->blocks);
	smtp_ledger_finish(&d->ledger, d->blocks);
	smtp_block_give(d->blocks, d->client.auth);
	d->client.auth = NULL;
	message_builder_drop(&s->messages);
	tls_watch_destroy(s->tls);
	s->tls = NULL;
	dialect_finish(&s->dialect);
	session_builder_finish(&s->facts);
}

bool session_state_holds_blocks(const struct session_state *s)
{
	const struct smtp_dialog *d = &s->dialog;

	return s->tls || s->dialect.header || d->client.line.block || d->server.line.block ||
	       !smtp_hold_empty(&d->client.held) || d->client.auth ||
	       d->ledger.entries != d->ledger.few;
}

/* What it holds elsewhere. */
static void pack_held(struct session_state *s, struct smtp_pack *p)
{
	smtp_dialog_pack(&s->dialog, p);
	session_builder_pack(&s->facts, p);
	dialect_pack(&s->dialect, p);
	s->tls = tls_watch_pack(s->tls, s->dialog.blocks, p);
	message_builder_pack(&s->messages, p);
}

static void pack_itself(
	struct session_state *s, const struct session_state *base, struct smtp_pack *p)
{
	smtp_pack_words(p, (uint8_t *)s + PACKED_FROM, (const uint8_t *)base + PACKED_FROM,
		sizeof(*s) - PACKED_FROM);
}

/* What it holds comes first, since it is freed meanwhile, but is read last: how long it is stands
 * in front. */
void session_state_pack(
	struct session_state *s, const struct session_state *base, struct smtp_pack *p)
{
	const struct session_ties none = {0};
	uint8_t *start = p->at;
	uint32_t held = 0;

	smtp_pack_bytes(p, &held, sizeof(held));
	pack_held(s, p);
	held = (uint32_t)(p->at - start - (ptrdiff_t)sizeof(held));
	session_state_tie(s, &none);
	s->dialog.ledger.entries = base->dialog.ledger.entries;
	pack_itself(s, base, p);
	memcpy(start, &held, sizeof(held));
}

void session_state_unpack(struct session_state *s, const struct session_state *base,
	const struct session_ties *t, struct smtp_pack *p)
{
	struct smtp_pack held = *p;
	uint32_t len;

	smtp_pack_bytes(&held, &len, sizeof(len));
	p->at = held.at + len;
	pack_itself(s, base, p);
	session_state_tie(s, t);
	pack_held(s, &held);
	p->failed = p->failed || held.failed;
	if (p->failed)
		session_state_drop(s);
}
