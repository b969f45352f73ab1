/* SPDX-License-Identifier: Apache-2.0 */
#include "output/wire_text.h"

static const char hex[] = "0123456789abcdef";

/* What a lead byte asks for: RFC 3629 section 4, as the range of the second byte. */
struct lead {
	uint8_t length, second_min, second_max;
};

static struct lead lead_of(uint8_t c)
{
	if (c >= 0xc2 && c <= 0xdf)
		return (struct lead){2, 0x80, 0xbf};
	if (c == 0xe0)
		return (struct lead){3, 0xa0, 0xbf};
	if (c == 0xed)
		return (struct lead){3, 0x80, 0x9f};
	if (c >= 0xe1 && c <= 0xef)
		return (struct lead){3, 0x80, 0xbf};
	if (c == 0xf0)
		return (struct lead){4, 0x90, 0xbf};
	if (c >= 0xf1 && c <= 0xf3)
		return (struct lead){4, 0x80, 0xbf};
	if (c == 0xf4)
		return (struct lead){4, 0x80, 0x8f};
	return (struct lead){0, 0, 0};
}

size_t wire_text_next(struct span s, uint32_t *ret)
{
	uint8_t c = s.p[0];
	struct lead lead;
	uint32_t cp;

	if (c < 0x80) {
		*ret = c;
		return c >= 0x20 && c != 0x7f;
	}
	lead = lead_of(c);
	if (lead.length == 0 || lead.length > s.len)
		return 0;
	if (s.p[1] < lead.second_min || s.p[1] > lead.second_max)
		return 0;
	cp = c & (0x7fu >> lead.length);
	for (size_t i = 1; i < lead.length; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (s.p[i] & 0x3fu);
	}
	if (cp < 0xa0) /* C1 */
		return 0;
	*ret = cp;
	return lead.length;
}

static size_t put_escape(char *out, uint8_t c)
{
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex[c >> 4];
	out[3] = hex[c & 15];
	return 4;
}

size_t wire_text_utf8(struct span s, char *out)
{
	size_t n = 0;

	while (s.len > 0) {
		uint32_t cp = 0;
		size_t length = wire_text_next(s, &cp);

		if (length == 0) {
			n += put_escape(out + n, s.p[0]);
			length = 1;
		} else {
			if (cp == '\\')
				out[n++] = '\\';
			memcpy(out + n, s.p, length);
			n += length;
		}
		s = span_skip(s, length);
	}
	return n;
}

/* One byte for a terminal: 1, 2 or 4 characters in `out`. */
static size_t ascii_unit(uint8_t c, char out[4])
{
	if (c < 0x20 || c >= 0x7f)
		return put_escape(out, c);
	out[0] = (char)c;
	out[1] = '\\';
	return c == '\\' ? 2 : 1;
}

size_t wire_text_ascii(struct span s, size_t columns, char *out)
{
	size_t n = 0, cut = 0; /* `cut`: where the text may be cut and ".." still fits */

	for (size_t i = 0; i < s.len; i++) {
		char unit[4];
		size_t length = ascii_unit(s.p[i], unit);

		if (n + 2 <= columns)
			cut = n;
		if (n + length > columns) {
			n = cut;
			for (int k = 0; k < 2 && n < columns; k++)
				out[n++] = '.';
			break;
		}
		memcpy(out + n, unit, length);
		n += length;
	}
	out[n] = '\0';
	return n;
}
