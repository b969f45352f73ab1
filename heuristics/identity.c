/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/identity.h"

/* A name that no more addresses use is its user's own (contract 2.1). */
#define CLAIM_IPS_MAX 2

static uint32_t shown_by_rdns(const struct identity_facts *f)
{
	bool own = f->rdns_class == RDNS_NAMED && f->rdns_confirmed == TRI_YES;

	return own ? f->rdns_org : 0;
}

static uint32_t claimed_by_helo(const struct identity_facts *f)
{
	bool rdns_unknown = f->rdns_class == RDNS_UNKNOWN ||
			    (f->rdns_class == RDNS_NAMED && f->rdns_confirmed == TRI_UNKNOWN);

	if (!f->helo_known || !f->helo_fqdn || f->helo_freemail || f->helo_ips > CLAIM_IPS_MAX)
		return 0;
	if (!rdns_unknown && f->rdns_class != RDNS_STATIC_GENERIC)
		return 0;
	return f->helo_org;
}

/* What an address shows or claims for all its messages, strongest first. */
static const struct {
	enum identity_kind kind;
	uint32_t (*key)(const struct identity_facts *f);
} rows[] = {
	{IDENTITY_RDNS, shown_by_rdns},
	{IDENTITY_CLAIMED, claimed_by_helo},
};

struct identity identity_of(struct identity fixed, const struct identity_facts *f)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && rows[i].kind > fixed.kind; i++) {
		uint32_t key = rows[i].key(f);

		if (key)
			return (struct identity){.kind = (uint8_t)rows[i].kind, .key = key};
	}
	return fixed;
}

bool identity_bad_host(const struct identity_facts *f)
{
	switch (f->rdns_class) {
	case RDNS_NONE:
	case RDNS_DYNAMIC:
	case RDNS_GENERIC:
		return true;
	case RDNS_UNKNOWN:
		return false;
	case RDNS_STATIC_GENERIC:
	case RDNS_NAMED:
		break;
	}
	return f->rdns_confirmed == TRI_NO;
}

bool identity_facts_complete(const struct identity_facts *f, bool use_dns)
{
	if (!f->helo_known)
		return false;
	if (!use_dns || identity_bad_host(f))
		return true;
	return f->rdns_class != RDNS_UNKNOWN && f->rdns_confirmed != TRI_UNKNOWN;
}
