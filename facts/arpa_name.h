/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address that a reverse-mapping name stands for (RFC 1035 3.5, RFC 3596 2.5).
 */
#ifndef FACTS_ARPA_NAME_H
#define FACTS_ARPA_NAME_H

#include "base/addr.h"
#include "base/span.h"

/* `name` in lower case, no trailing dot. 1, or -1 where it names no whole address. */
int arpa_name_parse(struct span name, struct addr *ret);

#endif
