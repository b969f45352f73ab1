/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content of one message as it passes: header section (RFC 5322), MIME structure (RFC 2045 to
 * 2047, 2231), the digest of its text and those of its attachments. Bytes come in runs of any size;
 * nothing of a body is kept, and the result does not depend on where runs are cut.
 *
 * Contexts are of one fixed size and come from a pool. One is taken when the content of a message
 * begins, and returned when its record is made.
 */
#ifndef SMTP_DECODE_MESSAGE_CONTENT_H
#define SMTP_DECODE_MESSAGE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/record.h"
#include "base/span.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/redact.h"

struct message_content_pool;
struct message_content;

struct message_content_config {
	uint32_t contexts;             /* at least 1 */
	struct pseudonyms *pseudonyms; /* borrowed for the pool's life */
	bool want_recipients;          /* list pseudonyms of To and Cc */
	bool want_sha256;              /* of attachments */
};

struct message_content_stats {
	uint64_t headers_capped, texts_capped, mime_capped; /* messages */
	uint64_t charsets_unknown; /* texts and encoded words (charset_label.h) */
};

/* NULL where memory is short. */
struct message_content_pool *message_content_pool_create(
	const struct message_content_config *config);
/* All contexts must have been returned. */
void message_content_pool_destroy(struct message_content_pool *p);
struct message_content_stats message_content_pool_stats(const struct message_content_pool *p);

/* A context from the pool, or NULL where all are in use. It must be reset before use. */
struct message_content *message_content_create(struct message_content_pool *p);
/* Returns it to its pool; accepts NULL. */
void message_content_destroy(struct message_content *c);

/*
 * Starts a message. `rcpts` are the addr-specs of the recipients known so far; what is needed of
 * them is copied, so that their names do not change the digest of a personalised text.
 */
void message_content_reset(struct message_content *c, const struct span *rcpts, size_t n);

/* Content octets, in order: dots unstuffed, the end mark not included. */
void message_content_run(struct message_content *c, struct span octets);
/* `missing` octets are lost here. A header section not yet ended counts as not seen whole. */
void message_content_gap(struct message_content *c, uint64_t missing);
/* Octets of unknown number that nobody sends (BURL) are of the message here: for what is said of
 * its text the same as a loss, and none. */
void message_content_elsewhere(struct message_content *c);
/* The content ends; `complete` where its end of data was seen. Once, before the fill. */
void message_content_end(struct message_content *c, bool complete);

/*
 * Fills in what the content says: traits (added to those set), message_id to digest. Texts are
 * freed of the recipients in `r` (may be NULL). Strings go to `b`, in which `m` lies.
 */
void message_content_fill(struct message_content *c, const struct redactor *r,
	struct record_builder *b, struct message_record *m);

#endif
