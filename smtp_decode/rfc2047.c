/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/rfc2047.h"

#include <stdbool.h>

#include "smtp_decode/text_utf8.h"
#include "smtp_decode/transfer_base64.h"

#define PIECE 128

struct word {
	struct span charset, text;
	char encoding; /* 'b' or 'q' */
	size_t len;    /* of the whole word */
};

/* The encoded word that `s` begins with. 1, -1 where there is none, or 0 where it, and so any word
 * behind it, has no end. */
static int parse_word(struct span s, struct word *ret)
{
	struct word w = {0};
	struct span rest = s;
	ptrdiff_t q, star;
	const uint8_t *end;

	if (s.len < 8 || s.p[0] != '=' || s.p[1] != '?')
		return -1;
	rest = span_skip(s, 2);
	q = span_find(span_head(rest, CHARSET_LABEL_MAX + 20), '?');
	if (q <= 0 || rest.len < (size_t)q + 4 || rest.p[q + 2] != '?')
		return -1;
	w.charset = span_head(rest, (size_t)q);
	star = span_find(w.charset, '*');
	if (star >= 0)
		w.charset.len = (size_t)star;
	w.encoding = (char)(rest.p[q + 1] | 0x20);
	if (w.encoding != 'b' && w.encoding != 'q')
		return -1;
	rest = span_skip(rest, (size_t)q + 3);
	end = memmem(rest.p, rest.len, "?=", 2);
	if (!end)
		return 0;
	w.text = span_of(rest.p, (size_t)(end - rest.p));
	w.len = (size_t)(end + 2 - s.p);
	*ret = w;
	return 1;
}

struct output {
	struct charsets *cs;
	char *out;
	size_t size, len;
	bool full; /* nothing more is written, lest a later part stand in the place of an earlier */
	/* Of the run of words that is open. */
	bool open;
	struct word first;
	struct charset_decoder decoder;
	struct transfer_base64 base64;
};

static void put(struct output *o, const char *p, size_t n)
{
	if (n > o->size - o->len) {
		o->full = true;
		n = o->size - o->len;
	}
	memcpy(o->out + o->len, p, n);
	o->len += n;
}

static void put_decoded(struct output *o, const uint8_t *p, size_t n)
{
	struct span in = span_of(p, n);
	char text[PIECE];

	while (in.len > 0) {
		size_t len = charset_decode(&o->decoder, &in, text, sizeof(text));

		if (!o->full)
			put(o, text, len);
	}
}

static void close_run(struct output *o)
{
	uint8_t rest[4];
	char text[CHARSET_REST];
	size_t n;

	if (!o->open)
		return;
	n = transfer_base64_end(&o->base64, rest);
	put_decoded(o, rest, n);
	n = charset_finish(&o->decoder, text);
	if (!o->full)
		put(o, text, n);
	o->open = false;
}

/* Is `s` no UTF-8, but like Latin text? */
static bool is_latin(struct span s)
{
	size_t beyond = 0; /* bytes beyond ASCII in a row */
	bool broken = false;

	for (size_t i = 0; i < s.len;) {
		uint32_t cp;
		size_t n = text_utf8_get(s.p + i, s.len - i, &cp);

		broken |= n == 1 && cp >= 0x80;
		beyond = cp >= 0x80 ? beyond + n : 0;
		if (n == 1 && beyond > 2)
			return false;
		i += n;
	}
	return broken;
}

/* Text that is not encoded. */
static void put_plain(struct output *o, struct span s)
{
	if (!is_latin(s)) {
		put(o, (const char *)s.p, s.len);
		return;
	}
	charset_begin(&o->decoder, o->cs, span_str("windows-1252"));
	put_decoded(o, s.p, s.len);
	charset_finish(&o->decoder, (char[CHARSET_REST]){0});
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One piece of Q text, at most PIECE bytes of output; `*s` moves on. */
static size_t decode_q(struct span *s, uint8_t piece[PIECE])
{
	size_t n = 0, i = 0;

	while (i < s->len && n < PIECE) {
		uint8_t c = s->p[i];

		if (c == '=' && i + 2 < s->len && hex(s->p[i + 1]) >= 0 && hex(s->p[i + 2]) >= 0) {
			c = (uint8_t)(hex(s->p[i + 1]) << 4 | hex(s->p[i + 2]));
			i += 2;
		} else if (c == '_') {
			c = ' ';
		}
		piece[n++] = c;
		i++;
	}
	*s = span_skip(*s, i);
	return n;
}

static void put_word(struct output *o, const struct word *w)
{
	struct span text = w->text;
	uint8_t piece[PIECE + 8];

	if (o->open &&
		(w->encoding != o->first.encoding || !span_ieq(w->charset, o->first.charset)))
		close_run(o);
	if (!o->open) {
		o->open = true;
		o->first = *w;
		o->base64 = (struct transfer_base64){0};
		charset_begin(&o->decoder, o->cs, w->charset);
	}
	if (o->base64.ended)
		o->base64 = (struct transfer_base64){0};
	while (text.len > 0) {
		struct span part = span_head(text, PIECE);
		size_t n;

		if (w->encoding == 'b') {
			n = transfer_base64_decode(&o->base64, part, piece);
			text = span_skip(text, part.len);
		} else {
			n = decode_q(&text, piece);
		}
		put_decoded(o, piece, n);
	}
}

static bool is_blank(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!memchr(" \t\r\n", s.p[i], 4))
			return false;
	return true;
}

size_t rfc2047_decode(struct charsets *cs, struct span text, char *out, size_t size)
{
	struct output o = {.cs = cs, .out = out, .size = size};
	size_t done = 0, i = 0;

	while (i < text.len && !o.full) {
		const uint8_t *mark = memmem(text.p + i, text.len - i, "=?", 2);
		struct word w;
		struct span before;
		int found;

		if (!mark)
			break;
		i = (size_t)(mark - text.p);
		found = parse_word(span_skip(text, i), &w);
		if (found == 0)
			break;
		if (found < 0) {
			i += 2;
			continue;
		}
		before = span_of(text.p + done, i - done);
		if (!o.open || !is_blank(before)) {
			close_run(&o);
			put_plain(&o, before);
		}
		put_word(&o, &w);
		i += w.len;
		done = i;
	}
	close_run(&o);
	if (!o.full && done < text.len)
		put_plain(&o, span_skip(text, done));
	return o.full ? charset_whole(out, o.len) : o.len;
}
