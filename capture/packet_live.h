/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live capture through libpcap (TPACKET_V3, which leaves the snaplen free). Packets of several
 * interfaces are handed on in order of their time stamps: a kernel block may come up to its
 * timeout late, so a packet waits until no earlier one can be on its way.
 */
#ifndef CAPTURE_PACKET_LIVE_H
#define CAPTURE_PACKET_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "capture/packet.h"
#include "capture/packet_source.h"

struct packet_live;

struct packet_live_stats {
	uint64_t received, dropped, if_dropped;
};

/* `filter` may be NULL: filter_text_default(); `options` too. The names are borrowed. NULL with a sentence in `error`. */
struct packet_live *packet_live_open(const char *const *interfaces, size_t count,
	const char *filter, const struct live_options *options, char error[512]);
void packet_live_close(struct packet_live *l);

/*
 * 1 and *ret filled but for its index; 2 where nothing came for about 100 ms; 0 after
 * packet_live_break(); -1 where a device failed (packet_live_error()).
 */
int packet_live_next(struct packet_live *l, struct packet *ret);
const char *packet_live_error(const struct packet_live *l);
/* Async-signal-safe. */
void packet_live_break(struct packet_live *l);

struct packet_live_stats packet_live_get_stats(struct packet_live *l);

#endif
