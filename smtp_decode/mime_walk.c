/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/mime_walk.h"

#include "base/hash.h"

enum mime_mode {
	MODE_HEADER,
	MODE_TEXT,
	MODE_FILE,
	MODE_SKIP, /* a body that is not read, a preamble or an epilogue */
};

enum mime_eol {
	EOL_NONE,
	EOL_LF,
	EOL_CRLF,
	EOL_CR,
};

static void begin_header(struct mime_walk *w, bool in_digest)
{
	w->mode = MODE_HEADER;
	w->line_start = true;
	w->eol = EOL_NONE;
	mime_entity_init(&w->entity, in_digest);
	header_section_begin(&w->header, w->sealed, w->header.buf);
}

void mime_walk_begin(struct mime_walk *w, const struct mime_walk_ops *ops, void *cookie,
	struct charsets *cs, uint8_t *header_buf)
{
	w->ops = ops;
	w->cookie = cookie;
	w->charsets = cs;
	w->sealed = w->header_capped = w->capped = false;
	w->depth = 0;
	w->parts = w->attachments = 0;
	w->line_len = 0;
	w->header.buf = header_buf;
	begin_header(w, false);
}

static void on_field(void *cookie, enum header_field f, struct span body)
{
	struct mime_walk *w = cookie;

	if (header_field_is_mime(f))
		mime_entity_field(&w->entity, w->charsets, f, body);
	if (!w->sealed)
		w->ops->field(w->cookie, f, body);
}

static bool in_alternative(const struct mime_walk *w)
{
	for (unsigned int i = 0; i < w->depth; i++)
		if (w->levels[i].alternative)
			return true;
	return false;
}

static void push_level(struct mime_walk *w)
{
	w->levels[w->depth++] = (struct mime_level){
		.boundary = w->entity.boundary,
		.boundary_len = w->entity.boundary_len,
		.alternative = w->entity.alternative,
		.digest = w->entity.digest,
	};
	w->mode = MODE_SKIP;
}

static void begin_leaf(struct mime_walk *w)
{
	bool text = w->entity.kind == MIME_PLAIN || w->entity.kind == MIME_HTML;

	w->parts++;
	/* A message that is one attachment is shown all the same. */
	if (text && (w->depth == 0 || !w->entity.attachment)) {
		w->mode = MODE_TEXT;
		w->ops->text_begin(w->cookie, &w->entity, in_alternative(w));
		return;
	}
	w->attachments++;
	w->mode = MODE_FILE;
	w->ops->file_begin(w->cookie, &w->entity);
}

/* The entity's header is over: what is its body? */
static void begin_body(struct mime_walk *w)
{
	if (!w->sealed) {
		w->sealed = true;
		w->header_capped = w->header.capped;
		w->ops->header_end(w->cookie, &w->entity);
	}
	mime_entity_settle(&w->entity);
	if (w->entity.kind == MIME_MULTIPART && w->depth < LIMIT_MIME_DEPTH) {
		push_level(w);
	} else if (w->entity.kind == MIME_MESSAGE && w->parts < LIMIT_MIME_PARTS) {
		w->parts++;
		w->attachments++;
		w->ops->message(w->cookie, &w->entity);
		begin_header(w, false);
	} else {
		w->capped |= w->entity.kind == MIME_MULTIPART || w->entity.kind == MIME_MESSAGE;
		begin_leaf(w);
	}
}

static void end_body(struct mime_walk *w)
{
	if (w->mode == MODE_TEXT)
		w->ops->text_end(w->cookie);
	else if (w->mode == MODE_FILE)
		w->ops->file_end(w->cookie, true);
	w->mode = MODE_SKIP;
	w->eol = EOL_NONE;
}

static bool is_read(const struct mime_walk *w)
{
	return w->mode == MODE_TEXT || w->mode == MODE_FILE;
}

static void put_leaf(struct mime_walk *w, struct span data)
{
	if (w->mode == MODE_TEXT)
		w->ops->text(w->cookie, data);
	else
		w->ops->file(w->cookie, data);
}

static void put_eol(struct mime_walk *w)
{
	static const char *const bytes[] = {"", "\n", "\r\n", "\r"};

	if (w->eol != EOL_NONE)
		put_leaf(w, span_str(bytes[w->eol]));
	w->eol = EOL_NONE;
}

/* The line end at the end of `data`. */
static enum mime_eol eol_of(struct span data)
{
	if (data.p[data.len - 1] == '\r')
		return EOL_CR;
	if (data.p[data.len - 1] != '\n')
		return EOL_NONE;
	return data.len > 1 && data.p[data.len - 2] == '\r' ? EOL_CRLF : EOL_LF;
}

/* Body bytes. A line end at their end is held back: it may belong to a delimiter. */
static void put_body(struct mime_walk *w, struct span data)
{
	static const uint8_t lengths[] = {0, 1, 2, 1};

	if (!is_read(w) || data.len == 0)
		return;
	if (w->depth == 0) {
		put_leaf(w, data);
		return;
	}
	if (w->eol == EOL_CR && data.len == 1 && data.p[0] == '\n') {
		w->eol = EOL_CRLF;
		return;
	}
	put_eol(w);
	w->eol = eol_of(data);
	data.len -= lengths[w->eol];
	if (data.len > 0)
		put_leaf(w, data);
}

/* The header is over, perhaps with bytes of the body read already. */
static void header_ended(struct mime_walk *w)
{
	uint8_t body[LIMIT_HEADER_FIELD];
	size_t n = w->header.len;

	memcpy(body, w->header.buf, n); /* the buffer is the text's from now on */
	begin_body(w);
	/* Of an attached message they would be a header again, which they were not. */
	if (w->mode != MODE_HEADER)
		put_body(w, span_of(body, n));
}

static size_t run_header(struct mime_walk *w, struct span in)
{
	const uint8_t *lf = NULL;
	size_t n;

	if (w->depth > 0) /* a line at a time: the next may be a delimiter */
		lf = memchr(in.p, '\n', in.len);
	if (lf)
		in.len = (size_t)(lf - in.p) + 1;
	n = header_section_run(&w->header, in, on_field, w);
	if (n > 0)
		w->line_start = in.p[n - 1] == '\n';
	if (w->header.ended)
		header_ended(w);
	return n;
}

/* Index of the "--" that begins a line behind the first byte of `in`, or in.len. */
static size_t find_dashes(struct span in)
{
	const uint8_t *p = in.p, *end = p + in.len;

	while ((p = memchr(p, '-', (size_t)(end - p))) != NULL) {
		if (p > in.p && p[-1] == '\n' && (p + 1 == end || p[1] == '-'))
			return (size_t)(p - in.p);
		while (p < end && *p == '-')
			p++;
	}
	return in.len;
}

static size_t run_body(struct mime_walk *w, struct span in)
{
	size_t n = w->depth > 0 ? find_dashes(in) : in.len;

	put_body(w, span_head(in, n));
	w->line_start = in.p[n - 1] == '\n';
	return n;
}

/* An entity begins at level `i`. */
static void begin_part(struct mime_walk *w, unsigned int i)
{
	w->depth = (uint8_t)(i + 1);
	if (w->parts < LIMIT_MIME_PARTS) {
		begin_header(w, w->levels[i].digest);
		return;
	}
	w->capped = true;
	w->depth = 0; /* the rest is not looked at */
}

/* Is the line in `line` a delimiter? Then it is done. */
static bool take_delimiter(struct mime_walk *w)
{
	struct span s = span_of(w->line, w->line_len);

	while (s.len > 0 && memchr(" \t\r\n", s.p[s.len - 1], 4))
		s.len--;
	s = span_skip(s, 2);
	for (unsigned int i = w->depth; i-- > 0;) {
		const struct mime_level *l = &w->levels[i];
		bool last = s.len == l->boundary_len + 2u && s.p[s.len - 1] == '-' &&
			    s.p[s.len - 2] == '-';

		if ((s.len != l->boundary_len && !last) ||
			hash64(span_head(s, l->boundary_len)) != l->boundary)
			continue;
		if (w->mode == MODE_HEADER) { /* a part without a body */
			header_section_end(&w->header, on_field, w);
			begin_body(w);
		}
		end_body(w);
		if (last)
			w->depth = (uint8_t)i;
		else
			begin_part(w, i);
		return true;
	}
	return false;
}

/* What was held as a delimiter is none. */
static void put_line(struct mime_walk *w)
{
	struct span line = span_of(w->line, w->line_len);
	bool lf = line.p[line.len - 1] == '\n';

	w->line_len = 0;
	if (w->mode == MODE_HEADER)
		line = span_skip(line, run_header(w, line));
	put_body(w, line);
	w->line_start = lf;
}

/* Collects a line that began with '-'; returns the bytes taken. */
static size_t run_line(struct mime_walk *w, struct span in)
{
	size_t i = 0;

	while (i < in.len) {
		uint8_t c = in.p[i];
		bool full = w->line_len == sizeof(w->line) - 1;

		/* Blanks behind a full line may still be its padding. */
		if (full && (c == ' ' || c == '\t' || c == '\r')) {
			i++;
			continue;
		}
		if ((w->line_len == 1 && c != '-') || (full && c != '\n')) {
			put_line(w);
			return i;
		}
		w->line[w->line_len++] = c;
		i++;
		if (c == '\n') {
			if (take_delimiter(w))
				w->line_len = 0;
			else
				put_line(w);
			w->line_start = true;
			return i;
		}
	}
	return i;
}

void mime_walk_run(struct mime_walk *w, struct span in)
{
	while (in.len > 0) {
		size_t n;

		if (w->line_len > 0) {
			n = run_line(w, in);
		} else if (w->line_start && w->depth > 0 && in.p[0] == '-') {
			w->line[w->line_len++] = '-';
			n = 1;
		} else if (w->mode == MODE_HEADER) {
			n = run_header(w, in);
		} else {
			n = run_body(w, in);
		}
		in = span_skip(in, n);
	}
}

bool mime_walk_gap(struct mime_walk *w)
{
	bool harmless = w->mode == MODE_SKIP || w->mode == MODE_FILE;

	if (w->mode == MODE_FILE)
		w->ops->file_end(w->cookie, false);
	if (w->mode == MODE_TEXT)
		put_eol(w);
	else
		w->mode = MODE_SKIP; /* of a header the rest cannot be told from a body */
	w->line_len = 0;
	w->line_start = false;
	return harmless;
}

void mime_walk_end(struct mime_walk *w)
{
	if (w->line_len > 0 && !take_delimiter(w))
		put_line(w);
	w->line_len = 0;
	if (w->mode == MODE_HEADER) {
		header_section_end(&w->header, on_field, w);
		header_ended(w);
	}
	if (is_read(w))
		put_eol(w);
	end_body(w);
}
