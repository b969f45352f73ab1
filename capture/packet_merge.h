/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several capture files as one, in order of time; of equal times the file named first comes first,
 * and the packets of one file never change places: one whose time is before its predecessor's is
 * given the predecessor's.
 */
#ifndef CAPTURE_PACKET_MERGE_H
#define CAPTURE_PACKET_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/packet.h"

struct packet_merge;

struct packet_merge_stats {
	uint64_t damaged, comments, clock_steps_back;
	uint64_t bytes_read, bytes_total; /* total 0 where that of any file is unknown */
};

struct packet_merge_input {
	const char *path; /* borrowed */
	bool may_fail;    /* where it cannot be opened it is damaged, and no error */
};

/*
 * Opens all files and reads on to the first packet of each; of many, most are closed again until
 * their time comes. NULL with a sentence in `error`.
 */
struct packet_merge *packet_merge_open(
	const struct packet_merge_input *inputs, size_t count, char error[512]);
void packet_merge_close(struct packet_merge *m);

/* 1 and *ret filled (bytes borrow until the next call), 0 at the end of all. */
int packet_merge_next(struct packet_merge *m, struct packet *ret);

/*
 * A link type that is known to be there, from the header or first packet of file `i`; -1 where it
 * has none.
 */
int packet_merge_link_type(const struct packet_merge *m, size_t i);

/* Damage met so far in file `i`; *ret_why is a sentence where it could not be opened, else NULL. */
uint64_t packet_merge_damage(const struct packet_merge *m, size_t i, const char **ret_why);
struct packet_merge_stats packet_merge_get_stats(const struct packet_merge *m);

#endif
