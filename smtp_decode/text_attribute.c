/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_attribute.h"

enum byte_class {
	SPACE = 1,
	SLASH = 2,
	EQUALS = 4,
};

static const uint8_t classes[256] = {
	['\t' ... '\r'] = SPACE, [' '] = SPACE, ['/'] = SLASH, ['='] = EQUALS};

static bool is_space(uint8_t c)
{
	return classes[c] == SPACE;
}

int text_attribute_next(struct span *s, struct text_attribute *ret)
{
	const uint8_t *p = s->p, *end = p + s->len, *start;

	while (p < end && classes[*p])
		p++;
	for (start = p; p < end && !classes[*p];)
		p++;
	ret->name = span_of(start, (size_t)(p - start));
	ret->value = span_of(NULL, 0);
	if (p == start)
		return 0;
	while (p < end && is_space(*p))
		p++;
	if (p == end || *p != '=') {
		*s = span_of(p, (size_t)(end - p));
		return 1;
	}
	for (p++; p < end && is_space(*p);)
		p++;
	start = p;
	if (p < end && (*p == '"' || *p == '\'')) {
		start++;
		p = memchr(start, *p, (size_t)(end - start));
		p = p ? p : end;
	} else {
		while (p < end && !is_space(*p))
			p++;
	}
	ret->value = span_of(start, (size_t)(p - start));
	p += p < end;
	*s = span_of(p, (size_t)(end - p));
	return 1;
}

/* The value of a style attribute without blanks, in lower case. */
static struct span compact(struct span s, char *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < size; i++)
		if (!is_space(s.p[i]))
			buf[n++] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 0x20 : s.p[i]);
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
	const uint8_t *p = style.p, *end = p + style.len, *colon;

	while (p < end && (colon = memchr(p, ':', (size_t)(end - p)))) {
		const uint8_t *before = colon;
		uint8_t last, first;

		while (before > p && (before[-1] == ' ' || before[-1] == '\t'))
			before--;
		last = before > p ? before[-1] | 0x20 : 0;
		for (p = colon + 1; p < end && is_space(*p);)
			p++;
		first = p < end ? *p | 0x20 : 0;
		if ((last == 'y' && (first == 'n' || first == 'h')) ||
			((last == 'y' || last == 'e') && first == ('0' | 0x20)))
			return true;
	}
	return false;
}

bool text_style_hides(struct span style, bool font_size)
{
	char buf[256];
	struct span s;

	if (!may_hide(style))
		return false;
	s = compact(style, buf, sizeof(buf));
	return memmem(s.p, s.len, "display:none", 12) || sets_zero(s, "opacity:0") ||
	       memmem(s.p, s.len, "visibility:hidden", 17) ||
	       (font_size && sets_zero(s, "font-size:0"));
}
