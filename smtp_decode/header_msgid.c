/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/header_msgid.h"

static struct span skip_comment(struct span s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return span_skip(s, i + 1);
	}
	return span_skip(s, s.len);
}

struct span header_msgid_trim(struct span body)
{
	struct span s = span_trim(body);
	const uint8_t *close;

	while (s.len > 0 && s.p[0] == '(')
		s = span_trim(skip_comment(s));
	close = s.len ? memrchr(s.p, '>', s.len) : NULL;
	if (close) { /* what follows is dropped only where it is all comments */
		struct span rest = span_trim(span_of(close + 1, s.len - (size_t)(close + 1 - s.p)));

		while (rest.len > 0 && rest.p[0] == '(')
			rest = span_trim(skip_comment(rest));
		if (rest.len == 0)
			s.len = (size_t)(close + 1 - s.p);
	}
	return s;
}

static bool is_atext(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c >= 0x80 || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Length of the left side at the start of `s`, 0 where there is none. */
static size_t left_len(struct span s)
{
	size_t i = 0;

	if (s.len > 0 && s.p[0] == '"') {
		for (i = 1; i < s.len && s.p[i] != '"'; i++)
			if (s.p[i] == '\\')
				i++;
		return i < s.len ? i + 1 : 0;
	}
	while (i < s.len && (is_atext(s.p[i]) || s.p[i] == '.'))
		i++;
	return i;
}

static bool is_literal(struct span s)
{
	if (s.len < 3 || s.p[0] != '[' || s.p[s.len - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f || memchr("[]\\", s.p[i], 3))
			return false;
	return true;
}

static bool is_right(struct span s)
{
	if (is_literal(s))
		return true;
	for (size_t i = 0; i < s.len; i++) {
		bool edge = i == 0 || i + 1 == s.len || s.p[i - 1] == '.';

		if (s.p[i] == '.' ? edge : !is_atext(s.p[i]))
			return false;
	}
	return s.len > 0;
}

bool header_msgid_is_valid(struct span body)
{
	struct span s = header_msgid_trim(body);
	size_t left;

	if (s.len < 5 || s.p[0] != '<' || s.p[s.len - 1] != '>')
		return false;
	s = span_of(s.p + 1, s.len - 2);
	left = left_len(s);
	return left > 0 && left < s.len && s.p[left] == '@' && is_right(span_skip(s, left + 1));
}
