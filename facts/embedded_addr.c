/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/embedded_addr.h"

#include <stdio.h>

#define SEPARATOR_MAX 3
#define WINDOWS_V4 4
#define WINDOWS_V6 12
#define JOINED_DIGITS_MIN 6
#define JOINED_STARTS 16 /* places in a long run of digits where a padded address may begin */
#define MASK24 0xffffffu
#define MASK48 0xffffffffffffu

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Value of a lower-case hexadecimal digit, or -1. */
static int hex_value(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_alnum(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool among(uint64_t v, const uint64_t *windows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (windows[i] == v)
			return true;
	return false;
}

/* Three neighbouring octets as one number: both places, both directions. */
static void windows_v4(const uint8_t o[4], uint64_t ret[WINDOWS_V4])
{
	for (size_t i = 0; i < 2; i++) {
		ret[i] = (uint64_t)o[i] << 16 | (uint64_t)o[i + 1] << 8 | o[i + 2];
		ret[2 + i] = (uint64_t)o[i + 2] << 16 | (uint64_t)o[i + 1] << 8 | o[i];
	}
}

/* Is a run of digits three padded octets ("192000002...") or all octets run together? */
static bool joined_decimal(struct span run, const uint8_t o[4], const uint64_t windows[WINDOWS_V4])
{
	char text[16];
	int n;

	for (size_t i = 0; i + 9 <= run.len && i < JOINED_STARTS; i++) {
		uint64_t v = 0;
		size_t k;

		for (k = 0; k < 9; k += 3) {
			const uint8_t *p = run.p + i + k;
			unsigned int octet = (p[0] - '0') * 100u + (p[1] - '0') * 10u + p[2] - '0';

			if (octet > 255)
				break;
			v = v << 8 | octet;
		}
		if (k == 9 && among(v, windows, WINDOWS_V4))
			return true;
	}
	if (run.len < JOINED_DIGITS_MIN || run.len > 12)
		return false;
	n = snprintf(text, sizeof(text), "%u%u%u%u", o[0], o[1], o[2], o[3]);
	if (span_eq(run, span_of(text, (size_t)n)))
		return true;
	n = snprintf(text, sizeof(text), "%u%u%u%u", o[3], o[2], o[1], o[0]);
	return span_eq(run, span_of(text, (size_t)n));
}

static bool decimal_v4(struct span name, const uint8_t o[4], const uint64_t windows[WINDOWS_V4])
{
	uint64_t last = 0; /* the last three octets met */
	unsigned int met = 0;
	size_t gap = 0, i = 0;

	while (i < name.len) {
		size_t start = i;
		unsigned int v = 0;

		while (i < name.len && is_digit(name.p[i]) && i - start < 4)
			v = v * 10 + (name.p[i++] - '0');
		while (i < name.len && is_digit(name.p[i]))
			i++;
		if (i == start) {
			i++;
			gap++;
			continue;
		}
		if (i - start >= JOINED_DIGITS_MIN &&
			joined_decimal(span_of(name.p + start, i - start), o, windows))
			return true;
		if (gap > SEPARATOR_MAX)
			met = 0;
		gap = 0;
		met = i - start <= 3 && v <= 255 ? met + 1 : 0;
		last = (last << 8 | (v & 0xff)) & MASK24;
		if (met >= 3 && among(last, windows, WINDOWS_V4))
			return true;
	}
	return false;
}

/*
 * Looks for a window among the hexadecimal digits that stand together ("c0000201"): `digits` of
 * them make one window.
 */
static bool joined_hex(
	struct span name, unsigned int digits, const uint64_t *windows, size_t window_count)
{
	uint64_t mask = digits == 6 ? MASK24 : MASK48, last = 0;
	unsigned int met = 0;

	for (size_t i = 0; i < name.len; i++) {
		int v = hex_value(name.p[i]);

		if (v < 0) {
			met = 0;
			continue;
		}
		last = (last << 4 | (uint64_t)v) & mask;
		if (++met >= digits && among(last, windows, window_count))
			return true;
	}
	return false;
}

/*
 * The same among hexadecimal numbers with one sign between them ("c0-0-2-1", "2001-db8-0"):
 * `bits` each, `count` make one window.
 */
static bool separated_hex(struct span name, unsigned int bits, unsigned int count,
	const uint64_t *windows, size_t window_count)
{
	uint64_t mask = (UINT64_C(1) << bits * count) - 1, last = 0;
	unsigned int met = 0;
	size_t i = 0;

	while (i < name.len) {
		size_t start = i;
		uint64_t v = 0;
		bool hex = true;

		for (; i < name.len && is_alnum(name.p[i]); i++) {
			int d = hex_value(name.p[i]);

			hex = hex && d >= 0;
			v = v << 4 | (uint64_t)(d & 0xf);
		}
		hex = hex && i > start && (i - start) * 4 <= bits;
		met = hex ? met + 1 : 0;
		last = (last << bits | v) & mask;
		if (met >= count && among(last, windows, window_count))
			return true;
		i++; /* over the sign */
	}
	return false;
}

static bool embedded_v4(struct span name, const uint8_t o[4])
{
	uint64_t windows[WINDOWS_V4];

	windows_v4(o, windows);
	return decimal_v4(name, o, windows) || joined_hex(name, 6, windows, WINDOWS_V4) ||
	       separated_hex(name, 8, 3, windows, WINDOWS_V4);
}

/* Three neighbouring hextets as one number, in order and reversed, where they say enough. */
static size_t windows_v6(const uint8_t b[16], uint64_t ret[WINDOWS_V6])
{
	size_t count = 0;

	for (size_t i = 0; i < 6; i++) {
		uint64_t h[3];

		for (size_t k = 0; k < 3; k++)
			h[k] = (uint64_t)b[2 * (i + k)] << 8 | b[2 * (i + k) + 1];
		if ((h[0] != 0) + (h[1] != 0) + (h[2] != 0) < 2)
			continue;
		ret[count++] = h[0] << 32 | h[1] << 16 | h[2];
		ret[count++] = h[2] << 32 | h[1] << 16 | h[0];
	}
	return count;
}

static uint64_t reverse_nibbles(uint64_t v)
{
	uint64_t r = 0;

	for (int i = 0; i < 12; i++, v >>= 4)
		r = r << 4 | (v & 0xf);
	return r;
}

/* Is a label, or what follows its first dash, the whole address with dashes for colons? */
static bool dashed_v6(struct span name, const struct addr *a)
{
	while (name.len > 0) {
		ptrdiff_t dot = span_find(name, '.'), dash;
		struct span label = dot < 0 ? name : span_head(name, (size_t)dot);

		name = dot < 0 ? span_of(NULL, 0) : span_skip(name, (size_t)dot + 1);
		for (int part = 0; part < 2 && label.len < ADDR_STRLEN; part++) {
			uint8_t text[ADDR_STRLEN];
			struct addr got;

			for (size_t i = 0; i < label.len; i++)
				text[i] = label.p[i] == '-' ? ':' : label.p[i];
			if (addr_parse(span_of(text, label.len), &got) > 0 && addr_eq(&got, a))
				return true;
			dash = span_find(label, '-');
			if (dash < 0)
				break;
			label = span_skip(label, (size_t)dash + 1);
		}
	}
	return false;
}

static bool embedded_v6(struct span name, const struct addr *a)
{
	uint64_t windows[WINDOWS_V6], nibbles[WINDOWS_V6];
	size_t count = windows_v6(a->b, windows);

	for (size_t i = 0; i < count; i++)
		nibbles[i] = reverse_nibbles(windows[i]);
	return joined_hex(name, 12, windows, count) || separated_hex(name, 16, 3, windows, count) ||
	       separated_hex(name, 4, 12, nibbles, count) || dashed_v6(name, a);
}

bool embedded_addr(struct span name, const struct addr *a)
{
	return addr_is_v4(a) ? embedded_v4(name, a->b + 12) : embedded_v6(name, a);
}

bool embedded_addr_tail(struct span name, size_t org, const struct addr *a)
{
	ptrdiff_t dot = span_find(name, '.');
	const uint8_t *o = a->b + 12;
	struct span label;
	char text[16];

	/* Another label: the org-domain begins later than just behind this dot. */
	if (!addr_is_v4(a) || dot < 0 || (size_t)dot + 1 >= org)
		return false;
	label = span_head(name, (size_t)dot);
	while (label.len > 0 && !is_digit(label.p[0]))
		label = span_skip(label, 1);
	for (int turn = 0; turn < 2; turn++) {
		int n = snprintf(text, sizeof(text), "%u-%u", o[2 + turn], o[3 - turn]);

		if (n > 4 && span_eq(label, span_of(text, (size_t)n)))
			return true;
	}
	return false;
}
