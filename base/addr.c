/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

int addr_cmp(const struct addr *a, const struct addr *b)
{
	bool a4 = addr_is_v4(a), b4 = addr_is_v4(b);

	if (a4 != b4)
		return a4 ? -1 : 1;
	return memcmp(a->b, b->b, 16);
}

char *addr_format(const struct addr *a, char buf[ADDR_STRLEN])
{
	bool v4 = addr_is_v4(a);

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? a->b + 12 : a->b, buf, ADDR_STRLEN))
		buf[0] = '\0';
	return buf;
}

int addr_parse(struct span s, struct addr *ret)
{
	char text[ADDR_STRLEN];
	uint8_t b[16];

	if (s.len == 0 || s.len >= sizeof(text) || memchr(s.p, '\0', s.len))
		return -1;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	if (inet_pton(AF_INET, text, b) == 1)
		*ret = addr_from_v4(b);
	else if (inet_pton(AF_INET6, text, b) == 1)
		*ret = addr_from_v6(b);
	else
		return -1;
	return 1;
}

struct addr addr_prefix(const struct addr *a, unsigned int bits)
{
	struct addr r = *a;
	unsigned int keep = addr_is_v4(a) ? bits + 96 : bits;

	for (unsigned int i = 0; i < 16; i++) {
		if (keep >= 8 * (i + 1))
			continue;
		r.b[i] = keep <= 8 * i ? 0 : (uint8_t)(r.b[i] & (0xff00 >> (keep - 8 * i)));
	}
	return r;
}

struct addr addr_host_key(const struct addr *a)
{
	return addr_is_v4(a) ? *a : addr_prefix(a, 64);
}

struct addr addr_net_key(const struct addr *a)
{
	return addr_prefix(a, addr_is_v4(a) ? 24 : 48);
}

/*
 * IANA special-purpose registries, without the documentation networks (they stand for public
 * addresses in tests and manuals).
 */
bool addr_is_private(const struct addr *a)
{
	static const struct {
		uint8_t b[4];
		uint8_t bits;
	} v4[] = {
		{{0, 0, 0, 0}, 8},
		{{10, 0, 0, 0}, 8},
		{{100, 64, 0, 0}, 10},
		{{127, 0, 0, 0}, 8},
		{{169, 254, 0, 0}, 16},
		{{172, 16, 0, 0}, 12},
		{{192, 168, 0, 0}, 16},
		{{224, 0, 0, 0}, 3},
	};
	static const uint8_t loopback[16] = {[15] = 1};
	static const uint8_t any[16];

	if (addr_is_v4(a)) {
		for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]); i++) {
			struct cidr c = {addr_from_v4(v4[i].b), v4[i].bits};

			if (cidr_contains(&c, a))
				return true;
		}
		return false;
	}
	return (a->b[0] & 0xfe) == 0xfc ||			   /* unique local, RFC 4193 */
		(a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80) ||   /* link-local, RFC 4291 2.5.6 */
		a->b[0] == 0xff ||				   /* multicast */
		memcmp(a->b, loopback, 16) == 0 || memcmp(a->b, any, 16) == 0;
}

int cidr_parse(struct span s, struct cidr *ret)
{
	ptrdiff_t slash = span_find(s, '/');
	struct addr a;
	unsigned int max, bits = 0;

	if (addr_parse(slash < 0 ? s : span_head(s, (size_t)slash), &a) != 1)
		return -1;
	max = addr_is_v4(&a) ? 32 : 128;
	if (slash < 0) {
		bits = max;
	} else {
		struct span n = span_skip(s, (size_t)slash + 1);

		if (n.len == 0 || n.len > 3 || (n.len > 1 && n.p[0] == '0'))
			return -1;
		for (size_t i = 0; i < n.len; i++) {
			if (n.p[i] < '0' || n.p[i] > '9')
				return -1;
			bits = bits * 10 + (n.p[i] - '0');
		}
		if (bits > max)
			return -1;
	}
	ret->base = addr_prefix(&a, bits);
	ret->bits = (uint8_t)bits;
	return 1;
}

bool cidr_contains(const struct cidr *c, const struct addr *a)
{
	struct addr p;

	if (addr_is_v4(&c->base) != addr_is_v4(a))
		return false;
	p = addr_prefix(a, c->bits);
	return addr_eq(&p, &c->base);
}

bool cidr_list_contains(const struct cidr_list *l, const struct addr *a)
{
	for (size_t i = 0; i < l->count; i++)
		if (cidr_contains(&l->items[i], a))
			return true;
	return false;
}
