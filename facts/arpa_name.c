/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/arpa_name.h"

#define V4_SUFFIX ".in-addr.arpa"
#define V6_SUFFIX ".ip6.arpa"

/* `name` without `suffix`, or an empty span. */
static struct span strip_suffix(struct span name, const char *suffix)
{
	size_t n = strlen(suffix);

	if (name.len <= n || memcmp(name.p + name.len - n, suffix, n) != 0)
		return span_of(NULL, 0);
	return span_head(name, name.len - n);
}

/* Four decimal octets, last first. */
static int parse_v4(struct span s, struct addr *ret)
{
	uint8_t octets[4];
	size_t pos = 0;

	for (int i = 3; i >= 0; i--) {
		unsigned int value = 0;
		size_t start = pos;

		while (pos < s.len && pos - start < 3 && s.p[pos] >= '0' && s.p[pos] <= '9')
			value = value * 10 + (s.p[pos++] - '0');
		if (pos == start || value > 255 || (pos - start > 1 && s.p[start] == '0'))
			return -1;
		octets[i] = (uint8_t)value;
		if (i > 0 && (pos == s.len || s.p[pos++] != '.'))
			return -1;
	}
	if (pos != s.len)
		return -1;
	*ret = addr_from_v4(octets);
	return 1;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Thirty-two nibbles, last first. */
static int parse_v6(struct span s, struct addr *ret)
{
	uint8_t b[16] = {0};
	struct addr a;

	if (s.len != 63)
		return -1;
	for (size_t i = 0; i < 32; i++) {
		int v = hex_digit(s.p[2 * i]);

		if (v < 0 || (i < 31 && s.p[2 * i + 1] != '.'))
			return -1;
		b[15 - i / 2] |= (uint8_t)(i % 2 ? v << 4 : v);
	}
	a = addr_from_v6(b);
	if (addr_is_v4(&a)) /* mapped: not the reverse name of that IPv4 address */
		return -1;
	*ret = a;
	return 1;
}

int arpa_name_parse(struct span name, struct addr *ret)
{
	struct span v4 = strip_suffix(name, V4_SUFFIX);

	if (v4.len > 0)
		return parse_v4(v4, ret);
	return parse_v6(strip_suffix(name, V6_SUFFIX), ret);
}
