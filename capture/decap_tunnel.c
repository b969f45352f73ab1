/* SPDX-License-Identifier: Apache-2.0 */
/* What carries packets inside of packets, or inside of sessions. */
#include <string.h>

#include "capture/decap_walk.h"

/*
 * MPLS (RFC 3032). The label stack does not say what follows it; IP is told by its version. Else
 * it is an Ethernet pseudowire, whose control word begins with a zero nibble (RFC 4448 4.6), as no
 * real destination address does.
 */
enum decap_header decap_mpls(struct decap_walk *w)
{
	bool bottom = w->at.p[2] & 0x01;

	decap_past(w, 4, HEADER_DONE);
	if (!bottom)
		return HEADER_MPLS;
	if (!decap_has(w, 1))
		return HEADER_STOP;
	switch (w->at.p[0] >> 4) {
	case 4:
		return HEADER_IPV4;
	case 6:
		return HEADER_IPV6;
	case 0:
		return decap_past(w, 4, HEADER_ETHERNET);
	default:
		return HEADER_ETHERNET;
	}
}

/* RFC 2516 4; its length leaves out the padding of the frame. */
enum decap_header decap_pppoe(struct decap_walk *w)
{
	uint8_t code = w->at.p[1];
	uint16_t len = decap_be16(w->at.p + 4);

	if (w->at.p[0] != 0x11)
		return decap_stop(w, DECAP_MALFORMED);
	if (code != 0) /* discovery */
		return decap_stop(w, DECAP_NOT_IP);
	decap_past(w, 6, HEADER_DONE);
	decap_bound(w, len);
	return HEADER_PPP;
}

/* RFC 1661 2 and 1662 3.1: address and control may be left out, the protocol shortened. */
enum decap_header decap_ppp(struct decap_walk *w)
{
	uint16_t protocol;
	bool is_short;

	if (w->at.p[0] == 0xff && decap_past(w, 2, HEADER_DONE) == HEADER_STOP)
		return HEADER_STOP;
	if (!decap_has(w, 1))
		return HEADER_STOP;
	is_short = w->at.p[0] & 0x01;
	if (!is_short && !decap_has(w, 2))
		return HEADER_STOP;
	protocol = is_short ? w->at.p[0] : decap_be16(w->at.p);
	decap_past(w, is_short ? 1 : 2, HEADER_DONE);
	switch (protocol) {
	case 0x0021:
		return HEADER_IPV4;
	case 0x0057:
		return HEADER_IPV6;
	case 0x0281:
		return HEADER_MPLS;
	default:
		return decap_stop(w, DECAP_NOT_IP);
	}
}

/* DLT_PPP_SERIAL is either PPP or Cisco HDLC, told by the address byte. */
enum decap_header decap_ppp_serial(struct decap_walk *w)
{
	if (w->at.p[0] == 0x0f || w->at.p[0] == 0x8f)
		return HEADER_CISCO_HDLC;
	return HEADER_PPP;
}

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACK 0x0080 /* of version 1 */
#define GRE_ERSPAN 0x88be

/* RFC 2784 and 2890; version 1 is PPTP's (RFC 2637 4.1); NVGRE (RFC 7637) is one with a key. */
enum decap_header decap_gre(struct decap_walk *w)
{
	uint16_t flags = decap_be16(w->at.p), type = decap_be16(w->at.p + 2);
	size_t len = 4;

	if ((flags & 7) > 1 || flags & GRE_ROUTING)
		return decap_stop(w, DECAP_OTHER_PROTOCOL);
	if ((flags & 7) == 1 && !(flags & GRE_SEQUENCE)) /* an acknowledgement and no more */
		return decap_stop(w, DECAP_OTHER_PROTOCOL);
	len += flags & GRE_CHECKSUM ? 4 : 0;
	len += flags & GRE_KEY ? 4 : 0;
	len += flags & GRE_SEQUENCE ? 4 : 0;
	len += (flags & 7) == 1 && flags & GRE_ACK ? 4 : 0;
	if (decap_past(w, len, HEADER_DONE) == HEADER_STOP)
		return HEADER_STOP;
	/* ERSPAN type I has no header of its own, and no sequence number by which it is told. */
	if (type == GRE_ERSPAN && !(flags & GRE_SEQUENCE))
		return HEADER_ETHERNET;
	return decap_by_ethertype(w, type);
}

/* Types II and III (draft-foschiano-erspan 4). */
enum decap_header decap_erspan2(struct decap_walk *w)
{
	return decap_past(w, 8, HEADER_ETHERNET);
}

enum decap_header decap_erspan3(struct decap_walk *w)
{
	size_t subheader = w->at.p[11] & 0x01 ? 8 : 0;

	return decap_past(w, 12 + subheader, HEADER_ETHERNET);
}

static const struct {
	uint16_t port;
	enum decap_header header;
} udp_tunnels[] = {
	{4789, HEADER_VXLAN},
	{8472, HEADER_VXLAN}, /* Linux, before the number was assigned and by default since */
	{4790, HEADER_VXLAN_GPE},
	{6081, HEADER_GENEVE},
};

enum decap_header decap_by_udp_port(uint16_t port)
{
	for (size_t i = 0; i < sizeof(udp_tunnels) / sizeof(udp_tunnels[0]); i++) {
		if (udp_tunnels[i].port == port)
			return udp_tunnels[i].header;
	}
	return HEADER_DONE;
}

/* RFC 7348 5 */
enum decap_header decap_vxlan(struct decap_walk *w)
{
	if (!(w->at.p[0] & 0x08))
		return decap_stop(w, DECAP_OTHER_PROTOCOL);
	return decap_past(w, 8, HEADER_ETHERNET);
}

/* draft-ietf-nvo3-vxlan-gpe 3 */
enum decap_header decap_vxlan_gpe(struct decap_walk *w)
{
	static const enum decap_header next[] = {
		HEADER_STOP, HEADER_IPV4, HEADER_IPV6, HEADER_ETHERNET};
	uint8_t flags = w->at.p[0], protocol = w->at.p[3];

	if (!(flags & 0x04)) /* without the bit it is as VXLAN */
		return decap_vxlan(w);
	if (protocol == 0 || protocol >= sizeof(next) / sizeof(next[0]))
		return decap_stop(w, DECAP_OTHER_PROTOCOL);
	return decap_past(w, 8, next[protocol]);
}

/* RFC 8926 3.4 */
enum decap_header decap_geneve(struct decap_walk *w)
{
	size_t options = (size_t)(w->at.p[0] & 0x3f) * 4;
	uint16_t type = decap_be16(w->at.p + 2);

	if (w->at.p[0] >> 6 != 0)
		return decap_stop(w, DECAP_OTHER_PROTOCOL);
	if (decap_past(w, 8 + options, HEADER_DONE) == HEADER_STOP)
		return HEADER_STOP;
	return decap_by_ethertype(w, type);
}
