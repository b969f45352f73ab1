/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arguments of XCLIENT and XFORWARD, by which a mail server or filter tells the next who its
 * client is (Postfix's XCLIENT and XFORWARD documents): NAME=value pairs, values in xtext
 * (RFC 3461 4). Nothing is copied.
 */
#ifndef SMTP_DECODE_SMTP_XCLIENT_H
#define SMTP_DECODE_SMTP_XCLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/span.h"

struct smtp_xclient {
	bool addr_given, addr_known; /* ADDR is there; and names one, not "[UNAVAILABLE]" */
	struct addr addr;
	bool port_given, port_known;
	uint16_t port;
	/* In xtext. Empty: not given, or not available. LOGIN is a user's name: only to be hashed.
	 */
	struct span helo, login;
	bool esmtp; /* PROTO=ESMTP */
};

/* 1, or -1 where something is no pair, or an address or a port that is none. */
int smtp_xclient_parse(struct span args, struct smtp_xclient *ret);

/* Undoes xtext. The length, cut at `size`. */
size_t smtp_xtext_decode(struct span s, uint8_t *buf, size_t size);

#endif
