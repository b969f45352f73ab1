/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/dialect_header.h"

#include "base/hash.h"

#define LONGEST_NAME 64

enum value {
	VALUE_NONE,
	VALUE_DATE,
	VALUE_MESSAGE_ID,
	VALUE_CONTENT_TYPE,
};

static const struct {
	const char *name;
	enum value value;
} wanted[] = {{"Date", VALUE_DATE}, {"Message-ID", VALUE_MESSAGE_ID},
	{"Content-Type", VALUE_CONTENT_TYPE}};

void dialect_header_begin(struct dialect_header *h)
{
	memset(h, 0, sizeof(*h));
}

static void put(struct dialect_header *h, const void *p, size_t n)
{
	if (n > sizeof(h->text) - h->text_len)
		n = sizeof(h->text) - h->text_len;
	if (n > 0)
		memcpy(h->text + h->text_len, p, n);
	h->text_len += (uint16_t)n;
}

static void put_char(struct dialect_header *h, char c)
{
	put(h, &c, 1);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

/* Takes the letters and digits at the front of `*s`; 0 where there are none. */
static size_t take_word(struct span *s, struct span *ret)
{
	size_t n = 0;

	while (n < s->len && (is_digit(s->p[n]) || is_upper(s->p[n]) || is_lower(s->p[n])))
		n++;
	*ret = span_head(*s, n);
	*s = span_skip(*s, n);
	return n;
}

static void put_word(struct dialect_header *h, struct span word)
{
	size_t digits = 0, upper = 0, lower = 0;

	for (size_t i = 0; i < word.len; i++) {
		digits += is_digit(word.p[i]);
		upper += is_upper(word.p[i]);
		lower += is_lower(word.p[i]);
	}
	if (digits == word.len)
		put_char(h, '9');
	else if (upper == word.len)
		put_char(h, 'A');
	else if (lower == word.len)
		put_char(h, 'a');
	else if (upper == 1 && lower == word.len - 1 && is_upper(word.p[0]))
		put(h, "Aa", 2);
	else
		put_char(h, 'w');
}

/* Words as classes, other characters as they are, each once where it is repeated. */
static void put_shape(struct dialect_header *h, struct span s)
{
	struct span word;
	uint8_t last = 0;

	while (s.len > 0) {
		if (take_word(&s, &word) > 0) {
			put_word(h, word);
			last = 0;
			continue;
		}
		if (s.p[0] != last)
			put_char(h, (char)s.p[0]);
		last = s.p[0];
		s = span_skip(s, 1);
	}
}

/* East or west of Greenwich is no matter of form. */
static void put_date(struct dialect_header *h, struct span s)
{
	uint16_t from = h->text_len;

	put_shape(h, s);
	for (uint16_t i = from + 1; i < h->text_len; i++) {
		if (h->text[i] == '-' && h->text[i - 1] == ' ')
			h->text[i] = '+';
	}
}

static void put_message_id(struct dialect_header *h, struct span s)
{
	ptrdiff_t at = span_find(s, '@');
	struct span right;

	if (at < 0) {
		put_shape(h, s);
		return;
	}
	put_shape(h, span_head(s, (size_t)at + 1));
	right = span_skip(s, (size_t)at + 1);
	if (right.len > 0 && right.p[0] == '[')
		put_char(h, 'l');
	else
		put_char(h, span_find(right, '.') >= 0 ? 'd' : 's');
}

/* The value of a parameter with its quotes, where `name` is spelt with its equals sign. */
static struct span parameter(struct span s, const char *name)
{
	size_t n = strlen(name), len = 0;
	bool quoted;

	while (s.len > 0 && !span_istarts(s, name))
		s = span_skip(s, 1);
	s = span_skip(s, n);
	quoted = s.len > 0 && s.p[0] == '"';
	while (len < s.len && (len == 0 || !quoted || s.p[len - 1] != '"' || len == 1)) {
		if (!quoted && (s.p[len] == ';' || s.p[len] == ' ' || s.p[len] == '\t'))
			break;
		len++;
	}
	return span_head(s, len);
}

static void put_content_type(struct dialect_header *h, struct span s)
{
	struct span boundary = parameter(s, "boundary="), charset = parameter(s, "charset=");
	uint8_t len = boundary.len < 255 ? (uint8_t)boundary.len : 255;

	put_shape(h, boundary);
	put(h, &len, 1);
	put(h, charset.p, charset.len < 40 ? charset.len : 40);
}

static void end_value(struct dialect_header *h)
{
	struct span s = span_trim(span_of(h->value, h->value_len));

	switch ((enum value)h->open) {
	case VALUE_DATE:
		put_date(h, s);
		break;
	case VALUE_MESSAGE_ID:
		put_message_id(h, s);
		break;
	case VALUE_CONTENT_TYPE:
		put_content_type(h, s);
		break;
	default:
		return;
	}
	put_char(h, '\n');
	h->open = VALUE_NONE;
	h->value_len = 0;
}

static void add_value(struct dialect_header *h, struct span s)
{
	if (h->open == VALUE_NONE)
		return;
	s = span_head(s, sizeof(h->value) - h->value_len);
	if (s.len > 0)
		memcpy(h->value + h->value_len, s.p, s.len);
	h->value_len += (uint16_t)s.len;
}

static void on_field(struct dialect_header *h, struct span line, size_t colon)
{
	struct span name = span_head(line, colon), body = span_skip(line, colon + 1);

	end_value(h);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (span_ieq_str(span_trim(name), wanted[i].name))
			h->open = (uint8_t)wanted[i].value;
	}
	if (h->names < DIALECT_HEADER_NAMES && !span_ieq_str(span_trim(name), "Received")) {
		h->names++;
		name = span_head(name, LONGEST_NAME);
		put(h, name.p, name.len);
		put(h, body.len > 0 && body.p[0] == ' ' ? ": " : ":",
			1 + (body.len > 0 && body.p[0] == ' '));
	}
	add_value(h, body);
}

/* A line without its LF. */
static void on_line(struct dialect_header *h, struct span line)
{
	ptrdiff_t colon;

	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	h->bare_cr = h->bare_cr || span_find(line, '\r') >= 0;
	if (line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t')) {
		if (h->fold == 0)
			h->fold = line.p[0];
		add_value(h, line);
		return;
	}
	colon = span_find(line, ':');
	if (colon > 0) {
		on_field(h, line, (size_t)colon);
		return;
	}
	end_value(h);
	put_char(h, h->fold ? (char)h->fold : '-');
	h->ended = true;
}

/* Keeps a piece of a line that does not lie whole in what is given. */
static void keep(struct dialect_header *h, struct span s)
{
	s = span_head(s, sizeof(h->line) - h->line_len);
	if (s.len > 0)
		memcpy(h->line + h->line_len, s.p, s.len);
	h->line_len += (uint16_t)s.len;
}

void dialect_header_run(struct dialect_header *h, struct span octets)
{
	while (octets.len > 0 && !h->ended) {
		ptrdiff_t lf = span_find(octets, '\n');
		struct span line = span_head(octets, lf < 0 ? octets.len : (size_t)lf);

		octets = span_skip(octets, line.len + (lf >= 0));
		if (lf < 0 || h->line_len > 0) {
			keep(h, line);
			line = span_of(h->line, h->line_len);
		}
		if (lf < 0)
			return;
		on_line(h, span_head(line, sizeof(h->line)));
		h->line_len = 0;
	}
}

uint64_t dialect_header_hash(const struct dialect_header *h)
{
	return hash64(span_of(h->text, h->text_len));
}
