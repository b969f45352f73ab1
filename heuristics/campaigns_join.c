/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "heuristics/campaigns_state.h"

/* Tells account names from org-domains. */
#define ACCOUNT_TAG 0x6163636f756e7400u

static uint32_t org_key(struct campaigns *c, struct span domain)
{
	char buf[ORG_DOMAIN_MAX];

	return domain.len ? identity_org_key(org_domain(c->c.orgs, domain, buf)) : 0;
}

/* What the message itself shows, whatever its address is. */
static struct identity fixed_identity(const struct message_record *m, const struct addr *host)
{
	uint64_t account = m->auth_account ? m->auth_account : hash64(span_of(host->b, 16));

	if (m->authenticated != TRI_YES)
		return (struct identity){.kind = IDENTITY_NONE};
	return (struct identity){
		.kind = IDENTITY_ACCOUNT,
		.key = identity_fold(hash_mix(account, ACCOUNT_TAG)),
	};
}

static struct span domain_of(struct span mailbox)
{
	const uint8_t *at = mailbox.len ? memrchr(mailbox.p, '@', mailbox.len) : NULL;

	return at ? span_skip(mailbox, (size_t)(at - mailbox.p) + 1) : span_of(NULL, 0);
}

static struct cluster_message as_joined(
	struct campaigns *c, const struct message_record *m, enum campaign_part part)
{
	struct span from = record_str(m, m->header_from_domain);
	bool notice = m->traits & (MESSAGE_AUTO_SUBMITTED | MESSAGE_NULL_SENDER | MESSAGE_DSN);

	return (struct cluster_message){
		.time = m->r.time,
		.start = m->session_start,
		.from_org = org_key(c, from.len ? from : record_str(m, m->from_domain)),
		.reply_org = org_key(c, domain_of(record_str(m, m->header_reply_to))),
		.retry = cluster_retry_key(m),
		.rcpts = m->rcpts < UINT16_MAX ? (uint16_t)m->rcpts : UINT16_MAX,
		.bits = (uint16_t)((notice ? CLUSTER_MESSAGE_NOTICE : 0u) |
				   (part == CAMPAIGN_PART_UNVERIFIED ? CLUSTER_MESSAGE_UNVERIFIED
								     : 0u)),
	};
}

/* An open campaign takes in what is of the residue. */
static void add_to_campaign(
	struct campaigns *c, struct cluster *cl, const struct cluster_arrival *a)
{
	bool scattered = a->now.kind == IDENTITY_CLAIMED && identity_same(a->now, cl->scattered);
	struct campaign_message m = {
		.sender = a->sender,
		.ip = a->ip,
		.id = scattered ? a->fixed : a->now,
		.own = a->own,
		.first = a->message.time,
		.last = a->message.time,
		.messages = 1,
		.rcpts = a->message.rcpts,
	};

	m.shows_own = identity_own(m.id);
	if (cl->campaign->look.level == PATTERN_FULL &&
		(scattered || a->message.bits & CLUSTER_MESSAGE_UNVERIFIED))
		return;
	campaign_add(c->book, cl->campaign, &m, c->now);
}

void campaigns_join(struct campaigns *c, struct cluster *cl, const struct message_record *m,
	enum campaign_part part, const struct identity_facts *f)
{
	struct addr host = addr_host_key(&m->client);
	struct cluster_arrival a = {
		.sender = senders_get(c->senders, &host),
		.ip = m->client,
		.fixed = fixed_identity(m, &host),
		.facts = *f,
		.message = as_joined(c, m, part),
		.own = part == CAMPAIGN_PART_OWN,
	};
	bool pool, shown;

	a.sender->digested++;
	a.now = identity_of(a.fixed, f);
	pool = cluster_knows_pool(cl, a.now);
	shown = pool && identity_shown(a.now);
	if (!shown)
		cl->last_copy = copies_put(c->copies, m, cl->last_copy);
	if (!shown && cluster_has_retry(cl, &host, a.message.retry)) {
		c->stats.retries++;
		return;
	}
	clusters_add(c->clusters, cl, &a);
	/* A shown pool stays one whatever it sends; a claimed one may turn out to be scattered. */
	if (shown)
		return;
	cl->counted++;
	cl->waiting++;
	if (cl->campaign && !pool)
		add_to_campaign(c, cl, &a);
	if (cl->part_count > 1 && cl->waiting >= cl->look_after)
		campaigns_look(c, cl, CAMPAIGNS_MESSAGE);
	else if (cl->campaign)
		campaign_settle(c->book, cl->campaign, c->now);
}
