/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_utf7.h"

#include "smtp_decode/charset_put.h"

#define STEP_MAX 7 /* U+FFFD for half a pair, and a character of 4 bytes */

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static char *put_value(struct charset_utf7 *u, int value, char *o)
{
	u->empty = false;
	u->bits = u->bits << 6 | (uint32_t)value;
	u->count += 6;
	if (u->count < 16)
		return o;
	u->count -= 16;
	o += charset_put_unit(&u->high, (uint16_t)(u->bits >> u->count), o);
	u->bits &= (1u << u->count) - 1;
	return o;
}

/* The base64 ends. Bits that fill up its last letter are zero. */
static char *end_shift(struct charset_utf7 *u, char *o)
{
	if (u->high || u->count >= 6 || u->bits)
		o += charset_put_replacement(o);
	*u = (struct charset_utf7){0};
	return o;
}

static char *put_direct(struct charset_utf7 *u, uint8_t c, char *o)
{
	if (c == '+') {
		u->shifted = u->empty = true;
		return o;
	}
	if (c >= 0x80)
		return o + charset_put_replacement(o);
	*o++ = (char)c;
	return o;
}

static char *leave(struct charset_utf7 *u, uint8_t c, char *o)
{
	bool empty = u->empty;

	o = end_shift(u, o);
	if (c == '-') {
		if (empty)
			*o++ = '+';
		return o;
	}
	if (empty)
		o += charset_put_replacement(o);
	return put_direct(u, c, o);
}

size_t charset_utf7_decode(struct charset_utf7 *u, struct span *in, char *out, size_t size)
{
	char *o = out;
	size_t i = 0;

	for (; i < in->len && size - (size_t)(o - out) >= STEP_MAX; i++) {
		uint8_t c = in->p[i];
		int value;

		if (!u->shifted)
			o = put_direct(u, c, o);
		else if ((value = base64_value(c)) >= 0)
			o = put_value(u, value, o);
		else
			o = leave(u, c, o);
	}
	*in = span_skip(*in, i);
	return (size_t)(o - out);
}

size_t charset_utf7_finish(struct charset_utf7 *u, char *out)
{
	bool empty = u->empty;
	char *o = end_shift(u, out);

	if (empty)
		o += charset_put_replacement(o);
	return (size_t)(o - out);
}
