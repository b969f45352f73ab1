/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/url_scan.h"

#include "smtp_decode/text_utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum scan_state {
	SCAN_SEEK,
	SCAN_AUTHORITY,
	SCAN_PATH,
};

enum byte_kind {
	BYTE_END,  /* of any URL */
	BYTE_PATH, /* may be in a path only */
	BYTE_HOST, /* or in an authority */
};

/* What is not here ends a URL. */
static const uint8_t kinds[256] = {
	['0' ... '9'] = BYTE_HOST,
	['A' ... 'Z'] = BYTE_HOST,
	['a' ... 'z'] = BYTE_HOST,
	['!'] = BYTE_HOST,
	['$'] = BYTE_HOST,
	['%'] = BYTE_HOST,
	['&'] = BYTE_HOST,
	['*'] = BYTE_HOST,
	['+'] = BYTE_HOST,
	['-'] = BYTE_HOST,
	['.'] = BYTE_HOST,
	[':'] = BYTE_HOST,
	['='] = BYTE_HOST,
	['@'] = BYTE_HOST,
	['['] = BYTE_HOST,
	[']'] = BYTE_HOST,
	['_'] = BYTE_HOST,
	['~'] = BYTE_HOST,
	['#'] = BYTE_PATH,
	['\''] = BYTE_PATH,
	['('] = BYTE_PATH,
	[')'] = BYTE_PATH,
	[','] = BYTE_PATH,
	['/'] = BYTE_PATH,
	[';'] = BYTE_PATH,
	['?'] = BYTE_PATH,
};

static bool is_alnum(uint8_t c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
}

void url_scan_init(struct url_scan *s, struct url_list *list)
{
	s->list = list;
	s->state = SCAN_SEEK;
	s->tail_len = s->char_len = 0;
	memset(s->tail, 0, URL_SCAN_TAIL);
}

#ifdef __SSE2__

/* Which of the 16 bytes at `p` are triggers, as bits. */
static unsigned int trigger_bits(const uint8_t *p)
{
	const __m128i slash = _mm_set1_epi8('/'), dot = _mm_set1_epi8('.');
	const __m128i colon = _mm_set1_epi8(':'), lower = _mm_set1_epi8(0x20);
	const __m128i w = _mm_set1_epi8('w'), o = _mm_set1_epi8('o');
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i u = _mm_loadu_si128((const __m128i *)(const void *)(p - 1));
	__m128i l = _mm_or_si128(u, lower);
	__m128i a = _mm_and_si128(_mm_cmpeq_epi8(v, slash), _mm_cmpeq_epi8(u, slash));
	__m128i b = _mm_and_si128(_mm_cmpeq_epi8(v, dot), _mm_cmpeq_epi8(l, w));
	__m128i c = _mm_and_si128(_mm_cmpeq_epi8(v, colon), _mm_cmpeq_epi8(l, o));

	return (unsigned int)_mm_movemask_epi8(_mm_or_si128(a, _mm_or_si128(b, c)));
}

#endif

/* Index from `i` on where a scheme or "www." may end: "//", "w." or "o:"; `len` where it does
 * not. URL_SCAN_TAIL bytes in front of `i` can be read. */
static size_t find_trigger(const uint8_t *p, size_t i, size_t len)
{
#ifdef __SSE2__
	bool before = len + URL_SCAN_TAIL > i + 16;
	unsigned int bits;

	for (; i + 16 <= len; i += 16) {
		bits = trigger_bits(p + i);
		if (bits)
			return i + (size_t)__builtin_ctz(bits);
	}
	if (i < len && before) { /* the rest, with some of what was seen */
		bits = trigger_bits(p + len - 16) >> (16 - (len - i));
		return bits ? i + (size_t)__builtin_ctz(bits) : len;
	}
#endif
	for (; i < len; i++)
		if ((p[i] == '/' && p[i - 1] == '/') || (p[i] == '.' && (p[i - 1] | 0x20) == 'w') ||
			(p[i] == ':' && (p[i - 1] | 0x20) == 'o'))
			return i;
	return len;
}

/* Does `word` end in front of `p`? */
static bool behind(const uint8_t *p, const char *word)
{
	size_t n = strlen(word);

	return strncasecmp((const char *)p - n, word, n) == 0;
}

/* The scheme that ends with the trigger at `p`, -1 where there is none; URL_SCAN_TAIL - 1 bytes in
 * front can be read. */
static int scheme_at(const uint8_t *p)
{
	if (*p == '/') {
		if (p[-2] != ':')
			return -1;
		if (behind(p, "http:/"))
			return URL_HTTP;
		if (behind(p, "https:/"))
			return URL_HTTPS;
		return behind(p, "ftp:/") && !is_alnum(p[-6]) ? URL_FTP : -1;
	}
	if (*p == '.')
		return behind(p, "www") && !is_alnum(p[-4]) && !memchr("@-_.", p[-4], 4)
			       ? URL_NO_SCHEME
			       : -1;
	return behind(p, "mailto") && !is_alnum(p[-7]) ? URL_MAILTO : -1;
}

static void open_url(struct url_scan *s, enum url_scheme scheme)
{
	s->state = SCAN_AUTHORITY;
	s->scheme = (uint8_t)scheme;
	s->tail_len = s->char_len = 0;
	s->cut = false;
	s->len = 0;
	if (scheme == URL_NO_SCHEME) {
		memcpy(s->buf, "www.", 4);
		s->len = 4;
	}
	s->span = s->len;
}

/* Looks for the next URL in [from, len) of `p`, in front of which URL_SCAN_TAIL bytes can be read.
 * Returns the index behind its scheme, or 0. */
static size_t find_url(struct url_scan *s, const uint8_t *p, size_t from, size_t len)
{
	for (size_t i = from; i < len && (i = find_trigger(p, i, len)) < len; i++) {
		int scheme = scheme_at(p + i);

		if (scheme >= 0) {
			open_url(s, (enum url_scheme)scheme);
			return i + 1;
		}
	}
	return 0;
}

/* Puts a short piece behind what was read last. */
static void keep_tail(struct url_scan *s, struct span text)
{
	uint8_t *last = s->tail + URL_SCAN_TAIL;

	if (s->tail_len + text.len > URL_SCAN_TAIL + URL_SCAN_SHORT) {
		size_t more = s->tail_len > URL_SCAN_TAIL ? s->tail_len - URL_SCAN_TAIL : 0;

		memmove(last, last + more, URL_SCAN_TAIL);
		s->tail_len = (uint8_t)(s->tail_len - more);
	}
	memcpy(last + s->tail_len, text.p, text.len);
	s->tail_len = (uint8_t)(s->tail_len + text.len);
}

/* Looks for the next URL. Returns the bytes taken. */
static size_t seek(struct url_scan *s, struct span in)
{
	struct span head = span_head(in, URL_SCAN_SHORT - 1);
	size_t from, found;

	keep_tail(s, head);
	from = URL_SCAN_TAIL + s->tail_len - head.len;
	found = find_url(s, s->tail, from, URL_SCAN_TAIL + s->tail_len);
	if (found)
		return found - from;
	if (head.len == in.len)
		return in.len;
	found = find_url(s, in.p, head.len, in.len);
	if (found)
		return found;
	s->tail_len = 0;
	keep_tail(s, span_skip(in, in.len - URL_SCAN_TAIL));
	return in.len;
}

/* The part of an authority in a text that is one: up to a mark that is in no host. */
static struct span real_authority(const struct url_scan *s)
{
	struct span a = span_of(s->buf, s->authority);
	const uint8_t *at = a.len ? memrchr(a.p, '@', a.len) : NULL;
	size_t i = at ? (size_t)(at + 1 - a.p) : 0, dots = 0;

	if (i < a.len && a.p[i] == '[') { /* an IPv6 address */
		ptrdiff_t close = span_find(span_skip(a, i), ']');

		i = close < 0 ? a.len : i + (size_t)close + 1;
	}
	for (; i < a.len; i++) {
		uint8_t c = a.p[i];

		if (!is_alnum(c) && c < 0x80 && c != '.' && c != '-' && c != '_' && c != ':' &&
			c != '%')
			break;
		dots = c == '.' ? dots + 1 : 0;
		if (dots > 1) /* "shop.example..." */
			break;
	}
	return span_head(a, i);
}

/* `path` without the marks that end a sentence, and without brackets it did not open. */
static struct span real_path(struct span path)
{
	ptrdiff_t round = 0, square = 0; /* opened, less closed */

	for (size_t i = 0; i < path.len; i++) {
		round += (path.p[i] == '(') - (path.p[i] == ')');
		square += (path.p[i] == '[') - (path.p[i] == ']');
	}
	while (path.len > 0) {
		uint8_t c = path.p[path.len - 1];

		if (c == ')' && round < 0)
			round++;
		else if (c == ']' && square < 0)
			square++;
		else if (!memchr(".,:;!?'*", c, 8))
			break;
		path.len--;
	}
	return path;
}

/* "www." and two labels at the least. */
static bool is_bare_host(struct span authority)
{
	ptrdiff_t dot = span_find(span_skip(authority, 4), '.');

	return dot > 0 && 4 + (size_t)dot + 1 < authority.len;
}

static void close_url(struct url_scan *s)
{
	struct url_ref u = {.scheme = (enum url_scheme)s->scheme, .cut = s->cut};
	ptrdiff_t fragment;

	if (s->state == SCAN_AUTHORITY)
		s->authority = s->len;
	s->state = SCAN_SEEK;
	s->tail_len = s->char_len = 0;
	u.authority = real_authority(s);
	if (u.authority.len == s->authority)
		u.path = span_of(s->buf + s->authority, s->len - s->authority);
	fragment = span_find(u.path, '#');
	u.path = fragment >= 0 ? span_head(u.path, (size_t)fragment) : real_path(u.path);
	if (s->scheme == URL_NO_SCHEME && !is_bare_host(u.authority))
		return;
	url_list_add(s->list, &u, URL_IN_TEXT);
}

static void hold(struct url_scan *s, const uint8_t *p, size_t n)
{
	size_t room = sizeof(s->buf) - s->len, kept = n < room ? n : room;

	s->span = (uint16_t)(s->span + n);
	if (s->cut)
		return;
	memcpy(s->buf + s->len, p, kept);
	s->len = (uint16_t)(s->len + kept);
	s->cut = kept < n || s->span >= URL_SPAN_MAX;
}

/* A user in front of the host takes no room, so that a long one does not pass for it. */
static void hold_authority(struct url_scan *s, struct span run)
{
	bool has_user = s->scheme != URL_MAILTO && s->scheme != URL_NO_SCHEME;
	const uint8_t *at = has_user && run.len > 0 ? memrchr(run.p, '@', run.len) : NULL;

	if (at) {
		size_t user = (size_t)(at + 1 - run.p);

		s->span = (uint16_t)(s->span + user);
		s->len = 0;
		s->cut = false;
		run = span_skip(run, user);
	}
	hold(s, run.p, run.len);
}

/* Letters of names beyond ASCII, or what does not show and is dropped from them; not the marks
 * and symbols that end a URL. */
static bool is_name_char(uint32_t cp)
{
	if (cp < 0x2000)
		return cp == 0xad || (cp >= 0xc0 && cp != 0xd7 && cp != 0xf7 && cp != 0x1680);
	if (cp < 0x2e80)
		return (cp >= 0x200b && cp <= 0x200d) || cp == 0x2060 ||
		       (cp >= 0x2c00 && cp < 0x2e00);
	if (cp < 0x3040)
		return cp >= 0x3005 && cp <= 0x3007;
	if (cp >= 0xfe00 && cp < 0xfff0)
		return (cp >= 0xff10 && cp <= 0xff19) || (cp >= 0xff21 && cp <= 0xff3a) ||
		       (cp >= 0xff41 && cp <= 0xff5a) || cp >= 0xff66 || cp == 0xfe0f ||
		       cp == 0xfeff;
	return cp != 0x30fb && cp < 0xe0000 && cp != 0xfffd && !(cp >= 0xe000 && cp < 0xf900);
}

/* Does the character in `ch` go on with the host? One of a script without blanks does not behind
 * Latin letters: there the sentence goes on. */
static bool goes_on(const struct url_scan *s)
{
	uint8_t before = s->len ? s->buf[s->len - 1] : '.';
	uint32_t cp;

	if (s->char_len == 1 || text_utf8_get(s->ch, s->char_len, &cp) != s->char_len ||
		!is_name_char(cp))
		return false;
	return cp < 0x2e80 || before >= 0x80 || before == '.' || before == '@';
}

/* A byte beyond ASCII in an authority. Returns the bytes taken. */
static size_t take_beyond(struct url_scan *s, uint8_t c)
{
	if (s->char_len > 0 && (c & 0xc0) != 0x80) { /* broken */
		close_url(s);
		return 0;
	}
	s->ch[s->char_len++] = c;
	if (s->char_len < text_utf8_len(s->ch[0]))
		return 1;
	if (!goes_on(s)) {
		close_url(s);
		return 1;
	}
	hold(s, s->ch, s->char_len);
	s->char_len = 0;
	if (s->span >= URL_SPAN_MAX)
		close_url(s);
	return 1;
}

/* The authority ends in front of `c`. */
static void end_authority(struct url_scan *s, uint8_t c)
{
	struct span a = span_of(s->buf, s->len);

	s->authority = s->len;
	if (s->scheme != URL_MAILTO && c == '/' &&
		(span_ieq_str(a, "http:") || span_ieq_str(a, "https:"))) {
		/* a scheme written twice */
		s->state = SCAN_SEEK;
		s->tail_len = 0;
		keep_tail(s, a);
	} else if (s->scheme != URL_MAILTO && a.len > 0 && (c == '/' || c == '?' || c == '#')) {
		s->state = SCAN_PATH;
	} else {
		close_url(s);
	}
}

static size_t read_authority(struct url_scan *s, struct span in)
{
	size_t i = 0, max = URL_SPAN_MAX - s->span;

	if (in.p[0] >= 0x80)
		return take_beyond(s, in.p[0]);
	if (s->char_len > 0) {
		close_url(s);
		return 0;
	}
	while (i < in.len && i < max && kinds[in.p[i]] == BYTE_HOST)
		i++;
	hold_authority(s, span_head(in, i));
	if (s->span >= URL_SPAN_MAX)
		close_url(s);
	else if (i < in.len && in.p[i] < 0x80)
		end_authority(s, in.p[i]);
	return i;
}

static size_t read_path(struct url_scan *s, struct span in)
{
	size_t i = 0, max = URL_SPAN_MAX - s->span;

	while (i < in.len && i < max && kinds[in.p[i]] != BYTE_END)
		i++;
	hold(s, in.p, i);
	if (s->span >= URL_SPAN_MAX || i < in.len)
		close_url(s);
	return i;
}

/* A byte by itself, as a character reference gives, that ends no scheme. */
static bool keep_byte(struct url_scan *s, struct span text)
{
	if (text.len != 1 || s->state != SCAN_SEEK || text.p[0] == '/' || text.p[0] == '.' ||
		text.p[0] == ':' || s->tail_len == URL_SCAN_TAIL + URL_SCAN_SHORT)
		return false;
	s->tail[URL_SCAN_TAIL + s->tail_len++] = text.p[0];
	return true;
}

void url_scan_feed(struct url_scan *s, struct span text)
{
	if (keep_byte(s, text))
		return;
	while (text.len > 0) {
		size_t n = 0;

		switch ((enum scan_state)s->state) {
		case SCAN_SEEK:
			n = seek(s, text);
			break;
		case SCAN_AUTHORITY:
			n = read_authority(s, text);
			break;
		case SCAN_PATH:
			n = read_path(s, text);
			break;
		}
		text = span_skip(text, n);
	}
}

void url_scan_break(struct url_scan *s)
{
	if (s->state != SCAN_SEEK)
		close_url(s);
	s->tail_len = 0;
}

void url_scan_gap(struct url_scan *s)
{
	s->state = SCAN_SEEK;
	s->tail_len = s->char_len = 0;
}
