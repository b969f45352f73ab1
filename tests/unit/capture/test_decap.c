/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pcap/dlt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "capture/decap.h"
#include "frame.h"

#define TEXT "EHLO mail.example\r\n"
#define ACK_PSH (SEGMENT_ACK | SEGMENT_PSH)

static struct frame frame;
static struct decap_result result;

#define MAX_LAYERS 8

/*
 * One encapsulation: layers put in front of an inner IPv4 or IPv6 packet with TCP, from the inside
 * out. "ip4 47", "ip6 47" and "udp 4789" are headers of that protocol or port, all else is hex.
 */
struct shape {
	const char *name;
	int link_type;
	uint8_t ip; /* 4 or 6 */
	const char *layers[MAX_LAYERS];
	uint8_t vlan_count;
	uint16_t vlan[2];
	uint8_t tunnels;
	uint8_t outer; /* 4 or 6, of tunnels */
};

#define MACS "020000000002 020000000001 "
#define ETHER4 MACS "0800"
#define ETHER6 MACS "86dd"

static const struct shape shapes[] = {
	{"ethernet", DLT_EN10MB, 4, {ETHER4}, 0, {0}, 0, 0},
	{"ethernet6", DLT_EN10MB, 6, {ETHER6}, 0, {0}, 0, 0},
	{"vlan", DLT_EN10MB, 4, {MACS "8100 6007 0800"}, 1, {7}, 0, 0},
	{"qinq", DLT_EN10MB, 4, {MACS "88a8 0007 8100 0fff 0800"}, 2, {7, 4095}, 0, 0},
	{"old qinq", DLT_EN10MB, 6, {MACS "9100 0007 9100 0008 8100 0009 86dd"}, 3, {7, 8}, 0, 0},
	{"sll", DLT_LINUX_SLL, 4, {"0000 0001 0006 020000000001 0000 0800"}, 0, {0}, 0, 0},
	{"sll vlan", DLT_LINUX_SLL, 4, {"0000 0001 0006 020000000001 0000 8100 0005 0800"}, 1, {5},
		0, 0},
	{"sll2", DLT_LINUX_SLL2, 6, {"86dd 0000 00000002 0001 00 06 0200000000010000"}, 0, {0}, 0,
		0},
	{"sll llc", DLT_LINUX_SLL, 4, {"0000 0001 0006 020000000001 0000 0004 aaaa03 000000 0800"},
		0, {0}, 0, 0},
	{"raw4", DLT_RAW, 4, {""}, 0, {0}, 0, 0},
	{"raw6", DLT_RAW, 6, {""}, 0, {0}, 0, 0},
	{"ipv4", DLT_IPV4, 4, {""}, 0, {0}, 0, 0},
	{"ipv6", DLT_IPV6, 6, {""}, 0, {0}, 0, 0},
	{"null little", DLT_NULL, 4, {"02000000"}, 0, {0}, 0, 0},
	{"null big", DLT_NULL, 6, {"0000001e"}, 0, {0}, 0, 0},
	{"loop", DLT_LOOP, 6, {"00000018"}, 0, {0}, 0, 0},
	{"llc type", DLT_EN10MB, 4, {MACS "8870 aaaa03 000000 0800"}, 0, {0}, 0, 0},
	{"llc ip", DLT_EN10MB, 4, {MACS "8870 060603"}, 0, {0}, 0, 0},
	{"llc length", DLT_EN10MB, 4, {MACS "0043 aaaa03 0000f8 0800"}, 0, {0}, 0, 0},
	{"pbb", DLT_EN10MB, 4, {ETHER4, MACS "88e7 00000001"}, 0, {0}, 0, 0},
	{"etag", DLT_EN10MB, 4, {MACS "893f 000000000000 8100 0003 0800"}, 1, {3}, 0, 0},
	{"vntag", DLT_EN10MB, 6, {MACS "8926 00000000 86dd"}, 0, {0}, 0, 0},
	{"nflog little", DLT_NFLOG, 4,
		{"02 00 0000 0800 0100 00000000 0500 0a00 78000000 3f00 0900"}, 0, {0}, 0, 0},
	{"nflog big", DLT_NFLOG, 6, {"0a 00 0000 0008 0001 00000000 0053 0009"}, 0, {0}, 0, 0},
	{"ppp", DLT_PPP, 4, {"ff03 0021"}, 0, {0}, 0, 0},
	{"ppp short", DLT_PPP, 6, {"57"}, 0, {0}, 0, 0},
	{"ppp serial", DLT_PPP_SERIAL, 4, {"ff03 0021"}, 0, {0}, 0, 0},
	{"cisco serial", DLT_PPP_SERIAL, 4, {"0f00 0800"}, 0, {0}, 0, 0},
	{"cisco hdlc", DLT_C_HDLC, 6, {"8f00 86dd"}, 0, {0}, 0, 0},
	{"pppoe", DLT_EN10MB, 4, {MACS "8100 0009 8864 1100 0001 003d 0021"}, 1, {9}, 0, 0},
	{"pppoe link", DLT_PPP_ETHER, 6, {"1100 0001 0051 0057"}, 0, {0}, 0, 0},
	{"mpls", DLT_EN10MB, 4, {MACS "8847 00010040 00020140"}, 0, {0}, 0, 0},
	{"mpls6", DLT_EN10MB, 6, {MACS "8848 00020140"}, 0, {0}, 0, 0},
	{"mpls pseudowire", DLT_EN10MB, 4,
		{"020000000002 020000000001 8100 0005 0800", "00020140 00000001", MACS "8847"}, 1,
		{5}, 0, 0},
	{"mpls ethernet", DLT_EN10MB, 4, {"820000000002 020000000001 0800", MACS "8847 00020140"},
		0, {0}, 0, 0},
	{"4in4", DLT_EN10MB, 4, {"ip4 4", MACS "8100 0007 0800"}, 0, {0}, 1, 4},
	{"6in4", DLT_EN10MB, 6, {"ip4 41", ETHER4}, 0, {0}, 1, 4},
	{"4in6", DLT_EN10MB, 4, {"ip6 4", ETHER6}, 0, {0}, 1, 6},
	{"6in6", DLT_RAW, 6, {"ip6 41"}, 0, {0}, 1, 6},
	{"6in4in6", DLT_RAW, 6, {"ip4 41", "ip6 4"}, 0, {0}, 2, 6},
	{"gre", DLT_EN10MB, 4, {"0000 0800", "ip4 47", ETHER4}, 0, {0}, 1, 4},
	{"gre options", DLT_RAW, 6, {"b000 86dd 00000000 00000001 00000002", "ip6 47"}, 0, {0}, 1,
		6},
	{"gre mpls", DLT_RAW, 4, {"0000 8847 00020140", "ip4 47"}, 0, {0}, 1, 4},
	{"nvgre", DLT_EN10MB, 4,
		{MACS "8100 0011 0800", "2000 6558 00123400", "ip4 47", MACS "8100 0007 0800"}, 1,
		{17}, 1, 4},
	{"pptp", DLT_RAW, 4, {"ff03 0021", "3081 880b 00410001 00000001 00000001", "ip4 47"}, 0,
		{0}, 1, 4},
	{"erspan 1", DLT_RAW, 4, {ETHER4, "0000 88be", "ip4 47"}, 0, {0}, 1, 4},
	{"erspan 2", DLT_RAW, 4, {ETHER4, "1000 88be 00000001 1000000100000000", "ip4 47"}, 0, {0},
		1, 4},
	{"erspan 3", DLT_RAW, 6, {ETHER6, "1000 22eb 00000001 200000010000000000000000", "ip4 47"},
		0, {0}, 1, 4},
	{"erspan 3 sub", DLT_RAW, 6,
		{ETHER6, "1000 22eb 00000001 200000010000000000000001 0000000000000000", "ip4 47"},
		0, {0}, 1, 4},
	{"vxlan", DLT_EN10MB, 4, {ETHER4, "08000000 00000100", "udp 4789", "ip4 17", ETHER4}, 0,
		{0}, 1, 4},
	{"vxlan in 6", DLT_RAW, 6, {ETHER6, "08000000 00000100", "udp 8472", "ip6 17"}, 0, {0}, 1,
		6},
	{"vxlan gpe", DLT_RAW, 4, {"0c000001 00000100", "udp 4790", "ip4 17"}, 0, {0}, 1, 4},
	{"vxlan gpe ethernet", DLT_RAW, 4, {ETHER4, "0c000003 00000100", "udp 4790", "ip4 17"}, 0,
		{0}, 1, 4},
	{"geneve", DLT_RAW, 4, {ETHER4, "00006558 00000100", "udp 6081", "ip4 17"}, 0, {0}, 1, 4},
	{"geneve options", DLT_RAW, 6, {"010086dd 00000100 01028000", "udp 6081", "ip4 17"}, 0, {0},
		1, 4},
};

static void put_layer(const char *layer)
{
	unsigned int n;

	if (sscanf(layer, "ip4 %u", &n) == 1)
		frame_ipv4(&frame, (uint8_t)n);
	else if (sscanf(layer, "ip6 %u", &n) == 1)
		frame_ipv6(&frame, (uint8_t)n);
	else if (sscanf(layer, "udp %u", &n) == 1)
		frame_udp(&frame, 50000, (uint16_t)n);
	else
		frame_hex(&frame, layer);
}

static void build(const struct shape *s)
{
	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1000, 2000, ACK_PSH, "");
	put_layer(s->ip == 4 ? "ip4 6" : "ip6 6");
	for (int i = 0; i < MAX_LAYERS && s->layers[i]; i++)
		put_layer(s->layers[i]);
}

static struct decap *open_decap(void)
{
	struct decap *d = decap_create(1);

	assert_non_null(d);
	return d;
}

static void check_addrs(uint8_t ip, const struct addr *src, const struct addr *dst)
{
	struct addr a, b;

	addr_parse(span_str(ip == 4 ? "192.0.2.1" : "2001:db8::1"), &a);
	addr_parse(span_str(ip == 4 ? "198.51.100.2" : "2001:db8::2"), &b);
	assert_true(addr_eq(src, &a));
	assert_true(addr_eq(dst, &b));
}

static void test_shapes(void **state)
{
	struct decap *d = open_decap();

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct shape *s = &shapes[i];
		struct packet p;
		const struct segment *g = &result.segment;

		print_message("%s\n", s->name);
		build(s);
		p = frame_packet(&frame, s->link_type);
		assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
		check_addrs(s->ip, &g->src, &g->dst);
		assert_int_equal(g->src_port, 40000);
		assert_int_equal(g->dst_port, 25);
		assert_int_equal(g->seq, 1000);
		assert_int_equal(g->ack, 2000);
		assert_int_equal(g->flags, ACK_PSH);
		assert_int_equal(g->window, 0xfaf0);
		assert_int_equal(g->ttl, s->ip == 4 ? 57 : 58);
		assert_int_equal(g->ip_id, s->ip == 4 ? 0x1234 : 0);
		assert_int_equal(g->ip_len, (s->ip == 4 ? 40 : 60) + strlen(TEXT));
		assert_true(span_eq_str(g->payload, TEXT));
		assert_int_equal(g->payload_len, strlen(TEXT));
		assert_int_equal(g->vlan_count, s->vlan_count);
		assert_int_equal(g->vlan[0], s->vlan[0]);
		assert_int_equal(g->vlan[1], s->vlan[1]);
		assert_int_equal(g->time, p.time);
		assert_int_equal(g->packet, 7);
		assert_int_equal(result.tunnel.depth, s->tunnels);
		if (s->tunnels > 0)
			check_addrs(s->outer, &result.tunnel.src, &result.tunnel.dst);
	}
	decap_destroy(d);
}

/* Memory of exactly the captured length, so that a sanitizer sees any overread. */
static enum decap_kind decap_cut(struct decap *d, const struct packet *whole, size_t captured,
	uint32_t wire, uint8_t **ret_copy)
{
	struct packet p = *whole;

	*ret_copy = malloc(captured ? captured : 1);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, whole->bytes.p, captured);
	p.bytes = span_of(*ret_copy, captured);
	p.wire_len = wire;
	return decap_packet(d, &p, &result);
}

static void test_cut_at_every_byte(void **state)
{
	struct decap *d = open_decap();

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct packet p;
		size_t payload_at;

		build(&shapes[i]);
		p = frame_packet(&frame, shapes[i].link_type);
		payload_at = p.bytes.len - strlen(TEXT);
		for (size_t k = 0; k < p.bytes.len; k++) {
			uint8_t *copy;
			enum decap_kind kind = decap_cut(d, &p, k, p.wire_len, &copy);

			if (k < payload_at) {
				assert_int_equal(kind, DECAP_NOTHING);
				assert_int_equal(result.cause, DECAP_CUT);
			} else {
				assert_int_equal(kind, DECAP_TCP);
				assert_int_equal(result.segment.payload.len, k - payload_at);
				assert_int_equal(result.segment.payload_len, strlen(TEXT));
			}
			free(copy);
			/* As if the frame had been no longer on the wire either: IP is believed. */
			kind = decap_cut(d, &p, k, (uint32_t)k, &copy);
			assert_int_equal(kind, k < payload_at ? DECAP_NOTHING : DECAP_TCP);
			if (k >= payload_at)
				assert_int_equal(result.segment.payload_len, strlen(TEXT));
			free(copy);
		}
	}
	decap_destroy(d);
}

static void test_padding_is_no_payload(void **state)
{
	struct decap *d = open_decap();
	struct packet p;

	frame_init(&frame, "");
	frame_tcp(&frame, 1, 1, SEGMENT_ACK, "");
	frame_ipv4(&frame, 6);
	frame_ethernet(&frame, 0x0800);
	frame_pad(&frame, 6);
	p = frame_packet(&frame, DLT_EN10MB);
	assert_int_equal(p.bytes.len, 60);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_int_equal(result.segment.payload.len, 0);
	assert_int_equal(result.segment.payload_len, 0);
	decap_destroy(d);
}

static void test_length_left_to_offload(void **state)
{
	struct decap *d = open_decap();
	struct packet p;

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1, 1, ACK_PSH, "");
	frame_ipv4(&frame, 6);
	frame.room[frame.start + 2] = frame.room[frame.start + 3] = 0;
	p = frame_packet(&frame, DLT_RAW);
	p.bytes.len -= 3;
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_int_equal(result.segment.payload.len, strlen(TEXT) - 3);
	assert_int_equal(result.segment.payload_len, strlen(TEXT));

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1, 1, ACK_PSH, "");
	frame_ipv6(&frame, 6);
	frame.room[frame.start + 4] = frame.room[frame.start + 5] = 0;
	p = frame_packet(&frame, DLT_RAW);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_true(span_eq_str(result.segment.payload, TEXT));
	decap_destroy(d);
}

static void test_syn_options(void **state)
{
	struct decap *d = open_decap();
	const struct segment_options *o = &result.segment.options;
	struct packet p;

	frame_init(&frame, "");
	frame_tcp(&frame, 1, 0, SEGMENT_SYN, "020405b4 0402 080a0000000100000000 01 030307");
	frame_ipv4(&frame, 6);
	p = frame_packet(&frame, DLT_RAW);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_int_equal(o->mss, 1460);
	assert_int_equal(o->wscale, 7);
	assert_true(o->sack_ok);
	assert_int_equal(o->layout_len, 5);
	assert_memory_equal(o->layout, "\x02\x04\x08\x01\x03", 5);

	frame_init(&frame, "");
	frame_tcp(&frame, 1, 0, SEGMENT_SYN, "");
	frame_ipv4(&frame, 6);
	p = frame_packet(&frame, DLT_RAW);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_int_equal(o->mss, 0);
	assert_int_equal(o->wscale, -1);
	assert_false(o->sack_ok);
	assert_int_equal(o->layout_len, 0);

	/* Twenty NOPs, then an option that runs past the header. */
	frame_init(&frame, "");
	frame_tcp(&frame, 1, 0, SEGMENT_SYN, "0101010101010101 0101010101010101 01010101 020801ff");
	frame_ipv4(&frame, 6);
	p = frame_packet(&frame, DLT_RAW);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_int_equal(o->layout_len, SEGMENT_LAYOUT_MAX);
	assert_int_equal(o->mss, 0);
	decap_destroy(d);
}

static void test_ip_options_and_extensions(void **state)
{
	struct decap *d = open_decap();
	struct packet p;

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1, 1, ACK_PSH, "");
	frame_hex(&frame, "01010101");
	frame_ipv4(&frame, 6);
	/* The options lie behind the fixed header: move them there by making it longer. */
	frame.room[frame.start] = 0x46;
	p = frame_packet(&frame, DLT_RAW);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_true(span_eq_str(result.segment.payload, TEXT));

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1, 1, ACK_PSH, "");
	frame_hex(&frame, "06 01 0000 00000001 00000000");         /* authentication, 12 bytes */
	frame_hex(&frame, "33 01 0000 000000000000 000000000000"); /* destination, 16 bytes */
	frame_hex(&frame, "3c 00 0000 00000000");                  /* routing */
	frame_hex(&frame, "2b 00 0000 00000000");                  /* hop by hop */
	frame_ipv6(&frame, 0);
	p = frame_packet(&frame, DLT_RAW);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_true(span_eq_str(result.segment.payload, TEXT));
	decap_destroy(d);
}

static void test_udp(void **state)
{
	struct decap *d = open_decap();
	struct packet p;

	frame_init(&frame, "question");
	frame_udp(&frame, 5353, 53);
	frame_ipv6(&frame, 17);
	frame_ethernet(&frame, 0x86dd);
	p = frame_packet(&frame, DLT_EN10MB);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_UDP);
	check_addrs(6, &result.datagram.src, &result.datagram.dst);
	assert_int_equal(result.datagram.src_port, 5353);
	assert_int_equal(result.datagram.dst_port, 53);
	assert_true(span_eq_str(result.datagram.payload, "question"));
	p.bytes.len--;
	assert_int_equal(decap_packet(d, &p, &result), DECAP_NOTHING);
	assert_int_equal(result.cause, DECAP_CUT);
	decap_destroy(d);
}

static void expect_nothing(int link_type, enum decap_cause cause)
{
	struct decap *d = open_decap();
	struct packet p = frame_packet(&frame, link_type);

	assert_int_equal(decap_packet(d, &p, &result), DECAP_NOTHING);
	assert_int_equal(result.cause, cause);
	assert_int_equal(decap_get_stats(d).nothing[cause], 1);
	decap_destroy(d);
}

static void test_causes(void **state)
{
	frame_init(&frame, "an ARP question, more or less, padded");
	frame_ethernet(&frame, 0x0806);
	expect_nothing(DLT_EN10MB, DECAP_NOT_IP);
	expect_nothing(DLT_IEEE802_11, DECAP_UNKNOWN_LINK);

	frame_init(&frame, "echo");
	frame_ipv4(&frame, 1);
	expect_nothing(DLT_RAW, DECAP_OTHER_PROTOCOL);

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1, 1, ACK_PSH, "");
	frame_ipv4(&frame, 6);
	frame.room[frame.start] = 0x44; /* a header of 16 bytes */
	expect_nothing(DLT_RAW, DECAP_MALFORMED);

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1, 1, ACK_PSH, "");
	frame.room[frame.start + 12] = 0x40;
	frame_ipv4(&frame, 6);
	expect_nothing(DLT_RAW, DECAP_MALFORMED);

	frame_init(&frame, "x");
	frame_udp(&frame, 53, 53);
	frame.room[frame.start + 5] = 7;
	frame_ipv4(&frame, 17);
	expect_nothing(DLT_RAW, DECAP_MALFORMED);
}

static void test_dns_goes_before_tunnels(void **state)
{
	struct decap *d = open_decap();
	struct packet p;

	frame_init(&frame, "answer");
	frame_udp(&frame, 53, 4789);
	frame_ipv4(&frame, 17);
	p = frame_packet(&frame, DLT_RAW);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_UDP);
	assert_int_equal(result.datagram.dst_port, 4789);
	decap_destroy(d);
}

/* A frame shorter than its IP header says was cut by a mirror or broker that left no word of it. */
static void test_cut_before_capture(void **state)
{
	struct decap *d = open_decap();
	struct packet p;

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1000, 2000, ACK_PSH, "");
	frame_ipv4(&frame, 6);
	frame_cut(&frame, 9);
	for (int i = 0; i < 2; i++) {
		p = frame_packet(&frame, DLT_RAW);
		assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
		assert_int_equal(result.segment.payload.len, strlen(TEXT) - 9);
		assert_int_equal(result.segment.payload_len, strlen(TEXT));
		frame_hex(&frame, ETHER4);
		frame_hex(&frame, "1000 88be 00000001 1000000100000000");
		frame_ipv4(&frame, 47);
	}
	assert_int_equal(decap_get_stats(d).truncated, 2);
	decap_destroy(d);
}

/* The session's length goes before that of IP, which here counts the padding. */
static void test_padding_that_ip_counts(void **state)
{
	struct decap *d = open_decap();
	struct packet p;

	frame_init_bytes(&frame, "\0\0\0\0\0\0", 6);
	frame_tcp(&frame, 1, 1, SEGMENT_ACK, "");
	frame_ipv4(&frame, 6);
	frame_hex(&frame, "1100 0001 002a 0021");
	p = frame_packet(&frame, DLT_PPP_ETHER);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	assert_int_equal(result.segment.payload_len, 0);
	assert_int_equal(decap_get_stats(d).truncated, 0);
	decap_destroy(d);
}

static void test_cut_within_tcp_options(void **state)
{
	struct decap *d = open_decap();
	struct packet p;

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1000, 2000, SEGMENT_SYN, "020405b4 0402 080a0000000100000000 01 030307");
	frame_ipv4(&frame, 6);
	p = frame_packet(&frame, DLT_RAW);
	for (p.bytes.len = 40; p.bytes.len < 60; p.bytes.len++) {
		assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
		assert_int_equal(result.segment.payload.len, 0);
		assert_int_equal(result.segment.payload_len, strlen(TEXT));
		assert_int_equal(result.segment.options.mss, p.bytes.len < 44 ? 0 : 1460);
	}
	decap_destroy(d);
}

/* The TCP segment as it lies in the frame, cut in two at a multiple of 8 bytes. */
static void put_halves(struct frame *first, struct frame *second, uint8_t version)
{
	const size_t cut = 24;
	const uint8_t *bytes;
	size_t len;

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1000, 2000, ACK_PSH, "");
	bytes = frame.room + frame.start;
	len = frame_len(&frame);
	frame_init_bytes(first, bytes, cut);
	frame_init_bytes(second, bytes + cut, len - cut);
	if (version == 4) {
		frame_ipv4_fragment(first, 6, 77, 0x2000);
		frame_ipv4_fragment(second, 6, 77, cut / 8);
		return;
	}
	frame_hex(first, "06 00 0001 0000004d");
	frame_ipv6(first, 44);
	frame_hex(second, "06 00 0018 0000004d");
	frame_ipv6(second, 44);
}

static void test_fragments(void **state)
{
	static struct frame halves[2];

	for (int k = 0; k < 4; k++) {
		struct decap *d = open_decap();
		uint8_t version = k % 2 ? 6 : 4;
		struct packet p;

		put_halves(&halves[0], &halves[1], version);
		p = frame_packet(&halves[k / 2], DLT_RAW);
		assert_int_equal(decap_packet(d, &p, &result), DECAP_NOTHING);
		assert_int_equal(result.cause, DECAP_FRAGMENT);
		p = frame_packet(&halves[!(k / 2)], DLT_RAW);
		p.index = 8;
		assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
		check_addrs(version, &result.segment.src, &result.segment.dst);
		assert_true(span_eq_str(result.segment.payload, TEXT));
		assert_int_equal(result.segment.payload_len, strlen(TEXT));
		assert_int_equal(result.segment.packet, 8);
		assert_int_equal(decap_get_stats(d).fragments, 2);
		assert_int_equal(decap_get_stats(d).datagrams, 1);
		decap_destroy(d);
	}
}

static void test_fragments_in_a_tunnel(void **state)
{
	static struct frame halves[2];
	struct decap *d = open_decap();

	put_halves(&halves[0], &halves[1], 4);
	for (int i = 0; i < 2; i++) {
		struct packet p;

		frame_hex(&halves[i], "0000 0800");
		frame_ipv6(&halves[i], 47);
		p = frame_packet(&halves[i], DLT_RAW);
		assert_int_equal(decap_packet(d, &p, &result), i ? DECAP_TCP : DECAP_NOTHING);
	}
	assert_true(span_eq_str(result.segment.payload, TEXT));
	assert_int_equal(result.tunnel.depth, 1);
	check_addrs(6, &result.tunnel.src, &result.tunnel.dst);
	decap_destroy(d);
}

static void test_fragment_cut_by_snaplen(void **state)
{
	static struct frame halves[2];
	struct decap *d = open_decap();
	struct packet p;

	put_halves(&halves[0], &halves[1], 4);
	p = frame_packet(&halves[0], DLT_RAW);
	p.bytes.len--;
	assert_int_equal(decap_packet(d, &p, &result), DECAP_NOTHING);
	assert_int_equal(result.cause, DECAP_CUT);
	/* One that says it is all of its datagram needs no others. */
	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1000, 2000, ACK_PSH, "");
	frame_hex(&frame, "06 00 0000 0000004d");
	frame_ipv6(&frame, 44);
	p = frame_packet(&frame, DLT_RAW);
	assert_int_equal(decap_packet(d, &p, &result), DECAP_TCP);
	decap_destroy(d);
}

static void test_too_deep(void **state)
{
	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1, 1, ACK_PSH, "");
	frame_ipv4(&frame, 6);
	frame_be16(&frame, 0x0800);
	for (int i = 0; i < LIMIT_DECAP_DEPTH; i++)
		frame_hex(&frame, i ? "0001 8100" : "0001");
	frame_ethernet(&frame, 0x8100);
	expect_nothing(DLT_EN10MB, DECAP_TOO_DEEP);

	frame_init(&frame, TEXT);
	frame_tcp(&frame, 1, 1, ACK_PSH, "");
	for (int i = 0; i < 300; i++)
		frame_ipv4(&frame, i ? 4 : 6);
	expect_nothing(DLT_RAW, DECAP_TOO_DEEP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_padding_is_no_payload),
		cmocka_unit_test(test_length_left_to_offload),
		cmocka_unit_test(test_syn_options),
		cmocka_unit_test(test_ip_options_and_extensions),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_dns_goes_before_tunnels),
		cmocka_unit_test(test_cut_before_capture),
		cmocka_unit_test(test_padding_that_ip_counts),
		cmocka_unit_test(test_cut_within_tcp_options),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_fragments_in_a_tunnel),
		cmocka_unit_test(test_fragment_cut_by_snaplen),
		cmocka_unit_test(test_too_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
