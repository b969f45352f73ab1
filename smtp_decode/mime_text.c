/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/mime_text.h"

#include <assert.h>

#define PIECE 2048 /* encoded bytes decoded at a time */

bool mime_text_begin(struct mime_text *t, struct charsets *cs, const struct mime_entity *e)
{
	*t = (struct mime_text){.encoding = e->encoding};
	return charset_begin(&t->charset, cs, span_of(e->charset, e->charset_len));
}

static void put(struct mime_text *t, struct span text, mime_text_fn *fn, void *cookie)
{
	char utf8[PIECE];

	if (t->charset.kind == CHARSET_IDENTITY) {
		if (text.len > 0)
			fn(cookie, text);
		return;
	}
	while (text.len > 0)
		fn(cookie, span_of(utf8, charset_decode(&t->charset, &text, utf8, sizeof(utf8))));
}

void mime_text_feed(struct mime_text *t, struct span data, mime_text_fn *fn, void *cookie)
{
	uint8_t decoded[PIECE + 8];

	static_assert(TRANSFER_BASE64_ROOM(PIECE) <= sizeof(decoded), "room for a piece");
	static_assert(TRANSFER_QP_ROOM(PIECE) <= sizeof(decoded), "room for a piece");
	if (t->encoding == MIME_IDENTITY) {
		put(t, data, fn, cookie);
		return;
	}
	while (data.len > 0) {
		struct span piece = span_head(data, PIECE);
		size_t n = t->encoding == MIME_BASE64
				   ? transfer_base64_decode(&t->base64, piece, decoded)
				   : transfer_qp_decode(&t->qp, piece, decoded);

		put(t, span_of(decoded, n), fn, cookie);
		data = span_skip(data, piece.len);
	}
}

void mime_text_end(struct mime_text *t, mime_text_fn *fn, void *cookie)
{
	uint8_t decoded[4];
	char utf8[CHARSET_REST];
	size_t n = 0;

	if (t->encoding == MIME_BASE64)
		n = transfer_base64_end(&t->base64, decoded);
	else if (t->encoding == MIME_QP)
		n = transfer_qp_end(&t->qp, decoded);
	put(t, span_of(decoded, n), fn, cookie);
	n = charset_finish(&t->charset, utf8);
	if (n > 0)
		fn(cookie, span_of(utf8, n));
}

void mime_text_drop(struct mime_text *t)
{
	char utf8[CHARSET_REST];

	charset_finish(&t->charset, utf8);
}
