/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection attempt (a SYN, answered or not) from one of our own addresses to a mail port: what
 * rogue egress is told by, since a firewalled bot shows SYNs and nothing else (detection 1.14).
 */
#ifndef BASE_CONNECT_RECORD_H
#define BASE_CONNECT_RECORD_H

#include "base/addr.h"
#include "base/record.h"

struct connect_record {
	struct record r;
	struct addr client, server;
	uint16_t client_port, server_port;
	uint32_t reserved;
};

#endif
