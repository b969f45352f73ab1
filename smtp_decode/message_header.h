/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of a message's own header fields: texts in one small store, and what they mean. */
#ifndef SMTP_DECODE_MESSAGE_HEADER_H
#define SMTP_DECODE_MESSAGE_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/limits.h"
#include "base/nstime.h"
#include "base/record.h"
#include "smtp_decode/charset.h"
#include "smtp_decode/header_field.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/mime_entity.h"
#include "smtp_decode/redact.h"
#include "smtp_decode/text_names.h"

#define MESSAGE_HEADER_STORE 3840
#define MESSAGE_HEADER_HOPS 1280 /* bytes of it that Received fields may take: they come first */
#define MESSAGE_HEADER_LISTED 24 /* pseudonyms kept of To and Cc together */

/* A text in the store. {0, 0}: no such field. Offset 0 is taken by nothing. */
struct message_header_text {
	uint16_t off, len;
};

struct message_header_hop {
	struct message_header_text from, by, with;
	bool has_ip;
	struct addr ip;
	nstime time;
};

struct message_header {
	/* Borrowed for the header's life. `pseudonyms` is NULL where To and Cc are not listed. */
	struct charsets *charsets;
	const struct text_tables *tables;
	struct pseudonyms *pseudonyms;
	struct text_names *names; /* display names of To go there */

	struct message_header_text message_id, subject, from, sender, reply_to, date, x_mailer,
		user_agent, dkim_domain, content_type;
	struct message_header_text listed[MESSAGE_HEADER_LISTED];
	uint8_t to_count, cc_count; /* of `listed`, To first */
	bool to_closed;             /* a Cc came: what follows of To is not listed */
	bool message_id_valid;
	uint32_t received; /* fields; of the first of them there are: */
	struct message_header_hop hops[LIMIT_RECEIVED];
	uint16_t hops_used; /* bytes of the store */
	uint32_t traits;    /* enum message_trait */
	nstime date_time;
	uint64_t message_id_hash;
	uint16_t used;
	uint8_t store[MESSAGE_HEADER_STORE];
};

void message_header_begin(struct message_header *h);
void message_header_field(struct message_header *h, enum header_field f, struct span body);
/* The header section is over; `e` is the message's own entity. */
void message_header_end(struct message_header *h, const struct mime_entity *e);

/* Fills in what the header says; texts are freed of the recipients in `r`. */
void message_header_fill(const struct message_header *h, const struct redactor *r,
	struct pseudonyms *p, struct record_builder *b, struct message_record *m);

#endif
