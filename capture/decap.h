/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a captured frame to the TCP segment or UDP datagram in it: link layers, tags, tunnels, IP
 * and its fragments. Every length is checked against what was captured; nothing on the wire is an
 * error, what cannot be used is counted by its cause.
 *
 * Link types: Ethernet, Linux cooked (SLL, SLL2), raw IP, BSD NULL and LOOP (both byte orders),
 * PPP, PPP over Ethernet, Cisco HDLC, NFLOG. Tags: VLAN (0x8100, 0x88a8, 0x9100), PBB, E-tag,
 * VN-tag, MPLS, LLC/SNAP. Tunnels: IP in IP in all four combinations, GRE (with NVGRE and PPTP),
 * ERSPAN I to III, VXLAN, Geneve, PPPoE.
 */
#ifndef CAPTURE_DECAP_H
#define CAPTURE_DECAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/flow.h"
#include "capture/checksum.h"
#include "capture/packet.h"
#include "capture/segment.h"

struct decap;

enum decap_kind {
	DECAP_NOTHING,
	DECAP_TCP,
	DECAP_UDP,
};

/* Why a frame gave nothing. */
enum decap_cause {
	DECAP_UNKNOWN_LINK,   /* a link type that is not read */
	DECAP_NOT_IP,         /* ARP, LLDP and all else that is not IP */
	DECAP_OTHER_PROTOCOL, /* IP, but neither TCP nor UDP nor a tunnel that is read */
	DECAP_MALFORMED,      /* a header or length that contradicts itself or its frame */
	DECAP_CUT,            /* the snaplen ended before the headers did, or cut a datagram */
	DECAP_TOO_DEEP,       /* more than LIMIT_DECAP_DEPTH headers */
	DECAP_FRAGMENT,       /* a fragment, kept until the others come */
	DECAP_FRAGMENT_LOST,  /* a fragment that makes no sense or found no room */
	DECAP_BAD_CHECKSUM,   /* with CHECKSUM_ALL only */
	DECAP_CAUSES
};

struct decap_result {
	enum decap_kind kind;
	enum decap_cause cause; /* of DECAP_NOTHING */
	union {
		struct segment segment;   /* DECAP_TCP */
		struct datagram datagram; /* DECAP_UDP: whole, cut ones are not given */
	};
	struct flow_tunnel tunnel; /* meaningful where its depth is not 0 */
};

struct decap_stats {
	uint64_t packets;
	uint64_t ip; /* frames with an IP header in them */
	uint64_t tcp, udp;
	uint64_t tunnelled;
	uint64_t truncated; /* frames that the snaplen, or a device before it, has cut */
	uint64_t nothing[DECAP_CAUSES];
	/* IP fragments: seen; datagrams put together; bytes that came again with other content (the
	 * first copy won); datagrams given up because of age or want of room. */
	uint64_t fragments, datagrams, overlap_bytes, datagrams_lost;
	uint64_t datagrams_pending; /* not whole yet; at the end of the input they never will be */
};

/* `seed` keys the table of fragments and the segments' fingerprints. NULL where memory is short. */
struct decap *decap_create(uint64_t seed);
void decap_destroy(struct decap *d);
/* Whether IPv4 headers and TCP segments are checked; not at all at first. With CHECKSUM_AUTO the
 * verdict stands in the segment. */
void decap_set_checksums(struct decap *d, enum checksum_mode mode);

/*
 * Takes one frame; at most one inner packet comes of it. Returns ret->kind. The payload borrows
 * from the frame, or from `d` where fragments were put together.
 */
enum decap_kind decap_packet(struct decap *d, const struct packet *p, struct decap_result *ret);

struct decap_stats decap_get_stats(const struct decap *d);
/* Bytes it holds, all of them taken at creation. */
size_t decap_bytes(const struct decap *d);

#endif
