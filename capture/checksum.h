/* SPDX-License-Identifier: Apache-2.0 */
/* The Internet checksum (RFC 1071) of what was captured. */
#ifndef CAPTURE_CHECKSUM_H
#define CAPTURE_CHECKSUM_H

#include <stdint.h>

#include "base/span.h"

/* What is checked. A host that leaves checksums to its card shows them unmade to whoever captures
 * on it, and a card that joins segments shows them unmade, too. */
enum checksum_mode {
	/* Wrong ones are dropped while they are few in all, and where their side of the connection
	 * has shown right ones. */
	CHECKSUM_AUTO,
	CHECKSUM_ALL,  /* all wrong ones are dropped */
	CHECKSUM_NONE,
};

/* Of an IPv4 header and the TCP segment in it. */
enum checksum_verdict {
	CHECKSUM_UNKNOWN, /* not asked, or not all of it was captured */
	CHECKSUM_RIGHT,
	CHECKSUM_UNMADE, /* wrong, but due to the place or the making of the capture */
	CHECKSUM_WRONG,
};

/* The one's complement sum of 16-bit words in the byte order of this machine, folded; 0xffff where
 * the checksum in `s` is right. Sums may be added up with checksum_add(). */
uint16_t checksum_sum(struct span s);

/* A sum of words of any even length as one of 16 bits. */
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static inline uint16_t checksum_add(uint16_t a, uint16_t b)
{
	uint32_t sum = (uint32_t)a + b;

	return (uint16_t)(sum + (sum >> 16));
}

#endif
