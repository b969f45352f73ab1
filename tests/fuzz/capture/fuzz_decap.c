/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a link type (an index), then frames: two bytes of length, one of how many bytes
 * more there were on the wire, and the bytes. One decap serves all inputs, since it is large; a
 * minute goes by between them, after which it holds no fragment any more.
 */
#include <assert.h>
#include <pcap/dlt.h>
#include <string.h>

#include "capture/decap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int link_types[] = {DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW, DLT_IPV4,
	DLT_IPV6, DLT_NULL, DLT_LOOP, DLT_PPP, DLT_PPP_SERIAL, DLT_PPP_ETHER, DLT_C_HDLC,
	DLT_NFLOG};

static void check(const struct decap_result *r, const struct packet *p)
{
	static volatile uint8_t sum; /* touches every byte that is said to be there */
	struct span s = {0};

	switch (r->kind) {
	case DECAP_NOTHING:
		assert(r->cause < DECAP_CAUSES);
		return;
	case DECAP_TCP:
		s = r->segment.payload;
		assert(s.len <= r->segment.payload_len);
		assert(r->segment.payload_len <= r->segment.ip_len);
		assert(!(r->segment.flags & SEGMENT_SYN) ||
			r->segment.options.layout_len <= SEGMENT_LAYOUT_MAX);
		assert(r->segment.packet == p->index);
		break;
	case DECAP_UDP:
		s = r->datagram.payload;
		assert(r->datagram.packet == p->index);
		break;
	}
	for (size_t i = 0; i < s.len; i++)
		sum = (uint8_t)(sum + s.p[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct decap *d;
	static nstime now;
	struct span in = span_of(data, size);
	struct packet p = {.time = now += NS_PER_MIN};

	if (!d) {
		d = decap_create(1);
		assert(d);
		decap_set_checksums(d, CHECKSUM_AUTO);
	}
	if (in.len == 0)
		return 0;
	p.link_type = link_types[in.p[0] % (sizeof(link_types) / sizeof(link_types[0]))];
	in = span_skip(in, 1);
	while (in.len >= 3) {
		size_t len = (size_t)in.p[0] << 8 | in.p[1];
		struct decap_result r;

		p.bytes = span_head(span_skip(in, 3), len);
		p.wire_len = (uint32_t)p.bytes.len + in.p[2];
		in = span_skip(in, 3 + p.bytes.len);
		decap_packet(d, &p, &r);
		check(&r, &p);
		p.index++;
		p.time = now += NS_PER_S;
	}
	return 0;
}
