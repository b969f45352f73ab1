/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check helo_shared: one name as the greeting of many addresses that it has nothing to do with
 * (detection 1.3). Addresses whose relation to the name is unknown speak for nobody.
 */
#include "heuristics/checks.h"
#include "heuristics/helo_class.h"
#include "heuristics/source_names.h"

/* Names that are nobody's, or each sender's own: that many use them says nothing. */
static bool says_something(enum helo_class c)
{
	switch (c) {
	case HELO_EMPTY:
	case HELO_OWN_NAME:
	case HELO_BARE_IPV4:
	case HELO_BARE_IPV6:
	case HELO_LITERAL_OK:
	case HELO_LITERAL_PRIVATE:
	case HELO_LITERAL_WRONG:
	case HELO_LOCALHOST:
		return false;
	default:
		return true;
	}
}

struct spread {
	uint32_t users, unrelated, networks;
};

/* Over the 24 h before `now`. */
static struct spread measure(const struct helo_name *n, nstime now)
{
	struct addr nets[HELO_NAME_IPS];
	struct spread sp = {0};

	for (uint32_t i = 0; i < n->count; i++) {
		struct addr net = addr_net_key(&n->user[i].ip);
		uint32_t k = 0;

		if (n->user[i].last <= now - NS_PER_DAY)
			continue;
		sp.users++;
		if (n->user[i].related != TRI_NO)
			continue;
		sp.unrelated++;
		while (k < sp.networks && !addr_eq(&nets[k], &net))
			k++;
		if (k == sp.networks)
			nets[sp.networks++] = net;
	}
	return sp;
}

static void tell(struct judge *j, struct helo_user *u, uint32_t users, nstime now)
{
	struct source *s = sources_find(j->sources, &u->ip);
	struct evidence e = {.item = PARAM_SHARED_DB,
		.permille = s ? role_weight(s->role) : 0,
		.value = users,
		.time = now};

	u->told = 1;
	if (!s)
		return;
	source_evidence(j, s, &e);
	source_settle(j, s, now);
}

static void judge_name(
	struct judge *j, const struct helo_use *use, const struct addr *self, nstime now)
{
	struct helo_name *n = helo_names_find(j->helo_names, use->hash);
	struct spread sp;

	if (!n || (int64_t)n->count < j->values.v[PARAM_SHARED_IPS] || !says_something(use->class))
		return;
	sp = measure(n, now);
	if ((int64_t)sp.unrelated < j->values.v[PARAM_SHARED_IPS] ||
		(int64_t)sp.networks < j->values.v[PARAM_SHARED_NETWORKS] ||
		(int64_t)sp.unrelated * 1000 <=
			j->values.v[PARAM_SHARED_UNRELATED_PERMILLE] * sp.users)
		return;
	for (uint32_t i = 0; i < n->count; i++)
		if (n->user[i].related == TRI_NO &&
			(!n->user[i].told || addr_eq(&n->user[i].ip, self)))
			tell(j, &n->user[i], sp.unrelated, now);
}

void helo_shared_judge(struct judge *j, const struct observation *o)
{
	size_t count;
	const struct helo_use *use = source_names(j->sources, o->source, &count);

	if (o->message)
		return;
	for (size_t i = 0; i < count; i++)
		if (!o->session || use[i].last_session == o->source->greeted)
			judge_name(j, &use[i], &o->source->key, o->time);
}
