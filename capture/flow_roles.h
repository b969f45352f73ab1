/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which side of a connection is the server, and what it may speak, by ports and by the first line.
 */
#ifndef CAPTURE_FLOW_ROLES_H
#define CAPTURE_FLOW_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "capture/flow_table.h"

struct flow_ports {
	uint64_t mail[65536 / 64]; /* a bit each */
};

/* NULL: 25, 465, 587 and 2525. */
void flow_ports_init(struct flow_ports *p, const uint16_t *ports, size_t count);

static inline bool flow_ports_mail(const struct flow_ports *p, uint16_t port)
{
	return p->mail[port / 64] >> (port % 64) & 1;
}

static inline enum flow_dir flow_roles_other(enum flow_dir dir)
{
	return dir == FLOW_CLIENT ? FLOW_SERVER : FLOW_CLIENT;
}

/* Client and server change places. Only while nothing has been handed on. */
void flow_roles_swap(struct flow *f);
/* Is the server sooner the client that `i` says? For a flow that was met in the middle. */
bool flow_roles_look_swapped(const struct flow_ports *p, const struct flow_info *i);
/* Sets its protocol by its ports: SMTP, DNS, or to be guessed. */
void flow_roles_protocol(const struct flow_ports *p, struct flow *f);
/* Who sends the first line of a chunk (enum flow_dir), as far as it tells; -1 where it does not. */
int flow_roles_speaker(struct span data);

#endif
