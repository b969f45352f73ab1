/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/dns_message.h"

#include <string.h>

#include "base/limits.h"

#define HEADER_BYTES 12
#define CLASS_IN 1
#define LABEL_MAX 63
#define POINTER_BITS 0xc0
#define ESCAPED_BYTE 4 /* "\255" */
/* What one answer and the array of all of them can take. */
#define ANSWER_ROOM                                          \
	(LIMIT_DNS_TXT + 2 * LIMIT_DNS_NAME * ESCAPED_BYTE + \
		LIMIT_DNS_ANSWERS * sizeof(struct dns_answer) + 16)

#define FLAG_RESPONSE 0x8000
#define FLAG_OPCODE 0x7800
#define FLAG_AA 0x0400
#define FLAG_TC 0x0200
#define FLAG_RA 0x0080
#define RCODE_BITS 0x000f

struct message {
	const uint8_t *p;
	size_t len;
};

/* A domain name as text. Bytes that would read as something else are escaped (RFC 1035 5.1). */
struct name {
	size_t len;
	char text[LIMIT_DNS_NAME * ESCAPED_BYTE];
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put_label(struct name *n, const uint8_t *p, size_t len)
{
	if (n->len > 0)
		n->text[n->len++] = '.';
	for (size_t i = 0; i < len; i++) {
		uint8_t c = p[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + ('a' - 'A'));
		if (c > ' ' && c < 0x7f && c != '.' && c != '\\') {
			n->text[n->len++] = (char)c;
			continue;
		}
		n->text[n->len++] = '\\';
		n->text[n->len++] = (char)('0' + c / 100);
		n->text[n->len++] = (char)('0' + c / 10 % 10);
		n->text[n->len++] = (char)('0' + c % 10);
	}
}

/*
 * The name at *at, with the compression of RFC 1035 4.1.4; *at moves behind it. Each pointer must
 * lead before the place it was met at, and 255 octets end any name, so the work is bounded.
 * 1, or -1 where it is no name.
 */
static int read_name(const struct message *m, size_t *at, struct name *ret)
{
	size_t pos = *at, start = *at, octets = 1;
	bool jumped = false;

	ret->len = 0;
	for (;;) {
		uint8_t len;

		if (pos >= m->len)
			return -1;
		len = m->p[pos];
		if ((len & POINTER_BITS) == POINTER_BITS) {
			size_t target;

			if (m->len - pos < 2)
				return -1;
			target = get16(m->p + pos) & 0x3fff;
			if (target >= start)
				return -1;
			if (!jumped)
				*at = pos + 2;
			jumped = true;
			pos = start = target;
			continue;
		}
		if (len == 0)
			break;
		octets += 1u + len;
		if (len > LABEL_MAX || m->len - pos - 1 < len || octets > LIMIT_DNS_NAME)
			return -1;
		put_label(ret, m->p + pos + 1, len);
		pos += 1u + len;
	}
	if (!jumped)
		*at = pos + 1;
	return 1;
}

struct resource {
	struct name owner;
	uint16_t type, class;
	uint32_t ttl;
	size_t data, data_len;
};

/* 1, or -1 where the message ends before the record does. */
static int read_resource(const struct message *m, size_t *at, struct resource *ret)
{
	if (read_name(m, at, &ret->owner) < 0 || m->len - *at < 10)
		return -1;
	ret->type = get16(m->p + *at);
	ret->class = get16(m->p + *at + 2);
	ret->ttl = get32(m->p + *at + 4);
	ret->data_len = get16(m->p + *at + 8);
	ret->data = *at + 10;
	if (m->len - ret->data < ret->data_len)
		return -1;
	*at = ret->data + ret->data_len;
	return 1;
}

/* The strings of a TXT record one after another, as SPF reads them (RFC 7208 3.3). */
static int read_txt(const struct message *m, const struct resource *rr, struct record_builder *b,
	struct str_ref *ret)
{
	uint8_t text[LIMIT_DNS_TXT];
	size_t pos = rr->data, end = rr->data + rr->data_len, len = 0;

	while (pos < end) {
		size_t n = m->p[pos++];

		if (end - pos < n || sizeof(text) - len < n)
			return -1;
		memcpy(text + len, m->p + pos, n);
		len += n;
		pos += n;
	}
	*ret = record_add(b, span_of(text, len));
	return 1;
}

/* The name inside the data of `rr`, `skip` bytes in. */
static int read_target(const struct message *m, const struct resource *rr, size_t skip,
	struct record_builder *b, struct str_ref *ret)
{
	size_t at = rr->data + skip;
	struct name n;

	if (rr->data_len <= skip || read_name(m, &at, &n) < 0 || at > rr->data + rr->data_len)
		return -1;
	*ret = record_add(b, span_of(n.text, n.len));
	return 1;
}

/* 1 where `ret` was filled, 0 where the type is not one of ours, -1 where its data is broken. */
static int read_data(const struct message *m, const struct resource *rr, struct record_builder *b,
	struct dns_answer *ret)
{
	switch (rr->type) {
	case DNS_A:
		if (rr->data_len != 4)
			return -1;
		ret->addr = addr_from_v4(m->p + rr->data);
		return 1;
	case DNS_AAAA:
		if (rr->data_len != 16)
			return -1;
		ret->addr = addr_from_v6(m->p + rr->data);
		return 1;
	case DNS_NS:
	case DNS_CNAME:
	case DNS_PTR:
	case DNS_SOA: /* its first name; an answer section holds one only where it was asked for */
		return read_target(m, rr, 0, b, &ret->name);
	case DNS_MX:
		return read_target(m, rr, 2, b, &ret->name);
	case DNS_TXT:
		return read_txt(m, rr, b, &ret->name);
	default:
		return 0;
	}
}

/*
 * Adds what the answer section says to `r`; most owners are the question's name again. *at moves
 * behind the section. 1, or -1 where the message ended before it.
 */
static int read_answers(const struct message *m, size_t *at, const struct name *question,
	struct dns_record *r, struct record_builder *b)
{
	struct dns_answer answers[LIMIT_DNS_ANSWERS];
	unsigned int count = get16(m->p + 6);
	uint32_t kept = 0;

	for (; count > 0; count--) {
		struct dns_answer *a = &answers[kept];
		struct resource rr;
		int got;

		if (kept == LIMIT_DNS_ANSWERS || b->len > RECORD_MAX - ANSWER_ROOM) {
			r->cut = 1;
			break;
		}
		if (read_resource(m, at, &rr) < 0)
			break;
		memset(a, 0, sizeof(*a));
		a->type = rr.type;
		a->ttl = rr.ttl;
		got = rr.class == CLASS_IN ? read_data(m, &rr, b, a) : 0;
		if (got < 0)
			r->malformed = 1;
		if (got <= 0)
			continue;
		if (span_eq(span_of(rr.owner.text, rr.owner.len),
			    span_of(question->text, question->len)))
			a->owner = r->qname;
		else
			a->owner = record_add(b, span_of(rr.owner.text, rr.owner.len));
		kept++;
	}
	r->answers = record_add_array(b, answers, sizeof(answers[0]), kept);
	return count == 0 ? 1 : -1;
}

/* Without an answer: does the authority section point elsewhere? 1 or 0, -1 where it ends early. */
static int read_authority(const struct message *m, size_t *at)
{
	int referral = 0;

	for (unsigned int count = get16(m->p + 8); count > 0; count--) {
		struct resource rr;

		if (read_resource(m, at, &rr) < 0)
			return -1;
		if (rr.type == DNS_SOA)
			return 0;
		if (rr.type == DNS_NS)
			referral = 1;
	}
	return referral;
}

/* What follows the question of a response. */
static void read_response(const struct message *m, size_t at, const struct name *question,
	struct dns_record *r, struct record_builder *b)
{
	int referral = 0;

	if (read_answers(m, &at, question, r, b) < 0) {
		r->malformed |= !r->cut;
		return;
	}
	if (get16(m->p + 6) == 0)
		referral = read_authority(m, &at);
	if (referral < 0)
		r->malformed = 1;
	else
		r->referral = (uint8_t)referral;
}

const struct dns_record *dns_message_parse(
	const struct datagram *d, uint64_t flow, uint32_t number, struct record_builder *b)
{
	struct message m = {d->payload.p, d->payload.len};
	size_t at = HEADER_BYTES;
	struct dns_record *r;
	struct name question;
	uint16_t flags;

	if (m.len < HEADER_BYTES)
		return NULL;
	flags = get16(m.p + 2);
	if ((flags & FLAG_OPCODE) != 0 || get16(m.p + 4) != 1)
		return NULL;
	if (read_name(&m, &at, &question) < 0 || m.len - at < 4 || get16(m.p + at + 2) != CLASS_IN)
		return NULL;

	r = record_begin(b, RECORD_DNS, sizeof(*r));
	r->r.time = d->time;
	r->r.packet = d->packet;
	r->r.flow = flow;
	r->r.number = number;
	r->src = d->src;
	r->dst = d->dst;
	r->src_port = d->src_port;
	r->dst_port = d->dst_port;
	r->id = get16(m.p);
	r->qtype = get16(m.p + at);
	r->response = (flags & FLAG_RESPONSE) != 0;
	r->rcode = flags & RCODE_BITS;
	r->aa = (flags & FLAG_AA) != 0;
	r->ra = (flags & FLAG_RA) != 0;
	r->tc = (flags & FLAG_TC) != 0;
	r->qname = record_add(b, span_of(question.text, question.len));
	if (r->response)
		read_response(&m, at + 4, &question, r, b);
	record_end(b);
	return r;
}
