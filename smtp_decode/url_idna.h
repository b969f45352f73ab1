/* SPDX-License-Identifier: Apache-2.0 */
/* Internationalised host names in the form that the DNS knows (RFC 5891, UTS 46). */
#ifndef SMTP_DECODE_URL_IDNA_H
#define SMTP_DECODE_URL_IDNA_H

#include <stddef.h>

#include "base/span.h"

#define URL_IDNA_MAX 255

/*
 * Writes `host` (UTF-8) with each label as an A-label, mapped as browsers map it
 * (non-transitional), and returns its length; 0 where it is no host name. It takes some
 * microseconds and the heap.
 */
size_t url_idna(struct span host, char out[URL_IDNA_MAX]);

#endif
