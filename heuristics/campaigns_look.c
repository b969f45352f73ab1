/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/campaign_member.h"
#include "heuristics/campaigns_state.h"

/* Fewer addresses match no pattern. */
#define LOOK_PARTS_MIN 5

static bool learning(const struct campaigns *c)
{
	return c->c.learning && c->now < c->learning_until;
}

/* What an item sent in the window makes it a member. */
static void add_item(struct campaigns *c, struct campaign *campaign,
	const struct residue_item *item, nstime since, nstime until)
{
	const struct cluster_part *p = item->part;
	bool sure_only = campaign->look.level == PATTERN_FULL;
	struct campaign_message m = {
		.sender = p->sender,
		.ip = p->ip,
		.id = item->id,
		.shows_own = item->shows_own,
		.own = p->own,
		.first = p->last,
		.last = p->first,
	};

	for (const struct cluster_message *at = p->messages; at; at = at->older) {
		if (at->time <= since || at->time > until || (sure_only && !residue_sure(item, at)))
			continue;
		m.messages++;
		m.rcpts += at->rcpts;
		if (at->time < m.first)
			m.first = at->time;
		if (at->time > m.last)
			m.last = at->time;
	}
	if (m.messages > 0 && p->more_last > since && p->more_last <= until)
		m.messages += p->more;
	if (m.messages > 0 && m.sender)
		campaign_add(c->book, campaign, &m, c->now);
}

/* All that sent it within the day, where it matches over the day too. */
static void open_campaign(struct campaigns *c, struct cluster *cl, const struct campaign_look *look)
{
	const struct residue *r = &c->look.residue;
	bool day = pattern_holds(look->pattern, &c->look.measure[PATTERN_WINDOW_24H], c->c.values);
	enum pattern_window w = day ? PATTERN_WINDOW_24H : look->window;
	struct campaign *campaign = campaign_open(c->book, cl, look, c->now);

	for (uint32_t i = 0; i < r->count; i++)
		add_item(c, campaign, &r->item[i], r->until - pattern_window_length(w), r->until);
	cl->low = false;
	campaign_begin(c->book, campaign, c->now);
}

static bool in_residue(const struct residue *r, const struct addr *host)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (addr_eq(&r->item[i].part->host, host))
			return true;
	return false;
}

/* Members follow what is known of them now: some were not seen to be of the residue before. */
static void review_members(struct campaigns *c, struct cluster *cl)
{
	const struct residue *r = &c->look.residue;
	struct campaign *campaign = cl->campaign;

	for (uint32_t i = 0; i < r->count; i++) {
		struct sender *s = r->item[i].part->sender;
		struct campaign_member *m = s ? campaign_member_of(campaign, s) : NULL;

		if (m)
			m->shows_own = r->item[i].shows_own;
		else if (campaign->members_left_out == 0)
			add_item(c, campaign, &r->item[i], r->until - CLUSTER_WINDOW, r->until);
	}
	for (struct cluster_part *p = cl->newest; p; p = p->older)
		if (p->state >= CLUSTER_PART_SHOWN_POOL && p->sender && !in_residue(r, &p->host))
			campaign_withdraw(c->book, campaign, p->sender, c->now);
}

/* Later facts are held against the moment it matched last. */
static nstime look_until(
	const struct campaigns *c, const struct cluster *cl, enum campaigns_why why)
{
	if (why == CAMPAIGNS_NEWS && cl->campaign)
		return cl->campaign->matched;
	return why == CAMPAIGNS_FINAL ? cl->last : c->now;
}

void campaigns_look(struct campaigns *c, struct cluster *cl, enum campaigns_why why)
{
	nstime until = look_until(c, cl, why);
	struct campaign_look l = cluster_look(&c->look, cl, until, why == CAMPAIGNS_NEWS,
		&c->residue_env, c->c.values, &c->floor, learning(c));

	if (cl->campaign) {
		bool full = cl->campaign->look.level == PATTERN_FULL;

		if (why == CAMPAIGNS_NEWS && full && l.level < PATTERN_FULL) {
			campaign_close(c->book, cl->campaign, ALERT_CLOSE_RETRACTED, c->now);
			cl->low = l.level == PATTERN_LOW;
			return;
		}
		review_members(c, cl);
		if (why != CAMPAIGNS_NEWS || l.level > cl->campaign->look.level)
			campaign_renew(cl->campaign, &l, c->now);
		campaign_settle(c->book, cl->campaign, c->now);
	} else if (l.level == PATTERN_FULL || (l.level == PATTERN_LOW && why == CAMPAIGNS_FINAL)) {
		open_campaign(c, cl, &l);
	} else {
		cl->low = l.level == PATTERN_LOW;
	}
}

void campaigns_look_finally(struct campaigns *c, struct cluster *cl)
{
	if (cl->campaign)
		return;
	if (cl->low || (cl->waiting > 0 && cl->part_count >= LOOK_PARTS_MIN))
		campaigns_look(c, cl, CAMPAIGNS_FINAL);
}
