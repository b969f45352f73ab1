/* SPDX-License-Identifier: Apache-2.0 */
/* Where campaigns and sources meet: what each has to know of the other. */
#include "base/hash.h"
#include "heuristics/checks.h"
#include "heuristics/freemail.h"
#include "heuristics/helo_class.h"
#include "heuristics/judge_observe.h"
#include "heuristics/source_names.h"

#define CAMPAIGN_ALERTS 8192

/* What the judge adds to a campaign's alert. */
struct campaign_alert {
	uint8_t id[16];
	uint32_t revision;
	bool silent; /* its open was suppressed */
};

static void on_source(void *cookie, const struct addr *ip, struct campaign_source *ret)
{
	struct judge *j = cookie;
	struct source *s = sources_find(j->sources, ip);
	const struct helo_use *use;
	char org[ORG_DOMAIN_MAX];

	*ret = (struct campaign_source){.helo = {NULL, 0}};
	if (!s)
		return;
	if (j->answers)
		source_bind_rdns(s, j->answers, j->orgs, j->strings);
	ret->facts.rdns_class = s->rdns.class;
	ret->facts.rdns_confirmed = s->rdns.confirmed;
	ret->facts.rdns_org = s->rdns.org;
	ret->rdns = string_store_get(j->strings, s->rdns.name);
	use = source_name_latest(j->sources, s);
	if (!use)
		return;
	ret->helo = string_store_get(j->strings, use->text);
	ret->facts.helo_known = true;
	ret->facts.helo_fqdn = use->class == HELO_FQDN;
	ret->facts.helo_org = use->org;
	ret->facts.helo_freemail = freemail_has(org_domain(j->orgs, ret->helo, org));
	ret->facts.helo_ips = helo_names_ips(j->helo_names, use->hash, j->now);
}

static void on_alert(void *cookie, struct alert *a)
{
	struct judge *j = cookie;
	struct campaign_alert *known;
	bool fresh;

	if (a->state == ALERT_OPEN)
		alert_book_id(ALERT_CAMPAIGN, span_of(&a->cluster_id, sizeof(a->cluster_id)),
			a->time, a->id);
	known = table_get(j->campaign_alerts, a->id, &fresh);
	if (a->state == ALERT_OPEN)
		known->silent = !alert_book_allows(j->book, ALERT_CAMPAIGN, a->time);
	else
		known->revision++;
	a->revision = known->revision;
	if (!known->silent && j->out.alert)
		j->out.alert(j->out.cookie, a);
}

static void on_report(void *cookie, const struct campaign_report *r)
{
	struct judge *j = cookie;

	if (j->out.campaign)
		j->out.campaign(j->out.cookie, r);
}

static void member_evidence(struct judge *j, struct source *s, const struct campaign_member_news *n)
{
	int64_t weight = j->values.v[n->item];
	struct evidence e = {.item = n->item,
		.permille = (uint16_t)(weight > n->db ? n->db * 1000 / weight : 1000),
		.withdrawable = true,
		.decisive = n->severity >= SEVERITY_MEDIUM,
		.severity = n->severity,
		.value = n->value,
		.time = n->time};

	if (s->bits & SOURCE_PROXY)
		return;
	s->bits |= SOURCE_MEMBER;
	source_evidence(j, s, &e);
	source_settle(j, s, n->time);
}

static void on_member(void *cookie, const struct campaign_member_news *n)
{
	struct judge *j = cookie;
	struct source *s = sources_find(j->sources, &n->ip);

	if (!s)
		return;
	switch (n->change) {
	case CAMPAIGN_MEMBER_JOINED:
	case CAMPAIGN_MEMBER_AGAIN:
	case CAMPAIGN_MEMBER_RAISED:
		member_evidence(j, s, n);
		break;
	case CAMPAIGN_MEMBER_CLOSED:
		source_release(j, s, n->item);
		break;
	case CAMPAIGN_MEMBER_RETRACTED:
		source_withdraw(j, s, n->item, n->time);
		source_settle(j, s, n->time);
		break;
	}
}

static void on_message(void *cookie, const struct message_record *m, uint64_t cluster_id)
{
	struct judge *j = cookie;
	struct message_judgement out = {.cluster_id = cluster_id,
		.direction = roles_of(j->roles, &m->client, &m->server, m->server_port,
			m->authenticated == TRI_YES)
				     .direction};

	j->out.message(j->out.cookie, m, &out);
}

int judge_campaigns_create(struct judge *j, uint64_t memory)
{
	struct campaigns_config c = {.values = &j->values,
		.orgs = j->orgs,
		.use_dns = j->config.use_dns,
		.learning = j->config.live && j->config.learning,
		.want_messages = j->out.message != NULL,
		.memory = memory,
		.seed = j->config.seed};
	struct campaigns_env env = {.cookie = j,
		.source = on_source,
		.alert = on_alert,
		.report = on_report,
		.member = on_member,
		.message = on_message};
	struct table_config alerts = {.capacity = CAMPAIGN_ALERTS,
		.entry_size = sizeof(struct campaign_alert),
		.key_size = 16,
		.seed = j->config.seed};

	j->campaign_alerts = table_create(&alerts);
	if (!j->campaign_alerts)
		return -1;
	j->campaigns = campaigns_create(&c, &env);
	return j->campaigns ? 1 : -1;
}
