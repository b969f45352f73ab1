/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Message-ID field (RFC 5322 3.6.4).
 *
 * Valid is one "<left@right>" with comments and blanks around it at the most. Left may have dots
 * anywhere, or be a quoted string; right is a name of one label or more, or a literal. Characters
 * beyond ASCII are taken (RFC 6532).
 */
#ifndef SMTP_DECODE_HEADER_MSGID_H
#define SMTP_DECODE_HEADER_MSGID_H

#include <stdbool.h>

#include "base/span.h"

/* `body` without the comments and blanks at its ends. */
struct span header_msgid_trim(struct span body);

/* Is `body`, a whole field body, a valid identifier? */
bool header_msgid_is_valid(struct span body);

#endif
