/* SPDX-License-Identifier: Apache-2.0 */
/* What a text of a charset is by iconv alone: to hold charset.h against. */
#ifndef TESTS_CHARSET_PLAIN_H
#define TESTS_CHARSET_PLAIN_H

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

/*
 * Converts `in` by `cd`, a character at a time, whose charset keeps no state between them. U+FFFD
 * for each byte that begins none, or for the pair that was passed with the error, and for a
 * character cut short at the end. `out` has 3 bytes for each of `in`. Returns the bytes written.
 */
static inline size_t charset_plain(iconv_t cd, struct span in, char *out)
{
	char *o = out;
	size_t len = 1; /* tried of `in` */

	while (in.len > 0) {
		char *p = (char *)(uintptr_t)in.p;
		size_t left = len, room = 8;
		bool good = iconv(cd, &p, &left, &o, &room) != (size_t)-1;

		if (!good && errno == EINVAL && len < in.len) {
			len++;
			continue;
		}
		if (!good) {
			memcpy(o, "\xef\xbf\xbd", 3);
			o += 3;
			if (errno == EINVAL)
				break;
		}
		in = span_skip(in, left < len ? len - left : 1);
		len = 1;
	}
	return (size_t)(o - out);
}

#endif
