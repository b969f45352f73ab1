/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMTP session, awake: what the decoder works with while packets of it come.
 */
#ifndef SMTP_DECODE_SESSION_STATE_H
#define SMTP_DECODE_SESSION_STATE_H

#include "smtp_decode/dialect.h"
#include "smtp_decode/message_builder.h"
#include "smtp_decode/session_times.h"
#include "smtp_decode/smtp_decoder.h"
#include "smtp_decode/smtp_dialog.h"
#include "smtp_decode/smtp_turn.h"
#include "smtp_decode/tls_watch.h"

/* Where, within the connection, a session began: with XCLIENT or TURN, else zero. */
struct session_part {
	bool anew;
	nstime start;
	uint64_t first_packet;
	uint64_t packets[2], bytes[2], payload[2], missing[2]; /* that came before */
	uint32_t zero_window_ms[2];
};

struct session_state {
	struct smtp_session *session;
	struct smtp_decoder *decoder;
	struct session_state *older, *newer; /* of those awake; `newer` also of those free */
	bool used;                           /* since it was last looked at */
	/* Of the call that is being made. */
	bool timer;
	const struct flow_info *flow;
	nstime now;
	uint64_t packet;
	/* What is packed while it sleeps: from here to the end. */
	uint32_t number; /* of the next record */
	bool cut;        /* what it was before is forgotten, for lack of room */
	/* Number of the last command seen, and of the last one told with the client before. */
	uint32_t commanded, told;
	struct session_part part;
	struct smtp_turn turn;
	struct session_builder facts;
	struct session_times times;
	struct dialect dialect;
	struct message_builder messages;
	struct session_client client;
	struct tls_watch *tls; /* NULL before TLS */
	struct smtp_dialog dialog;
};

/* Contract 6.2; what is put aside in blocks, texts and transactions comes under caps of its own. */
_Static_assert(sizeof(struct session_state) <= 4096, "a session that is awake is 4 KiB");

/* What a state is tied to. */
struct session_ties {
	struct smtp_blocks *blocks;
	struct message_shared *messages;
	const struct client_trust *trust;
	void (*event)(void *cookie, const struct smtp_event *e); /* with the state as cookie */
};

/* All that does not depend on whose session it is. */
void session_state_init(struct session_state *s);
void session_state_tie(struct session_state *s, const struct session_ties *t);
/* It begins with `f`; `cut`: its beginning is forgotten. */
void session_state_begin(struct session_state *s, const struct flow_info *f, bool cut);
/* Frees what it holds; no more records come. */
void session_state_drop(struct session_state *s);

/* May it be packed now? Does it hold blocks that would be free then? */
static inline bool session_state_packs(const struct session_state *s)
{
	return message_builder_packs(&s->messages);
}
bool session_state_holds_blocks(const struct session_state *s);

/* Packs it, `base` being one that is initialised and no more, and frees what it holds; or unpacks.
 * Whether it succeeded, `p` says; where it did not it holds nothing then. */
void session_state_pack(
	struct session_state *s, const struct session_state *base, struct smtp_pack *p);
void session_state_unpack(struct session_state *s, const struct session_state *base,
	const struct session_ties *t, struct smtp_pack *p);

#endif
