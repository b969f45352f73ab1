/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message content on the client's side of a dialogue: what DATA and BDAT carry, and its end.
 */
#ifndef SMTP_DECODE_SMTP_CONTENT_H
#define SMTP_DECODE_SMTP_CONTENT_H

#include "smtp_decode/smtp_dialog.h"

/* Content of command `number` begins (0: the command was not seen), unless one is open. */
void smtp_content_begin(struct smtp_dialog *d, uint32_t number, const struct smtp_place *at);
/* What is open ends; nothing is done where nothing is. */
void smtp_content_end(
	struct smtp_dialog *d, enum smtp_content_end end, const struct smtp_place *at);

/* Octets that lie elsewhere (BURL) are of the open content. */
void smtp_content_elsewhere(struct smtp_dialog *d, const struct smtp_place *at);

/* DATA was accepted: octets up to its end mark come. */
void smtp_content_data(struct smtp_dialog *d, uint32_t number, const struct smtp_place *at);

/* Take bytes off the front of `c`, in the states DATA and CHUNK. */
void smtp_content_step_data(struct smtp_dialog *d, struct stream_chunk *c);
void smtp_content_step_chunk(struct smtp_dialog *d, struct stream_chunk *c);

/* The octets of a BDAT command are all there. */
void smtp_content_chunk_end(struct smtp_dialog *d, const struct smtp_place *at);

/*
 * The server replies `code` within the content, and its reply covers the client's bytes before
 * `acked`: may that mean that it saw the end, which was lost, or is none by the standard? Then
 * ends it, so that the reply finds its owner.
 */
void smtp_content_ended_by_server(
	struct smtp_dialog *d, int code, int64_t acked, const struct smtp_place *at);

#endif
