/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One mail transaction (RFC 5321 3.3) while it is open or awaits its final reply: the envelope, and
 * what is known of the content. Recipients are kept in clear only here, and only so long.
 */
#ifndef SMTP_DECODE_TRANSACTION_H
#define SMTP_DECODE_TRANSACTION_H

#include <stdbool.h>

#include "base/limits.h"
#include "base/nstime.h"
#include "base/span.h"
#include "smtp_decode/envelope_params.h"
#include "smtp_decode/smtp_event.h"
#include "smtp_decode/smtp_pack.h"

struct message_content;

struct transaction_rcpt {
	uint32_t off, number; /* of its text in `texts`; of its command */
	uint16_t len;
	bool refused;
	uint8_t reserved;
};

struct transaction {
	struct transaction *next;
	uint32_t depth;                     /* 0: not yet counted */
	uint32_t first_number, last_number; /* of its commands */

	bool mail_seen, null;
	uint16_t from_len;
	uint8_t from[LIMIT_MAILBOX];
	int64_t declared_size;
	struct envelope_params params; /* of MAIL and RCPT */
	nstime start;
	uint64_t first_packet, last_packet;

	uint32_t rcpts_attempted, rcpts_refused, rcpts_kept;
	uint64_t rcpts_hash;
	struct transaction_rcpt rcpts[LIMIT_RCPTS_KEPT];
	uint8_t *texts;
	uint32_t texts_len, texts_size;

	bool attempted; /* by BDAT, and counted */
	bool rejected;  /* and counted */
	bool content, gap, bare_lf, bare_cr, bdat, burl;
	bool smuggled; /* its client took some command of it for content */
	uint8_t end;   /* enum smtp_content_end */
	uint32_t content_number;
	uint64_t size;
	struct message_content *context; /* NULL: not decoded */
	/* The reply that tells how it fared; -1 none yet. Whether no other is to come. */
	int code;
	bool settled;
	bool early;        /* it came within the content: the server may still say another */
	bool early_others; /* so did others, of which it is not clear what they answer */
	uint8_t enhanced_len;
	uint16_t text_len;
	uint8_t enhanced[16];
	uint8_t text[LIMIT_REPLY_TEXT];
};

/* From `*list`, or the heap; NULL where memory is short. Zeroed, texts' memory apart. */
struct transaction *transaction_take(struct transaction **list);
void transaction_give(struct transaction **list, struct transaction *t);
/* Is there what cannot be packed? */
static inline bool transaction_is_bound(const struct transaction *t)
{
	return t->context != NULL;
}

/* Both ways, `t` NULL or SMTP_PACKED included (smtp_pack.h); returns what stands for it then. With
 * all that follow it. */
struct transaction *transaction_pack(
	struct transaction **list, struct transaction *t, struct smtp_pack *pack);
/* Frees all of `*list`. */
void transaction_list_free(struct transaction **list);

/* Adds the recipient of command `number`. Beyond LIMIT_RCPTS_KEPT it is counted and hashed only. */
void transaction_add_rcpt(struct transaction *t, struct span mailbox, uint32_t number);
/* The recipient of command `number` was refused. */
void transaction_refuse_rcpt(struct transaction *t, uint32_t number);
/* Keeps `r` as the reply that tells. */
void transaction_set_reply(struct transaction *t, const struct smtp_reply_event *r);
struct span transaction_rcpt_text(const struct transaction *t, uint32_t i);

#endif
