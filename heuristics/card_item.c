/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/card_item.h"

#include "heuristics/checks.h"
#include "heuristics/helo_class.h"
#include "heuristics/source_names.h"

#define NO_HELO "no greeting was seen"
#define NO_RDNS "reverse DNS was not seen"
#define NO_MESSAGE "no message was seen"
#define NO_DIGEST "no message with enough text was seen"
#define NO_AUTH "SPF, DKIM and DMARC are not evaluated yet"
#define NO_URL "links are not checked against lists yet"

static struct item_result unknown(const char *why)
{
	return (struct item_result){.state = ITEM_UNKNOWN, .why = why};
}

static struct item_result told(bool pass, int64_t value, int64_t threshold, const char *unit)
{
	return (struct item_result){.state = pass ? ITEM_PASS : ITEM_FAIL,
		.value = value,
		.threshold = threshold,
		.unit = unit};
}

static bool has_rdns(const struct source *s)
{
	return s->rdns.class != RDNS_UNKNOWN && s->rdns.class != RDNS_NONE;
}

/* The window that fired, the one that decides first; or as it stands now. */
static struct item_result helo_consistent(const struct card_view *v)
{
	static const struct {
		enum check_param item, limit;
	} windows[] = {
		{PARAM_CHANGING_DB_1H, PARAM_CHANGING_NAMES_1H},
		{PARAM_CHANGING_DB_5MIN, PARAM_CHANGING_NAMES_5MIN},
		{PARAM_CHANGING_DB_24H, PARAM_CHANGING_NAMES_24H},
	};
	const struct check_values *values = &v->j->values;
	const struct source_score *sc = source_score_find(v->j, v->s);
	int64_t limit = values->v[PARAM_CHANGING_NAMES_1H];
	struct helo_changing_count n = helo_changing_measure(v->j, v->s, false);

	for (size_t i = 0; sc && i < sizeof(windows) / sizeof(windows[0]); i++) {
		const struct score_item *item = score_find(&sc->score, windows[i].item);

		if (item)
			return told(false, item->value, values->v[windows[i].limit], "count");
	}
	if (v->s->bits & SOURCE_CHANGING)
		return told(false, n.ever > limit ? n.ever : limit, limit, "count");
	if (v->s->greeted < 2)
		return unknown(v->s->greeted ? "fewer than two sessions with a greeting" : NO_HELO);
	return told(true, n.pool || n.in_1h >= limit ? 0 : n.in_1h, limit, "count");
}

static struct item_result helo_fqdn(const struct card_view *v)
{
	size_t count, bad = 0;
	const struct helo_use *use = source_names(v->j->sources, v->s, &count);

	if (v->s->greeted == 0)
		return unknown(NO_HELO);
	for (size_t i = 0; i < count; i++) {
		struct span name = string_store_get(v->j->strings, use[i].text);

		bad += !helo_class_is_fqdn(use[i].class, name);
	}
	if (v->s->bits & SOURCE_NOT_FQDN && bad == 0)
		bad = 1; /* its name is no longer held */
	return told(bad == 0, (int64_t)bad, 1, "count");
}

static struct item_result helo_not_bare_ip(const struct card_view *v)
{
	size_t count, bad = 0;
	const struct helo_use *use = source_names(v->j->sources, v->s, &count);

	if (v->s->greeted == 0)
		return unknown(NO_HELO);
	for (size_t i = 0; i < count; i++)
		bad += helo_is_bare_ip(string_store_get(v->j->strings, use[i].text));
	if (v->s->bits & SOURCE_BARE_IP && bad == 0)
		bad = 1;
	return told(bad == 0, (int64_t)bad, 1, "count");
}

static struct item_result helo_matches_rdns(const struct card_view *v)
{
	size_t count, foreign = 0, related = 0;
	const struct helo_use *use = source_names(v->j->sources, v->s, &count);

	if (v->s->greeted == 0)
		return unknown(NO_HELO);
	for (size_t i = 0; i < count; i++) {
		foreign += has_rdns(v->s) && helo_rdns_related(&use[i]) == TRI_NO;
		related += helo_rdns_related(&use[i]) == TRI_YES;
	}
	if (foreign == 0 && related == 0)
		return unknown(has_rdns(v->s)                  ? "where the name leads was not seen"
			       : v->s->rdns.class == RDNS_NONE ? "there is no reverse DNS"
							       : NO_RDNS);
	return told(foreign == 0, (int64_t)foreign, 1, "count");
}

static struct item_result ip_has_rdns(const struct card_view *v)
{
	if (v->s->rdns.class == RDNS_UNKNOWN)
		return unknown(NO_RDNS);
	return told(has_rdns(v->s), has_rdns(v->s), 1, "bool");
}

static struct item_result ip_rdns_not_dynamic(const struct card_view *v)
{
	bool bad = v->s->rdns.class == RDNS_DYNAMIC || v->s->rdns.class == RDNS_GENERIC;

	if (!has_rdns(v->s))
		return unknown(v->s->rdns.class == RDNS_NONE ? "there is no reverse DNS" : NO_RDNS);
	return told(!bad, bad, 1, "bool");
}

static struct item_result ip_content_on_few_ips(const struct card_view *v)
{
	int64_t limit = v->j->values.v[PARAM_SPREAD_IPS];

	if (v->s->messages == 0)
		return unknown(NO_MESSAGE);
	return told(v->content.spread_ips < limit, v->content.spread_ips, limit, "count");
}

static struct item_result envelope_from_consistent(const struct card_view *v)
{
	int64_t limit = v->j->values.v[PARAM_ENVELOPE_ORGS_1H];
	int64_t most = envelope_from_most(v->j, v->s);

	if ((int64_t)v->s->sender_messages < v->j->values.v[PARAM_ENVELOPE_MESSAGES])
		return unknown("too few messages with a sender's domain");
	if (most >= limit)
		return unknown(NO_AUTH);
	return told(true, most, limit, "count");
}

static struct item_result envelope_from_like_rdns(const struct card_view *v)
{
	int64_t limit = v->j->values.v[PARAM_ENVELOPE_RELATED_PERMILLE];
	int related = envelope_from_related(v->j, v->s);

	if (!has_rdns(v->s))
		return unknown(v->s->rdns.class == RDNS_NONE ? "there is no reverse DNS" : NO_RDNS);
	if (related < 0 || (int64_t)v->s->sender_messages < v->j->values.v[PARAM_ENVELOPE_MESSAGES])
		return unknown("too few messages with a sender's domain");
	if (related > 0 && related < limit)
		return unknown("some senders are like the reverse DNS, some are not");
	return told(related >= limit, related, limit, "permille");
}

static struct item_result header_message_id(const struct card_view *v)
{
	int64_t limit = v->j->values.v[PARAM_MESSAGE_ID_BAD_PERMILLE], bad;

	if (v->s->header_seen == 0)
		return unknown("no header of an inbound message was seen");
	bad = ((int64_t)v->s->id_missing + v->s->id_invalid) * 1000 / v->s->header_seen;
	return told(bad < limit, bad, limit, "permille");
}

static struct item_result auth_present(const struct card_view *v)
{
	return v->s->bits & SOURCE_DKIM_SEEN ? told(true, 1, 1, "bool") : unknown(NO_AUTH);
}

static struct item_result auth_correct(const struct card_view *v)
{
	return unknown(NO_AUTH);
}

static struct item_result content_not_thinly_spread(const struct card_view *v)
{
	if (v->content.member)
		return told(false, v->content.campaign_ips, 1, "count");
	return v->content.digested ? told(true, 0, 1, "count") : unknown(NO_DIGEST);
}

static struct item_result content_not_shared(const struct card_view *v)
{
	int64_t limit = v->j->values.v[PARAM_SPREAD_SHARED_ORGS];
	int64_t orgs = v->content.shared_orgs;

	if (!v->content.digested && orgs < limit)
		return unknown(NO_DIGEST);
	return told(orgs < limit, orgs, limit, "count");
}

static struct item_result url_unknown(const struct card_view *v)
{
	return unknown(NO_URL);
}

static struct item_result closes_promptly(const struct card_view *v)
{
	int64_t limit = v->j->values.v[PARAM_HOLD_MEDIAN_MS];
	int64_t median = hold_time_quantile(v->j->sources, v->s, 500);

	if ((int64_t)v->s->hold_count < v->j->values.v[PARAM_HOLD_SESSIONS])
		return unknown("too few sessions whose end was seen");
	return told(median <= limit, median, limit, "ms");
}

static struct item_result not_synchronised(const struct card_view *v)
{
	if (v->content.synchronised)
		return told(false, v->content.sync_value, v->content.sync_threshold, "count");
	return v->content.digested ? told(true, 0, v->j->values.v[PARAM_SYNCHRONY_IPS], "count")
				   : unknown(NO_DIGEST);
}

static struct item_result host_not_infected(const struct card_view *v)
{
	if (v->content.botnet || v->s->bits & SOURCE_ROGUE)
		return told(false, 1, 1, "bool");
	if (v->s->bits & SOURCE_EGRESS_SEEN)
		return told(true, 0, 1, "bool");
	return unknown("only a host of ours can be cleared, by what it sends out");
}

static struct item_result relay_unknown(const struct card_view *v)
{
	return unknown("refusals to relay are not evaluated yet");
}

static struct item_result proxy_unknown(const struct card_view *v)
{
	return unknown("proxying is not evaluated yet");
}

static struct item_result account_unknown(const struct card_view *v)
{
	return unknown("accounts are not evaluated yet");
}

static struct item_result (*const items[ITEM_COUNT])(const struct card_view *v) = {
	[ITEM_HELO_CONSISTENT] = helo_consistent,
	[ITEM_HELO_FQDN] = helo_fqdn,
	[ITEM_HELO_NOT_BARE_IP] = helo_not_bare_ip,
	[ITEM_HELO_MATCHES_RDNS] = helo_matches_rdns,
	[ITEM_IP_HAS_RDNS] = ip_has_rdns,
	[ITEM_IP_RDNS_NOT_DYNAMIC] = ip_rdns_not_dynamic,
	[ITEM_IP_CONTENT_ON_FEW_IPS] = ip_content_on_few_ips,
	[ITEM_HEADER_ENVELOPE_FROM_CONSISTENT] = envelope_from_consistent,
	[ITEM_HEADER_ENVELOPE_FROM_LIKE_RDNS] = envelope_from_like_rdns,
	[ITEM_HEADER_MESSAGE_ID] = header_message_id,
	[ITEM_AUTH_PRESENT] = auth_present,
	[ITEM_AUTH_CORRECT] = auth_correct,
	[ITEM_CONTENT_NOT_THINLY_SPREAD] = content_not_thinly_spread,
	[ITEM_CONTENT_NOT_SHARED] = content_not_shared,
	[ITEM_URL_NOT_INFECTED] = url_unknown,
	[ITEM_URL_NOT_AD_SERVED] = url_unknown,
	[ITEM_SENDING_CLOSES_PROMPTLY] = closes_promptly,
	[ITEM_SENDING_NOT_SYNCHRONISED] = not_synchronised,
	[ITEM_HOST_NOT_INFECTED] = host_not_infected,
	[ITEM_HOST_NOT_OPEN_RELAY] = relay_unknown,
	[ITEM_HOST_NOT_OPEN_PROXY] = proxy_unknown,
	[ITEM_ACCOUNT_NOT_HIJACKED] = account_unknown,
};

void card_items(const struct card_view *v, struct item_result ret[ITEM_COUNT])
{
	for (int i = 0; i < ITEM_COUNT; i++)
		ret[i] = items[i](v);
}
