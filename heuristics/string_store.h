/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names seen on the wire, kept for cards and alerts: a ring of bytes in which the newest displace
 * the oldest. Whoever keeps a reference puts the name again when it is seen again.
 */
#ifndef HEURISTICS_STRING_STORE_H
#define HEURISTICS_STRING_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* 0: none. */
typedef uint32_t string_ref;

struct string_store;

/* NULL where memory is short. `bytes` is a power of two from 64 KiB to 8 GiB. */
struct string_store *string_store_create(uint64_t bytes);
void string_store_destroy(struct string_store *s);

/* At most LIMIT_HELO_ARG bytes are kept. A string that is still young is not stored twice. */
string_ref string_store_put(struct string_store *s, struct span text);
/* Valid until the next put; an empty span for 0 and for what has been displaced. */
struct span string_store_get(const struct string_store *s, string_ref ref);
/* Is it still there? Cheaper than a get. */
bool string_store_has(const struct string_store *s, string_ref ref);
size_t string_store_bytes(const struct string_store *s);

#endif
