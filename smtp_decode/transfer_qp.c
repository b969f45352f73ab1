/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/transfer_qp.h"

enum qp_state {
	QP_TEXT,
	QP_EQUALS, /* behind "=" */
	QP_DIGIT,  /* behind "=" and a hexadecimal digit, which is held */
	QP_CR,     /* behind "=" CR */
	QP_BLANK,  /* behind "=" and blanks: padding in front of a soft line break, most likely */
};

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The state behind the byte `c`; up to 2 bytes go to *out. Sets *ret_again where `c` is to be read
 * again as text. */
static enum qp_state step(struct transfer_qp *t, uint8_t c, uint8_t **out, bool *ret_again)
{
	*ret_again = false;
	switch ((enum qp_state)t->state) {
	case QP_EQUALS:
		if (hex(c) >= 0) {
			t->held = c;
			return QP_DIGIT;
		}
		if (c == '\r')
			return QP_CR;
		if (c == '\n')
			return QP_TEXT;
		if (c == ' ' || c == '\t')
			return QP_BLANK;
		*(*out)++ = '=';
		break;
	case QP_DIGIT:
		if (hex(c) >= 0) {
			*(*out)++ = (uint8_t)(hex(t->held) << 4 | hex(c));
			return QP_TEXT;
		}
		*(*out)++ = '=';
		*(*out)++ = t->held;
		break;
	case QP_CR:
		if (c == '\n')
			return QP_TEXT;
		break;
	case QP_BLANK:
		if (c == ' ' || c == '\t')
			return QP_BLANK;
		if (c == '\r')
			return QP_CR;
		if (c == '\n')
			return QP_TEXT;
		*(*out)++ = '=';
		*(*out)++ = ' ';
		break;
	case QP_TEXT:
		break;
	}
	*ret_again = true;
	return QP_TEXT;
}

size_t transfer_qp_decode(struct transfer_qp *t, struct span in, uint8_t *out)
{
	const uint8_t *p = in.p, *end = p + in.len;
	uint8_t *o = out;

	while (p < end) {
		bool again;

		if (t->state == QP_TEXT && *p != '=') {
			const uint8_t *eq = memchr(p, '=', (size_t)(end - p));
			size_t n = (size_t)((eq ? eq : end) - p);

			memcpy(o, p, n);
			o += n;
			p += n;
			continue;
		}
		if (t->state == QP_TEXT) {
			if (end - p >= 3 && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
				*o++ = (uint8_t)(hex(p[1]) << 4 | hex(p[2]));
				p += 3;
			} else {
				t->state = QP_EQUALS;
				p++;
			}
			continue;
		}
		t->state = step(t, *p, &o, &again);
		if (!again)
			p++;
	}
	return (size_t)(o - out);
}

size_t transfer_qp_end(struct transfer_qp *t, uint8_t *out)
{
	size_t n = 0;

	if (t->state == QP_EQUALS || t->state == QP_DIGIT)
		out[n++] = '=';
	if (t->state == QP_DIGIT)
		out[n++] = t->held;
	t->state = QP_TEXT;
	return n;
}
