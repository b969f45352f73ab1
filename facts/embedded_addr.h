/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a host name spell the address of its host (detection 1.4)? At least three neighbouring
 * octets, in order or reversed: decimal with any separator of up to three letters or signs, padded
 * to three digits, run together, or hexadecimal. Of IPv6, three neighbouring hextets, joined, with
 * separators, or as reversed nibbles; or the whole address with dashes for colons. One linear pass
 * a form.
 */
#ifndef FACTS_EMBEDDED_ADDR_H
#define FACTS_EMBEDDED_ADDR_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/span.h"

/* `name` in lower case. */
bool embedded_addr(struct span name, const struct addr *a);

/*
 * Is the first label of `name` the last two octets of `a`, in either order, perhaps with letters
 * in front ("cpc-113-45"), and does another label stand between it and the org-domain, which
 * begins at `org`? Octets of less than four digits together are too common to say so.
 */
bool embedded_addr_tail(struct span name, size_t org, const struct addr *a);

#endif
