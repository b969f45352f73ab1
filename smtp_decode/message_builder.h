/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail transactions out of a dialogue's events, and their message records: one for each whose
 * content was seen at least in part, or named by a URL (BURL) and not refused, emitted at its final reply or at the session's end. What came
 * to no content is counted only.
 */
#ifndef SMTP_DECODE_MESSAGE_BUILDER_H
#define SMTP_DECODE_MESSAGE_BUILDER_H

#include "smtp_decode/client_end.h"
#include "smtp_decode/message_content.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/redact.h"
#include "smtp_decode/smtp_event.h"
#include "smtp_decode/smtp_pack.h"

struct transaction;

/* What the sessions of a decoder share. */
struct message_shared {
	struct message_content_pool *contents;
	uint32_t contexts; /* of it that the sessions of one shard may have */
	uint32_t contexts_taken[FLOW_SHARDS];
	struct pseudonyms *pseudonyms;
	struct record_builder *records;
	bool want_recipients;
	void (*emit)(void *cookie, const struct record *r);
	void *cookie;
	struct transaction *free;
	uint64_t messages, undecoded, records_full;
};

void message_shared_finish(struct message_shared *s);

/* What a record says of its session, as it stands. */
struct message_session {
	const struct flow_info *flow;
	const struct client_end *client;
	nstime start;          /* of the connection, or of what XCLIENT began */
	uint8_t authenticated; /* enum tri */
	uint64_t auth_account;
	/* Of the chunk or the end that makes the record. */
	nstime time;
	uint64_t packet;
	bool timer;
	uint32_t *number; /* of the flow's next record */
};

struct message_builder {
	struct message_shared *shared;
	uint8_t shard;
	struct transaction *open;      /* to which the next RCPT, DATA or BDAT belongs */
	struct transaction *suspended; /* the one before, until MAIL is accepted */
	struct transaction *awaiting;  /* ended, no final reply: the oldest first */
	struct redactor redactor;
	uint32_t depth;
	bool closed; /* the client sends no more */
	uint32_t attempted, accepted, rejected;
	uint32_t rcpts_attempted, rcpts_accepted, rcpts_rejected, rcpts_unknown_user;
};

void message_builder_init(
	struct message_builder *b, struct message_shared *shared, uint8_t shard);
void message_builder_event(
	struct message_builder *b, const struct smtp_event *e, const struct message_session *s);
/* The server has forgotten what was before, counts included. */
void message_builder_restart(struct message_builder *b, const struct message_session *s);
/* What it holds, both ways (smtp_pack.h). Not while a message is being decoded. */
bool message_builder_packs(const struct message_builder *b);
void message_builder_pack(struct message_builder *b, struct smtp_pack *pack);
/* Forgets all transactions; no record is made of them. */
void message_builder_drop(struct message_builder *b);
/* The session's end: emits what still awaits a reply, and frees all. */
void message_builder_finish(struct message_builder *b, const struct message_session *s);

#endif
