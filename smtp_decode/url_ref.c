/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/url_ref.h"

#include "smtp_decode/charset.h"
#include "smtp_decode/text_entity.h"
#include "smtp_decode/text_find.h"

#define REFERENCE_MAX 16 /* characters of a character reference */

/* Marks that have names only since HTML 5, and may stand in a URL. */
static const struct {
	const char *name;
	char mark;
} marks[] = {
	{"Tab", '\t'},
	{"NewLine", '\n'},
	{"colon", ':'},
	{"sol", '/'},
	{"bsol", '\\'},
	{"period", '.'},
	{"commat", '@'},
	{"num", '#'},
	{"quest", '?'},
	{"equals", '='},
	{"percnt", '%'},
	{"lowbar", '_'},
	{"dash", '-'},
	{"hyphen", '-'},
	{"lsqb", '['},
	{"rsqb", ']'},
};

static bool is_alnum(uint8_t c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
}

static uint32_t find_mark(struct span name)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (span_eq_str(name, marks[i].name))
			return (uint32_t)marks[i].mark;
	return text_entity_find(name);
}

/* The character reference behind an "&" at the start of `s`. Its length there, 0 where there is
 * none. A name without ";" is none where it may be the name of a parameter. */
static size_t read_reference(struct span s, uint32_t *ret)
{
	size_t n = s.len > 0 && s.p[0] == '#';
	bool semicolon;

	while (n < s.len && n < REFERENCE_MAX && is_alnum(s.p[n]))
		n++;
	semicolon = n < s.len && s.p[n] == ';';
	if (n == 0 || (s.p[0] != '#' && !semicolon && n < s.len && s.p[n] == '='))
		return 0;
	*ret = find_mark(span_head(s, n));
	return *ret ? n + semicolon : 0;
}

static bool is_dropped(uint32_t cp)
{
	return cp == '\t' || cp == '\n' || cp == '\r';
}

static struct span trim(struct span s)
{
	while (s.len > 0 && s.p[0] <= ' ')
		s = span_skip(s, 1);
	while (s.len > 0 && s.p[s.len - 1] <= ' ')
		s.len--;
	return s;
}

struct span url_ref_clean(struct span value, uint8_t buf[URL_SPAN_MAX])
{
	size_t n = 0;

	value = trim(value);
	if (text_find(value, '&', '\t', '\n') == value.len && span_find(value, '\r') < 0)
		return value;
	for (size_t i = 0; i < value.len && n + 4 <= URL_SPAN_MAX;) {
		uint32_t cp = value.p[i++];
		size_t len = cp == '&' ? read_reference(span_skip(value, i), &cp) : 0;

		i += len;
		if (is_dropped(cp))
			continue;
		if (len > 0)
			n += charset_put_utf8(cp, (char *)buf + n);
		else
			buf[n++] = (uint8_t)cp;
	}
	return trim(span_of(buf, n));
}

static bool is_slash(uint8_t c)
{
	return c == '/' || c == '\\';
}

static struct span skip_slashes(struct span s)
{
	while (s.len > 0 && is_slash(s.p[0]))
		s = span_skip(s, 1);
	return s;
}

/* Takes `rest`, which begins with an authority. */
static int take_rest(struct url_ref *r, struct span rest)
{
	size_t i = 0;
	ptrdiff_t fragment;

	while (i < rest.len && !is_slash(rest.p[i]) && rest.p[i] != '?' && rest.p[i] != '#')
		i++;
	r->authority = span_head(rest, i);
	r->path = span_skip(rest, i);
	fragment = span_find(r->path, '#');
	if (fragment >= 0)
		r->path.len = (size_t)fragment;
	return i > 0 ? 1 : -1;
}

static int take_scheme(struct url_ref *r, enum url_scheme scheme, struct span rest)
{
	struct span host = skip_slashes(rest);

	r->scheme = scheme;
	return host.len < rest.len ? take_rest(r, host) : -1;
}

static int take_mailto(struct url_ref *r, struct span rest)
{
	ptrdiff_t query = span_find(rest, '?');

	r->scheme = URL_MAILTO;
	r->authority = query < 0 ? rest : span_head(rest, (size_t)query);
	r->path = span_of(NULL, 0);
	return r->authority.len > 0 ? 1 : -1;
}

/* "www.shop.example/": written as a relative reference and meant as a host. */
static int take_bare(struct url_ref *r, struct span value)
{
	ptrdiff_t dot;

	r->scheme = URL_NO_SCHEME;
	if (take_rest(r, value) < 0)
		return -1;
	dot = span_find(span_skip(r->authority, 4), '.');
	return dot > 0 && 4 + (size_t)dot + 1 < r->authority.len ? 1 : -1;
}

int url_ref_parse(struct span value, struct url_ref *ret)
{
	struct url_ref r = {.cut = value.len > URL_SPAN_MAX};
	int got = -1;

	value = span_head(value, URL_SPAN_MAX);
	if (span_istarts(value, "https:"))
		got = take_scheme(&r, URL_HTTPS, span_skip(value, 6));
	else if (span_istarts(value, "http:"))
		got = take_scheme(&r, URL_HTTP, span_skip(value, 5));
	else if (span_istarts(value, "mailto:"))
		got = take_mailto(&r, span_skip(value, 7));
	else if (span_istarts(value, "ftp:"))
		got = take_scheme(&r, URL_FTP, span_skip(value, 4));
	else if (value.len > 2 && is_slash(value.p[0]) && is_slash(value.p[1]))
		got = take_rest(&r, skip_slashes(value));
	else if (span_istarts(value, "www."))
		got = take_bare(&r, value);
	if (got > 0)
		*ret = r;
	return got;
}
