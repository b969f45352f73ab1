/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reverse-DNS name looks like (contract 4.4, detection 1.4): a leased line's, a generic
 * one made from the address, or one that somebody chose.
 */
#ifndef FACTS_RDNS_CLASS_H
#define FACTS_RDNS_CLASS_H

#include "base/addr.h"
#include "base/org_domain.h"
#include "base/span.h"

enum rdns_class {
	RDNS_UNKNOWN = 0,
	RDNS_NONE, /* known to be absent */
	RDNS_DYNAMIC,
	RDNS_STATIC_GENERIC,
	RDNS_GENERIC,
	RDNS_NAMED,
};

/* By syntax alone, in linear time. `a` is the address the name belongs to. */
enum rdns_class rdns_classify(struct org_domains *o, struct span name, const struct addr *a);
const char *rdns_class_name(enum rdns_class c);

#endif
