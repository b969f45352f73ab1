/* SPDX-License-Identifier: Apache-2.0 */
/* Filters as libpcap runs them over frames: tagged, in fragments, in tunnels, and of no interest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

#include "capture/filter_text.h"
#include "capture/packet_filter.h"
#include "frame.h"

#define C_TAG "8100 0064"
#define S_TAG "88a8 00c8"
#define OLD_TAG "9100 00c8"

static struct frame frame;

/* A mail segment, or one to port 80, as IP. */
static void ip(uint16_t port)
{
	frame_init(&frame, "EHLO a\r\n");
	frame_tcp(&frame, 1, 1, 0x18, "");
	frame.room[frame.start + 2] = (uint8_t)(port >> 8);
	frame.room[frame.start + 3] = (uint8_t)port;
	frame_ipv4(&frame, 6);
}

static void ip6(uint8_t next, const char *extension)
{
	frame_init(&frame, "EHLO a\r\n");
	frame_tcp(&frame, 1, 1, 0x18, "");
	frame_hex(&frame, extension);
	frame_ipv6(&frame, next);
}

static void mac(const char *tags, uint16_t type)
{
	frame_be16(&frame, type);
	frame_hex(&frame, tags);
	frame_hex(&frame, "020000000002 020000000001");
}

/* Around an inner packet of a port that no filter asks for: only the outside may be matched. */
static void in_udp(uint16_t port)
{
	frame_udp(&frame, 50000, port);
	frame_ipv4(&frame, 17);
}

static bool matches(const char *expression, int link_type)
{
	struct packet_filter *f = packet_filter_create(expression);
	struct packet p = frame_packet(&frame, link_type);
	char why[256];
	bool yes;

	if (packet_filter_check(f, link_type, why) < 0)
		fail_msg("%s: %s", expression, why);
	yes = packet_filter_matches(f, &p);
	packet_filter_destroy(f);
	return yes;
}

static bool is_taken(int link_type)
{
	char *text = filter_text_default(link_type);
	bool yes = matches(text, link_type);

	free(text);
	return yes;
}

static const char *const tag_stacks[] = {"", C_TAG, S_TAG, S_TAG C_TAG, OLD_TAG C_TAG, C_TAG C_TAG};

#define FOR_EACH_STACK(i) for (size_t i = 0; i < sizeof(tag_stacks) / sizeof(tag_stacks[0]); i++)

static void test_tags(void **state)
{
	FOR_EACH_STACK(i)
	{
		static const uint16_t ports[] = {25, 465, 587, 2525, 53};

		for (size_t k = 0; k < sizeof(ports) / sizeof(ports[0]); k++) {
			ip(ports[k]);
			mac(tag_stacks[i], 0x0800);
			assert_true(is_taken(DLT_EN10MB));
		}
		ip6(6, "");
		mac(tag_stacks[i], 0x86dd);
		assert_true(is_taken(DLT_EN10MB));
		ip(80);
		mac(tag_stacks[i], 0x0800);
		assert_false(is_taken(DLT_EN10MB));
		frame_init(&frame, "who has it");
		mac(tag_stacks[i], 0x0806);
		assert_false(is_taken(DLT_EN10MB));
	}
}

static void test_fragments(void **state)
{
	FOR_EACH_STACK(i)
	{
		frame_init(&frame, "the rest of it");
		frame_ipv4_fragment(&frame, 6, 7, 100);
		mac(tag_stacks[i], 0x0800);
		assert_true(is_taken(DLT_EN10MB));
		frame_init(&frame, "the rest of it");
		frame_hex(&frame, "06 00 0321 00000007");
		frame_ipv6(&frame, 44);
		mac(tag_stacks[i], 0x86dd);
		assert_true(is_taken(DLT_EN10MB));
		frame_init(&frame, "the rest of a ping");
		frame_ipv4_fragment(&frame, 1, 7, 100);
		mac(tag_stacks[i], 0x0800);
		assert_false(is_taken(DLT_EN10MB));
	}
}

static void test_extensions(void **state)
{
	static const uint8_t kinds[] = {0, 43, 60};

	for (size_t k = 0; k < sizeof(kinds); k++) {
		ip6(kinds[k], "06 00 01 04 00000000");
		mac(C_TAG, 0x86dd);
		assert_true(is_taken(DLT_EN10MB));
	}
}

static void test_tunnels(void **state)
{
	static const uint16_t ports[] = {4789, 4790, 6081, 8472};
	static const uint8_t protocols[] = {4, 41, 47, 137};

	FOR_EACH_STACK(i)
	{
		for (size_t k = 0; k < sizeof(ports) / sizeof(ports[0]); k++) {
			ip(80);
			in_udp(ports[k]);
			mac(tag_stacks[i], 0x0800);
			assert_true(is_taken(DLT_EN10MB));
		}
		for (size_t k = 0; k < sizeof(protocols); k++) {
			ip(80);
			frame_ipv4(&frame, protocols[k]);
			mac(tag_stacks[i], 0x0800);
			assert_true(is_taken(DLT_EN10MB));
			ip(80);
			frame_ipv6(&frame, protocols[k]);
			mac(tag_stacks[i], 0x86dd);
			assert_true(is_taken(DLT_EN10MB));
		}
		ip(80);
		frame_hex(&frame, "00064140");
		mac(tag_stacks[i], 0x8847);
		assert_true(is_taken(DLT_EN10MB));
		ip(80);
		frame_hex(&frame, "1100 1234 0032 0021");
		mac(tag_stacks[i], 0x8864);
		assert_true(is_taken(DLT_EN10MB));
	}
}

/* Links without tags, on which libpcap knows no "vlan". */
static void test_other_links(void **state)
{
	ip(25);
	assert_true(is_taken(DLT_RAW));
	ip(80);
	assert_false(is_taken(DLT_RAW));
	ip(25);
	frame_hex(&frame, "0000 0001 0006 020000000001 0000 0800");
	assert_true(is_taken(DLT_LINUX_SLL));
	ip(25);
	frame_hex(&frame, "0800 0000 00000002 0001 00 06 020000000001 0000");
	assert_true(is_taken(DLT_LINUX_SLL2));
	ip(25);
	frame_hex(&frame, "02000000");
	assert_true(is_taken(DLT_NULL));
}

/* What a user asks for holds for tagged frames too, and narrows what is taken all the same. */
static void test_users(void **state)
{
	FOR_EACH_STACK(i)
	{
		ip(25);
		mac(tag_stacks[i], 0x0800);
		assert_true(matches("tcp port 25", DLT_EN10MB));
		assert_true(matches("port 25 or port 26", DLT_EN10MB));
		assert_true(matches("host 198.51.100.2 and tcp dst port 25", DLT_EN10MB));
		assert_true(matches("", DLT_EN10MB));
		assert_false(matches("host 203.0.113.5 and tcp port 25", DLT_EN10MB));
		assert_false(matches("tcp port 26", DLT_EN10MB));
	}
}

/* Who speaks of tags is taken by the word. */
static void test_users_tags(void **state)
{
	ip(25);
	mac("", 0x0800);
	assert_false(matches("vlan and tcp port 25", DLT_EN10MB));
	assert_true(matches("not vlan", DLT_EN10MB));
	assert_true(matches("tcp port 25 or (vlan 100 and tcp port 25)", DLT_EN10MB));
	ip(25);
	mac(C_TAG, 0x0800);
	assert_true(matches("vlan and tcp port 25", DLT_EN10MB));
	assert_true(matches("tcp port 25 or (vlan 100 and tcp port 25)", DLT_EN10MB));
	assert_false(matches("vlan 101 and tcp port 25", DLT_EN10MB));
	assert_false(matches("not vlan", DLT_EN10MB));
}

static void test_words(void **state)
{
	static const char *const kept[] = {"vlan", "not vlan 5", "(mpls) and ip", "pppoes and ip", ""};
	char *text;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		text = filter_text_tagged(kept[i], DLT_EN10MB);
		assert_string_equal(text, kept[i]);
		free(text);
	}
	text = filter_text_tagged("host vlan.example", DLT_EN10MB);
	assert_string_equal(text, "(host vlan.example) or (vlan and (host vlan.example)) or "
				  "(vlan and (host vlan.example))");
	free(text);
	text = filter_text_tagged("tcp", DLT_RAW);
	assert_string_equal(text, "tcp");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_tunnels),
		cmocka_unit_test(test_other_links),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_users_tags),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
