/* SPDX-License-Identifier: Apache-2.0 */
#include "output/wire_text.h"

#include <langinfo.h>
#include <wchar.h>

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

/* What stands for the start of `s` on a terminal. */
struct unit {
	size_t taken;   /* bytes of `s` */
	size_t columns; /* on the terminal */
	size_t len;     /* bytes of `text` */
	char text[4];
};

static struct unit ascii_unit(uint8_t c)
{
	struct unit u = {.taken = 1};

	if (c < 0x20 || c >= 0x7f) {
		u.len = u.columns = put_escape(u.text, c);
		return u;
	}
	u.text[0] = (char)c;
	u.text[1] = '\\';
	u.len = u.columns = c == '\\' ? 2 : 1;
	return u;
}

static bool right_to_left(uint32_t cp)
{
	return (cp >= 0x590 && cp <= 0x8ff) || (cp >= 0xfb1d && cp <= 0xfdff) ||
	       (cp >= 0xfe70 && cp <= 0xfeff) || (cp >= 0x10800 && cp <= 0x10fff) ||
	       (cp >= 0x1e800 && cp <= 0x1efff);
}

static struct unit prose_unit(struct span s)
{
	uint32_t cp = 0;
	size_t length = wire_text_next(s, &cp);
	int columns = length > 1 && !right_to_left(cp) ? wcwidth((wchar_t)cp) : 0;
	struct unit u = {.taken = length, .columns = (size_t)columns, .len = length};

	if (columns <= 0)
		return ascii_unit(s.p[0]);
	memcpy(u.text, s.p, length);
	return u;
}

static size_t fit(struct span s, size_t columns, bool prose, char *out)
{
	size_t len = 0, used = 0;
	size_t cut = 0, cut_used = 0; /* where the text may be cut and ".." still fits */

	while (s.len > 0) {
		struct unit u = prose ? prose_unit(s) : ascii_unit(s.p[0]);

		if (used + 2 <= columns) {
			cut = len;
			cut_used = used;
		}
		if (used + u.columns > columns) {
			len = cut;
			used = cut_used;
			for (int k = 0; k < 2 && used < columns; k++, used++)
				out[len++] = '.';
			break;
		}
		memcpy(out + len, u.text, u.len);
		len += u.len;
		used += u.columns;
		s = span_skip(s, u.taken);
	}
	out[len] = '\0';
	return used;
}

size_t wire_text_ascii(struct span s, size_t columns, char *out)
{
	return fit(s, columns, false, out);
}

size_t wire_text_prose(struct span s, size_t columns, char *out)
{
	return fit(s, columns, strcmp(nl_langinfo(CODESET), "UTF-8") == 0, out);
}
