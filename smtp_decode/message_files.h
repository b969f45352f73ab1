/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attachments of a message: the first LIMIT_ATTACHMENTS are listed with their name, type, size
 * and digests. What is kept of each is small and of one size, but for texts, which share a store.
 */
#ifndef SMTP_DECODE_MESSAGE_FILES_H
#define SMTP_DECODE_MESSAGE_FILES_H

#include "base/record.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/mime_digest.h"
#include "smtp_decode/mime_entity.h"
#include "smtp_decode/redact.h"

#define MESSAGE_FILES_STORE 1472 /* bytes of names and types */

struct message_file {
	struct mime_digest_result result;
	uint8_t complete; /* enum tri; unknown: an attached message */
	bool named;
	uint16_t name, type; /* offsets in the store */
	uint8_t name_len, type_len;
};

struct message_files {
	uint8_t count;
	bool capped; /* a name or a type was cut */
	uint16_t used;
	struct message_file list[LIMIT_ATTACHMENTS];
	char store[MESSAGE_FILES_STORE];
};

void message_files_reset(struct message_files *f);
/* The next begins. False where no more are listed; then it has no end either. */
bool message_files_add(struct message_files *f, const struct mime_entity *e);
/* The last one ended whole; where this is not called, it is partial. */
void message_files_measured(struct message_files *f, const struct mime_digest_result *r);
/* The last one is a message, which is taken apart itself. */
void message_files_is_message(struct message_files *f);

/* Fills in the list; names are freed of the recipients in `r`. */
void message_files_fill(const struct message_files *f, const struct redactor *r,
	struct pseudonyms *p, struct record_builder *b, struct message_record *m);

#endif
