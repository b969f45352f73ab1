/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "heuristics/campaign_member.h"
#include "heuristics/campaigns_state.h"

static void stand_by_part(const struct cluster_part *p, struct campaign_standing *ret)
{
	const struct cluster *cl = p->cluster;
	uint32_t ips = cl->peak_ips > 0 ? cl->peak_ips : 1;

	if (p->state >= CLUSTER_PART_SHOWN_POOL)
		return;
	if (ips > ret->spread_ips)
		ret->spread_ips = ips;
	if (cl->peak_orgs > ret->shared_orgs) {
		ret->shared_orgs = cl->peak_orgs;
		ret->shared_ips = cl->peak_orgs_ips;
	}
	if (p->synchronous && !ret->synchronised) {
		ret->synchronised = true;
		ret->sync_value = cl->sync.value;
		ret->sync_threshold = cl->sync.threshold;
	}
}

void campaigns_standing(struct campaigns *c, const struct addr *ip, uint64_t messages,
	struct campaign_standing *ret)
{
	struct addr host = addr_host_key(ip);
	const struct sender *s = senders_find(c->senders, &host);
	struct sender_memberships all;

	memset(ret, 0, sizeof(*ret));
	if (!s)
		return;
	ret->digested = s->digested;
	ret->spread_ips = s->spread_ips;
	ret->shared_ips = s->shared_ips;
	ret->shared_orgs = s->shared_orgs;
	ret->synchronised = s->sync.fired;
	ret->sync_value = s->sync.value;
	ret->sync_threshold = s->sync.threshold;
	for (const struct cluster_part *p = s->parts; p; p = p->next)
		stand_by_part(p, ret);
	all = s->past;
	for (const struct campaign_member *m = s->members; m; m = m->next_of)
		campaign_member_fold(m, &all);
	ret->member = all.any;
	ret->pattern = all.pattern;
	ret->severity = all.severity;
	ret->campaign_ips = all.ips;
	ret->inside = all.inside;
	ret->botnet = all.botnet;
	ret->ceiling = all.any && (!all.full || messages - all.inside >= all.need_outside);
}
