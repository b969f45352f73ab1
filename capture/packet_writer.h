/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets to a capture file (-w): pcap with nanoseconds, of the link type of its first packet. A
 * packet of another link type does not fit the format; it is counted and left out.
 */
#ifndef CAPTURE_PACKET_WRITER_H
#define CAPTURE_PACKET_WRITER_H

#include "capture/packet.h"

struct packet_writer;

/* Creates or truncates `path` ("-": standard output). NULL with a sentence in `error`. */
struct packet_writer *packet_writer_open(const char *path, char error[512]);
void packet_writer_write(struct packet_writer *w, const struct packet *p);
uint64_t packet_writer_left_out(const struct packet_writer *w);
/* 1, or -1 where some packet could not be written. Accepts NULL. */
int packet_writer_close(struct packet_writer *w);

#endif
