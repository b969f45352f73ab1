/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where packets come from: capture files (pcap through libpcap, pcapng by our own reader), the
 * standard input, or live interfaces. Several inputs are merged by time; of equal times the input
 * named first comes first.
 */
#ifndef CAPTURE_PACKET_SOURCE_H
#define CAPTURE_PACKET_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "capture/packet.h"

struct packet_source;

struct live_options {
	int snaplen;      /* default 262144 */
	int buffer_bytes; /* ring, default 64 MiB */
	bool no_promiscuous;
	/* 0, or the fanout group (fanout.h) of the first interface; the others have those after it */
	uint32_t fanout_group;
};

struct packet_source_stats {
	uint64_t packets, bytes;                /* delivered */
	uint64_t received, dropped, if_dropped; /* live: by the kernel's count; else what was read */
	uint64_t truncated;                     /* frames cut by the snaplen */
	uint64_t damaged;  /* inputs that ended in the middle, or blocks that made no sense */
	uint64_t comments; /* in pcapng files */
	uint64_t left_out; /* files of folders that are no captures */
	uint64_t clock_steps_back;                  /* packets whose time was clamped */
	uint64_t file_bytes_read, file_bytes_total; /* total 0 where it cannot be told */
};

/*
 * Opens capture files ("-" is the standard input), and those that lie in folders. A file whose
 * header cannot be read is an error, unless it was found in a folder; damage that is met later only
 * counts. `filter` is a libpcap expression or NULL. NULL with a
 * sentence in `error` that says what was being done, to what, and what to do about it.
 */
struct packet_source *packet_source_open_files(
	const char *const *paths, size_t count, const char *filter, char error[512]);
/* As above for interfaces; the device is active on return. Without a filter, what may bear mail or
 * DNS (filter_text.h). */
struct packet_source *packet_source_open_live(const char *const *interfaces, size_t count,
	const char *filter, const struct live_options *options, char error[512]);
void packet_source_close(struct packet_source *s);

/*
 * 1 and *ret filled; 0 at the end of the files; -1 where a device failed (packet_source_error());
 * 2 live, where nothing came for about 100 ms.
 */
int packet_source_next(struct packet_source *s, struct packet *ret);
const char *packet_source_error(const struct packet_source *s);
/* Makes a live packet_source_next() return soon with 0. Async-signal-safe. */
void packet_source_break(struct packet_source *s);
struct packet_source_stats packet_source_get_stats(struct packet_source *s);
/* How many inputs there are, with those that were found in folders. */
size_t packet_source_count(const struct packet_source *s);
/* Damage met so far in a file; *ret_why is a sentence where it could not be opened, else NULL. */
uint64_t packet_source_damage(
	const struct packet_source *s, uint64_t file_index, const char **ret_why);
/* The path or interface of input `file_index`. */
const char *packet_source_name(const struct packet_source *s, uint64_t file_index);
/* Prints the names of the interfaces to `f`, one a line (for -D). 0, or -1 with a sentence. */
int packet_source_list_devices(FILE *f, char error[512]);

#endif
