/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection whose sides change places: behind an accepted TURN (RFC 821 3.8) or ATRN (RFC 2645)
 * who was the server is the client, and the other greets it, as if they had just connected. Here is
 * the connection as the session that is at hand sees it.
 */
#ifndef SMTP_DECODE_SMTP_TURN_H
#define SMTP_DECODE_SMTP_TURN_H

#include "base/flow.h"

/* All zero: as it was opened. */
struct smtp_turn {
	bool turned;
	uint64_t base[2]; /* by enum flow_dir, as it was opened: where in its stream a turn was */
};

/* The sides change places at these offsets in what the session sees of them. */
void smtp_turn_around(struct smtp_turn *t, const uint64_t at[2]);

/* `f` itself, or what it is now, in `*buf`. The SYN is still the other side's. */
const struct flow_info *smtp_turn_flow(
	const struct smtp_turn *t, const struct flow_info *f, struct flow_info *buf);
struct stream_chunk smtp_turn_chunk(const struct smtp_turn *t, const struct stream_chunk *c);
struct flow_ending smtp_turn_ending(const struct smtp_turn *t, const struct flow_ending *e);

#endif
