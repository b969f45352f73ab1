/* SPDX-License-Identifier: Apache-2.0 */
/* One capture file, or the standard input: pcap through libpcap (but for the records of the usual
 * kind of file, pcap_records.h), pcapng by our own reader. */
#ifndef CAPTURE_PACKET_FILE_H
#define CAPTURE_PACKET_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/packet.h"

struct packet_file;

/* Does the file, or what is packed in it, begin like a capture? False where it cannot be read. */
bool packet_file_is_capture(const char *path);

struct packet_file_stats {
	uint64_t damaged, comments;       /* as in packet_source_stats */
	uint64_t bytes_read, bytes_total; /* of the file as it lies on disk; total 0: unknown */
};

/* "-" is the standard input. NULL with a sentence in `error`. */
struct packet_file *packet_file_open(const char *path, char error[512]);
void packet_file_close(struct packet_file *f);

/*
 * 1 and *ret filled but for its index and file_index; 0 at the end, or where damage ends it.
 */
int packet_file_next(struct packet_file *f, struct packet *ret);
/* The link type of the file as its header says it; -1 where that may differ by packet. */
int packet_file_link_type(const struct packet_file *f);

struct packet_file_stats packet_file_get_stats(const struct packet_file *f);

#endif
