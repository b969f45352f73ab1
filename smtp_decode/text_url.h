/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of URLs as tokens of a text. */
#ifndef SMTP_DECODE_TEXT_URL_H
#define SMTP_DECODE_TEXT_URL_H

#include <stddef.h>

#include "base/span.h"

#define TEXT_URL_HOST_MAX 253
#define TEXT_URL_MAX 2048 /* a span of text that is one URL ends there (contract 4.7) */

/*
 * The host of an authority ("user@host:port"), cut to TEXT_URL_HOST_MAX, in lower case, without
 * "www." and a trailing dot, and without labels that look like a tracking id (a digit among more
 * than 4 letters and digits, or more than 24 characters) in front of the last two. Returns its
 * length in `out`.
 */
size_t text_url_host(struct span authority, char out[TEXT_URL_HOST_MAX]);

/* The authority of an absolute or protocol-relative URL; a zero span where it has none. */
struct span text_url_authority(struct span url);

#endif
