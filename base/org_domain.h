/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organisational domain of a host name by the public suffix list (contract 4.9).
 *
 * Lower-case, trailing dot off. Addresses, literals in brackets, and names without a dot have
 * none. Where the list knows no suffix the whole name stands.
 */
#ifndef BASE_ORG_DOMAIN_H
#define BASE_ORG_DOMAIN_H

#include <stdint.h>

#include "base/span.h"

#define ORG_DOMAIN_MAX 253

struct org_domains;

/* A cache of `cache_entries` results over the built-in list, or over the file `path` where it is
 * not NULL. NULL where memory is short or the file cannot be read. */
struct org_domains *org_domains_create(const char *path, uint32_t cache_entries);
void org_domains_destroy(struct org_domains *o);

/*
 * Writes the org-domain of `host` to `buf` and returns it as a span of `buf`; an empty span where
 * it has none. `buf` must hold ORG_DOMAIN_MAX bytes.
 */
struct span org_domain(struct org_domains *o, struct span host, char buf[ORG_DOMAIN_MAX]);

/* Is the last label of `host` a top-level domain that the list knows? Not cached. */
bool org_domain_known(const struct org_domains *o, struct span host);

#endif
