/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

void frame_init_bytes(struct frame *f, const void *payload, size_t len)
{
	f->start = FRAME_ROOM;
	frame_front(f, payload, len);
}

void frame_init(struct frame *f, const char *payload)
{
	frame_init_bytes(f, payload, strlen(payload));
}

void frame_front(struct frame *f, const void *bytes, size_t len)
{
	assert(len <= f->start);
	f->start -= len;
	memcpy(f->room + f->start, bytes, len);
}

static unsigned int nibble(char c)
{
	assert(isxdigit((unsigned char)c));
	return c <= '9' ? (unsigned int)(c - '0') : (unsigned int)(tolower(c) - 'a' + 10);
}

void frame_hex(struct frame *f, const char *hex)
{
	uint8_t b[256];
	size_t n = 0;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		assert(n < sizeof(b));
		b[n++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
		hex += 2;
	}
	frame_front(f, b, n);
}

void frame_be16(struct frame *f, uint16_t v)
{
	uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	frame_front(f, b, 2);
}

void frame_be32(struct frame *f, uint32_t v)
{
	frame_be16(f, (uint16_t)v);
	frame_be16(f, (uint16_t)(v >> 16));
}

void frame_pad(struct frame *f, size_t len)
{
	assert(len <= f->start);
	memmove(f->room + f->start - len, f->room + f->start, FRAME_ROOM - f->start);
	f->start -= len;
	memset(f->room + FRAME_ROOM - len, 0, len);
}

void frame_cut(struct frame *f, size_t len)
{
	assert(len <= frame_len(f));
	memmove(f->room + f->start + len, f->room + f->start, frame_len(f) - len);
	f->start += len;
}

void frame_tcp(struct frame *f, uint32_t seq, uint32_t ack, uint8_t flags, const char *options)
{
	size_t end = f->start, header;

	frame_hex(f, options);
	header = 20 + end - f->start;
	assert(header % 4 == 0 && header <= 60);
	frame_hex(f, "faf0 0000 0000");
	frame_be16(f, (uint16_t)(header / 4 << 12 | flags));
	frame_be32(f, ack);
	frame_be32(f, seq);
	frame_be16(f, 25);
	frame_be16(f, 40000);
}

void frame_udp(struct frame *f, uint16_t src_port, uint16_t dst_port)
{
	uint16_t len = (uint16_t)(frame_len(f) + 8);

	frame_be16(f, 0);
	frame_be16(f, len);
	frame_be16(f, dst_port);
	frame_be16(f, src_port);
}

void frame_ipv4_fragment(struct frame *f, uint8_t protocol, uint16_t id, uint16_t fragment)
{
	uint16_t len = (uint16_t)(frame_len(f) + 20);

	frame_hex(f, "c0000201 c6336402");
	frame_be16(f, 0);
	frame_be16(f, (uint16_t)(57 << 8 | protocol));
	frame_be16(f, fragment);
	frame_be16(f, id);
	frame_be16(f, len);
	frame_be16(f, 0x4500);
}

void frame_ipv4(struct frame *f, uint8_t protocol)
{
	frame_ipv4_fragment(f, protocol, 0x1234, 0x4000);
}

void frame_ipv6(struct frame *f, uint8_t next_header)
{
	uint16_t len = (uint16_t)frame_len(f);

	frame_hex(f, "20010db8000000000000000000000001 20010db8000000000000000000000002");
	frame_be16(f, (uint16_t)(next_header << 8 | 58));
	frame_be16(f, len);
	frame_be32(f, 0x60000000);
}

void frame_ethernet(struct frame *f, uint16_t type)
{
	frame_be16(f, type);
	frame_hex(f, "020000000002 020000000001");
}

size_t frame_len(const struct frame *f)
{
	return FRAME_ROOM - f->start;
}

struct packet frame_packet(const struct frame *f, int link_type)
{
	struct packet p = {.index = 7,
		.time = 1000 * NS_PER_S,
		.link_type = link_type,
		.bytes = span_of(f->room + f->start, frame_len(f)),
		.wire_len = (uint32_t)frame_len(f)};

	return p;
}
