/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_xclient.h"

#include "smtp_decode/smtp_command.h"

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t smtp_xtext_decode(struct span s, uint8_t *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < size; i++) {
		uint8_t c = s.p[i];

		if (c == '+' && i + 2 < s.len && hex_value(s.p[i + 1]) >= 0 &&
			hex_value(s.p[i + 2]) >= 0) {
			c = (uint8_t)(hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]));
			i += 2;
		}
		buf[n++] = c;
	}
	return n;
}

static bool is_unavailable(struct span value)
{
	return span_ieq_str(value, "[UNAVAILABLE]") || span_ieq_str(value, "[TEMPUNAVAIL]");
}

static bool parse_addr(struct span value, struct addr *ret)
{
	uint8_t buf[ADDR_STRLEN + 8];
	struct span s;

	if (value.len > 2 * sizeof(buf))
		return false;
	s = span_of(buf, smtp_xtext_decode(value, buf, sizeof(buf)));
	if (span_istarts(s, "IPV6:"))
		s = span_skip(s, 5);
	return addr_parse(s, ret) == 1;
}

static bool parse_port(struct span s, uint16_t *ret)
{
	uint32_t v = 0;

	if (s.len == 0 || s.len > 5)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	}
	*ret = (uint16_t)v;
	return v <= UINT16_MAX;
}

/* One pair. False where its value is not what its name asks for. */
static bool take(struct smtp_xclient *x, struct span name, struct span value)
{
	bool known = !is_unavailable(value);

	if (span_ieq_str(name, "ADDR")) {
		x->addr_given = true;
		x->addr_known = known && parse_addr(value, &x->addr);
		return x->addr_known || !known;
	}
	if (span_ieq_str(name, "PORT")) {
		x->port_given = true;
		x->port_known = known && parse_port(value, &x->port);
		return x->port_known || !known;
	}
	if (span_ieq_str(name, "HELO") && known)
		x->helo = value;
	else if (span_ieq_str(name, "LOGIN") && known)
		x->login = value;
	else if (span_ieq_str(name, "PROTO"))
		x->esmtp = span_ieq_str(value, "ESMTP");
	return true;
}

int smtp_xclient_parse(struct span args, struct smtp_xclient *ret)
{
	struct smtp_xclient x = {0};
	struct span name, value;
	bool any = false;

	while (smtp_param_next(&args, &name, &value)) {
		if (!value.p || name.len == 0 || !take(&x, name, value))
			return -1;
		any = true;
	}
	if (!any)
		return -1;
	*ret = x;
	return 1;
}
