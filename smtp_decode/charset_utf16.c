/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_utf16.h"

#include "smtp_decode/charset_put.h"

#define STEP_MAX 7 /* U+FFFD for half a pair, and a character of 4 bytes */
#define MARK 0xfeff

void charset_utf16_init(struct charset_utf16 *u, uint8_t unit, enum charset_order order)
{
	*u = (struct charset_utf16){.unit = unit, .order = (uint8_t)order};
}

static uint32_t number(const struct charset_utf16 *u, enum charset_order order)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < u->unit; i++)
		n = n << 8 | u->bytes[order == CHARSET_BIG ? i : u->unit - 1u - i];
	return n;
}

/* The first unit tells the order. True where it was a mark, which is no text. */
static bool find_order(struct charset_utf16 *u)
{
	bool is_mark = number(u, CHARSET_BIG) == MARK;

	u->order = CHARSET_LITTLE;
	if (is_mark || (u->unit == 4 && u->bytes[0] == 0 && u->bytes[3] != 0))
		u->order = CHARSET_BIG;
	return is_mark || number(u, CHARSET_LITTLE) == MARK;
}

static size_t put(struct charset_utf16 *u, uint32_t n, char *out)
{
	if (u->unit == 2)
		return charset_put_unit(&u->high, (uint16_t)n, out);
	if (n > 0x10ffff || (n & 0xfffff800) == 0xd800)
		return charset_put_replacement(out);
	return charset_put_utf8(n, out);
}

size_t charset_utf16_decode(struct charset_utf16 *u, struct span *in, char *out, size_t size)
{
	size_t n = 0, i = 0;

	for (; i < in->len && size - n >= STEP_MAX; i++) {
		u->bytes[u->have++] = in->p[i];
		if (u->have < u->unit)
			continue;
		u->have = 0;
		if (u->order != CHARSET_ORDER_UNKNOWN || !find_order(u))
			n += put(u, number(u, u->order), out + n);
	}
	*in = span_skip(*in, i);
	return n;
}

size_t charset_utf16_finish(struct charset_utf16 *u, char *out)
{
	bool cut = u->have > 0 || u->high;

	charset_utf16_init(u, u->unit, u->order);
	return cut ? charset_put_replacement(out) : 0;
}
