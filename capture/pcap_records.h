/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a pcap file of the usual kind (version 2.4, in the byte order of this machine, on
 * disk), once libpcap has read its header. They are taken as libpcap takes them, but where they lie
 * in large pieces of the file: a call and a copy less for each packet.
 */
#ifndef CAPTURE_PCAP_RECORDS_H
#define CAPTURE_PCAP_RECORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/packet.h"

struct pcap_records;

struct pcap_records_config {
	int fd;           /* of a regular file; borrowed */
	off_t start;      /* of the first record */
	bool nanoseconds; /* else the fractions of seconds are microseconds */
	uint32_t snaplen; /* what a packet has more is left out */
	int link_type;
};

/* NULL where memory is short. */
struct pcap_records *pcap_records_create(const struct pcap_records_config *config);
void pcap_records_destroy(struct pcap_records *r);

/*
 * 1 and *ret filled but for its index and file_index; 0 at the end; -1 where the file ends within a
 * record or cannot be read, or a record is longer than any. The bytes are good until the next call.
 */
int pcap_records_next(struct pcap_records *r, struct packet *ret);
/* Where in the file the next record begins. */
uint64_t pcap_records_at(const struct pcap_records *r);

#endif
