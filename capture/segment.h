/* SPDX-License-Identifier: Apache-2.0 */
/* One TCP segment, freed of everything around it, as decapsulation hands it on. */
#ifndef CAPTURE_SEGMENT_H
#define CAPTURE_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/flow.h"
#include "base/nstime.h"
#include "base/span.h"
#include "capture/checksum.h"

/* Bits of segment.flags (RFC 9293 3.1). */
enum segment_flag {
	SEGMENT_FIN = 0x01,
	SEGMENT_SYN = 0x02,
	SEGMENT_RST = 0x04,
	SEGMENT_PSH = 0x08,
	SEGMENT_ACK = 0x10,
	SEGMENT_URG = 0x20,
};

#define SEGMENT_LAYOUT_MAX 16

/* Options of a SYN (RFC 9293 3.2, RFC 7323, RFC 2018). */
struct segment_options {
	uint16_t mss;  /* 0: no such option */
	int8_t wscale; /* -1: no such option */
	bool sack_ok;
	uint8_t layout_len;
	uint8_t layout[SEGMENT_LAYOUT_MAX]; /* option kinds in order of appearance */
};

struct segment {
	nstime time;
	uint64_t packet; /* its index in the input; of the last fragment where it came in several */
	struct addr src, dst;
	uint16_t src_port, dst_port;
	uint32_t seq, ack;
	uint16_t window; /* not scaled */
	uint8_t flags;   /* enum segment_flag */
	uint8_t ttl;     /* or hop limit */
	uint16_t ip_id;  /* 0 in IPv6 */
	/* VLAN ids of the frame around it, outer and inner; tags outside a tunnel are not counted.
	 */
	uint8_t vlan_count;
	uint16_t vlan[2];
	const struct flow_tunnel *tunnel; /* NULL: none; borrowed like the payload */
	uint32_t ip_len;      /* bytes of IP, headers included */
	struct span payload;  /* what was captured of it; borrowed until the next decap_packet() */
	uint32_t payload_len; /* what was on the wire: at least payload.len, the rest was cut off */
	struct segment_options options; /* meaningful with SEGMENT_SYN only */
	/*
	 * Equal for copies of one packet, however they were tagged, tunnelled or routed: a keyed
	 * hash of the IP identification, the TCP header without its checksum (which is not yet made
	 * where a host hands a packet to its card), and the payload's length, beginning and end.
	 */
	uint64_t fingerprint;
	uint8_t checksum; /* enum checksum_verdict */
	bool duplicate; /* a copy of one that came just before; to be counted, no more */
};

#endif
