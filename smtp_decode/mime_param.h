/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of Content-Type and Content-Disposition: the leading token and its parameters (RFC 2045
 * 5.1), continued and percent-encoded ones included (RFC 2231), read tolerantly: values that
 * should have been quoted, quotes that do not close.
 */
#ifndef SMTP_DECODE_MIME_PARAM_H
#define SMTP_DECODE_MIME_PARAM_H

#include <sys/types.h>

#include "base/span.h"

/* The leading token of `body` ("text/html", "attachment") in lower case, without blanks, comments
 * and parameters; cut to `size`. A span of `buf`, empty where there is none. */
struct span mime_param_token(struct span body, char *buf, size_t size);

/*
 * The value of the first parameter `name` of `body`, cut to `size`, without quotes; escapes and
 * percent-encoding undone, up to 64 pieces joined in their order, the charset of RFC 2231 dropped.
 * Its length, or -1 where there is no such parameter.
 */
ssize_t mime_param_get(struct span body, const char *name, char *buf, size_t size);

/* The same, with the charset of a percent-encoded value (a span of `body`, empty where it has
 * none). */
ssize_t mime_param_get_encoded(
	struct span body, const char *name, char *buf, size_t size, struct span *ret_charset);

#endif
