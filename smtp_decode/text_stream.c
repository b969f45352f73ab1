/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_stream.h"

#include "smtp_decode/text_fold.h"
#include "smtp_decode/text_url.h"
#include "smtp_decode/text_utf8.h"

void text_stream_begin(struct text_stream *s, struct text_sink *sink, uint8_t *window, bool lines)
{
	*s = (struct text_stream){
		.sink = sink, .window = window, .lines = lines, .line_start = true};
	text_sink_break(sink);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static bool starts_with(struct span line, const char *text)
{
	return line.len >= strlen(text) && memcmp(line.p, text, strlen(text)) == 0;
}

/* Does the signature or the quoted message begin with this line? */
static bool is_footer_line(struct span line)
{
	size_t i = 0;

	if (!starts_with(line, "--"))
		return false;
	if (starts_with(line, "-- \r\n") || starts_with(line, "-- \n"))
		return true;
	while (i < line.len && line.p[i] == '-')
		i++;
	if (i < 4)
		return false;
	return starts_with(span_trim(span_skip(line, i)), "original message");
}

/* Does the line at the start of `rest` count, or is it stripped? */
static bool is_stripped(struct text_stream *s, struct span rest)
{
	if (!s->footer && is_footer_line(rest))
		s->footer = true;
	return s->footer || rest.p[0] == '>' || rest.p[0] == '|';
}

/* Is there no word in the short piece from `p` to `end`? So it is between many quoted lines. */
static bool is_wordless(const uint8_t *p, const uint8_t *end)
{
	if (end - p > 8)
		return false;
	while (p < end && !is_word_byte(*p))
		p++;
	return p == end;
}

static void take(struct text_stream *s, size_t start, size_t end, bool stripped)
{
	if (!is_wordless(s->window + start, s->window + end))
		text_token_run(
			s->sink, s->window + start, end - start, stripped ? TEXT_WORD_STRIPPED : 0);
}

/* The words of the first `n` bytes of the window, line by line where lines are stripped. */
static void take_lines(struct text_stream *s, size_t n)
{
	size_t start = 0, line = 0;
	bool stripped = s->quote || s->footer;

	while (line < n) {
		const uint8_t *lf;
		bool now = stripped;

		if (line > 0 || s->line_start)
			now = is_stripped(s, span_of(s->window + line, s->len - line));
		if (now != stripped) {
			take(s, start, line, stripped);
			text_sink_break(s->sink);
			start = line;
			stripped = now;
		}
		lf = memchr(s->window + line, '\n', n - line);
		line = lf ? (size_t)(lf - s->window) + 1 : n;
	}
	take(s, start, n, stripped);
	s->line_start = s->window[n - 1] == '\n';
	s->quote = stripped;
}

/* Hands on the first `n` bytes of the window. */
static void take_window(struct text_stream *s, size_t n)
{
	if (n == 0)
		return;
	if (s->lines)
		take_lines(s, n);
	else
		take(s, 0, n, false);
	s->len = (uint16_t)(s->len - n);
	memmove(s->window, s->window + n, s->len);
}

/* Where a full window is cut: behind a line, a blank, what is no word, or else at its end. */
static size_t cut_at(const struct text_stream *s)
{
	const size_t half = TEXT_STREAM_WINDOW / 2;
	size_t n = s->len;

	if (s->lines) {
		const uint8_t *lf = memrchr(s->window + half, '\n', n - half);

		if (lf)
			return (size_t)(lf - s->window) + 1;
	}
	while (n > half && !is_space(s->window[n - 1]))
		n--;
	if (n > half)
		return n;
	for (n = s->len; n > half && is_word_byte(s->window[n - 1]);)
		n--;
	return n > half ? n : s->len;
}

static void put_char(struct text_stream *s, uint32_t cp)
{
	if (s->len > TEXT_STREAM_WINDOW - TEXT_FOLD_MAX)
		take_window(s, cut_at(s));
	s->len =
		(uint16_t)(s->len + text_fold_put(s->sink->tables, cp, (char *)s->window + s->len));
}

/* What is held of an incomplete character turned out to be `n` bytes of text. */
static void put_held(struct text_stream *s)
{
	size_t i = 0;

	while (i < s->utf8_len) {
		uint32_t cp;

		i += text_utf8_get(s->utf8 + i, s->utf8_len - i, &cp);
		put_char(s, cp);
	}
	s->utf8_len = 0;
}

/* Length of the ASCII text at the start of `s`. */
static size_t ascii_len(struct span s)
{
	size_t i = 0;

	while (i + 8 <= s.len) {
		uint64_t v;

		memcpy(&v, s.p + i, 8);
		if (v & 0x8080808080808080u)
			break;
		i += 8;
	}
	while (i < s.len && s.p[i] < 0x80)
		i++;
	return i;
}

static void copy_lower(uint8_t *restrict to, const uint8_t *restrict from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(from[i] | ((uint8_t)(from[i] - 'A') < 26) << 5);
}

static struct span feed_ascii(struct text_stream *s, struct span text)
{
	size_t n = ascii_len(text);

	for (size_t done = 0; done < n;) {
		size_t room = TEXT_STREAM_WINDOW - s->len;
		size_t some = n - done < room ? n - done : room;

		if (room == 0) {
			take_window(s, cut_at(s));
			continue;
		}
		copy_lower(s->window + s->len, text.p + done, some);
		s->len = (uint16_t)(s->len + some);
		done += some;
	}
	return span_skip(text, n);
}

static uint32_t utf8_of_three(const uint8_t *p)
{
	return (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
}

#define ASCII_RUN 16 /* bytes of ASCII worth a run of their own */

/*
 * Text of letters beyond ASCII, the fast way: characters of two bytes, Han, kana and Hangul of
 * three with their punctuation, ASCII between them. Stops in front of all else, and of much ASCII.
 */
static struct span feed_letters(struct text_stream *s, struct span text)
{
	const uint16_t *fold = s->sink->tables->fold;
	const uint8_t *p = text.p, *end = p + text.len;
	uint8_t *o = s->window + s->len, *room = s->window + TEXT_STREAM_WINDOW - TEXT_FOLD_MAX;
	int ascii = 0;

	for (; end - p >= 3 && o <= room && ascii < ASCII_RUN; ascii++) {
		if (p[0] < 0x80) {
			*o++ = (uint8_t)fold[*p++];
			continue;
		}
		if ((p[1] & 0xc0) != 0x80)
			break;
		if (p[0] >= 0xc2 && p[0] < 0xe0) {
			uint32_t f = fold[(p[0] & 0x1f) << 6 | (p[1] & 0x3f)];

			if (f >= 0x800)
				break;
			o[0] = (uint8_t)(f < 0x80 ? f : 0xc0 | f >> 6);
			o[1] = (uint8_t)(0x80 | (f & 0x3f));
			o += f >= 0x80 ? 2 : f > 0;
			p += 2;
		} else {
			uint32_t top = (uint32_t)p[0] << 8 | p[1];

			if (top < 0xe280 || (p[2] & 0xc0) != 0x80)
				break;
			if (top >= 0xe384 && top <= 0xed9f) { /* U+3100 to U+D7FF stand */
				memcpy(o, p, 3);
				o += 3;
			} else if (p[0] < 0xe4 || p[0] == 0xef) {
				o += text_fold_put(s->sink->tables, utf8_of_three(p), (char *)o);
			} else {
				break;
			}
			p += 3;
		}
		ascii = -1;
	}
	s->len = (uint16_t)(o - s->window);
	return span_skip(text, (size_t)(p - text.p));
}

/* A byte beyond ASCII at the start of `text`. */
static struct span feed_char(struct text_stream *s, struct span text)
{
	size_t need = text_utf8_len(text.p[0]), have = 1;
	uint32_t cp;
	size_t n;

	while (have < need && have < text.len && (text.p[have] & 0xc0) == 0x80)
		have++;
	if (have == text.len && have < need) {
		memcpy(s->utf8, text.p, have);
		s->utf8_len = (uint8_t)have;
		return span_skip(text, have);
	}
	n = text_utf8_get(text.p, have, &cp);
	put_char(s, cp);
	return span_skip(text, n);
}

void text_stream_feed(struct text_stream *s, struct span text)
{
	while (text.len > 0 && s->utf8_len > 0) {
		if ((text.p[0] & 0xc0) != 0x80) {
			put_held(s);
			break;
		}
		s->utf8[s->utf8_len++] = text.p[0];
		text = span_skip(text, 1);
		if (s->utf8_len == text_utf8_len(s->utf8[0]))
			put_held(s);
	}
	while (text.len > 0) {
		struct span rest = text;

		if (text.p[0] < 0x80)
			rest = feed_ascii(s, text);
		else
			rest = feed_letters(s, text);
		text = rest.len < text.len ? rest : feed_char(s, text);
	}
}

void text_stream_blank(struct text_stream *s)
{
	put_held(s);
	if (s->len == TEXT_STREAM_WINDOW)
		take_window(s, cut_at(s));
	s->window[s->len++] = ' ';
}

void text_stream_host(struct text_stream *s, struct span host)
{
	host = span_head(host, TEXT_URL_HOST_MAX);
	put_held(s);
	if (s->len + host.len + 2 > TEXT_STREAM_WINDOW)
		take_window(s, cut_at(s));
	s->window[s->len++] = TEXT_TOKEN_MARK;
	memcpy(s->window + s->len, host.p, host.len);
	s->len = (uint16_t)(s->len + host.len);
	s->window[s->len++] = TEXT_TOKEN_MARK;
}

void text_stream_end(struct text_stream *s)
{
	put_held(s);
	take_window(s, s->len);
}
