/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host of a URL in one form, whatever way of writing it a client would resolve (the host
 * parser of the WHATWG URL Standard, 3.5, is the model): user and port off, escapes undone, lower
 * case, trailing dots off, addresses in their usual form.
 */
#ifndef SMTP_DECODE_URL_HOST_H
#define SMTP_DECODE_URL_HOST_H

#include <stdint.h>

#include "base/span.h"

#define URL_HOST_MAX 253 /* a longer name is cut there (contract 4.7) */
#define URL_RAW_MAX 512  /* bytes of a name as it is written that are looked at */

enum url_host_kind {
	URL_HOST_NAME,
	URL_HOST_IPV4,
	URL_HOST_IPV6,
};

struct url_host {
	uint8_t kind; /* enum url_host_kind */
	uint8_t len;
	char text[URL_HOST_MAX]; /* an IPv6 address without its brackets */
};

/* The parts of "user:password@host:port". */
struct url_authority {
	struct span host;
	uint32_t port; /* 0 where there is none */
};

struct url_authority url_authority_split(struct span authority);

/* `s` with its percent escapes undone, in `buf`, or as it is where it has none. Cut to
 * URL_RAW_MAX. */
struct span url_unescape(struct span s, uint8_t buf[URL_RAW_MAX]);

/*
 * Reads a host without escapes. 1; 0 where it has letters beyond ASCII, so that its A-labels must
 * be read instead (url_idna.h); -1 where it is none.
 */
int url_host_read(struct span host, struct url_host *ret);

#endif
