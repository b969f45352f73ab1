/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_proxy.h"

#define VERSION_2 0x20
#define COMMAND_PROXY 1
#define UNIX_ADDRS 216
#define TLV_CRC32C 0x03

/* ---- version 1 ---- */

/* The next word of `*s`; words are one space apart. */
static struct span word(struct span *s)
{
	ptrdiff_t n = span_find(*s, ' ');
	struct span w = n < 0 ? *s : span_head(*s, (size_t)n);

	*s = span_skip(*s, n < 0 ? s->len : (size_t)n + 1);
	return w;
}

static bool parse_port(struct span s, uint16_t *ret)
{
	uint32_t v = 0;

	if (s.len == 0 || s.len > 5 || (s.len > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	}
	*ret = (uint16_t)v;
	return v <= UINT16_MAX;
}

static bool is_dotted(struct span s)
{
	return span_find(s, ':') < 0;
}

struct smtp_proxy_client smtp_proxy_line(struct span args, bool bare_lf)
{
	struct smtp_proxy_client r = {.kind = SMTP_PROXY_BAD}, bad = r;
	struct span s = args, family = word(&s), words[4];
	struct addr server;
	uint16_t server_port;
	bool v4 = span_eq_str(family, "TCP4");

	if (bare_lf)
		return bad;
	if (span_eq_str(family, "UNKNOWN")) {
		r.kind = SMTP_PROXY_LOCAL;
		return r;
	}
	for (size_t i = 0; i < 4; i++)
		words[i] = word(&s);
	if ((!v4 && !span_eq_str(family, "TCP6")) || s.len > 0 ||
		addr_parse(words[0], &r.addr) < 0 || addr_parse(words[1], &server) < 0 ||
		!parse_port(words[2], &r.port) || !parse_port(words[3], &server_port))
		return bad;
	/* An IPv4 address in IPv6 clothes is IPv6 to its sender. */
	if (v4 != is_dotted(words[0]) || v4 != is_dotted(words[1]))
		return bad;
	r.kind = SMTP_PROXY_NAMES;
	return r;
}

/* ---- version 2 ---- */

/* CRC32c (RFC 3720 B.4), bit by bit: a header is short. */
static uint32_t crc32c(uint32_t crc, uint8_t c)
{
	crc ^= c;
	for (int i = 0; i < 8; i++)
		crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	return crc;
}

void smtp_proxy_start(struct smtp_proxy *p, const uint8_t header[SMTP_PROXY_HEADER])
{
	static const struct {
		uint8_t family;
		uint8_t len; /* of two addresses and two ports */
	} rows[] = {{0x11, 12}, {0x12, 12}, {0x21, 36}, {0x22, 36}};
	bool known;

	*p = (struct smtp_proxy){
		.command = header[12] & 0x0f,
		.family = header[13],
		.left = (uint32_t)header[14] << 8 | header[15],
		.sum = UINT32_MAX,
	};
	for (size_t i = 0; i < SMTP_PROXY_HEADER; i++)
		p->sum = crc32c(p->sum, header[i]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].family == p->family)
			p->addrs_len = rows[i].len;
	}
	if (p->family == 0x31 || p->family == 0x32)
		p->skip = UNIX_ADDRS;
	known = p->addrs_len > 0 || p->skip > 0 || p->family == 0;
	p->tlvs = known;
	p->bad = (header[12] & 0xf0) != VERSION_2 || p->command > COMMAND_PROXY ||
		 (p->command == COMMAND_PROXY && (!known || p->left < p->addrs_len + p->skip));
	if (p->left < p->addrs_len + p->skip) {
		p->tlvs = false;
		p->addrs_len = 0;
		p->skip = 0;
	}
}

/* One byte behind the addresses. What it adds to the checksum. */
static uint8_t tlv_byte(struct smtp_proxy *p, uint8_t c)
{
	if (p->tlv_have < sizeof(p->tlv)) {
		p->tlv[p->tlv_have++] = c;
		if (p->tlv_have < sizeof(p->tlv))
			return c;
		p->value_left = (uint16_t)(p->tlv[1] << 8 | p->tlv[2]);
		p->bad = p->bad || p->value_left > p->left - 1;
		if (p->tlv[0] == TLV_CRC32C) {
			p->bad = p->bad || p->checked || p->value_left != 4;
			p->checked = true;
		}
	} else {
		p->value_left--;
		if (p->tlv[0] == TLV_CRC32C) {
			p->sum_given = p->sum_given << 8 | c;
			c = 0;
		}
	}
	if (p->value_left == 0)
		p->tlv_have = 0;
	return c;
}

size_t smtp_proxy_bytes(struct smtp_proxy *p, struct span in)
{
	size_t n = in.len < p->left ? in.len : p->left;

	for (size_t i = 0; i < n; i++, p->left--) {
		uint8_t c = in.p[i];

		if (p->have < p->addrs_len)
			p->addrs[p->have++] = c;
		else if (p->skip > 0)
			p->skip--;
		else if (p->tlvs)
			c = tlv_byte(p, c);
		p->sum = crc32c(p->sum, c);
	}
	return n;
}

void smtp_proxy_gap(struct smtp_proxy *p, uint64_t missing)
{
	p->left -= (uint32_t)missing;
	p->bad = true;
	p->tlvs = false;
}

struct smtp_proxy_client smtp_proxy_end(const struct smtp_proxy *p)
{
	struct smtp_proxy_client r = {.kind = SMTP_PROXY_LOCAL};
	size_t port = p->addrs_len - 4u;

	/* A TLV that is cut, or a checksum that does not fit. */
	if (p->bad || p->tlv_have > 0 || (p->checked && p->sum_given != ~p->sum))
		return (struct smtp_proxy_client){.kind = SMTP_PROXY_BAD};
	if (p->command != COMMAND_PROXY || p->addrs_len == 0)
		return r;
	r.kind = SMTP_PROXY_NAMES;
	r.addr = p->addrs_len == 12 ? addr_from_v4(p->addrs) : addr_from_v6(p->addrs);
	r.port = (uint16_t)(p->addrs[port] << 8 | p->addrs[port + 1]);
	return r;
}
