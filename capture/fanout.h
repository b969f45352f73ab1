/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes on one interface, each with a share of the connections (PACKET_FANOUT,
 * packet(7)): the kernel gives both directions of a connection, and all fragments of a datagram, to
 * the same one.
 */
#ifndef CAPTURE_FANOUT_H
#define CAPTURE_FANOUT_H

#include <pcap/pcap.h>
#include <stdint.h>

#define FANOUT_GROUP_MAX 65535

/*
 * Joins `group` with an active device. From then on its filter refuses everything, so that nothing
 * is heard by two members while the group forms: set the real one next. 0, or -1 with errno.
 */
int fanout_join(pcap_t *p, uint16_t group);

#endif
