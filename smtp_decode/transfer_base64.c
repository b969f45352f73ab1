/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/transfer_base64.h"

/* A character's value with this bit; 0 is no character of the alphabet. */
#define VALID 0x40
#define OF(v) (VALID + (v))
#define ALL_VALID (VALID << 18 | VALID << 12 | VALID << 6 | VALID)

/* clang-format off */
static const uint8_t values[256] = {
	['A'] =
	OF(0), OF(1), OF(2), OF(3), OF(4), OF(5), OF(6), OF(7), OF(8),
	OF(9), OF(10), OF(11), OF(12), OF(13), OF(14), OF(15), OF(16), OF(17),
	OF(18), OF(19), OF(20), OF(21), OF(22), OF(23), OF(24), OF(25),
	['a'] =
	OF(26), OF(27), OF(28), OF(29), OF(30), OF(31), OF(32), OF(33), OF(34),
	OF(35), OF(36), OF(37), OF(38), OF(39), OF(40), OF(41), OF(42), OF(43),
	OF(44), OF(45), OF(46), OF(47), OF(48), OF(49), OF(50), OF(51),
	['0'] =
	OF(52), OF(53), OF(54), OF(55), OF(56), OF(57), OF(58), OF(59), OF(60),
	OF(61),
	['+'] = OF(62),
	['/'] = OF(63),
};
/* clang-format on */

/* Whole quanta from `p`, as long as nothing but the alphabet comes. Returns where it stopped. */
static const uint8_t *decode_quanta(const uint8_t *p, const uint8_t *end, uint8_t **out)
{
	uint8_t *o = *out;

	while (end - p >= 4) {
		uint8_t a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];
		uint32_t v;

		if (!(a & b & c & d & VALID))
			break;
		v = ((uint32_t)a << 18) + ((uint32_t)b << 12) + ((uint32_t)c << 6) + d - ALL_VALID;
		o[0] = (uint8_t)(v >> 16);
		o[1] = (uint8_t)(v >> 8);
		o[2] = (uint8_t)v;
		o += 3;
		p += 4;
	}
	*out = o;
	return p;
}

/* Writes what a short quantum holds. */
static size_t flush(struct transfer_base64 *t, uint8_t *out)
{
	size_t n = t->chars > 1 ? t->chars - 1u : 0;

	if (n > 0)
		out[0] = (uint8_t)(t->chars == 2 ? t->bits >> 4 : t->bits >> 10);
	if (n > 1)
		out[1] = (uint8_t)(t->bits >> 2);
	t->bits = 0;
	t->chars = 0;
	return n;
}

size_t transfer_base64_end(struct transfer_base64 *t, uint8_t *out)
{
	size_t n = flush(t, out);

	t->ended = false;
	return n;
}

size_t transfer_base64_decode(struct transfer_base64 *t, struct span in, uint8_t *out)
{
	const uint8_t *p = in.p, *end = p + in.len;
	uint8_t *o = out;

	while (p < end && !t->ended) {
		uint8_t v;

		if (t->chars == 0) {
			p = decode_quanta(p, end, &o);
			if (p == end)
				break;
		}
		v = values[*p];
		if (*p == '=' && t->chars >= 2) {
			o += flush(t, o);
			t->ended = true;
		} else if (v & VALID) {
			t->bits = t->bits << 6 | (v - VALID);
			if (++t->chars == 4) {
				*o++ = (uint8_t)(t->bits >> 16);
				*o++ = (uint8_t)(t->bits >> 8);
				*o++ = (uint8_t)t->bits;
				t->bits = 0;
				t->chars = 0;
			}
		}
		p++;
	}
	return (size_t)(o - out);
}
