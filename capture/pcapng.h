/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads pcapng files (draft-ietf-opsawg-pcapng) in one pass, without seeking: section headers of
 * both byte orders and any number, interfaces of differing link type and resolution, enhanced,
 * simple and (obsolete) packet blocks. Other blocks are skipped, comments counted.
 */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include <stdio.h>

#include "capture/packet.h"

/* The first four bytes of every pcapng file, in either byte order. */
#define PCAPNG_MAGIC 0x0a0d0d0au

struct pcapng;

struct pcapng_stats {
	uint64_t comments;
	/* Blocks that made no sense: one that can be skipped is; else the file ends there. */
	uint64_t damaged;
};

/*
 * Reads the section header that `f` begins with. `f` is borrowed, and must stay open. NULL with
 * the reason in *ret_why (a static string): it is not pcapng, or ends within, or memory is short.
 */
struct pcapng *pcapng_create(FILE *f, const char **ret_why);
void pcapng_destroy(struct pcapng *r);

/*
 * 1 and the time, link type (as DLT_*), bytes, wire length and interface of *ret filled; the
 * bytes borrow until the next call. 0 at the end of the file, or of what can be read of it. The
 * interface counts through all sections.
 */
int pcapng_next(struct pcapng *r, struct packet *ret);

struct pcapng_stats pcapng_get_stats(const struct pcapng *r);

#endif
