/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SYNs say of a connection: that it begins, that it is another one between the same endpoints,
 * or nothing that its hosts would believe. See flow_tracker.h for the rules.
 */
#ifndef CAPTURE_FLOW_HANDSHAKE_H
#define CAPTURE_FLOW_HANDSHAKE_H

#include "capture/capture.h"
#include "capture/flow_roles.h"
#include "capture/segment.h"

struct flow_handshake {
	const struct flow_ports *ports;
	nstime other_idle; /* of silence, after which nobody minds a new connection */
	struct capture_stats *stats;
};

enum flow_handshake_says {
	FLOW_HANDSHAKE_OF_FLOW,
	FLOW_HANDSHAKE_OF_NEXT, /* of a new connection between the same endpoints */
	FLOW_HANDSHAKE_IGNORED,
};

static inline bool segment_is_syn(const struct segment *seg)
{
	return (seg->flags & (SEGMENT_SYN | SEGMENT_ACK)) == SEGMENT_SYN;
}

static inline bool segment_is_syn_ack(const struct segment *seg)
{
	return (seg->flags & (SEGMENT_SYN | SEGMENT_ACK)) == (SEGMENT_SYN | SEGMENT_ACK);
}

/* What `seg` means for the connection as a whole, before its bytes are looked at. Its direction
 * changes where the roles do. */
enum flow_handshake_says flow_handshake_take(const struct flow_handshake *h, struct flow *f,
	enum flow_dir *dir, const struct segment *seg);

#endif
