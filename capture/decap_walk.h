/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of decap: the walk over nested headers. Each kind of header is one row of
 * decap_headers[]: a function that reads it, moves past it and names what follows, and the least
 * length it needs, which the walk has checked before it calls. Where nothing in a header matters,
 * the row has no function but the header that follows. Only decap*.c include this.
 */
#ifndef CAPTURE_DECAP_WALK_H
#define CAPTURE_DECAP_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/decap.h"

enum decap_header {
	HEADER_DONE, /* the result is filled */
	HEADER_STOP, /* nothing comes of it; walk.cause says why */
	HEADER_ETHERNET,
	HEADER_ETHERTYPE, /* a two-byte type, then what it says */
	HEADER_VLAN,
	HEADER_LLC,
	HEADER_SLL,
	HEADER_SLL2,
	HEADER_NULL,
	HEADER_RAW,
	HEADER_NFLOG,
	HEADER_CISCO_HDLC,
	HEADER_PPP_SERIAL,
	HEADER_PPP,
	HEADER_PPPOE,
	HEADER_PBB,
	HEADER_ETAG,
	HEADER_VNTAG,
	HEADER_MPLS,
	HEADER_IPV4,
	HEADER_IPV6,
	HEADER_IPV6_OPTIONS, /* hop-by-hop, destination, mobility, HIP, shim6 */
	HEADER_IPV6_ROUTING,
	HEADER_IPV6_FRAGMENT,
	HEADER_AH,
	HEADER_TCP,
	HEADER_UDP,
	HEADER_GRE,
	HEADER_ERSPAN2,
	HEADER_ERSPAN3,
	HEADER_VXLAN,
	HEADER_VXLAN_GPE,
	HEADER_GENEVE,
	HEADER_COUNT
};

struct decap_walk {
	struct decap *d;
	const struct packet *p;
	struct decap_result *ret;
	uint64_t seed; /* of fingerprints */
	enum checksum_mode checksums;
	struct span at; /* captured bytes, from the next header on */
	uint32_t wire;  /* bytes there were on the wire from there on; at least at.len */
	enum decap_cause cause;
	bool bounded; /* a length in front of the next IP header says where the frame's data end */
	bool cut;     /* some header said that there was more on the wire than the frame had */
	uint8_t vlan_count; /* tags since the IP header before */
	uint16_t vlan[2];
	uint8_t ip_headers;
	/* Of the innermost IP header so far. */
	enum checksum_verdict ip_checksum; /* unknown also where the destination is not the last */
	uint8_t ip_vlan_count;
	uint16_t ip_vlan[2];
	struct addr src, dst;
	uint32_t ip_len;
	uint16_t ip_id;
	uint8_t ttl;
};

typedef enum decap_header decap_step(struct decap_walk *w);

struct decap_row {
	decap_step *step;
	uint8_t least;          /* bytes */
	enum decap_header next; /* where there is no step */
};

static inline uint16_t decap_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t decap_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline enum decap_header decap_stop(struct decap_walk *w, enum decap_cause cause)
{
	w->cause = cause;
	return HEADER_STOP;
}

/* Are there `n` bytes? If not, was it the snaplen or the header itself? */
static inline bool decap_has(struct decap_walk *w, size_t n)
{
	if (n <= w->at.len)
		return true;
	w->cause = n <= w->wire ? DECAP_CUT : DECAP_MALFORMED;
	return false;
}

/* Past `n` bytes, then `next`; HEADER_STOP where there are fewer. */
static inline enum decap_header decap_past(struct decap_walk *w, size_t n, enum decap_header next)
{
	if (!decap_has(w, n))
		return HEADER_STOP;
	w->at = span_of(w->at.p + n, w->at.len - n);
	w->wire -= (uint32_t)n;
	return next;
}

/*
 * What is left is `len` bytes by the word of an IP header: cuts off padding. Where that is more
 * than the frame had, something on the way has cut it (mirrors and packet brokers do, no receiver
 * takes such a packet), and the header is believed.
 */
static inline void decap_limit(struct decap_walk *w, uint32_t len)
{
	if (len > w->wire) {
		if (w->bounded)
			return;
		w->cut = true;
	}
	w->wire = len;
	if (w->at.len > len)
		w->at.len = len;
}

/* The same by the word of a link layer, which is no more believed than the frame is long. */
static inline void decap_bound(struct decap_walk *w, uint32_t len)
{
	if (len > w->wire)
		return;
	decap_limit(w, len);
	w->bounded = true;
}

/*
 * At the bytes of a fragment: adds them to their datagram, and goes on with that once it is whole.
 * The time and bytes of *piece are filled here.
 */
struct ip_frag_key;
struct ip_frag_piece;
enum decap_header decap_fragment(
	struct decap_walk *w, const struct ip_frag_key *key, struct ip_frag_piece *piece);

/* The header that an EtherType or an IP protocol stands for; HEADER_STOP with the cause. */
enum decap_header decap_by_ethertype(struct decap_walk *w, uint16_t type);
enum decap_header decap_by_protocol(struct decap_walk *w, uint8_t protocol);

/* decap_link.c */
decap_step decap_ethernet, decap_ethertype, decap_vlan, decap_llc, decap_sll, decap_sll2,
	decap_null, decap_raw, decap_nflog;
/* The header that a link type (DLT_* of libpcap) begins with; HEADER_STOP where none is known. */
enum decap_header decap_by_link_type(int link_type);

/* decap_ip.c */
decap_step decap_ipv4, decap_ipv6, decap_ipv6_options, decap_ipv6_routing, decap_ipv6_fragment, decap_ah;

/* decap_tunnel.c */
decap_step decap_mpls, decap_pppoe, decap_ppp, decap_ppp_serial, decap_gre, decap_erspan2,
	decap_erspan3, decap_vxlan, decap_vxlan_gpe, decap_geneve;
/* The tunnel that a destination port of UDP stands for; HEADER_DONE where it is none. */
enum decap_header decap_by_udp_port(uint16_t port);

/* decap_transport.c */
decap_step decap_tcp, decap_udp;

#endif
