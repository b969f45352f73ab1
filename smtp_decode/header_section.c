/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/header_section.h"

enum header_state {
	HEADER_LINE_START,
	HEADER_CR,         /* behind a CR at the start of a line */
	HEADER_NAME,       /* in what may be a field's name, which is in `buf` */
	HEADER_NAME_BLANK, /* in blanks between name and colon (RFC 5322 4.5) */
	HEADER_BODY,       /* in a line of a wanted field's body */
	HEADER_SKIP,       /* in a line that is not wanted */
};

void header_section_begin(struct header_section *h, bool mime_only, uint8_t *buf)
{
	*h = (struct header_section){.mime_only = mime_only, .first_line = true, .buf = buf};
}

bool header_section_at_line_start(const struct header_section *h)
{
	return h->state == HEADER_LINE_START;
}

static void append(struct header_section *h, const uint8_t *p, size_t n)
{
	size_t room = LIMIT_HEADER_FIELD - h->len;

	if (n > room) {
		h->capped = true;
		n = room;
	}
	memcpy(h->buf + h->len, p, n);
	h->len = (uint16_t)(h->len + n);
}

/* Hands on the field that is open. */
static void finish_field(struct header_section *h, header_section_field_fn *fn, void *cookie)
{
	enum header_field f = (enum header_field)h->field;

	if (f != HEADER_NONE)
		fn(cookie, f,
			span_trim(span_of(h->buf + h->name_len, (size_t)(h->len - h->name_len))));
	h->field = HEADER_NONE;
	h->len = 0;
}

/* The section ended in front of what is in `buf`. */
static void end_before(struct header_section *h)
{
	h->ended = true;
	h->field = HEADER_NONE;
}

/* A colon ends the name in `buf`. */
static void name_ended(struct header_section *h, size_t name_len)
{
	enum header_field f = header_field_find(span_of(h->buf, name_len));

	h->first_line = false;
	if (h->bytes > LIMIT_HEADER_SECTION) {
		h->capped = true;
		f = HEADER_NONE;
	}
	if (h->mime_only && !header_field_is_mime(f))
		f = HEADER_NONE;
	h->field = (uint8_t)f;
	h->name_len = h->len;
	h->state = f == HEADER_NONE ? HEADER_SKIP : HEADER_BODY;
}

/* The first bytes of a line. */
static void line_start(
	struct header_section *h, uint8_t c, header_section_field_fn *fn, void *cookie)
{
	switch (c) {
	case ' ':
	case '\t':
		h->state = h->field == HEADER_NONE ? HEADER_SKIP : HEADER_BODY;
		if (h->state == HEADER_BODY)
			append(h, &c, 1);
		return;
	case '\r':
		h->state = HEADER_CR;
		return;
	case '\n':
		finish_field(h, fn, cookie);
		h->ended = true;
		return;
	default:
		finish_field(h, fn, cookie);
		h->state = HEADER_NAME;
	}
}

/* Behind a line's CR that nothing stood before. */
static void after_cr(struct header_section *h, uint8_t c, header_section_field_fn *fn, void *cookie)
{
	static const uint8_t cr = '\r';

	finish_field(h, fn, cookie);
	if (c == '\n') {
		h->ended = true;
		return;
	}
	append(h, &cr, 1);
	append(h, &c, 1);
	end_before(h);
}

/* An mbox separator in front of the fields, left there by some senders. */
static bool is_mbox_line(const struct header_section *h)
{
	struct span s = span_of(h->buf, h->len);

	return h->first_line && (span_eq_str(s, "From ") || span_eq_str(s, ">From "));
}

static void name_byte(struct header_section *h, uint8_t c)
{
	size_t name_len = h->len;

	append(h, &c, 1);
	if (c == ':' && name_len > 0) {
		while (name_len > 0 &&
			(h->buf[name_len - 1] == ' ' || h->buf[name_len - 1] == '\t'))
			name_len--;
		name_ended(h, name_len);
	} else if (c == ' ' || c == '\t') {
		h->state = is_mbox_line(h) ? HEADER_SKIP : HEADER_NAME_BLANK;
		h->first_line = false;
		if (h->state == HEADER_SKIP)
			h->len = 0;
	} else if (h->state == HEADER_NAME_BLANK || c <= ' ' || c >= 0x7f || c == ':' ||
		   h->len == LIMIT_HEADER_FIELD) {
		end_before(h);
	}
}

/* The rest of a line; returns the bytes taken. */
static size_t line_rest(struct header_section *h, struct span in)
{
	const uint8_t *lf = memchr(in.p, '\n', in.len);
	size_t n = lf ? (size_t)(lf - in.p) : in.len;
	bool wanted = h->state == HEADER_BODY;

	if (wanted)
		append(h, in.p, n);
	if (!lf)
		return n;
	if (wanted && h->len > h->name_len && h->buf[h->len - 1] == '\r')
		h->len--;
	h->state = HEADER_LINE_START;
	return n + 1;
}

size_t header_section_run(
	struct header_section *h, struct span in, header_section_field_fn *fn, void *cookie)
{
	size_t i = 0;

	while (i < in.len && !h->ended) {
		size_t n = 1;

		switch ((enum header_state)h->state) {
		case HEADER_LINE_START:
			line_start(h, in.p[i], fn, cookie);
			if (h->state == HEADER_NAME)
				n = 0;
			break;
		case HEADER_CR:
			after_cr(h, in.p[i], fn, cookie);
			break;
		case HEADER_NAME:
		case HEADER_NAME_BLANK:
			name_byte(h, in.p[i]);
			break;
		case HEADER_BODY:
		case HEADER_SKIP:
			n = line_rest(h, span_skip(in, i));
			break;
		}
		i += n;
		h->bytes = n < UINT32_MAX - h->bytes ? h->bytes + (uint32_t)n : UINT32_MAX;
	}
	return i;
}

void header_section_end(struct header_section *h, header_section_field_fn *fn, void *cookie)
{
	switch ((enum header_state)h->state) {
	case HEADER_NAME:
	case HEADER_NAME_BLANK:
		end_before(h); /* no field, so it was body */
		return;
	default:
		finish_field(h, fn, cookie);
		h->ended = true;
	}
}
