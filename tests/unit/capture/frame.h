/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames for tests, built from the inside out: each call puts a header in front of what is there,
 * so that every length is known when it is written.
 */
#ifndef TESTS_FRAME_H
#define TESTS_FRAME_H

#include <stdint.h>

#include "capture/packet.h"

#define FRAME_ROOM 70000

struct frame {
	size_t start; /* of the bytes within `room` */
	uint8_t room[FRAME_ROOM];
};

/* Begins with a payload. */
void frame_init(struct frame *f, const char *payload);
void frame_init_bytes(struct frame *f, const void *payload, size_t len);
/* Puts bytes in front; `hex` is digits with any spaces between. */
void frame_front(struct frame *f, const void *bytes, size_t len);
void frame_hex(struct frame *f, const char *hex);
void frame_be16(struct frame *f, uint16_t v);
void frame_be32(struct frame *f, uint32_t v);
/* Puts bytes at the end, as a link layer pads. */
void frame_pad(struct frame *f, size_t len);
/* Takes bytes from the end. */
void frame_cut(struct frame *f, size_t len);

/* From port 40000 to port 25; options in hex, a multiple of four bytes. */
void frame_tcp(struct frame *f, uint32_t seq, uint32_t ack, uint8_t flags, const char *options);
void frame_udp(struct frame *f, uint16_t src_port, uint16_t dst_port);
/* From 192.0.2.1 to 198.51.100.2; `fragment` is the word of flags and offset. */
void frame_ipv4(struct frame *f, uint8_t protocol);
void frame_ipv4_fragment(struct frame *f, uint8_t protocol, uint16_t id, uint16_t fragment);
/* From 2001:db8::1 to 2001:db8::2. */
void frame_ipv6(struct frame *f, uint8_t next_header);
void frame_ethernet(struct frame *f, uint16_t type);

size_t frame_len(const struct frame *f);
/* The frame as a packet of which all was captured. Borrows. */
struct packet frame_packet(const struct frame *f, int link_type);

#endif
