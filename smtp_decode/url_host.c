/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/url_host.h"

#include <arpa/inet.h>
#include <stdio.h>

struct url_authority url_authority_split(struct span authority)
{
	ptrdiff_t at = span_find_last(authority, '@');
	struct url_authority a = {.host = authority};
	struct span port = {0};
	ptrdiff_t colon;

	if (at >= 0)
		a.host = span_skip(authority, (size_t)at + 1);
	if (a.host.len > 0 && a.host.p[0] == '[') {
		ptrdiff_t close = span_find(a.host, ']');

		if (close < 0)
			return a;
		port = span_skip(a.host, (size_t)close + 1);
		a.host.len = (size_t)close + 1;
	} else if ((colon = span_find(a.host, ':')) >= 0) {
		port = span_skip(a.host, (size_t)colon);
		a.host.len = (size_t)colon;
	}
	for (size_t i = 1; i < port.len && i < 7; i++)
		if (port.p[i] >= '0' && port.p[i] <= '9')
			a.port = a.port * 10 + (uint32_t)(port.p[i] - '0');
	return a;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct span url_unescape(struct span s, uint8_t buf[URL_RAW_MAX])
{
	size_t n = 0;

	s = span_head(s, URL_RAW_MAX);
	if (span_find(s, '%') < 0)
		return s;
	for (size_t i = 0; i < s.len; i++) {
		int high = s.p[i] == '%' && i + 2 < s.len ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;

		buf[n++] = low >= 0 ? (uint8_t)(high << 4 | low) : s.p[i];
		i += low >= 0 ? 2 : 0;
	}
	return span_of(buf, n);
}

/* One number of an IPv4 address: decimal, octal or hexadecimal. 1, or -1. */
static int read_number(struct span s, uint64_t *ret)
{
	unsigned int base = 10;
	uint64_t v = 0;

	if (s.len == 0)
		return -1;
	if (s.len >= 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x') {
		s = span_skip(s, 2);
		base = 16;
	} else if (s.len >= 2 && s.p[0] == '0') {
		s = span_skip(s, 1);
		base = 8;
	}
	for (size_t i = 0; i < s.len; i++) {
		int d = hex_digit(s.p[i]);

		if (d < 0 || d >= (int)base)
			return -1;
		v = v < 1ull << 40 ? v * base + (unsigned int)d : v;
	}
	*ret = v;
	return 1;
}

/* "192.0.2.1", and shorter forms whose last number fills the rest. 1, or -1. */
static int read_ipv4(struct span s, struct url_host *ret)
{
	uint64_t v, address = 0;

	for (int i = 0; i < 4; i++) {
		ptrdiff_t dot = span_find(s, '.');
		struct span part = span_head(s, dot < 0 ? s.len : (size_t)dot);

		if (read_number(part, &v) < 0 || v >= 1ull << (dot < 0 ? 32 - 8 * i : 8))
			return -1;
		if (dot < 0) {
			address |= v;
			ret->kind = URL_HOST_IPV4;
			ret->len = (uint8_t)snprintf(ret->text, sizeof(ret->text), "%u.%u.%u.%u",
				(unsigned int)(address >> 24 & 255),
				(unsigned int)(address >> 16 & 255),
				(unsigned int)(address >> 8 & 255), (unsigned int)(address & 255));
			return 1;
		}
		address |= v << (24 - 8 * i);
		s = span_skip(s, (size_t)dot + 1);
	}
	return -1;
}

static int read_ipv6(struct span s, struct url_host *ret)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a;

	if (s.len < 4 || s.len - 2 >= sizeof(text) || s.p[s.len - 1] != ']')
		return -1;
	memcpy(text, s.p + 1, s.len - 2);
	text[s.len - 2] = '\0';
	if (inet_pton(AF_INET6, text, &a) != 1)
		return -1;
	inet_ntop(AF_INET6, &a, text, sizeof(text));
	ret->kind = URL_HOST_IPV6;
	ret->len = (uint8_t)strlen(text);
	memcpy(ret->text, text, ret->len);
	return 1;
}

/* Is the last label a number, as in no name? */
static bool ends_in_number(struct span s)
{
	struct span last = span_skip(s, (size_t)(span_find_last(s, '.') + 1));
	uint64_t v;

	if (last.p[0] < '0' || last.p[0] > '9')
		return false;
	for (size_t i = 0; i < last.len; i++)
		if (last.p[i] < '0' || last.p[i] > '9')
			return read_number(last, &v) == 1;
	return true;
}

/* Bytes of host names, and what they become; 0 where there are none of these. */
static const uint8_t name_bytes[256] = {
	['-'] = '-',
	['.'] = '.',
	['_'] = '_',
	['0'] = '0',
	['1'] = '1',
	['2'] = '2',
	['3'] = '3',
	['4'] = '4',
	['5'] = '5',
	['6'] = '6',
	['7'] = '7',
	['8'] = '8',
	['9'] = '9',
	['A'] = 'a',
	['B'] = 'b',
	['C'] = 'c',
	['D'] = 'd',
	['E'] = 'e',
	['F'] = 'f',
	['G'] = 'g',
	['H'] = 'h',
	['I'] = 'i',
	['J'] = 'j',
	['K'] = 'k',
	['L'] = 'l',
	['M'] = 'm',
	['N'] = 'n',
	['O'] = 'o',
	['P'] = 'p',
	['Q'] = 'q',
	['R'] = 'r',
	['S'] = 's',
	['T'] = 't',
	['U'] = 'u',
	['V'] = 'v',
	['W'] = 'w',
	['X'] = 'x',
	['Y'] = 'y',
	['Z'] = 'z',
	['a'] = 'a',
	['b'] = 'b',
	['c'] = 'c',
	['d'] = 'd',
	['e'] = 'e',
	['f'] = 'f',
	['g'] = 'g',
	['h'] = 'h',
	['i'] = 'i',
	['j'] = 'j',
	['k'] = 'k',
	['l'] = 'l',
	['m'] = 'm',
	['n'] = 'n',
	['o'] = 'o',
	['p'] = 'p',
	['q'] = 'q',
	['r'] = 'r',
	['s'] = 's',
	['t'] = 't',
	['u'] = 'u',
	['v'] = 'v',
	['w'] = 'w',
	['x'] = 'x',
	['y'] = 'y',
	['z'] = 'z',
};

int url_host_read(struct span host, struct url_host *ret)
{
	size_t n = 0;

	if (host.len > 0 && host.p[0] == '[')
		return read_ipv6(host, ret);
	for (size_t i = 0; i < host.len; i++)
		if (host.p[i] >= 0x80)
			return 0;
	while (host.len > 0 && host.p[host.len - 1] == '.')
		host.len--;
	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = name_bytes[host.p[i]];

		if (!c || (c == '.' && (n == 0 || ret->text[n - 1] == '.')))
			return -1;
		if (n < URL_HOST_MAX)
			ret->text[n++] = (char)c;
	}
	while (n > 0 && ret->text[n - 1] == '.')
		n--;
	if (n == 0)
		return -1;
	ret->kind = URL_HOST_NAME;
	ret->len = (uint8_t)n;
	if (ends_in_number(span_of(ret->text, n))) {
		char text[URL_HOST_MAX];

		memcpy(text, ret->text, n);
		return read_ipv4(span_of(text, n), ret);
	}
	return 1;
}
