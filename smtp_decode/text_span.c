/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_span.h"

#include <assert.h>
#include <string.h>

#include "base/span.h"
#include "smtp_decode/text_digest.h"
#include "smtp_decode/text_mask.h"
#include "smtp_decode/text_token.h"
#include "smtp_decode/text_url.h"

#define LOCAL_MAX 64
#define SCHEME_MAX 12

static_assert(TEXT_SPAN_RUN == TEXT_TOKEN_RUN, "one size of run");

static void clear_bits(uint64_t *bits, size_t start, size_t end)
{
	while (start < end) {
		size_t k = start % 64;
		size_t n = end - start < 64 - k ? end - start : 64 - k;
		uint64_t m = n == 64 ? ~0ull : ((1ull << n) - 1) << k;

		bits[start / 64] &= ~m;
		start += n;
	}
}

/* Takes [start, end) for one word. */
static void plant(struct text_spans *s, size_t start, size_t end, uint64_t word, bool hidden)
{
	size_t at = start + 1; /* so that it touches no word in front */
	uint64_t bit = 1ull << at % 64;

	if (s->count == TEXT_SPAN_MAX)
		return;
	clear_bits(s->run, start, end);
	clear_bits(s->odd, start, end);
	clear_bits(s->joiner, start, end);
	s->run[at / 64] |= bit;
	s->odd[at / 64] |= bit;
	s->planted[at / 64] |= bit;
	s->spans[s->count++] = (struct text_span){(uint32_t)at, hidden, word};
}

enum byte_class {
	ALNUM = 1,
	AUTHORITY = 2, /* may stand in one */
	URL = 4,       /* goes on with one */
	LOCAL = 8,     /* may stand in the local part of an address */
};

/* Of the ASCII bytes of folded text. */
static const uint8_t classes[256] = {
	['0' ... '9'] = ALNUM | AUTHORITY | URL | LOCAL,
	['a' ... 'z'] = ALNUM | AUTHORITY | URL | LOCAL,
	['A' ... 'Z'] = URL,
	['-'] = AUTHORITY | URL | LOCAL,
	['.'] = AUTHORITY | URL | LOCAL,
	['_'] = AUTHORITY | URL | LOCAL,
	['%'] = AUTHORITY | URL | LOCAL,
	[':'] = AUTHORITY | URL,
	['@'] = AUTHORITY | URL,
	['['] = AUTHORITY | URL,
	[']'] = AUTHORITY | URL,
	['!'] = URL | LOCAL,
	['#'] = URL | LOCAL,
	['$'] = URL | LOCAL,
	['&'] = URL | LOCAL,
	['\''] = URL | LOCAL,
	['*'] = URL | LOCAL,
	['+'] = URL | LOCAL,
	['='] = URL | LOCAL,
	['('] = URL,
	[')'] = URL,
	[','] = URL,
	['/'] = URL,
	[';'] = URL,
	['?'] = URL,
	['~'] = URL,
};

static bool is_alnum(uint8_t c)
{
	return classes[c] & ALNUM;
}

static uint64_t host_word(struct span authority)
{
	char host[1 + TEXT_URL_HOST_MAX] = {TEXT_TOKEN_MARK};
	size_t n = text_url_host(authority, host + 1);

	return text_word_hash(host, n + 1);
}

/* End of the authority that starts at `i`. */
static size_t authority_end(const uint8_t *t, size_t i, size_t len)
{
	size_t max = i + TEXT_URL_HOST_MAX < len ? i + TEXT_URL_HOST_MAX : len;
	bool plain = i < len && t[i] < 0x80; /* an ASCII host ends where other letters begin */

	while (i < max && ((classes[t[i]] & AUTHORITY) || (t[i] >= 0x80 && !plain)))
		i++;
	return i;
}

/* End of a URL whose authority ended at `i`. */
static size_t url_end(const uint8_t *t, size_t i, size_t len)
{
	while (i < len && (classes[t[i]] & URL))
		i++;
	return i;
}

/* A URL whose authority starts at `host`. Returns the end, or `host` where it is none. */
static size_t take_url(
	struct text_spans *s, const uint8_t *t, size_t start, size_t host, size_t len)
{
	size_t max = start + TEXT_URL_MAX < len ? start + TEXT_URL_MAX : len;
	size_t host_end = authority_end(t, host, max), end;

	if (host_end == host || host_end - start < 5)
		return host;
	end = url_end(t, host_end, max);
	plant(s, start, end, host_word(span_of(t + host, host_end - host)), false);
	return end;
}

/* A slash at `i` with a colon before it. */
static size_t take_scheme(struct text_spans *s, const uint8_t *t, size_t done, size_t i, size_t len)
{
	size_t start = i - 1;

	if (i + 1 >= len || t[i + 1] != '/')
		return i;
	while (start > done && i - start <= SCHEME_MAX && is_alnum(t[start - 1]))
		start--;
	if (start == i - 1)
		return i;
	return take_url(s, t, start, i + 2, len);
}

/* A dot at `i` with "www" before it. */
static size_t take_www(struct text_spans *s, const uint8_t *t, size_t done, size_t i, size_t len)
{
	size_t start = i - 3;

	if (start < done || (start > done && (is_alnum(t[start - 1]) || t[start - 1] >= 0x80)) ||
		i + 1 >= len || !(is_alnum(t[i + 1]) || t[i + 1] >= 0x80))
		return i;
	return take_url(s, t, start, start, len);
}

/* An '@' at `i`: the e-mail address around it. */
static size_t take_email(struct text_spans *s, const uint8_t *t, size_t done, size_t i, size_t len)
{
	size_t start = i, end = i + 1, max = i + 1 + TEXT_URL_HOST_MAX;
	bool dot = false;

	if (max > len)
		max = len;
	while (end < max && (is_alnum(t[end]) || t[end] == '-' || t[end] == '.')) {
		dot |= t[end] == '.' && end > i + 1 && end + 1 < max && is_alnum(t[end + 1]);
		end++;
	}
	while (start > done && i - start < LOCAL_MAX && (classes[t[start - 1]] & LOCAL))
		start--;
	if (!dot || start == i || end - start < 5)
		return i;
	plant(s, start, end, TEXT_WORD_EMAIL, false);
	return end;
}

/* A mark at `i`: the host up to the next. */
static size_t take_mark(struct text_spans *s, const uint8_t *t, size_t i, size_t len)
{
	size_t max = i + 2 + TEXT_URL_HOST_MAX < len ? i + 2 + TEXT_URL_HOST_MAX : len;
	size_t end = i + 1;

	while (end < max && t[end] > ' ')
		end++;
	if (end == max || t[end] != TEXT_TOKEN_MARK || end < i + 4)
		return i;
	plant(s, i, end + 1, host_word(span_of(t + i + 1, end - i - 1)), true);
	return end + 1;
}

static size_t take_trigger(
	struct text_spans *s, const uint8_t *t, size_t done, size_t i, size_t len)
{
	switch (t[i]) {
	case '@':
		return take_email(s, t, done, i, len);
	case TEXT_TOKEN_MARK:
		return take_mark(s, t, i, len);
	case '/':
		return take_scheme(s, t, done, i, len);
	default:
		return take_www(s, t, done, i, len);
	}
}

static void take_triggers(
	struct text_spans *s, const uint8_t *t, size_t len, const uint64_t *triggers)
{
	size_t done = 0; /* nothing in front of it is looked at again */

	for (size_t b = 0; b * 64 < len; b++) {
		uint64_t bits = triggers[b];

		while (bits) {
			size_t i = b * 64 + (size_t)__builtin_ctzll(bits), end;

			bits &= bits - 1;
			if (i < done)
				continue;
			end = take_trigger(s, t, done, i, len);
			if (end > i)
				done = end;
		}
	}
}

/* A joiner counts only between two words. */
static void join_runs(struct text_spans *s, size_t blocks)
{
	uint64_t before = 0;

	for (size_t b = 0; b < blocks; b++) {
		uint64_t w = s->run[b];
		uint64_t j = s->joiner[b] & (w << 1 | before) & (w >> 1 | s->run[b + 1] << 63);

		before = w >> 63;
		s->joiner[b] = j;
	}
	for (size_t b = 0; b < blocks; b++)
		s->run[b] |= s->joiner[b];
}

/* Of the marks of block `b`, those that may be in a URL or an address. */
static uint64_t triggers_of(const uint8_t *text, size_t b, uint64_t marks)
{
	uint64_t triggers = marks;

	while (marks) {
		size_t k = (size_t)__builtin_ctzll(marks), i = b * 64 + k;
		const uint8_t *p = text + i;

		marks &= marks - 1;
		if ((*p == '.' && !(i >= 3 && p[-1] == 'w' && p[-2] == 'w' && p[-3] == 'w')) ||
			(*p == '/' && !(i >= 1 && p[-1] == ':')))
			triggers ^= 1ull << k;
	}
	return triggers;
}

void text_spans_find(struct text_spans *s, const uint8_t *text, size_t len)
{
	uint64_t triggers[TEXT_SPAN_BLOCKS], any = 0, joiners = 0;
	size_t blocks = (len + 63) / 64;

	for (size_t b = 0; b < blocks; b++) {
		struct text_mask m;
		uint64_t inside = len - b * 64 < 64 ? (1ull << (len - b * 64)) - 1 : ~0ull;

		text_mask_block(text + b * 64, &m);
		s->run[b] = m.word & inside;
		s->odd[b] = m.odd & inside;
		s->joiner[b] = m.joiner & inside;
		joiners |= s->joiner[b];
		triggers[b] = triggers_of(text, b, m.mark & inside);
		any |= triggers[b];
	}
	s->run[blocks] = s->odd[blocks] = s->joiner[blocks] = 0;
	s->count = s->next = 0;
	s->any = any != 0;
	if (any) {
		memset(s->planted, 0, (blocks + 1) * sizeof(s->planted[0]));
		take_triggers(s, text, len, triggers);
	}
	if (joiners)
		join_runs(s, blocks);
	for (size_t b = 0; b < blocks; b++)
		s->odd[b] |= s->joiner[b];
}

const struct text_span *text_spans_next(struct text_spans *s, size_t at)
{
	assert(s->next < s->count && s->spans[s->next].at == at);
	return &s->spans[s->next++];
}
