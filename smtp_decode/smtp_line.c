/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_line.h"

struct span smtp_line_partial(const struct smtp_line *l)
{
	return span_of(l->block, l->len);
}

void smtp_line_reset(struct smtp_line *l, struct smtp_blocks *pool)
{
	if (l->block)
		explicit_bzero(l->block, l->len);
	smtp_block_give(pool, l->block);
	*l = (struct smtp_line){0};
}

/* Adds the first `n` bytes of `c` to the line so far. */
static void append(
	struct smtp_line *l, struct smtp_blocks *pool, const struct stream_chunk *c, size_t n)
{
	size_t room = SMTP_BLOCK_SIZE - l->len, copy = n < room ? n : room;

	if (n == 0)
		return;
	if (l->total == 0) {
		l->len = 0;
		l->first = smtp_place_of(c, 0);
		l->peer_acked = c->peer_acked;
		if (!l->block)
			l->block = smtp_block_take(pool);
	}
	if (l->block) {
		memcpy(l->block + l->len, c->data.p, copy);
		l->len += (uint16_t)copy;
	}
	l->total += n;
	l->last = c->data.p[n - 1];
}

/* A line of `total` bytes before its LF, of which `text` is what there is. */
static void finish(struct smtp_text_line *ret, struct span text, uint64_t total, uint8_t last)
{
	ret->bare_lf = total == 0 || last != '\r';
	if (!ret->bare_lf)
		total--;
	ret->capped = total > LIMIT_LINE;
	ret->text = span_head(text, total < LIMIT_LINE ? (size_t)total : LIMIT_LINE);
}

int smtp_line_next(struct smtp_line *l, struct smtp_blocks *pool, struct stream_chunk *c,
	struct smtp_text_line *ret)
{
	ptrdiff_t lf = span_find(c->data, '\n');
	size_t n = lf < 0 ? c->data.len : (size_t)lf;

	if (lf >= 0 && l->total == 0) {
		ret->first = smtp_place_of(c, 0);
		ret->peer_acked = c->peer_acked;
		finish(ret, span_head(c->data, n), n, n > 0 ? c->data.p[n - 1] : 0);
	} else {
		append(l, pool, c, n);
		if (lf < 0) {
			smtp_chunk_skip(c, n);
			return 0;
		}
		ret->first = l->first;
		ret->peer_acked = l->peer_acked;
		finish(ret, smtp_line_partial(l), l->total, l->last);
		l->total = 0;
	}
	ret->last = smtp_place_of(c, n);
	smtp_chunk_skip(c, n + 1);
	return 1;
}
