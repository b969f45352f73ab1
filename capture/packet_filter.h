/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A libpcap filter expression over packets of any link type: compiled once for each, so that it
 * holds for tagged frames, too (filter_text.h).
 */
#ifndef CAPTURE_PACKET_FILTER_H
#define CAPTURE_PACKET_FILTER_H

#include <stdbool.h>

#include "capture/packet.h"

struct packet_filter;

/* NULL where memory is short. `expression` is copied. */
struct packet_filter *packet_filter_create(const char *expression);
void packet_filter_destroy(struct packet_filter *f);

/* Is the expression good for packets of this link type? 0, or -1 with libpcap's word on it. */
int packet_filter_check(struct packet_filter *f, int link_type, char why[256]);

/*
 * Is it good for any of the common link types (one may be for a single type alone)? 0, or -1 with
 * libpcap's word on it for Ethernet.
 */
int packet_filter_check_form(struct packet_filter *f, char why[256]);

/* Where the expression is no good for its link type, the packet does not match. */
bool packet_filter_matches(struct packet_filter *f, const struct packet *p);

#endif
