/* SPDX-License-Identifier: Apache-2.0 */
/* One captured frame, as a packet source hands it on. */
#ifndef CAPTURE_PACKET_H
#define CAPTURE_PACKET_H

#include <stdint.h>

#include "base/nstime.h"
#include "base/span.h"

/* Times are within 0 and this, so that adding any timeout cannot overflow. */
#define PACKET_TIME_MAX (NSTIME_MAX / 2)

struct packet {
	uint64_t index;    /* in the (merged) input, from 0 */
	nstime time;       /* never less than the packet's before: clamped to the running maximum */
	int link_type;     /* DLT_* of libpcap */
	struct span bytes; /* what was captured; borrowed until the next call of the source */
	uint32_t wire_len; /* length on the wire, at least bytes.len */
	uint32_t interface;  /* of its file, from 0 */
	uint64_t file_index; /* which of the inputs, from 0 */
};

#endif
