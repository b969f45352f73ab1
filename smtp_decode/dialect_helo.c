/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/dialect_helo.h"

#include "base/limits.h"

static const char *const private_tlds[] = {
	"local", "lan", "home", "localdomain", "intra", "priv", "internal", "arpa"};

/* Names that Windows makes up: what stands in front, and the length of all. */
static const struct {
	const char *prefix;
	size_t len;
} windows_names[] = {{"win-", 15}, {"desktop-", 15}, {"laptop-", 15}};

static struct span lower(struct span arg, char buf[LIMIT_HELO_ARG])
{
	arg = span_head(arg, LIMIT_HELO_ARG);
	if (arg.len > 1 && arg.p[arg.len - 1] == '.')
		arg.len--;
	for (size_t i = 0; i < arg.len; i++)
		buf[i] = (char)(arg.p[i] >= 'A' && arg.p[i] <= 'Z' ? arg.p[i] | 0x20 : arg.p[i]);
	return span_of(buf, arg.len);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_host_name(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (!is_digit(c) && (c < 'a' || c > 'z') && c != '-' && c != '_' && c != '.')
			return false;
		if (c == '.' && (i == 0 || i + 1 == s.len || s.p[i - 1] == '.'))
			return false;
	}
	return s.len > 0;
}

/* Digits and dots, or what has a colon and is an IPv6 address, with or without its tag. */
static bool is_bare_address(struct span s)
{
	struct addr a;
	size_t digits = 0;

	if (span_istarts(s, "ipv6:"))
		s = span_skip(s, 5);
	for (size_t i = 0; i < s.len; i++)
		digits += is_digit(s.p[i]) || s.p[i] == '.';
	if (digits == s.len && span_find(s, '.') > 0)
		return true;
	return span_find(s, ':') >= 0 && addr_parse(s, &a) == 1;
}

static bool is_windows_name(struct span s)
{
	if (s.len > 3 && span_eq_str(span_skip(s, s.len - 3), "-pc"))
		return span_find(s, '.') < 0;
	for (size_t i = 0; i < sizeof(windows_names) / sizeof(windows_names[0]); i++) {
		if (s.len == windows_names[i].len && span_istarts(s, windows_names[i].prefix))
			return span_find(s, '.') < 0;
	}
	return false;
}

static bool is_private(struct span s)
{
	size_t from = s.len;

	while (from > 0 && s.p[from - 1] != '.')
		from--;
	for (size_t i = 0; i < sizeof(private_tlds) / sizeof(private_tlds[0]); i++) {
		if (span_eq_str(span_skip(s, from), private_tlds[i]))
			return true;
	}
	return false;
}

static bool contains(struct span s, struct span text)
{
	for (size_t i = 0; i + text.len <= s.len; i++) {
		if (s.p[i] == text.p[0] && memcmp(s.p + i, text.p, text.len) == 0)
			return true;
	}
	return false;
}

/* Four numbers, one behind the other whatever lies between, that are `o` in one of two orders. */
static bool has_octets(struct span s, const uint8_t o[4])
{
	unsigned int last[4] = {999, 999, 999, 999};

	for (size_t i = 0; i < s.len;) {
		unsigned int n = 0, digits = 0;

		while (i < s.len && is_digit(s.p[i]) && digits < 4) {
			n = 10 * n + (s.p[i++] - '0');
			digits++;
		}
		if (digits == 0) {
			i++;
			continue;
		}
		memmove(last, last + 1, sizeof(last) - sizeof(last[0]));
		last[3] = n;
		if ((last[0] == o[0] && last[1] == o[1] && last[2] == o[2] && last[3] == o[3]) ||
			(last[0] == o[3] && last[1] == o[2] && last[2] == o[1] && last[3] == o[0]))
			return true;
	}
	return false;
}

/* Four octets of two hexadecimal or three decimal digits each, without signs between them? */
static bool has_joined_octets(struct span s, const uint8_t o[4])
{
	static const char digits[] = "0123456789abcdef";
	char hex[8], decimal[12];

	for (size_t i = 0; i < 4; i++) {
		hex[2 * i] = digits[o[i] / 16];
		hex[2 * i + 1] = digits[o[i] % 16];
		decimal[3 * i] = digits[o[i] / 100];
		decimal[3 * i + 1] = digits[o[i] / 10 % 10];
		decimal[3 * i + 2] = digits[o[i] % 10];
	}
	return contains(s, span_of(hex, sizeof(hex))) ||
	       contains(s, span_of(decimal, sizeof(decimal)));
}

/* Is the client's IPv4 address written in the name? */
static bool has_address(struct span s, const struct addr *client)
{
	const uint8_t *o = client->b + 12;

	return addr_is_v4(client) && (has_octets(s, o) || has_joined_octets(s, o));
}

char dialect_helo(struct span arg, const struct addr *client)
{
	char buf[LIMIT_HELO_ARG];
	struct span s = lower(arg, buf);

	if (s.len > 1 && s.p[0] == '[' && s.p[s.len - 1] == ']')
		return 'l';
	if (is_bare_address(s))
		return 'i';
	if (!is_host_name(s))
		return 'x';
	if (span_eq_str(s, "localhost") || span_istarts(s, "localhost."))
		return 'o';
	if (is_windows_name(s))
		return 'w';
	if (span_find(s, '.') < 0)
		return 's';
	if (is_private(s))
		return 'p';
	return has_address(s, client) ? 'g' : 'd';
}
