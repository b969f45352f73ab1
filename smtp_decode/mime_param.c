/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/mime_param.h"

#include <stdbool.h>

#define PIECES 64 /* of one parameter that are joined */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Blanks end a token of `n` characters, unless they stand around the slash of a type. */
static bool token_is_over(const char *token, size_t n, struct span rest)
{
	while (rest.len > 0 && is_blank(rest.p[0]))
		rest = span_skip(rest, 1);
	return n > 0 && token[n - 1] != '/' && (rest.len == 0 || rest.p[0] != '/');
}

struct span mime_param_token(struct span body, char *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < body.len && n < size; i++) {
		uint8_t c = body.p[i];

		if (c == ';' || c == '(')
			break;
		if (is_blank(c)) {
			if (token_is_over(buf, n, span_skip(body, i)))
				break;
			continue;
		}
		buf[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	return span_of(buf, n);
}

/* One parameter. */
struct param {
	struct span name;  /* with what RFC 2231 puts behind it */
	struct span value; /* as written, quotes off */
	bool quoted;
};

/* Reads the next parameter of `*s`, which begins behind a ';', and moves `*s` behind its end. What
 * has no '=' has no name. */
static void next_param(struct span *s, struct param *ret)
{
	struct param p = {0};
	size_t i = 0, start;

	while (i < s->len && s->p[i] != '=' && s->p[i] != ';')
		i++;
	if (i == s->len || s->p[i] == ';') { /* no parameter */
		*s = span_skip(*s, i + 1);
		*ret = p;
		return;
	}
	p.name = span_trim(span_head(*s, i));
	i++;
	while (i < s->len && memchr(" \t\r\n", s->p[i], 4))
		i++;
	start = i;
	if (i < s->len && s->p[i] == '"') {
		p.quoted = true;
		start = ++i;
		while (i < s->len && s->p[i] != '"')
			i += s->p[i] == '\\' ? 2 : 1;
		if (i > s->len)
			i = s->len;
		p.value = span_of(s->p + start, i - start);
		while (i < s->len && s->p[i] != ';')
			i++;
	} else {
		while (i < s->len && s->p[i] != ';')
			i++;
		p.value = span_trim(span_of(s->p + start, i - start));
	}
	*s = span_skip(*s, i + 1);
	*ret = p;
}

/* How `p.name` matches `name`: with *ret_piece the number of the piece (0 where it is whole), and
 * *ret_encoded where it is percent-encoded. */
static bool name_matches(struct span got, const char *name, unsigned int *ret_piece,
	bool *ret_encoded, bool *ret_extended)
{
	struct span rest;
	unsigned int piece = 0;

	if (!span_istarts(got, name))
		return false;
	rest = span_skip(got, strlen(name));
	*ret_extended = rest.len > 0;
	*ret_encoded = rest.len > 0 && rest.p[rest.len - 1] == '*';
	if (rest.len > 0 && rest.p[0] != '*')
		return false;
	rest = span_skip(rest, 1);
	for (size_t i = 0; i < rest.len && rest.p[i] != '*'; i++) {
		if (rest.p[i] < '0' || rest.p[i] > '9' || piece > 1000)
			return false;
		piece = piece * 10 + (rest.p[i] - '0');
	}
	*ret_piece = piece;
	return true;
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Appends the value of `p` at `n`; returns the new length. */
static size_t append_value(const struct param *p, bool encoded, char *buf, size_t n, size_t size)
{
	for (size_t i = 0; i < p->value.len && n < size; i++) {
		uint8_t c = p->value.p[i];

		if (encoded && c == '%' && i + 2 < p->value.len && hex(p->value.p[i + 1]) >= 0 &&
			hex(p->value.p[i + 2]) >= 0) {
			c = (uint8_t)(hex(p->value.p[i + 1]) << 4 | hex(p->value.p[i + 2]));
			i += 2;
		} else if (p->quoted && c == '\\' && i + 1 < p->value.len) {
			c = p->value.p[++i];
		}
		buf[n++] = (char)c;
	}
	return n;
}

/* "charset'language'value": the value stays; returns the charset, empty where none is given. */
static struct span take_charset(struct param *p)
{
	ptrdiff_t q = span_find(p->value, '\'');
	ptrdiff_t r = q < 0 ? -1 : span_find(span_skip(p->value, (size_t)q + 1), '\'');
	struct span charset = span_head(p->value, r < 0 ? 0 : (size_t)q);

	if (r >= 0)
		p->value = span_skip(p->value, (size_t)(q + 1 + r + 1));
	return charset;
}

/* A parameter in pieces, or written whole but percent-encoded, which is piece 0. */
struct pieces {
	struct param params[PIECES];
	bool there[PIECES], encoded[PIECES];
};

/* What follows the first semicolon; where there is none, the first blank. */
static struct span parameters_of(struct span body)
{
	ptrdiff_t semi = span_find(body, ';');
	size_t i = 0;

	if (semi >= 0)
		return span_skip(body, (size_t)semi + 1);
	body = span_trim(body);
	while (i < body.len && !is_blank(body.p[i]))
		i++;
	return span_skip(body, i);
}

/* Looks through the parameters of `body`. 1 where one of that name is there whole (*ret_whole), 0
 * where it is in pieces (`ps`), -1 where there is none. The first one tells. */
static int find_param(
	struct span body, const char *name, struct pieces *ps, struct param *ret_whole)
{
	struct span rest = parameters_of(body);

	memset(ps->there, 0, sizeof(ps->there));
	while (rest.len > 0) {
		unsigned int piece;
		bool encoded, extended;
		struct param p;

		next_param(&rest, &p);
		if (!name_matches(p.name, name, &piece, &encoded, &extended) || piece >= PIECES)
			continue;
		if (!extended) {
			if (ps->there[0])
				continue;
			*ret_whole = p;
			return 1;
		}
		if (ps->there[piece])
			continue;
		ps->there[piece] = true;
		ps->encoded[piece] = encoded;
		ps->params[piece] = p;
	}
	return ps->there[0] ? 0 : -1;
}

ssize_t mime_param_get_encoded(
	struct span body, const char *name, char *buf, size_t size, struct span *ret_charset)
{
	struct pieces ps;
	struct param whole;
	int found = find_param(body, name, &ps, &whole);
	size_t len = 0;

	if (found < 0)
		return -1;
	*ret_charset = span_of(NULL, 0);
	if (found > 0)
		return (ssize_t)append_value(&whole, false, buf, 0, size);
	if (ps.encoded[0])
		*ret_charset = take_charset(&ps.params[0]);
	for (unsigned int i = 0; i < PIECES && ps.there[i]; i++)
		len = append_value(&ps.params[i], ps.encoded[i], buf, len, size);
	return (ssize_t)len;
}

ssize_t mime_param_get(struct span body, const char *name, char *buf, size_t size)
{
	struct span charset;

	return mime_param_get_encoded(body, name, buf, size, &charset);
}
