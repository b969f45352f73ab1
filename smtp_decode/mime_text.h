/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a text leaf to UTF-8, cut anywhere: its transfer encoding and its charset undone. */
#ifndef SMTP_DECODE_MIME_TEXT_H
#define SMTP_DECODE_MIME_TEXT_H

#include "base/span.h"
#include "smtp_decode/charset.h"
#include "smtp_decode/mime_entity.h"
#include "smtp_decode/transfer_base64.h"
#include "smtp_decode/transfer_qp.h"

/* All zero is a text that needs no end. */
struct mime_text {
	enum mime_encoding encoding;
	struct charset_decoder charset;
	struct transfer_base64 base64;
	struct transfer_qp qp;
};

/* UTF-8, which may be broken where the charset was not known. Borrowed. */
typedef void mime_text_fn(void *cookie, struct span utf8);

/* False where the charset is unknown: the text passes as it is. */
bool mime_text_begin(struct mime_text *t, struct charsets *cs, const struct mime_entity *e);
void mime_text_feed(struct mime_text *t, struct span data, mime_text_fn *fn, void *cookie);
void mime_text_end(struct mime_text *t, mime_text_fn *fn, void *cookie);
/* Ends it without its rest; for one that is given up. */
void mime_text_drop(struct mime_text *t);

#endif
