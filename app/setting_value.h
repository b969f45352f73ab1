/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of settings and options as values. Each returns 1, or -1 where the text is not one; the
 * reason is then a phrase that can follow the text in a sentence ("is no ...").
 */
#ifndef APP_SETTING_VALUE_H
#define APP_SETTING_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/* Decimal, with a sign perhaps; "010" is ten. */
int setting_value_int(const char *text, int64_t *ret);
/*
 * A number of bytes with a suffix: B, K, KB, KiB, M, MB, MiB, G, GB, GiB (all by 1024). A bare
 * number is multiplied by `bare_unit`.
 */
int setting_value_size(const char *text, uint64_t bare_unit, uint64_t *ret);
/* true, yes, on; false, no, off. */
int setting_value_bool(const char *text, bool *ret);
int setting_value_cidr(const char *text, struct cidr *ret);
/* A host name of letters, digits, hyphens and dots (RFC 1123 2.1), at most 253 bytes. */
int setting_value_domain(const char *text);

#endif
