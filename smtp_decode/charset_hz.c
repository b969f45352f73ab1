/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_hz.h"

/* Behind a tilde. */
static uint8_t *after_tilde(struct charset_hz *h, uint8_t c, uint8_t *o)
{
	h->tilde = false;
	if (c == (h->chinese ? '}' : '{')) {
		h->chinese = !h->chinese;
	} else if (c == '~') {
		*o++ = '~';
	} else if (c != '\n') { /* which it joins to the next line */
		*o++ = '~';
		*o++ = c;
	}
	return o;
}

size_t charset_hz_convert(struct charset_hz *h, struct span in, uint8_t *out)
{
	uint8_t *o = out;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.p[i];

		if (h->tilde) {
			o = after_tilde(h, c, o);
		} else if (c == '\n') { /* Chinese ends with its line */
			h->chinese = h->second = false;
			*o++ = c;
		} else if (c == '~' && !h->second) {
			h->tilde = true;
		} else if (h->chinese && c > ' ' && c < 0x7f) {
			h->second = !h->second;
			*o++ = c | 0x80;
		} else {
			*o++ = c;
		}
	}
	return (size_t)(o - out);
}
