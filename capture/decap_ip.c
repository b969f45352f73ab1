/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 (RFC 791) and IPv6 (RFC 8200) with what may stand between them and the transport. */
#include <netinet/in.h>

#include "capture/decap_walk.h"
#include "capture/ip_frag.h"

static const uint8_t protocols[256] = {
	[IPPROTO_HOPOPTS] = HEADER_IPV6_OPTIONS,
	[IPPROTO_ROUTING] = HEADER_IPV6_ROUTING,
	[IPPROTO_DSTOPTS] = HEADER_IPV6_OPTIONS,
	[IPPROTO_MH] = HEADER_IPV6_OPTIONS,
	[139] = HEADER_IPV6_OPTIONS, /* HIP, RFC 7401 */
	[140] = HEADER_IPV6_OPTIONS, /* Shim6, RFC 5533 */
	[IPPROTO_FRAGMENT] = HEADER_IPV6_FRAGMENT,
	[IPPROTO_AH] = HEADER_AH,
	[IPPROTO_IPIP] = HEADER_IPV4,
	[IPPROTO_IPV6] = HEADER_IPV6,
	[IPPROTO_TCP] = HEADER_TCP,
	[IPPROTO_UDP] = HEADER_UDP,
	[IPPROTO_GRE] = HEADER_GRE,
	[IPPROTO_MPLS] = HEADER_MPLS, /* RFC 4023 */
};

enum decap_header decap_by_protocol(struct decap_walk *w, uint8_t protocol)
{
	enum decap_header h = (enum decap_header)protocols[protocol];

	if (h == HEADER_DONE)
		return decap_stop(w, DECAP_OTHER_PROTOCOL);
	return h;
}

/* A new IP header: what was the innermost one becomes the tunnel's. */
static void enter_ip(struct decap_walk *w, struct addr src, struct addr dst)
{
	if (w->ip_headers == 1) {
		w->ret->tunnel.src = w->src;
		w->ret->tunnel.dst = w->dst;
	}
	w->ip_headers++;
	w->src = src;
	w->dst = dst;
	w->ip_vlan_count = w->vlan_count;
	w->ip_vlan[0] = w->vlan_count > 0 ? w->vlan[0] : 0;
	w->ip_vlan[1] = w->vlan_count > 1 ? w->vlan[1] : 0;
	w->vlan_count = 0;
	w->bounded = false;
}

/* RFC 791 3.2: a datagram is known by its addresses, protocol and identification. */
static enum decap_header ipv4_fragment(struct decap_walk *w, uint8_t protocol, uint16_t field)
{
	struct ip_frag_key key = {
		.src = w->src, .dst = w->dst, .id = w->ip_id, .protocol = protocol, .version = 4};

	struct ip_frag_piece piece = {
		.offset = (field & 0x1fffu) * 8, .more = field & 0x2000, .protocol = protocol};

	return decap_fragment(w, &key, &piece);
}

/* Of a header of which all was captured. */
static enum checksum_verdict check_ipv4(const struct decap_walk *w, size_t header)
{
	if (w->checksums == CHECKSUM_NONE)
		return CHECKSUM_UNKNOWN;
	if (checksum_sum(span_head(w->at, header)) == 0xffff)
		return CHECKSUM_RIGHT;
	return decap_be16(w->at.p + 10) == 0 ? CHECKSUM_UNMADE : CHECKSUM_WRONG;
}

enum decap_header decap_ipv4(struct decap_walk *w)
{
	const uint8_t *p = w->at.p;
	size_t header = (size_t)(p[0] & 0x0f) * 4;
	uint32_t total = decap_be16(p + 2);
	uint16_t fragment = decap_be16(p + 6);
	uint8_t protocol = p[9];

	if (p[0] >> 4 != 4 || header < 20)
		return decap_stop(w, DECAP_MALFORMED);
	if (total == 0) /* left to the segmentation offload of the host that captured */
		total = w->wire;
	if (total < header)
		return decap_stop(w, DECAP_MALFORMED);
	decap_limit(w, total);
	enter_ip(w, addr_from_v4(p + 12), addr_from_v4(p + 16));
	w->ip_len = total;
	w->ip_id = decap_be16(p + 4);
	w->ttl = p[8];
	if (!decap_has(w, header))
		return HEADER_STOP;
	w->ip_checksum = check_ipv4(w, header);
	if (w->checksums == CHECKSUM_ALL && w->ip_checksum != CHECKSUM_RIGHT)
		return decap_stop(w, DECAP_BAD_CHECKSUM);
	decap_past(w, header, HEADER_DONE);
	if (fragment & 0x3fff)
		return ipv4_fragment(w, protocol, fragment);
	return decap_by_protocol(w, protocol);
}

enum decap_header decap_ipv6(struct decap_walk *w)
{
	const uint8_t *p = w->at.p;
	uint32_t payload = decap_be16(p + 4);

	if (p[0] >> 4 != 6)
		return decap_stop(w, DECAP_MALFORMED);
	/* 0: a jumbogram (RFC 2675) or segmentation offload; the frame says its length. */
	if (payload > 0)
		decap_limit(w, payload + 40);
	enter_ip(w, addr_from_v6(p + 8), addr_from_v6(p + 24));
	w->ip_len = w->wire;
	w->ip_id = 0;
	w->ttl = p[7];
	w->ip_checksum = CHECKSUM_RIGHT; /* it has none */
	decap_past(w, 40, HEADER_DONE);
	return decap_by_protocol(w, p[6]);
}

enum decap_header decap_ipv6_options(struct decap_walk *w)
{
	uint8_t next = w->at.p[0];
	size_t len = ((size_t)w->at.p[1] + 1) * 8;

	return decap_past(w, len, HEADER_DONE) == HEADER_STOP ? HEADER_STOP
							      : decap_by_protocol(w, next);
}

/* RFC 8200 4.4, 8.1: checksums are made for the last of the addresses on the way. */
enum decap_header decap_ipv6_routing(struct decap_walk *w)
{
	if (w->at.p[3] > 0) /* segments left */
		w->ip_checksum = CHECKSUM_UNKNOWN;
	return decap_ipv6_options(w);
}

/* RFC 8200 4.5; one that is all of its datagram stands for itself (RFC 6946). */
enum decap_header decap_ipv6_fragment(struct decap_walk *w)
{
	uint8_t next = w->at.p[0];
	uint16_t field = decap_be16(w->at.p + 2);
	struct ip_frag_key key = {
		.src = w->src, .dst = w->dst, .id = decap_be32(w->at.p + 4), .version = 6};
	struct ip_frag_piece piece = {
		.offset = field & 0xfff8u, .more = field & 1, .protocol = next};

	decap_past(w, 8, HEADER_DONE);
	if (field & 0xfff9) {
		w->ip_len -= 8; /* of the whole datagram, which has no such header */
		return decap_fragment(w, &key, &piece);
	}
	return decap_by_protocol(w, next);
}

/* RFC 4302 2.2: the length counts 4-byte units, less 2. */
enum decap_header decap_ah(struct decap_walk *w)
{
	uint8_t next = w->at.p[0];
	size_t len = ((size_t)w->at.p[1] + 2) * 4;

	if (len < 12)
		return decap_stop(w, DECAP_MALFORMED);
	return decap_past(w, len, HEADER_DONE) == HEADER_STOP ? HEADER_STOP
							      : decap_by_protocol(w, next);
}
