/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes of HELO arguments (contract 4.4, detection 1.1; RFC 5321 4.1.1.1, 4.1.3, 2.3.5). The
 * first that fits is taken.
 */
#ifndef HEURISTICS_HELO_CLASS_H
#define HEURISTICS_HELO_CLASS_H

#include "base/addr.h"
#include "base/limits.h"
#include "base/org_domain.h"
#include "facts/facts.h"
#include "heuristics/check.h"
#include "heuristics/judge.h"

enum helo_class {
	HELO_EMPTY,
	HELO_KNOWN_BAD,
	HELO_OWN_NAME,
	HELO_BARE_IPV4,
	HELO_BARE_IPV6,
	HELO_LITERAL_OK,
	HELO_LITERAL_PRIVATE,
	HELO_LITERAL_WRONG,
	HELO_ILLEGAL_CHARS,
	HELO_LOCALHOST,
	HELO_WINDOWS_DEFAULT,
	HELO_SINGLE_LABEL,
	HELO_PRIVATE_TLD,
	HELO_UNRESOLVED_FQDN,
	HELO_GENERIC_FQDN,
	HELO_FQDN,
	HELO_CLASS_COUNT,
};

/* What the class depends on beside the argument. */
struct helo_context {
	const struct addr *client, *server;
	struct span banner_host; /* what the server called itself; empty: unseen */
	bool inbound;            /* a stranger to one of ours: own_name is looked for */
	const struct topology *topology;
	struct org_domains *orgs;
	struct facts *facts; /* NULL: nothing is known of names */
};

const char *helo_class_name(enum helo_class c);

/* The argument in lower case without spaces around it or a trailing dot, as names are compared
 * and counted. At most LIMIT_HELO_ARG bytes, in `buf`. */
struct span helo_normalise(struct span arg, char buf[LIMIT_HELO_ARG]);
/* `name` is normalised. */
enum helo_class helo_classify(struct span name, const struct helo_context *c);

/* Is a greeting of this class a fully qualified name? `name` matters for own_name only. */
bool helo_class_is_fqdn(enum helo_class c, struct span name);
/* Is it an address without brackets, whoever's? */
bool helo_is_bare_ip(struct span name);
/* One of those that contract 1.3 calls bad, and of the first five of them. */
bool helo_class_is_bad(enum helo_class c);
bool helo_class_is_worst(enum helo_class c);
/* Has it a weight, and which? */
bool helo_class_item(enum helo_class c, enum check_param *ret);

/* The host name that a 220 banner begins with (RFC 5321 4.2); empty where there is none. */
struct span helo_banner_host(struct span banner);

#endif
