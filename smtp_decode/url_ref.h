/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reference to elsewhere, as an attribute holds it: what scheme and host a client would make of
 * it (RFC 3986, and the leniency of the WHATWG URL Standard, 4.4).
 */
#ifndef SMTP_DECODE_URL_REF_H
#define SMTP_DECODE_URL_REF_H

#include "base/span.h"
#include "smtp_decode/message_record.h"

#define URL_SPAN_MAX 2048 /* bytes of a URL that are looked at (contract 4.7) */

struct url_ref {
	enum url_scheme scheme; /* URL_NO_SCHEME: "//host" and "www.host" */
	bool cut;               /* it goes on behind what was looked at */
	struct span authority;  /* of mailto, its addresses */
	struct span path;       /* with its query, without fragment */
};

/* What a client makes of an attribute's value: character references decoded, tabs and line ends
 * and the blanks around dropped. In `buf`, or a part of `value`. */
struct span url_ref_clean(struct span value, uint8_t buf[URL_SPAN_MAX]);

/* 1, or -1 where the cleaned `value` has no host: relative, or of another scheme. */
int url_ref_parse(struct span value, struct url_ref *ret);

#endif
