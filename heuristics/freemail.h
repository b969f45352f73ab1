/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Org-domains of providers that give mailboxes to everybody: a greeting with one of them names a
 * large mail system, never a small sender.
 */
#ifndef HEURISTICS_FREEMAIL_H
#define HEURISTICS_FREEMAIL_H

#include "base/span.h"

/* `org` as org_domain() writes it. */
bool freemail_has(struct span org);

#endif
