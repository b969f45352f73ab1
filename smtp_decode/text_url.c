/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_url.h"

#include <stdbool.h>

static bool is_alnum(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* What ends an authority. */
static const bool ends[256] = {[0 ... ' '] = true,
	['/'] = true,
	['?'] = true,
	['#'] = true,
	['\\'] = true,
	['"'] = true,
	['\''] = true,
	['<'] = true,
	['>'] = true};

struct span text_url_authority(struct span url)
{
	const uint8_t *slash, *end;
	struct span s;

	while (url.len > 0 && url.p[0] <= ' ')
		url = span_skip(url, 1);
	if (url.len == 0)
		return span_of(NULL, 0);
	slash = memmem(url.p, url.len < 32 ? url.len : 32, "//", 2);
	if (!slash || (slash > url.p && slash[-1] != ':'))
		return span_of(NULL, 0);
	for (const uint8_t *p = url.p; p + 1 < slash; p++)
		if (!is_alnum(*p) && *p != '+' && *p != '-' && *p != '.')
			return span_of(NULL, 0);
	s = span_skip(url, (size_t)(slash + 2 - url.p));
	for (end = s.p; end < s.p + s.len && !ends[*end];)
		end++;
	return span_of(s.p, (size_t)(end - s.p));
}

/* A label of `len` characters, among them a digit or none. */
static bool is_tracking(size_t len, bool digit)
{
	return len > 24 || (digit && len > 4);
}

size_t text_url_host(struct span authority, char out[TEXT_URL_HOST_MAX])
{
	const uint8_t *at = authority.p ? memrchr(authority.p, '@', authority.len) : NULL;
	struct span s = authority;
	ptrdiff_t colon;
	size_t labels = 1, label = 0, n = 0;
	bool digit = false;

	if (at)
		s = span_skip(s, (size_t)(at + 1 - s.p));
	colon = span_find(s, ':');
	if (colon >= 0 && s.p[0] != '[')
		s.len = (size_t)colon;
	s = span_head(s, TEXT_URL_HOST_MAX);
	if (s.len > 0 && s.p[s.len - 1] == '.')
		s.len--;
	if (span_istarts(s, "www."))
		s = span_skip(s, 4);
	for (size_t i = 0; i < s.len; i++)
		labels += s.p[i] == '.';
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		digit |= c >= '0' && c <= '9';
		out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
		if (c != '.' && i + 1 < s.len)
			continue;
		if (labels-- > 2 && is_tracking(n - label - (c == '.'), digit))
			n = label;
		label = n;
		digit = false;
	}
	return n > 0 && s.p[s.len - 1] == '.' ? n - 1 : n;
}
