/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's end of a session or message, and who says so. Where a proxy or a filter is in
 * between, the connection's client is that: the peer. What is measured is the client.
 */
#ifndef SMTP_DECODE_CLIENT_END_H
#define SMTP_DECODE_CLIENT_END_H

#include "base/addr.h"

enum client_provenance {
	CLIENT_BY_CONNECTION, /* it is the peer */
	CLIENT_BY_PROXY,      /* the peer's PROXY header names it */
	CLIENT_BY_XCLIENT,
	CLIENT_BY_XFORWARD, /* of one message */
};

struct client_end {
	struct addr addr;
	uint16_t port;      /* 0: not told */
	uint8_t provenance; /* enum client_provenance */
	uint8_t reserved;   /* no padding: records are compared as bytes */
};

#endif
