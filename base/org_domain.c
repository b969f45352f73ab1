/* SPDX-License-Identifier: Apache-2.0 */
#include "base/org_domain.h"

#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/hash.h"

/* Longer names are looked up afresh; nearly all fit, and an entry is one cache line. */
#define CACHED_NAME 62

/* An org-domain is a suffix of its host: kept as the length of what stands before it. */
struct cached {
	uint8_t len; /* 0: free */
	uint8_t cut;
	char name[CACHED_NAME];
};

struct org_domains {
	psl_ctx_t *own; /* loaded from a file; NULL for the built-in list */
	const psl_ctx_t *psl;
	struct cached *cache; /* direct-mapped, so results never depend on what it holds */
	uint64_t mask;
};

struct org_domains *org_domains_create(const char *path, uint32_t cache_entries)
{
	struct org_domains *o = calloc(1, sizeof(*o));
	uint64_t entries = 1;

	if (!o)
		return NULL;
	while (entries * 2 <= cache_entries)
		entries *= 2;
	o->mask = entries - 1;
	o->cache = calloc(entries, sizeof(*o->cache));
	if (path)
		o->own = psl_load_file(path);
	o->psl = path ? o->own : psl_builtin();
	if (!o->cache || !o->psl) {
		org_domains_destroy(o);
		return NULL;
	}
	return o;
}

void org_domains_destroy(struct org_domains *o)
{
	if (!o)
		return;
	psl_free(o->own);
	free(o->cache);
	free(o);
}

/* No top-level domain is a number, so a last label of digits is the end of an address. */
static bool ends_in_number(const char *name, size_t len)
{
	size_t k = len;

	while (k > 0 && name[k - 1] >= '0' && name[k - 1] <= '9')
		k--;
	return k < len && (k == 0 || name[k - 1] == '.');
}

/*
 * `host` in lower case, its trailing dot off, into `buf`. Its length; 0 where it can have no
 * org-domain: not a dotted name of non-empty labels, or an address in some form.
 */
static size_t normalise(struct span host, char buf[ORG_DOMAIN_MAX + 1])
{
	size_t dots = 0;

	if (host.len > 0 && host.p[host.len - 1] == '.')
		host.len--;
	if (host.len == 0 || host.len > ORG_DOMAIN_MAX)
		return 0;
	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = host.p[i];

		if (c <= ' ' || c == ':' || c == '[' || c == ']' || c == 0x7f)
			return 0;
		if (c == '.') {
			if (i == 0 || i + 1 == host.len || buf[i - 1] == '.')
				return 0;
			dots++;
		}
		buf[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	buf[host.len] = '\0';
	return dots > 0 && !ends_in_number(buf, host.len) ? host.len : 0;
}

/* How much of `name` stands before its org-domain. */
static size_t cut_of(const struct org_domains *o, const char *name)
{
	const char *found = psl_registrable_domain(o->psl, name);

	return found ? (size_t)(found - name) : 0;
}

struct span org_domain(struct org_domains *o, struct span host, char buf[ORG_DOMAIN_MAX])
{
	char name[ORG_DOMAIN_MAX + 1];
	size_t len = normalise(host, name), cut;
	struct cached *c;

	if (len == 0)
		return span_of(NULL, 0);
	c = &o->cache[hash64(span_of(name, len)) & o->mask];
	if (c->len == len && memcmp(c->name, name, len) == 0) {
		cut = c->cut;
	} else {
		cut = cut_of(o, name);
		if (len <= CACHED_NAME) {
			c->len = (uint8_t)len;
			c->cut = (uint8_t)cut;
			memcpy(c->name, name, len);
		}
	}
	memcpy(buf, name + cut, len - cut);
	return span_of(buf, len - cut);
}

bool org_domain_known(const struct org_domains *o, struct span host)
{
	char name[ORG_DOMAIN_MAX + 1];
	size_t len = normalise(host, name);
	const char *dot = len ? strrchr(name, '.') : NULL;

	return dot &&
	       psl_is_public_suffix2(o->psl, dot + 1, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}
