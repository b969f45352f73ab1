/* SPDX-License-Identifier: Apache-2.0 */
/* Link layers and tags: all that may stand in front of the first IP header. */
#include <pcap/dlt.h>
#include <string.h>

#include "capture/decap_walk.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_LLC_JUMBO 0x8870
#define ETHERNET_MAX_LENGTH 1500 /* up to this the field is a length (IEEE 802.3 3.2.6) */

static const struct {
	uint16_t type;
	enum decap_header header;
} ethertypes[] = {
	{ETHERTYPE_IPV4, HEADER_IPV4},
	{ETHERTYPE_IPV6, HEADER_IPV6},
	{0x8100, HEADER_VLAN}, /* 802.1Q */
	{0x88a8, HEADER_VLAN}, /* 802.1ad */
	{0x9100, HEADER_VLAN}, /* QinQ before the standard */
	{ETHERTYPE_LLC_JUMBO, HEADER_LLC},
	{0x8847, HEADER_MPLS},
	{0x8848, HEADER_MPLS}, /* multicast once, upstream labels since RFC 5332 */
	{0x8864, HEADER_PPPOE},
	{0x88e7, HEADER_PBB},
	{0x893f, HEADER_ETAG},
	{0x8926, HEADER_VNTAG},
	/* In tunnels only. */
	{0x6558, HEADER_ETHERNET}, /* transparent Ethernet bridging */
	{0x880b, HEADER_PPP},
	{0x88be, HEADER_ERSPAN2},
	{0x22eb, HEADER_ERSPAN3},
};

enum decap_header decap_by_ethertype(struct decap_walk *w, uint16_t type)
{
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++) {
		if (ethertypes[i].type == type)
			return ethertypes[i].header;
	}
	return decap_stop(w, DECAP_NOT_IP);
}

static const struct {
	int link_type;
	enum decap_header header;
} link_types[] = {
	{DLT_EN10MB, HEADER_ETHERNET},
	{DLT_LINUX_SLL, HEADER_SLL},
	{DLT_LINUX_SLL2, HEADER_SLL2},
	{DLT_RAW, HEADER_RAW},
	{14, HEADER_RAW}, /* DLT_RAW of OpenBSD */
	{DLT_IPV4, HEADER_IPV4},
	{DLT_IPV6, HEADER_IPV6},
	{DLT_NULL, HEADER_NULL},
	{DLT_LOOP, HEADER_NULL},
	{DLT_PPP, HEADER_PPP},
	{DLT_PPP_SERIAL, HEADER_PPP_SERIAL},
	{DLT_PPP_ETHER, HEADER_PPPOE},
	{DLT_C_HDLC, HEADER_CISCO_HDLC},
	{DLT_NFLOG, HEADER_NFLOG},
};

enum decap_header decap_by_link_type(int link_type)
{
	for (size_t i = 0; i < sizeof(link_types) / sizeof(link_types[0]); i++) {
		if (link_types[i].link_type == link_type)
			return link_types[i].header;
	}
	return HEADER_STOP;
}

/* A two-byte field that is either an EtherType or the length of an LLC frame. */
static enum decap_header by_type_or_length(struct decap_walk *w, uint16_t field)
{
	if (field > ETHERNET_MAX_LENGTH)
		return decap_by_ethertype(w, field);
	if (field > 0)
		decap_bound(w, field);
	return HEADER_LLC;
}

enum decap_header decap_ethernet(struct decap_walk *w)
{
	uint16_t field = decap_be16(w->at.p + 12);

	decap_past(w, 14, HEADER_DONE);
	return by_type_or_length(w, field);
}

enum decap_header decap_ethertype(struct decap_walk *w)
{
	uint16_t field = decap_be16(w->at.p);

	decap_past(w, 2, HEADER_DONE);
	return by_type_or_length(w, field);
}

enum decap_header decap_vlan(struct decap_walk *w)
{
	if (w->vlan_count < 2)
		w->vlan[w->vlan_count] = decap_be16(w->at.p) & 0x0fff;
	if (w->vlan_count < UINT8_MAX)
		w->vlan_count++;
	return decap_past(w, 2, HEADER_ETHERTYPE);
}

/* IEEE 802.2; SNAP with an EtherType is RFC 1042. */
enum decap_header decap_llc(struct decap_walk *w)
{
	static const uint8_t snap[3] = {0xaa, 0xaa, 0x03};
	static const uint8_t ip[3] = {0x06, 0x06, 0x03};
	static const uint8_t rfc1042[3] = {0, 0, 0}, bridge_tunnel[3] = {0, 0, 0xf8};

	if (memcmp(w->at.p, ip, 3) == 0)
		return decap_past(w, 3, HEADER_IPV4);
	if (memcmp(w->at.p, snap, 3) != 0)
		return decap_stop(w, DECAP_NOT_IP);
	if (!decap_has(w, 6))
		return HEADER_STOP;
	if (memcmp(w->at.p + 3, rfc1042, 3) != 0 && memcmp(w->at.p + 3, bridge_tunnel, 3) != 0)
		return decap_stop(w, DECAP_NOT_IP);
	return decap_past(w, 6, HEADER_ETHERTYPE);
}

/* By the protocol field of a Linux cooked header: below 0x600 it names kinds of frames. */
static enum decap_header by_cooked_protocol(struct decap_walk *w, uint16_t protocol)
{
	switch (protocol) {
	case 0x0001: /* Novell raw 802.3 */
		return decap_stop(w, DECAP_NOT_IP);
	case 0x0004:
		return HEADER_LLC;
	default:
		return decap_by_ethertype(w, protocol);
	}
}

enum decap_header decap_sll(struct decap_walk *w)
{
	uint16_t protocol = decap_be16(w->at.p + 14);

	decap_past(w, 16, HEADER_DONE);
	return by_cooked_protocol(w, protocol);
}

enum decap_header decap_sll2(struct decap_walk *w)
{
	uint16_t protocol = decap_be16(w->at.p);

	decap_past(w, 20, HEADER_DONE);
	return by_cooked_protocol(w, protocol);
}

/*
 * The address family in the byte order of the host that captured (NULL) or of the network (LOOP).
 * All families are below 256, so that it is the outer byte that is not zero.
 */
enum decap_header decap_null(struct decap_walk *w)
{
	const uint8_t *p = w->at.p;
	uint8_t family = p[0] ? p[0] : p[3];

	if (p[1] || p[2] || (p[0] && p[3]))
		return decap_stop(w, DECAP_MALFORMED);
	switch (family) {
	case 2:
		return decap_past(w, 4, HEADER_IPV4);
	case 10: /* AF_INET6 of Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */
		return decap_past(w, 4, HEADER_IPV6);
	default:
		return decap_stop(w, DECAP_NOT_IP);
	}
}

enum decap_header decap_raw(struct decap_walk *w)
{
	switch (w->at.p[0] >> 4) {
	case 4:
		return HEADER_IPV4;
	case 6:
		return HEADER_IPV6;
	default:
		return decap_stop(w, DECAP_NOT_IP);
	}
}

#define NFLOG_PAYLOAD 9
#define NFLOG_MOST 32 /* attributes looked at */

/*
 * A family, then attributes of length and type in the byte order of the host that captured. Types
 * are small numbers, which tells the order. The packet is one of the attributes.
 */
enum decap_header decap_nflog(struct decap_walk *w)
{
	decap_past(w, 4, HEADER_DONE);
	for (int i = 0; i < NFLOG_MOST; i++) {
		const uint8_t *p = w->at.p;
		uint16_t len, type;
		bool big;

		if (!decap_has(w, 4))
			return HEADER_STOP;
		big = p[2] == 0 && p[3] != 0;
		len = big ? decap_be16(p) : (uint16_t)(p[1] << 8 | p[0]);
		type = big ? decap_be16(p + 2) : (uint16_t)(p[3] << 8 | p[2]);
		if (len < 4)
			return decap_stop(w, DECAP_MALFORMED);
		if (type == NFLOG_PAYLOAD) {
			decap_past(w, 4, HEADER_DONE);
			decap_bound(w, len - 4u);
			return HEADER_RAW;
		}
		if (decap_past(w, (len + 3u) / 4 * 4, HEADER_DONE) == HEADER_STOP)
			return HEADER_STOP;
	}
	return decap_stop(w, DECAP_NOT_IP);
}
