/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of the PROXY protocol, versions 1 (a line) and 2 (binary), by which a load balancer
 * tells the server who its client is (HAProxy's specification, 2020/03/05). It is sent before
 * anything else. Of version 2 only the addresses are held, whatever length the header claims.
 */
#ifndef SMTP_DECODE_SMTP_PROXY_H
#define SMTP_DECODE_SMTP_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/span.h"

enum smtp_proxy_kind {
	SMTP_PROXY_BAD,   /* no header that a server would take */
	SMTP_PROXY_LOCAL, /* the connection is the proxy's own, or it does not know */
	SMTP_PROXY_NAMES, /* the client */
};

struct smtp_proxy_client {
	enum smtp_proxy_kind kind;
	struct addr addr; /* of the client, and its port; where NAMES */
	uint16_t port;
};

/* Version 1: what follows "PROXY" and a space, without its line end; `bare_lf`: that was no CR LF,
 * which it has to be. */
struct smtp_proxy_client smtp_proxy_line(struct span args, bool bare_lf);

#define SMTP_PROXY_SIGNATURE "\r\n\r\n\0\r\nQUIT\n" /* of version 2: 12 bytes */
#define SMTP_PROXY_HEADER 16                        /* before addresses and TLVs */

struct smtp_proxy {
	uint8_t command, family;
	uint8_t addrs_len; /* bytes of addresses; 0 where they are of no interest */
	bool bad, tlvs;    /* TLVs follow the addresses */
	uint32_t left;     /* bytes of addresses and TLVs to come */
	uint8_t addrs[36];
	uint16_t have; /* bytes of addresses taken; UNIX addresses are counted only */
	uint16_t skip; /* bytes of such addresses to pass over */
	/* The TLV that is being read. */
	uint8_t tlv[3], tlv_have;
	uint16_t value_left;
	bool checked; /* a CRC32c came: `sum_given` against `sum`, with zeros in its place */
	uint32_t sum, sum_given;
};

/* The first SMTP_PROXY_HEADER bytes of version 2, the signature included. */
void smtp_proxy_start(struct smtp_proxy *p, const uint8_t header[SMTP_PROXY_HEADER]);
/* Takes bytes off the front of `in`: how many. None once `left` is 0. */
size_t smtp_proxy_bytes(struct smtp_proxy *p, struct span in);
/* At most `left` bytes are lost. */
void smtp_proxy_gap(struct smtp_proxy *p, uint64_t missing);
/* What it said, once `left` is 0. */
struct smtp_proxy_client smtp_proxy_end(const struct smtp_proxy *p);

#endif
