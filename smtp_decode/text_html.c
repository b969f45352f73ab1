/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_html.h"

#include <assert.h>

#include "smtp_decode/charset.h"
#include "smtp_decode/text_entity.h"
#include "smtp_decode/text_find.h"
#include "smtp_decode/text_url.h"

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

enum tag_kind {
	TAG_INLINE, /* no width; so are all elements unknown */
	TAG_BLOCK,
	TAG_VOID,  /* a block without an end */
	TAG_EMPTY, /* no width and no end */
	TAG_RAW,   /* what is in it is no text */
	TAG_LINK,
	TAG_AREA, /* a link without an end */
	TAG_RUN,  /* inline, and no place for elements of another font size */
};

static const struct {
	enum tag_kind kind;
	const char *names;
} tags[] = {
	{TAG_BLOCK,
		"address article aside blockquote body button caption center dd details dialog dir "
		"div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head "
		"header html iframe legend li main menu nav object ol optgroup option p pre "
		"section "
		"select summary table tbody td textarea tfoot th thead tr ul"},
	{TAG_VOID, "br col embed hr img input"},
	{TAG_EMPTY, "base link meta param source track wbr"},
	{TAG_RAW, "script style title noframes xmp"},
	{TAG_LINK, "a"},
	{TAG_AREA, "area"},
	{TAG_RUN, "span font small b i u em strong"},
};

static uint64_t name_key(struct span name)
{
	return text_word_hash(name.p, name.len) | 1;
}

void text_html_fill(struct text_tables *t)
{
	for (size_t k = 0; k < sizeof(tags) / sizeof(tags[0]); k++) {
		for (const char *s = tags[k].names; *s;) {
			size_t n = strcspn(s, " ");
			uint64_t key = name_key(span_of(s, n));
			size_t slot = key >> 32 & (TEXT_TAG_SLOTS - 1);

			while (t->tag_names[slot])
				slot = (slot + 1) & (TEXT_TAG_SLOTS - 1);
			t->tag_names[slot] = key;
			t->tag_kinds[slot] = (uint8_t)tags[k].kind;
			s += n + (s[n] == ' ');
		}
	}
}

static enum tag_kind kind_of(const struct text_tables *t, uint64_t key)
{
	size_t slot = key >> 32 & (TEXT_TAG_SLOTS - 1);

	for (; t->tag_names[slot]; slot = (slot + 1) & (TEXT_TAG_SLOTS - 1))
		if (t->tag_names[slot] == key)
			return (enum tag_kind)t->tag_kinds[slot];
	return TAG_INLINE;
}

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

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void put_text(struct text_html *h, const void *p, size_t n)
{
	if (h->hidden || n == 0)
		return;
	if (h->page)
		url_page_text(h->page, span_of(p, n));
	text_stream_feed(h->out, span_of(p, n));
}

static void put_blank(struct text_html *h)
{
	if (h->page)
		url_page_blank(h->page);
	text_stream_blank(h->out);
}

/* The value of a style attribute without blanks, in lower case. */
static struct span compact(struct span s, char *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < size; i++)
		if (!is_space(s.p[i]))
			buf[n++] = (char)(is_letter(s.p[i]) ? s.p[i] | 0x20 : s.p[i]);
	return span_of(buf, n);
}

/* Does the style set `what` to nothing: "0" with no fraction behind? */
static bool sets_zero(struct span style, const char *what)
{
	const uint8_t *q = memmem(style.p, style.len, what, strlen(what));
	size_t behind = q ? (size_t)(q - style.p) + strlen(what) : 0;

	return q && (q == style.p || q[-1] == ';') &&
	       (behind == style.len || (style.p[behind] != '.' && style.p[behind] != '%'));
}

/* May a declaration of the style set "display", "visibility", "opacity" or "font-size" to what
 * hides? Told by the letters around its colons, since most styles hide nothing. */
static bool may_hide(struct span style)
{
	ptrdiff_t colon;

	while ((colon = span_find(style, ':')) >= 0) {
		struct span before = span_trim(span_head(style, (size_t)colon));
		uint8_t last = before.len > 0 ? before.p[before.len - 1] | 0x20 : 0;
		uint8_t first;

		style = span_skip(style, (size_t)colon + 1);
		while (style.len > 0 && is_space(style.p[0]))
			style = span_skip(style, 1);
		first = style.len > 0 ? style.p[0] | 0x20 : 0;
		if ((last == 'y' && (first == 'n' || first == 'h')) ||
			((last == 'y' || last == 'e') && first == ('0' | 0x20)))
			return true;
	}
	return false;
}

static bool style_hides(struct span value, enum tag_kind kind)
{
	char buf[256];
	struct span s;

	if (!may_hide(value))
		return false;
	s = compact(value, buf, sizeof(buf));
	return memmem(s.p, s.len, "display:none", 12) || sets_zero(s, "opacity:0") ||
	       memmem(s.p, s.len, "visibility:hidden", 17) ||
	       (kind == TAG_RUN && sets_zero(s, "font-size:0"));
}

struct attribute {
	struct span name, value;
};

/* The next attribute of `*s`, which moves behind it. 1, or 0 at the end. */
static int next_attribute(struct span *s, struct attribute *ret)
{
	size_t i = 0, start;

	while (i < s->len && (is_space(s->p[i]) || s->p[i] == '/' || s->p[i] == '='))
		i++;
	start = i;
	while (i < s->len && !is_space(s->p[i]) && s->p[i] != '=' && s->p[i] != '/')
		i++;
	ret->name = span_of(s->p + start, i - start);
	ret->value = span_of(NULL, 0);
	if (i == start)
		return 0;
	while (i < s->len && is_space(s->p[i]))
		i++;
	if (i == s->len || s->p[i] != '=') {
		*s = span_skip(*s, i);
		return 1;
	}
	for (i++; i < s->len && is_space(s->p[i]);)
		i++;
	if (i < s->len && (s->p[i] == '"' || s->p[i] == '\'')) {
		ptrdiff_t close = span_find(span_skip(*s, i + 1), s->p[i]);

		start = ++i;
		i = close < 0 ? s->len : i + (size_t)close;
	} else {
		start = i;
		while (i < s->len && !is_space(s->p[i]))
			i++;
	}
	ret->value = span_of(s->p + start, i - start);
	*s = span_skip(*s, i + 1);
	return 1;
}

/* What an attribute says of its element's text: the host of its link, or that it is hidden. */
static void take_attribute(
	struct text_html *h, enum tag_kind kind, uint64_t key, const struct attribute *a)
{
	bool has_end = kind != TAG_VOID && kind != TAG_EMPTY && kind != TAG_AREA;

	if ((kind == TAG_LINK || kind == TAG_AREA) && span_ieq_str(a->name, "href")) {
		struct span authority = text_url_authority(a->value);

		if (authority.len > 0)
			text_stream_host(h->out, authority);
	} else if (has_end &&
		   (span_ieq_str(a->name, "hidden") ||
			   (span_ieq_str(a->name, "style") && style_hides(a->value, kind)))) {
		h->hidden = key;
		h->hidden_depth = 1;
		h->hidden_blocks = 0;
	}
}

/* Those of a start tag. URLs count wherever they stand, in what is hidden and in scripts' tags
 * too. `cut`: the tag goes on behind what is looked at. */
static void take_attributes(
	struct text_html *h, enum tag_kind kind, uint64_t key, struct span attrs, bool cut)
{
	const uint8_t *end = attrs.p + attrs.len;
	bool urls = h->page && !h->broken;
	struct attribute a;

	while (next_attribute(&attrs, &a)) {
		if (!url_page_wants(a.name))
			continue;
		if (!h->hidden && kind != TAG_RAW)
			take_attribute(h, kind, key, &a);
		if (urls)
			url_page_attribute(h->page, a.name, a.value, kind == TAG_LINK,
				cut && a.value.len > 0 && a.value.p + a.value.len == end);
		else if (h->hidden)
			break;
	}
	if (urls)
		url_page_tag_end(h->page, cut);
}

/* A tag while an element is hidden. Does it show what follows? It does where it ends the hidden
 * element, or one around it. */
static bool ends_hidden(struct text_html *h, enum tag_kind kind, uint64_t key, bool end)
{
	if (key == h->hidden && end)
		h->hidden_depth--;
	else if (key == h->hidden)
		h->hidden_depth++;
	else if (kind == TAG_BLOCK && !end)
		h->hidden_blocks++;
	else if (kind == TAG_BLOCK && h->hidden_blocks-- == 0)
		return true;
	return h->hidden_depth == 0;
}

/* A tag: "name attributes", or "/name". */
static void take_tag(struct text_html *h, struct span tag)
{
	bool end = tag.p[0] == '/';
	uint8_t name[TEXT_HTML_NAME_MAX];
	size_t i = end, n = 0;
	uint64_t key;
	enum tag_kind kind;
	struct span attrs;
	bool cut;

	for (; i < tag.len && !is_space(tag.p[i]) && tag.p[i] != '/'; i++)
		if (n < sizeof(name))
			name[n++] = is_letter(tag.p[i]) ? tag.p[i] | 0x20 : tag.p[i];
	key = name_key(span_of(name, n));
	kind = kind_of(h->out->sink->tables, key);
	h->state = HTML_TEXT;
	attrs = end ? span_of(NULL, 0) : span_skip(tag, i);
	cut = tag.len == TEXT_HTML_TAG_MAX;
	if (h->page && kind == TAG_LINK)
		url_page_link_border(h->page);
	if (kind == TAG_RAW && !end) {
		if (attrs.len > 0)
			take_attributes(h, kind, key, attrs, cut);
		h->state = HTML_RAW;
		h->raw[0] = '/';
		memcpy(h->raw + 1, name, n);
		h->raw_len = (uint8_t)(n + 1);
		return;
	}
	if (h->hidden) {
		bool next_paragraph = n == 1 && name[0] == 'p' && key == h->hidden && !end;

		if (!next_paragraph && !ends_hidden(h, kind, key, end)) {
			if (attrs.len > 0)
				take_attributes(h, kind, key, attrs, cut);
			return;
		}
		h->hidden = 0;
	}
	if (kind == TAG_BLOCK || kind == TAG_VOID)
		put_blank(h);
	if (attrs.len > 0)
		take_attributes(h, kind, key, attrs, cut);
}

static void keep(struct text_html *h, const uint8_t *p, size_t n)
{
	size_t room = TEXT_HTML_TAG_MAX - h->len;

	if (n > room)
		n = room;
	memcpy(h->buf + h->len, p, n);
	h->len = (uint16_t)(h->len + n);
}

/* Does a quote behind `tag` open a value, that is, does it follow "="? */
static bool opens_value(struct span tag)
{
	while (tag.len > 0 && is_space(tag.p[tag.len - 1]))
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

static size_t read_text(struct text_html *h, struct span in)
{
	size_t n = text_find(in, '<', '&', '<');
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
	char utf8[4];

	h->state = HTML_TEXT;
	if (cp) {
		put_text(h, utf8, charset_put_utf8(cp, utf8));
		return;
	}
	put_text(h, "&", 1);
	put_text(h, h->buf, h->len);
	if (semicolon)
		put_text(h, ";", 1);
}

static size_t read_reference(struct text_html *h, struct span in)
{
	uint8_t c = in.p[0];

	if (h->len < 32 && (is_letter(c) || (c >= '0' && c <= '9') || (c == '#' && h->len == 0))) {
		keep(h, &c, 1);
		return 1;
	}
	finish_reference(h, c == ';');
	return c == ';';
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
	} else if (is_space(c) || c == '/' || c == '>') {
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
