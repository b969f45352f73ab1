/* SPDX-License-Identifier: Apache-2.0 */
/* Character references of HTML. */
#ifndef SMTP_DECODE_TEXT_ENTITY_H
#define SMTP_DECODE_TEXT_ENTITY_H

#include <stdint.h>

#include "base/span.h"

#define TEXT_ENTITY_NAME_MAX 8 /* "thetasym" */

/* The code point of what stands between "&" and ";" ("eacute", "#233", "#xE9"), or 0 where it is
 * no reference. */
uint32_t text_entity_find(struct span text);

#endif
