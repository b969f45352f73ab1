/* SPDX-License-Identifier: Apache-2.0 */
/* TCP (RFC 9293) and UDP (RFC 768): where the walk ends. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/hash.h"
#include "capture/decap_walk.h"

static void read_option(struct segment_options *o, uint8_t kind, const uint8_t *body, size_t len)
{
	switch (kind) {
	case TCPOPT_MAXSEG:
		if (len == 2)
			o->mss = decap_be16(body);
		break;
	case TCPOPT_WINDOW:
		if (len == 1)
			o->wscale = (int8_t)(body[0] < 14 ? body[0] : 14); /* RFC 7323 2.3 */
		break;
	case TCPOPT_SACK_PERMITTED:
		o->sack_ok = true;
		break;
	}
}

/* `s` is what was captured of the options; what is broken ends them. */
static void read_options(struct segment_options *o, struct span s)
{
	memset(o, 0, sizeof(*o));
	o->wscale = -1;
	while (s.len > 0) {
		uint8_t kind = s.p[0];
		size_t len = 1;

		if (o->layout_len < SEGMENT_LAYOUT_MAX)
			o->layout[o->layout_len++] = kind;
		if (kind == TCPOPT_EOL)
			break;
		if (kind != TCPOPT_NOP) {
			if (s.len < 2 || s.p[1] < 2 || s.p[1] > s.len)
				break;
			len = s.p[1];
			read_option(o, kind, s.p + 2, len - 2);
		}
		s = span_skip(s, len);
	}
}

#define FINGERPRINT_HEADER 16 /* bytes of it before the checksum */
#define FINGERPRINT_ENDS 64   /* bytes looked at of either end of the payload */

/*
 * segment.fingerprint, of what else `s` says and the `captured` bytes of its header at `p`. Behind
 * it lies the payload: options and its beginning are one run of bytes.
 */
static uint64_t fingerprint(
	const struct segment *s, const uint8_t *p, size_t captured, uint64_t seed)
{
	struct span head = span_head(s->payload, FINGERPRINT_ENDS);
	struct span tail = span_skip(s->payload, head.len);
	uint64_t h = hash64_seed(
		p, FINGERPRINT_HEADER, seed ^ ((uint64_t)s->ip_id << 32 | s->payload_len));

	h = hash64_seed(p + 20, captured - 20 + head.len, h);
	if (tail.len > FINGERPRINT_ENDS)
		tail = span_skip(tail, tail.len - FINGERPRINT_ENDS);
	return tail.len > 0 ? hash64_seed(tail.p, tail.len, h) : h;
}

/* The sum of the pseudo-header (RFC 9293 3.1, RFC 8200 8.1), but for the length. */
static uint16_t pseudo_sum(const struct decap_walk *w)
{
	uint32_t words[8];
	uint64_t sum = htons(IPPROTO_TCP);

	memcpy(words, w->src.b, 16);
	memcpy(words + 4, w->dst.b, 16);
	if (addr_is_v4(&w->src))
		return checksum_fold(sum + words[3] + words[7]);
	for (size_t i = 0; i < 8; i++)
		sum += words[i];
	return checksum_fold(sum);
}

/*
 * Of the segment at hand. What a host leaves to its card, or a card that joins segments leaves to
 * its host, is the sum of the pseudo-header, with or without the length; such a field that is right
 * by chance says nothing.
 */
static enum checksum_verdict check_tcp(const struct decap_walk *w)
{
	uint16_t field, pseudo, without;
	bool right;

	if (w->checksums == CHECKSUM_NONE || w->ip_checksum == CHECKSUM_UNKNOWN ||
		w->at.len < w->wire || w->cut)
		return CHECKSUM_UNKNOWN;
	memcpy(&field, w->at.p + 16, sizeof(field));
	without = pseudo_sum(w);
	pseudo = checksum_add(checksum_add(without, htons((uint16_t)w->wire)),
		htons((uint16_t)(w->wire >> 16)));
	right = checksum_add(pseudo, checksum_sum(w->at)) == 0xffff;
	if (w->ip_checksum == CHECKSUM_WRONG)
		return CHECKSUM_WRONG;
	if (field == pseudo || field == without)
		return right ? CHECKSUM_UNKNOWN : CHECKSUM_UNMADE;
	return right ? CHECKSUM_RIGHT : CHECKSUM_WRONG;
}

/* A snaplen that ends within the options leaves what matters: the payload's place and length. */
enum decap_header decap_tcp(struct decap_walk *w)
{
	const uint8_t *p = w->at.p;
	struct segment *s = &w->ret->segment;
	size_t header = (size_t)(p[12] >> 4) * 4;
	size_t captured = header < w->at.len ? header : w->at.len;

	if (header < 20 || header > w->wire)
		return decap_stop(w, DECAP_MALFORMED);
	s->checksum = check_tcp(w);
	if (w->checksums == CHECKSUM_ALL && s->checksum >= CHECKSUM_UNMADE)
		return decap_stop(w, DECAP_BAD_CHECKSUM);
	s->time = w->p->time;
	s->packet = w->p->index;
	s->src = w->src;
	s->dst = w->dst;
	s->src_port = decap_be16(p);
	s->dst_port = decap_be16(p + 2);
	s->seq = decap_be32(p + 4);
	s->ack = decap_be32(p + 8);
	s->flags = p[13];
	s->window = decap_be16(p + 14);
	s->ttl = w->ttl;
	s->ip_id = w->ip_id;
	s->ip_len = w->ip_len;
	s->vlan_count = w->ip_vlan_count;
	s->vlan[0] = w->ip_vlan[0];
	s->vlan[1] = w->ip_vlan[1];
	if (s->flags & SEGMENT_SYN)
		read_options(&s->options, span_of(p + 20, captured - 20));
	s->payload = span_skip(w->at, header);
	s->payload_len = w->wire - (uint32_t)header;
	s->fingerprint = fingerprint(s, p, captured, w->seed);
	s->duplicate = false;
	s->tunnel = NULL;
	w->ret->kind = DECAP_TCP;
	return HEADER_DONE;
}

#define PORT_DNS 53

/* DNS goes before tunnels: an answer's destination port is whatever the client chose. */
enum decap_header decap_udp(struct decap_walk *w)
{
	const uint8_t *p = w->at.p;
	struct datagram *g = &w->ret->datagram;
	uint16_t src_port = decap_be16(p), dst_port = decap_be16(p + 2);
	uint32_t len = decap_be16(p + 4);
	enum decap_header tunnel = HEADER_DONE;

	if (len == 0) /* a jumbogram (RFC 2675) */
		len = w->wire;
	if (len < 8 || len > w->wire)
		return decap_stop(w, DECAP_MALFORMED);
	decap_limit(w, len);
	decap_past(w, 8, HEADER_DONE);
	if (src_port != PORT_DNS && dst_port != PORT_DNS)
		tunnel = decap_by_udp_port(dst_port);
	if (tunnel != HEADER_DONE)
		return tunnel;
	if (w->at.len < w->wire)
		return decap_stop(w, DECAP_CUT);
	g->time = w->p->time;
	g->packet = w->p->index;
	g->src = w->src;
	g->dst = w->dst;
	g->src_port = src_port;
	g->dst_port = dst_port;
	g->payload = w->at;
	w->ret->kind = DECAP_UDP;
	return HEADER_DONE;
}
