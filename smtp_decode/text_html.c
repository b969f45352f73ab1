/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_html.h"

#include "smtp_decode/charset.h"
#include "smtp_decode/text_attribute.h"
#include "smtp_decode/text_entity.h"
#include "smtp_decode/text_find.h"
#include "smtp_decode/text_tag.h"

#define REFERENCE_MAX 32 /* characters of a reference that are looked at */

enum html_state {
	HTML_TEXT,
	HTML_REFERENCE, /* behind "&" */
	HTML_OPEN,      /* behind "<" */
	HTML_SLASH,     /* behind "</" */
	HTML_TAG,
	HTML_BANG, /* behind "<!" */
	HTML_DASH, /* behind "<!-" */
	HTML_COMMENT,
	HTML_BOGUS,    /* a declaration, or what is treated as a comment */
	HTML_RAW,      /* within a script or its like */
	HTML_RAW_OPEN, /* there, behind "<" */
};

void text_html_begin(struct text_html *h, struct text_stream *out, struct url_page *page)
{
	h->out = out;
	h->page = page;
	h->broken = false;
	h->state = HTML_TEXT;
	h->hidden = 0;
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static void put_text(struct text_html *h, const void *p, size_t n)
{
	if (h->hidden || n == 0)
		return;
	if (h->page)
		url_page_text(h->page, span_of(p, n));
	text_stream_feed(h->out, span_of(p, n));
}

static void keep(struct text_html *h, const uint8_t *p, size_t n)
{
	size_t room = TEXT_HTML_TAG_MAX - h->len;

	if (n > room)
		n = room;
	memcpy(h->buf + h->len, p, n);
	h->len = (uint16_t)(h->len + n);
}

static void take_tag(struct text_html *h, struct span tag)
{
	h->state = text_tag_take(h, tag) ? HTML_RAW : HTML_TEXT;
}

/* Does a quote behind `tag` open a value, that is, does it follow "="? */
static bool opens_value(struct span tag)
{
	while (tag.len > 0 && text_attribute_space(tag.p[tag.len - 1]))
		tag.len--;
	return tag.len > 0 && tag.p[tag.len - 1] == '=';
}

static size_t read_tag(struct text_html *h, struct span in)
{
	size_t n;

	if (h->quote) {
		ptrdiff_t q = span_find(in, h->quote);

		n = q < 0 ? in.len : (size_t)q + 1;
		keep(h, in.p, n);
		if (q >= 0)
			h->quote = 0;
		return n;
	}
	n = text_find(in, '>', '"', '\'');
	keep(h, in.p, n);
	if (n == in.len)
		return n;
	if (in.p[n] == '>') {
		take_tag(h, span_of(h->buf, h->len));
	} else {
		if (h->len < TEXT_HTML_TAG_MAX && opens_value(span_of(h->buf, h->len)))
			h->quote = in.p[n];
		keep(h, in.p + n, 1);
	}
	return n + 1;
}

/* Length of the tag that `in` begins with, without its '>', as read_tag() would have it; -1 where
 * it is not whole, or longer than is looked at. */
static ptrdiff_t tag_len(struct span in)
{
	size_t i = 0;

	in = span_head(in, TEXT_HTML_TAG_MAX);
	while (i < in.len) {
		ptrdiff_t close;

		i += text_find(span_skip(in, i), '>', '"', '\'');
		if (i == in.len)
			break;
		if (in.p[i] == '>')
			return (ptrdiff_t)i;
		if (opens_value(span_head(in, i))) {
			close = span_find(span_skip(in, i + 1), in.p[i]);
			if (close < 0)
				break;
			i += (size_t)close + 1;
		}
		i++;
	}
	return -1;
}

/* May `c` be in a reference of which `len` characters were read? */
static bool is_of_reference(uint8_t c, size_t len)
{
	return is_letter(c) || (c >= '0' && c <= '9') || (c == '#' && len == 0);
}

/* Is the "<" or "&" at the start of `s` nothing but text? Not where it cannot be told yet. */
static bool is_text(struct span s)
{
	size_t n = 1;

	if (s.len < 2)
		return false;
	if (s.p[0] == '<')
		return !is_letter(s.p[1]) && s.p[1] != '/' && s.p[1] != '!' && s.p[1] != '?';
	while (n < s.len && n <= REFERENCE_MAX && is_of_reference(s.p[n], n - 1))
		n++;
	return n < s.len && text_entity_find(span_of(s.p + 1, n - 1)) == 0;
}

/* Length of the text at the start of `in`. */
static size_t text_len(struct span in)
{
	size_t n = text_find(in, '<', '&', '<');

	while (is_text(span_skip(in, n))) {
		n++;
		n += text_find(span_skip(in, n), '<', '&', '<');
	}
	return n;
}

static size_t read_text(struct text_html *h, struct span in)
{
	size_t n = text_len(in);
	ptrdiff_t tag;

	put_text(h, in.p, n);
	if (n == in.len)
		return n;
	h->len = 0;
	h->broken = false;
	if (in.p[n] == '&') {
		h->state = HTML_REFERENCE;
		return n + 1;
	}
	/* Most tags are whole, and need not be put together. */
	in = span_skip(in, n + 1);
	if ((in.len > 1 && in.p[0] == '/' && is_letter(in.p[1])) ||
		(in.len > 0 && is_letter(in.p[0]))) {
		tag = tag_len(in);
		if (tag >= 0) {
			take_tag(h, span_head(in, (size_t)tag));
			return n + 2 + (size_t)tag;
		}
	}
	h->state = HTML_OPEN;
	return n + 1;
}

/* Ends a reference, at its ";" or without one. */
static void finish_reference(struct text_html *h, bool semicolon)
{
	uint32_t cp = text_entity_find(span_of(h->buf, h->len));
	char utf8[4], text[REFERENCE_MAX + 2];

	h->state = HTML_TEXT;
	if (cp) {
		put_text(h, utf8, charset_put_utf8(cp, utf8));
		return;
	}
	text[0] = '&';
	memcpy(text + 1, h->buf, h->len);
	text[1 + h->len] = ';';
	put_text(h, text, 1u + h->len + semicolon);
}

static size_t read_reference(struct text_html *h, struct span in)
{
	size_t i = 0;

	while (i < in.len && h->len < REFERENCE_MAX && is_of_reference(in.p[i], h->len))
		h->buf[h->len++] = in.p[i++];
	if (i == in.len)
		return i;
	finish_reference(h, in.p[i] == ';');
	return i + (in.p[i] == ';');
}

/* The byte behind "<", "</", "<!" or "<!-". Returns the bytes taken. */
static size_t read_open(struct text_html *h, uint8_t c)
{
	enum html_state was = (enum html_state)h->state;

	h->quote = 0;
	h->state = HTML_BOGUS;
	switch (was) {
	case HTML_OPEN:
		if (is_letter(c)) {
			h->state = HTML_TAG;
		} else if (c == '/') {
			h->state = HTML_SLASH;
			keep(h, &c, 1);
			return 1;
		} else if (c == '!') {
			h->state = HTML_BANG;
			return 1;
		} else if (c != '?') {
			put_text(h, "<", 1);
			h->state = HTML_TEXT;
		}
		return 0;
	case HTML_SLASH:
		if (is_letter(c))
			h->state = HTML_TAG;
		return 0;
	case HTML_BANG:
		if (c == '-')
			h->state = HTML_DASH;
		return c == '-';
	default: /* HTML_DASH */
		if (c == '-')
			h->state = HTML_COMMENT;
		h->tail = '-' << 8 | '-'; /* "<!-->" is a whole comment */
		return c == '-';
	}
}

/* A comment ends with "-->", and with "--!>" too. */
static size_t read_comment(struct text_html *h, struct span in)
{
	ptrdiff_t gt = span_find(in, '>');
	size_t n = gt < 0 ? in.len : (size_t)gt;

	for (size_t i = n > 3 ? n - 3 : 0; i < n; i++)
		h->tail = h->tail << 8 | in.p[i];
	if (gt < 0)
		return n;
	if ((h->tail & 0xffff) == ('-' << 8 | '-') ||
		(h->tail & 0xffffff) == ('-' << 16 | '-' << 8 | '!'))
		h->state = HTML_TEXT;
	h->tail = h->tail << 8 | '>';
	return n + 1;
}

static size_t read_bogus(struct text_html *h, struct span in)
{
	ptrdiff_t gt = span_find(in, '>');

	if (gt < 0)
		return in.len;
	h->state = HTML_TEXT;
	return (size_t)gt + 1;
}

static size_t read_raw(struct text_html *h, struct span in)
{
	ptrdiff_t lt = span_find(in, '<');

	if (lt < 0)
		return in.len;
	h->state = HTML_RAW_OPEN;
	h->len = 0;
	h->broken = false;
	return (size_t)lt + 1;
}

/* Behind a "<" within a script: is it the end tag? */
static size_t read_raw_open(struct text_html *h, uint8_t c)
{
	if (h->len < h->raw_len) {
		if ((is_letter(c) ? (c | 0x20) : c) == h->raw[h->len]) {
			keep(h, &c, 1);
			return 1;
		}
	} else if (text_attribute_space(c) || c == '/' || c == '>') {
		h->state = HTML_TAG;
		h->quote = 0;
		return 0;
	}
	h->state = HTML_RAW;
	return 0;
}

void text_html_feed(struct text_html *h, struct span html)
{
	while (html.len > 0) {
		size_t n = 0;

		switch ((enum html_state)h->state) {
		case HTML_TEXT:
			n = read_text(h, html);
			break;
		case HTML_REFERENCE:
			n = read_reference(h, html);
			break;
		case HTML_TAG:
			n = read_tag(h, html);
			break;
		case HTML_COMMENT:
			n = read_comment(h, html);
			break;
		case HTML_BOGUS:
			n = read_bogus(h, html);
			break;
		case HTML_RAW:
			n = read_raw(h, html);
			break;
		case HTML_RAW_OPEN:
			n = read_raw_open(h, html.p[0]);
			break;
		case HTML_OPEN:
		case HTML_SLASH:
		case HTML_BANG:
		case HTML_DASH:
			n = read_open(h, html.p[0]);
			break;
		}
		html = span_skip(html, n);
	}
}

void text_html_gap(struct text_html *h)
{
	h->broken = true;
	if (h->page)
		url_page_gap(h->page);
}

void text_html_end(struct text_html *h)
{
	if (h->state == HTML_REFERENCE)
		finish_reference(h, false);
	if (h->page)
		url_page_link_border(h->page);
	h->state = HTML_TEXT;
}
