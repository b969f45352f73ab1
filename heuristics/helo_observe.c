/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"
#include "heuristics/checks.h"
#include "heuristics/helo_class.h"
#include "heuristics/source_names.h"

/* A name's class, org-domain and text, when it is first seen. */
static void describe(struct judge *j, struct helo_use *use, struct span name, struct span as_sent,
	const struct helo_context *c)
{
	char org[ORG_DOMAIN_MAX];

	use->class = (uint8_t)helo_classify(name, c);
	use->org = identity_org_key(org_domain(j->orgs, name, org));
	use->text = string_store_put(j->strings, as_sent);
}

static bool observe_name(
	struct judge *j, const struct observation *o, struct span as_sent, nstime time)
{
	struct source *s = o->source;
	bool in_full = o->permille >= 1000, fresh;
	struct helo_context c = {.client = &o->session->flow.client,
		.server = &o->session->flow.server,
		.banner_host = helo_banner_host(record_str(o->session, o->session->banner)),
		.inbound = o->role.role == ROLE_INBOUND,
		.topology = &j->config.topology,
		.orgs = j->orgs,
		.facts = j->answers};
	char buf[LIMIT_HELO_ARG];
	struct span name = helo_normalise(as_sent, buf);
	uint64_t hash = hash64(name);
	struct helo_use *use = source_name_use(j->sources, s, hash, time, s->greeted, &fresh);

	if (fresh || (in_full && !(use->bits & HELO_BIT_INBOUND)))
		describe(j, use, name, as_sent, &c);
	else if (!string_store_has(j->strings, use->text))
		use->text = string_store_put(j->strings, as_sent);
	if (in_full)
		use->bits |= HELO_BIT_INBOUND;
	if (!helo_class_is_fqdn(use->class, name))
		s->bits |= SOURCE_NOT_FQDN;
	if (helo_is_bare_ip(name))
		s->bits |= SOURCE_BARE_IP;
	helo_rdns_relate(j, s, use, name);
	helo_names_use(j->helo_names, hash, use->org, &s->key, helo_rdns_related(use), time);
	return fresh;
}

bool helo_observe(struct judge *j, const struct observation *o)
{
	const struct session_helo *helo = record_array(o->session, o->session->helos);
	struct source *s = o->source;
	size_t count;
	const struct helo_use *use;
	bool bad = false, changed = s->name_count > 1;

	if (o->session->helos.count == 0)
		return false;
	s->greeted++;
	for (uint32_t i = 0; i < o->session->helos.count; i++)
		changed |= observe_name(j, o, record_str(o->session, helo[i].arg), helo[i].time);
	if (o->role.role != ROLE_INBOUND)
		return changed;
	use = source_names(j->sources, s, &count);
	for (size_t i = 0; i < count; i++)
		bad |= use[i].last_session == s->greeted && helo_class_is_bad(use[i].class);
	s->inbound++;
	s->inbound_bad += bad;
	return changed;
}

void helo_observe_facts(struct judge *j, struct source *s)
{
	size_t count;
	struct helo_use *use = source_names(j->sources, s, &count);

	for (size_t i = 0; i < count; i++) {
		char buf[LIMIT_HELO_ARG];
		struct span text = string_store_get(j->strings, use[i].text), name;
		struct helo_name *known = helo_names_find(j->helo_names, use[i].hash);

		if (!text.p)
			continue;
		name = helo_normalise(text, buf);
		if (j->answers &&
			(use[i].class == HELO_FQDN || use[i].class == HELO_GENERIC_FQDN) &&
			facts_name_exists(j->answers, name) == TRI_NO)
			use[i].class = HELO_UNRESOLVED_FQDN;
		helo_rdns_relate(j, s, &use[i], name);
		if (known)
			helo_names_use(j->helo_names, use[i].hash, use[i].org, &s->key,
				helo_rdns_related(&use[i]), use[i].last);
	}
}
