/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that await their reply, in order (RFC 2920: replies come in the order of the
 * commands). A run of equal commands is one entry, so that ten thousand pipelined RCPT fit; beyond
 * LIMIT_PENDING_COMMANDS entries commands are counted without their verb.
 */
#ifndef SMTP_DECODE_SMTP_LEDGER_H
#define SMTP_DECODE_SMTP_LEDGER_H

#include "smtp_decode/smtp_block.h"
#include "smtp_decode/smtp_event.h"

struct smtp_pending {
	uint64_t end;       /* stream offset behind the first command of the run */
	int64_t peer_acked; /* what its client had received of the server when it was sent */
	uint32_t number;    /* of the first; REPLY_COMMAND runs count on from it */
	uint32_t count;
	uint8_t verb, role; /* enum smtp_verb, enum smtp_reply_role */
	bool doubtful;      /* its reply may have been lost */
	uint8_t reserved[5];
};

#define SMTP_LEDGER_INLINE 12

struct smtp_ledger {
	struct smtp_pending *entries; /* `few`, or a block */
	uint16_t first, count, size;  /* a ring of `size` */
	uint64_t overflow;            /* commands behind the last entry, without their verb */
	struct smtp_pending few[SMTP_LEDGER_INLINE];
};

void smtp_ledger_init(struct smtp_ledger *l);
void smtp_ledger_finish(struct smtp_ledger *l, struct smtp_blocks *pool);

static inline bool smtp_ledger_empty(const struct smtp_ledger *l)
{
	return l->count == 0 && l->overflow == 0;
}

/* Both ways; smtp_pack.h. */
void smtp_ledger_pack(struct smtp_ledger *l, struct smtp_blocks *pool, struct smtp_pack *pack);

/* Adds one command. False where there was no room for its verb. */
bool smtp_ledger_push(
	struct smtp_ledger *l, struct smtp_blocks *pool, const struct smtp_pending *p);

/* The entry whose reply is due, or NULL where none is (or none is known). */
const struct smtp_pending *smtp_ledger_head(const struct smtp_ledger *l);
/* The newest entry, or NULL. */
const struct smtp_pending *smtp_ledger_tail(const struct smtp_ledger *l);
/* Takes the oldest command away. */
void smtp_ledger_pop(struct smtp_ledger *l, struct smtp_blocks *pool);

/* Drops entries until one with `verb` and, where `verb` is AUTH, any role, is the head. False, and
 * nothing dropped, where there is none. */
bool smtp_ledger_seek(struct smtp_ledger *l, struct smtp_blocks *pool, enum smtp_verb verb);

/*
 * Server bytes up to stream offset `end` were lost: marks the entries that may have been answered
 * in them, which are those sent before their client had received them.
 */
void smtp_ledger_doubt(struct smtp_ledger *l, uint64_t end);

/* A reply has come that covers what lies before client offset `acked`: where the head is doubtful
 * and an entry that is not can be meant, drops those before it. */
void smtp_ledger_settle(struct smtp_ledger *l, struct smtp_blocks *pool, int64_t acked);

#endif
