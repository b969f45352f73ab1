/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json_writer.h"

#include <stdlib.h>

#include "output/wire_text.h"

#define FIRST_CAPACITY 4096
#define UINT64_DIGITS 20

static const char hex_upper[] = "0123456789ABCDEF";
static const char hex_lower[] = "0123456789abcdef";

void json_writer_finish(struct json_writer *w)
{
	if (!w)
		return;
	free(w->buf);
	*w = (struct json_writer){0};
}

void json_writer_reset(struct json_writer *w)
{
	w->len = 0;
	w->failed = false;
}

static bool grow(struct json_writer *w, size_t n)
{
	size_t cap = w->cap ? w->cap : FIRST_CAPACITY;
	char *buf;

	if (w->failed)
		return false;
	while (cap - w->len < n)
		cap *= 2;
	buf = realloc(w->buf, cap);
	if (!buf) {
		w->failed = true;
		return false;
	}
	w->buf = buf;
	w->cap = cap;
	return true;
}

/* Is there room for `n` more bytes? */
static inline bool room(struct json_writer *w, size_t n)
{
	return w->cap - w->len >= n ? !w->failed : grow(w, n);
}

static inline void put(struct json_writer *w, const char *p, size_t n)
{
	if (!room(w, n))
		return;
	memcpy(w->buf + w->len, p, n);
	w->len += n;
}

static inline void put_char(struct json_writer *w, char c)
{
	if (room(w, 1))
		w->buf[w->len++] = c;
}

/* Comma and key. A value never ends in an opening bracket, so the last byte tells. */
static void begin(struct json_writer *w, const char *key)
{
	char last = w->len > 0 ? w->buf[w->len - 1] : '\n';

	if (last != '{' && last != '[' && last != '\n')
		put_char(w, ',');
	if (!key)
		return;
	put_char(w, '"');
	put(w, key, strlen(key));
	put(w, "\":", 2);
}

size_t json_writer_object(struct json_writer *w, const char *key)
{
	size_t mark = w->len;

	begin(w, key);
	put_char(w, '{');
	return mark;
}

size_t json_writer_array(struct json_writer *w, const char *key)
{
	size_t mark = w->len;

	begin(w, key);
	put_char(w, '[');
	return mark;
}

void json_writer_end_object(struct json_writer *w)
{
	put_char(w, '}');
}

void json_writer_end_array(struct json_writer *w)
{
	put_char(w, ']');
}

void json_writer_drop_empty(struct json_writer *w, size_t mark)
{
	char last = w->len > 0 ? w->buf[w->len - 1] : '\0';

	if (w->failed)
		return;
	if (last == '{' || last == '[')
		w->len = mark;
	else
		put_char(w, '}');
}

/* Bit 7 of every byte of `v` that is below 0x20, above 0x7e, a quote or a backslash; bits above
 * the lowest one set may be wrong (Mycroft's test for a byte below n). */
static inline uint64_t special_bytes(uint64_t v)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\', del = v ^ ones * 0x7f;

	return (((v - ones * 0x20) | (quote - ones) | (slash - ones) | (del - ones)) & ~v & highs) |
	       (v & highs);
}

/* Length of the run of bytes at the start of `s` that stand for themselves in a JSON string. */
static size_t plain_run(struct span s)
{
	size_t i = 0;

	while (s.len - i >= 8) {
		uint64_t v, found;

		memcpy(&v, s.p + i, 8);
		found = special_bytes(v);
		if (found) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
			return i + (size_t)__builtin_ctzll(found) / 8;
#else
			break;
#endif
		}
		i += 8;
	}
	while (i < s.len && s.p[i] >= 0x20 && s.p[i] < 0x7f && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	return i;
}

static void put_u16(struct json_writer *w, uint32_t v)
{
	const char text[] = {'\\', 'u', hex_upper[v >> 12 & 15], hex_upper[v >> 8 & 15],
		hex_upper[v >> 4 & 15], hex_upper[v & 15]};

	put(w, text, sizeof(text));
}

/* One character or escaped byte that is no plain run. Returns the bytes of `s` it took. */
static size_t put_special(struct json_writer *w, struct span s)
{
	uint32_t cp = 0;
	size_t length = wire_text_next(s, &cp);

	if (length == 0) {
		put(w, "\\\\x", 3);
		put_char(w, hex_lower[s.p[0] >> 4]);
		put_char(w, hex_lower[s.p[0] & 15]);
		return 1;
	}
	if (cp == '\\') {
		put(w, "\\\\\\\\", 4);
	} else if (cp == '"') {
		put(w, "\\\"", 2);
	} else if (cp < 0x10000) {
		put_u16(w, cp);
	} else {
		put_u16(w, 0xd800 + ((cp - 0x10000) >> 10));
		put_u16(w, 0xdc00 + ((cp - 0x10000) & 0x3ff));
	}
	return length;
}

void json_writer_put_wire(struct json_writer *w, struct span s)
{
	while (s.len > 0 && !w->failed) {
		size_t n = plain_run(s);

		if (n > 0)
			put(w, (const char *)s.p, n);
		else
			n = put_special(w, s);
		s = span_skip(s, n);
	}
}

void json_writer_put_word(struct json_writer *w, const char *word)
{
	put(w, word, strlen(word));
}

void json_writer_put_uint(struct json_writer *w, uint64_t v)
{
	char digits[UINT64_DIGITS];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	put(w, digits + i, sizeof(digits) - i);
}

void json_writer_put_int(struct json_writer *w, int64_t v)
{
	if (v < 0)
		put_char(w, '-');
	json_writer_put_uint(w, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void json_writer_put_addr(struct json_writer *w, const struct addr *a)
{
	char text[ADDR_STRLEN];

	json_writer_put_word(w, addr_format(a, text));
}

void json_writer_put_hex(struct json_writer *w, const uint8_t *p, size_t len)
{
	if (!room(w, 2 * len))
		return;
	for (size_t i = 0; i < len; i++) {
		w->buf[w->len++] = hex_lower[p[i] >> 4];
		w->buf[w->len++] = hex_lower[p[i] & 15];
	}
}

void json_writer_put_hex64(struct json_writer *w, uint64_t v)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(v >> (56 - 8 * i));
	json_writer_put_hex(w, b, sizeof(b));
}

void json_writer_put_raw(struct json_writer *w, const char *json, size_t len)
{
	put(w, json, len);
}

void json_writer_begin_string(struct json_writer *w, const char *key)
{
	begin(w, key);
	put_char(w, '"');
}

void json_writer_end_string(struct json_writer *w)
{
	put_char(w, '"');
}

void json_writer_wire(struct json_writer *w, const char *key, struct span s)
{
	json_writer_begin_string(w, key);
	json_writer_put_wire(w, s);
	put_char(w, '"');
}

void json_writer_word(struct json_writer *w, const char *key, const char *word)
{
	json_writer_begin_string(w, key);
	json_writer_put_word(w, word);
	put_char(w, '"');
}

void json_writer_int(struct json_writer *w, const char *key, int64_t v)
{
	begin(w, key);
	json_writer_put_int(w, v);
}

void json_writer_uint(struct json_writer *w, const char *key, uint64_t v)
{
	begin(w, key);
	json_writer_put_uint(w, v);
}

void json_writer_bool(struct json_writer *w, const char *key, bool v)
{
	begin(w, key);
	json_writer_put_word(w, v ? "true" : "false");
}

void json_writer_time(struct json_writer *w, const char *key, nstime t)
{
	char text[NSTIME_RFC3339_SIZE];

	json_writer_word(w, key, nstime_rfc3339(t, text));
}

void json_writer_addr(struct json_writer *w, const char *key, const struct addr *a)
{
	char text[ADDR_STRLEN];

	json_writer_word(w, key, addr_format(a, text));
}

void json_writer_hex(struct json_writer *w, const char *key, const uint8_t *p, size_t len)
{
	json_writer_begin_string(w, key);
	json_writer_put_hex(w, p, len);
	put_char(w, '"');
}

void json_writer_raw(struct json_writer *w, const char *key, const char *json, size_t len)
{
	begin(w, key);
	put(w, json, len);
}

void json_writer_newline(struct json_writer *w)
{
	put_char(w, '\n');
}
