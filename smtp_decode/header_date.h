/* SPDX-License-Identifier: Apache-2.0 */
/* The Date field (RFC 5322 3.3, with the obsolete forms of 4.3), read tolerantly. */
#ifndef SMTP_DECODE_HEADER_DATE_H
#define SMTP_DECODE_HEADER_DATE_H

#include "base/nstime.h"
#include "base/span.h"

/* 1 with the time, or -1 where it is none or lies outside of 1970 to 2262. */
int header_date_parse(struct span body, nstime *ret);

#endif
