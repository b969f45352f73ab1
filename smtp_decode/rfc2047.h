/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoded words in header text (RFC 2047, with the language tag of RFC 2231 5), read tolerantly:
 * within quotes, without blanks around, with blanks inside. White space between adjacent words
 * goes; words of one charset and encoding are decoded as one, since senders split characters.
 */
#ifndef SMTP_DECODE_RFC2047_H
#define SMTP_DECODE_RFC2047_H

#include <stddef.h>

#include "base/span.h"
#include "smtp_decode/charset.h"

/*
 * Decodes `text` to UTF-8 into `out`, cut to `size` at the end of a character; returns the length.
 * What is not encoded is copied as it is. Only where it is no UTF-8, and bytes beyond ASCII stand
 * single or in pairs as accents do, it is taken for windows-1252.
 */
size_t rfc2047_decode(struct charsets *cs, struct span text, char *out, size_t size);

#endif
