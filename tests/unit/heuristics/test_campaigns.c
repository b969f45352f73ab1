/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "campaign_fixture.h"

#define TEXT 0x1111
#define SECOND NS_PER_S

/* `count` hosts of one network each, from `first` on, made by `make` with names of their own. */
static void make_hosts(struct fixture *f, unsigned int first, unsigned int count,
	void (*make)(struct fixture *f, const char *ip, const char *name))
{
	char name[64];

	for (unsigned int i = first; i < first + count; i++) {
		snprintf(name, sizeof(name), "mail.org%u.example", i);
		make(f, fixture_ip(i, 1), name);
	}
}

/* One message each of those hosts, twenty seconds apart: not at one moment. */
static void send_all(struct fixture *f, unsigned int first, unsigned int count, struct sent s)
{
	for (unsigned int i = 0; i < count; i++) {
		s.ip = fixture_ip(first + i, 1);
		fixture_send(f, s);
		s.at += 20 * SECOND;
	}
}

static void finish(struct fixture *f)
{
	campaigns_finish(f->c);
}

static void test_botnet(void **state)
{
	struct fixture *f = fixture_create(NULL);
	struct alert *a = &f->alert[0].a;
	(void)state;

	make_hosts(f, 1, 8, host_none);
	send_all(f, 1, 7, (struct sent){.content = TEXT, .subject = "Invoice"});
	assert_int_equal(f->alerts, 0);
	fixture_send(f, (struct sent){.at = 150 * SECOND, .ip = fixture_ip(8, 1), .content = TEXT});
	assert_int_equal(f->alerts, 1);
	assert_int_equal(a->type, ALERT_CAMPAIGN);
	assert_int_equal(a->state, ALERT_OPEN);
	assert_int_equal(a->severity, SEVERITY_MEDIUM);
	assert_string_equal(a->pattern, "botnet");
	assert_int_equal(a->cluster_id, TEXT);
	assert_int_equal(a->counts.sources, 8);
	assert_int_equal(a->counts.networks, 8);
	assert_int_equal(a->counts.messages, 8);
	assert_int_equal(a->counts.recipients, 8);
	assert_int_equal(a->counts.identities, 0);
	assert_true(a->time == FIXTURE_T0 + 150 * SECOND);
	assert_true(a->first_seen == FIXTURE_T0);
	assert_int_equal(a->score_db, 12);
	assert_int_equal(a->member_count, 8);
	assert_int_equal(a->members_left, 0);
	assert_int_equal(a->exemplar_count, 3);
	assert_string_equal(f->alert[0].subject, "Invoice");
	for (unsigned int i = 0; i < 8; i++) {
		struct addr ip = fixture_addr(fixture_ip(1 + i, 1));

		assert_true(addr_eq(&f->alert[0].member[i], &ip));
	}
	assert_string_equal(f->alert[0].check[0], "campaign_botnet");
	assert_string_equal(f->alert[0].reason[0],
		"8 addresses in 8 networks sent the same text, 1.0 messages each; 100 % of the "
		"messages show no responsible identity");
	assert_int_equal(f->member[0].latest.db, 30);
	assert_int_equal(f->member[0].latest.item, PARAM_BOTNET_MEMBER_DB);
	assert_int_equal(f->members, 8);
	finish(f);
	assert_int_equal(f->reports, 1);
	assert_false(f->report[0].r.closed);
	assert_int_equal(f->report[0].r.member_count, 8);
	assert_int_equal(f->alerts, 1);
	fixture_destroy(f);
}

/* Not enough networks; too many messages each; a third with an identity. */
static void test_botnet_near_misses(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 5, host_none);
	send_all(f, 1, 5, (struct sent){.content = TEXT});
	for (unsigned int i = 2; i < 9; i++) {
		host_none(f, fixture_ip(5, i), "x");
		fixture_send(f,
			(struct sent){.at = 60 * SECOND, .ip = fixture_ip(5, i), .content = TEXT});
	}
	make_hosts(f, 20, 8, host_none);
	for (unsigned int i = 0; i < 48; i++)
		fixture_send(f, (struct sent){.at = (200 + i) * SECOND,
					.ip = fixture_ip(20 + i / 6, 1),
					.content = 2});
	make_hosts(f, 40, 3, host_named);
	make_hosts(f, 43, 6, host_none);
	send_all(f, 40, 9, (struct sent){.at = 300 * SECOND, .content = 3});
	finish(f);
	assert_int_equal(f->alerts, 0);
	fixture_destroy(f);
}

/* Reverse DNS unknown, each with a name of its own: nobody is accused. */
static void test_unknown_is_no_botnet(void **state)
{
	struct fixture *f = fixture_create(NULL);
	struct campaigns_stats s;
	(void)state;

	make_hosts(f, 1, 9, host_greeted);
	send_all(f, 1, 9, (struct sent){.content = TEXT});
	finish(f);
	assert_int_equal(f->alerts, 0);
	s = campaigns_get_stats(f->c);
	assert_int_equal(s.messages_late_facts, 9);
	assert_int_equal(s.messages_unknown_facts, 9);
	fixture_destroy(f);
}

/* Dynamic hosts are a botnet whatever they claim; the share of bad hosts says so. */
static void test_botnet_by_hosts(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 6, host_dynamic);
	make_hosts(f, 7, 2, host_named);
	send_all(f, 1, 8, (struct sent){.content = TEXT, .reply_to = "x@shared.example"});
	assert_int_equal(f->alerts, 1);
	assert_string_equal(f->alert[0].a.pattern, "botnet");
	assert_string_equal(f->alert[0].reason[1],
		"In the last hour: 8 messages of 8 addresses; 75 % of the messages show no "
		"responsible identity");
	fixture_destroy(f);
}

static void send_snowshoe(struct fixture *f, unsigned int nets, struct sent s)
{
	char name[64];

	for (unsigned int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "out.brand%u.example", i);
		s.ip = fixture_ip(i % nets, 10 + 2 * i);
		host_named(f, s.ip, name);
		fixture_send(f, s);
		s.at += 20 * SECOND;
	}
}

static void test_snowshoe(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	send_snowshoe(f, 3, (struct sent){.content = 2});
	finish(f);
	assert_int_equal(f->alerts, 0);
	fixture_destroy(f);

	f = fixture_create(NULL);
	send_snowshoe(f, 4, (struct sent){.content = 1});
	assert_int_equal(f->alerts, 1);
	assert_string_equal(f->alert[0].a.pattern, "snowshoe");
	assert_string_equal(f->alert[0].reason[0],
		"10 addresses in 4 networks sent the same text, 1.0 messages each; under 10 "
		"identities, the largest of them behind 10 % of the messages");
	assert_string_equal(f->alert[0].check[2], "content_spread");
	assert_string_equal(f->alert[0].reason[2],
		"The same content came from 10 addresses, with 1 From domain, recognised pools "
		"left out");
	assert_int_equal(f->alert[0].a.counts.sources, 10);
	assert_int_equal(f->alert[0].a.counts.identities, 10);
	assert_int_equal(f->members, 12);
	fixture_destroy(f);
}

/* Neighbours inside a /22, one network less than the table asks for. */
static void test_snowshoe_block(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[64];
	(void)state;

	for (unsigned int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "out.brand%u.example", i);
		host_named(f, fixture_ip(4, 10 + i), name);
		fixture_send(
			f, (struct sent){
				   .at = i * SECOND, .ip = fixture_ip(4, 10 + i), .content = TEXT});
	}
	assert_int_equal(f->alerts, 1);
	assert_string_equal(f->alert[0].a.pattern, "snowshoe");
	fixture_destroy(f);
}

/* Every site under its own name in its own network: at low, at the end; notices not at all. */
static void test_independent_servers(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 12, host_named);
	send_all(f, 1, 12, (struct sent){.content = 1});
	send_all(f, 1, 12,
		(struct sent){.at = 400 * SECOND, .content = 2, .traits = MESSAGE_AUTO_SUBMITTED});
	assert_int_equal(f->alerts, 0);
	finish(f);
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->alert[0].a.severity, SEVERITY_LOW);
	assert_int_equal(f->alert[0].a.cluster_id, 1);
	assert_true(f->alert[0].a.score_db < 10);
	assert_int_equal(fixture_member(f, fixture_ip(1, 1))->latest.db, 20);
	assert_true(fixture_standing(f, fixture_ip(1, 1), 2).ceiling);
	assert_int_equal(f->reports, 1);
	fixture_destroy(f);
}

/* An answer address that all share is not each site's own. */
static void test_shared_reply_to(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 12, host_named);
	send_all(f, 1, 12, (struct sent){.content = 1, .reply_to = "sales@shop.example"});
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->alert[0].a.severity, SEVERITY_MEDIUM);
	fixture_destroy(f);
}

/* A low campaign is said a day after its last message, and then decays. */
static void test_low_when_quiet(void **state)
{
	struct fixture *f = fixture_create(NULL);
	nstime last = 220 * SECOND;
	(void)state;

	make_hosts(f, 1, 12, host_named);
	send_all(f, 1, 12, (struct sent){.content = 1});
	campaigns_advance(f->c, FIXTURE_T0 + last + NS_PER_DAY - 1);
	assert_int_equal(f->alerts, 0);
	campaigns_advance(f->c, FIXTURE_T0 + last + NS_PER_DAY);
	assert_int_equal(f->alerts, 1);
	assert_true(f->alert[0].a.time == FIXTURE_T0 + last + NS_PER_DAY);
	assert_int_equal(f->alert[0].a.counts.messages, 12);
	campaigns_advance(f->c, FIXTURE_T0 + last + NS_PER_DAY + 6 * NS_PER_HOUR);
	assert_int_equal(f->alerts, 2);
	assert_int_equal(f->alert[1].a.state, ALERT_CLOSE);
	assert_int_equal(f->reports, 1);
	assert_true(f->report[0].r.closed);
	fixture_destroy(f);
}

/* It is older than a day before it is large: no snowshoe; half without an identity: no botnet. */
static void test_low_and_slow(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[64];
	nstime at;
	(void)state;

	for (unsigned int i = 0; i < 24; i++) {
		snprintf(name, sizeof(name), "mail.org%u.example", i);
		if (i % 2)
			host_named(f, fixture_ip(i / 2, i), name);
		else
			host_greeted(f, fixture_ip(i / 2, i), "pc");
		at = i < 4 ? i * NS_PER_MIN : i < 8 ? 20 * NS_PER_HOUR : 25 * NS_PER_HOUR;
		fixture_send(f, (struct sent){.at = at + i * 20 * NS_PER_MIN,
					.ip = fixture_ip(i / 2, i),
					.content = TEXT});
	}
	finish(f);
	assert_int_equal(f->alerts, 1);
	assert_string_equal(f->alert[0].a.pattern, "low_and_slow");
	assert_string_equal(f->alert[0].reason[0],
		"20 addresses in 10 networks sent the same text, 1.0 messages each; no address "
		"sent more than 1; 10 identities, and none for 50 % of the messages");
	assert_int_equal(f->alert[0].a.severity, SEVERITY_MEDIUM);
	assert_int_equal(f->alert[0].a.counts.sources, 20);
	fixture_destroy(f);
}

/* A newsletter from many addresses of one provider, and bots that send the same text. */
static void test_pool_is_no_campaign(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[64];
	(void)state;

	for (unsigned int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "o%u.mailings.example", i);
		host_named(f, fixture_ip(i % 50, i), name);
		fixture_send(
			f, (struct sent){
				   .at = i * SECOND, .ip = fixture_ip(i % 50, i), .content = TEXT});
	}
	assert_int_equal(f->alerts, 0);
	assert_int_equal(fixture_standing(f, fixture_ip(1, 1), 1).spread_ips, 0);
	make_hosts(f, 100, 8, host_none);
	send_all(f, 100, 8, (struct sent){.at = 300 * SECOND, .content = TEXT});
	finish(f);
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->alert[0].a.counts.sources, 8);
	assert_null(fixture_member(f, fixture_ip(1, 1)));
	assert_false(fixture_standing(f, fixture_ip(1, 1), 1).member);
	assert_int_equal(fixture_standing(f, fixture_ip(100, 1), 1).spread_ips, 8);
	fixture_destroy(f);
}

/* Nothing known but that all greet for one organisation: few networks, and many. */
static void test_claimed_pools(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char name[64];
	(void)state;

	for (unsigned int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "mta%u.provider.example", i);
		host_greeted(f, fixture_ip(i / 4, i), name);
		fixture_send(f,
			(struct sent){.at = i * SECOND, .ip = fixture_ip(i / 4, i), .content = 1});
		host_greeted(f, fixture_ip(100 + i, i), name);
		fixture_send(
			f, (struct sent){
				   .at = i * SECOND, .ip = fixture_ip(100 + i, i), .content = 2});
	}
	finish(f);
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->alert[0].a.cluster_id, 2);
	assert_int_equal(f->alert[0].a.severity, SEVERITY_LOW);
	assert_string_equal(f->alert[0].unknown[1],
		"All claim one organisation that nothing confirms: it may be its own servers");
	assert_string_equal(f->alert[0].a.pattern, "botnet");
	fixture_destroy(f);
}

/* A server that forwards one of the bots' messages, and has other mail. */
static void test_forwarder_among_bots(void **state)
{
	struct fixture *f = fixture_create(NULL);
	struct campaign_standing s;
	(void)state;

	make_hosts(f, 1, 8, host_none);
	host_named(f, "203.0.113.5", "mail.club.example");
	send_all(f, 1, 8, (struct sent){.content = TEXT});
	fixture_send(f, (struct sent){.at = 190 * SECOND, .ip = "203.0.113.5", .content = TEXT});
	fixture_send(f, (struct sent){.at = 191 * SECOND, .ip = "203.0.113.5", .content = 7});
	s = fixture_standing(f, "203.0.113.5", 2);
	assert_true(s.member);
	assert_true(s.botnet);
	assert_true(s.ceiling);
	assert_int_equal(s.inside, 1);
	assert_false(fixture_standing(f, "203.0.113.5", 1).ceiling);
	s = fixture_standing(f, fixture_ip(1, 1), 100);
	assert_true(s.member);
	assert_false(s.ceiling);
	assert_int_equal(s.severity, SEVERITY_MEDIUM);
	assert_int_equal(s.pattern, CHECK_CAMPAIGN_BOTNET);
	fixture_destroy(f);
}

/* In a snowshoe campaign four messages outside are asked for, to one inside. */
static void test_ceiling_in_snowshoe(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	send_snowshoe(f, 4, (struct sent){.content = 1});
	assert_false(fixture_standing(f, fixture_ip(1, 12), 4).ceiling);
	assert_true(fixture_standing(f, fixture_ip(1, 12), 5).ceiling);
	fixture_destroy(f);
}

static void test_greylisting_counts_once(void **state)
{
	struct fixture *f = fixture_create(NULL);
	struct sent s = {.content = TEXT, .message_id = "<a@b.example>", .rcpts_hash = 5};
	(void)state;

	make_hosts(f, 1, 7, host_none);
	send_all(f, 1, 7, (struct sent){.content = TEXT});
	/* From neighbours in one network: the same message, tried again. */
	for (unsigned int i = 1; i < 9; i++) {
		host_none(f, fixture_ip(7, 1 + i), "x");
		s.ip = fixture_ip(7, 1 + i);
		s.at = (100 + i) * SECOND;
		fixture_send(f, s);
	}
	assert_int_equal(campaigns_get_stats(f->c).retries, 7);
	assert_int_equal(f->alert[0].a.counts.sources, 8);
	finish(f);
	assert_int_equal(f->report[0].r.counts.messages, 8);
	fixture_destroy(f);
}

static void test_message_waits_for_facts(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	host_unseen(f, "203.0.113.1");
	host_unseen(f, "203.0.113.2");
	host_none(f, "203.0.113.3", "x");
	fixture_send(f, (struct sent){.at = 0, .ip = "203.0.113.1", .content = 1});
	fixture_send(f, (struct sent){.at = SECOND, .ip = "203.0.113.2", .content = 2});
	fixture_send(f, (struct sent){.at = SECOND, .ip = "203.0.113.3", .content = 3});
	fixture_send(f, (struct sent){.at = SECOND, .ip = "203.0.113.1"});
	assert_int_equal(f->left_count, 2);
	assert_int_equal(f->left[0], 2);
	assert_int_equal(f->left[1], 3);
	assert_int_equal(campaigns_get_stats(f->c).messages_pending, 2);
	assert_true(campaigns_next_deadline(f->c) == FIXTURE_T0 + 10 * SECOND);
	/* Half of the facts do not release it. */
	host_greeted(f, "203.0.113.2", "mail.b.example");
	fixture_news(f, "203.0.113.2", 2 * SECOND);
	assert_int_equal(f->left_count, 2);
	host_named(f, "203.0.113.2", "mail.b.example");
	fixture_news(f, "203.0.113.2", 3 * SECOND);
	assert_int_equal(f->left_count, 3);
	assert_int_equal(f->left[2], 1);
	campaigns_advance(f->c, FIXTURE_T0 + 10 * SECOND - 1);
	assert_int_equal(f->left_count, 3);
	campaigns_advance(f->c, FIXTURE_T0 + 10 * SECOND);
	assert_int_equal(f->left_count, 4);
	assert_int_equal(f->left[3], 0);
	assert_int_equal(campaigns_get_stats(f->c).messages_late_facts, 1);
	fixture_destroy(f);
}

static void without_dns(struct campaigns_config *c)
{
	c->use_dns = false;
}

static void test_no_dns_needs_only_the_greeting(void **state)
{
	struct fixture *f = fixture_create(without_dns);
	(void)state;

	host_greeted(f, "203.0.113.1", "mail.a.example");
	fixture_send(f, (struct sent){.ip = "203.0.113.1", .content = 1});
	assert_int_equal(f->left_count, 1);
	fixture_destroy(f);
}

static void test_end_drains_in_order(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	for (unsigned int i = 1; i <= 9; i++) {
		host_unseen(f, fixture_ip(i, 1));
		fixture_send(f,
			(struct sent){.at = i * SECOND, .ip = fixture_ip(i, 1), .content = TEXT});
	}
	assert_int_equal(f->left_count, 0);
	finish(f);
	assert_int_equal(f->left_count, 9);
	for (uint64_t i = 0; i < 9; i++)
		assert_int_equal(f->left[i], i);
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->reports, 1);
	fixture_destroy(f);
}

/* Pending messages are in no count; nothing but late facts opens here, at the deadline. */
static void test_pending_is_in_no_count(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	for (unsigned int i = 1; i <= 8; i++) {
		host_unseen(f, fixture_ip(i, 1));
		fixture_send(f,
			(struct sent){.at = i * SECOND, .ip = fixture_ip(i, 1), .content = TEXT});
	}
	assert_int_equal(f->alerts, 0);
	campaigns_advance(f->c, FIXTURE_T0 + 18 * SECOND - 1);
	assert_int_equal(f->alerts, 0);
	campaigns_advance(f->c, FIXTURE_T0 + 18 * SECOND);
	assert_int_equal(f->alerts, 1);
	assert_string_equal(f->alert[0].unknown[0], "rDNS: 8 of 8 not seen");
	assert_string_equal(f->alert[0].unknown[1], "HELO: 8 of 8 not seen");
	fixture_destroy(f);
}

/* Eight strangers turn out to be one provider's servers. */
static void test_late_facts_retract(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	for (unsigned int i = 1; i <= 8; i++) {
		host_unseen(f, fixture_ip(i, 1));
		fixture_send(f,
			(struct sent){.at = i * SECOND, .ip = fixture_ip(i, 1), .content = TEXT});
	}
	campaigns_advance(f->c, FIXTURE_T0 + 18 * SECOND);
	assert_int_equal(f->alerts, 1);
	for (unsigned int i = 1; i <= 8; i++) {
		host_named(f, fixture_ip(i, 1), "o1.mailings.example");
		fixture_news(f, fixture_ip(i, 1), (20 + i) * SECOND);
	}
	assert_int_equal(f->alerts, 2);
	assert_int_equal(f->alert[1].a.state, ALERT_CLOSE);
	assert_int_equal(f->alert[1].a.close_reason, ALERT_CLOSE_RETRACTED);
	assert_memory_equal(f->alert[1].a.id, f->alert[0].a.id, 16);
	assert_int_equal(f->members, 8);
	for (size_t i = 0; i < f->members; i++)
		assert_int_equal(f->member[i].retracted, 1);
	assert_false(fixture_standing(f, fixture_ip(1, 1), 1).member);
	assert_int_equal(fixture_standing(f, fixture_ip(1, 1), 1).spread_ips, 0);
	finish(f);
	assert_int_equal(f->reports, 0);
	fixture_destroy(f);
}

/* A bot that greets by a better name afterwards changes nothing. */
static void test_later_greeting_changes_nothing(void **state)
{
	struct fixture *f = fixture_create(without_dns);
	(void)state;

	for (unsigned int i = 1; i <= 8; i++)
		host_greeted(f, fixture_ip(i, 1), "pc");
	send_all(f, 1, 8, (struct sent){.content = TEXT});
	assert_int_equal(f->alerts, 1);
	make_hosts(f, 1, 8, host_greeted);
	for (unsigned int i = 1; i <= 8; i++)
		fixture_news(f, fixture_ip(i, 1), 200 * SECOND);
	host_greeted(f, fixture_ip(9, 1), "pc");
	send_all(f, 9, 1, (struct sent){.at = 300 * SECOND, .content = TEXT});
	finish(f);
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->reports, 1);
	assert_int_equal(f->report[0].r.counts.sources, 9);
	fixture_destroy(f);
}

/* It grows to twice its size, falls silent, and closes; then opens anew. */
static void test_life(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 40, host_none);
	send_all(f, 1, 15, (struct sent){.content = TEXT});
	assert_int_equal(f->alerts, 1);
	send_all(f, 16, 1, (struct sent){.at = 300 * SECOND, .content = TEXT});
	assert_int_equal(f->alerts, 1);
	/* Not before five minutes have passed. */
	campaigns_advance(f->c, FIXTURE_T0 + (140 + 300) * SECOND);
	assert_int_equal(f->alerts, 2);
	assert_int_equal(f->alert[1].a.state, ALERT_UPDATE);
	assert_false(f->alert[1].a.severity_rose);
	assert_int_equal(f->alert[1].a.member_count, 8);
	assert_int_equal(f->alert[1].a.counts.sources, 16);
	assert_true(f->alert[1].a.time == FIXTURE_T0 + (140 + 300) * SECOND);
	campaigns_advance(f->c, FIXTURE_T0 + 300 * SECOND + 2 * NS_PER_HOUR);
	assert_int_equal(f->alerts, 2);
	campaigns_advance(f->c, FIXTURE_T0 + 300 * SECOND + 5 * NS_PER_HOUR);
	assert_int_equal(f->alerts, 3);
	assert_int_equal(f->alert[2].a.state, ALERT_CLOSE);
	assert_true(f->alert[2].a.time == FIXTURE_T0 + 300 * SECOND + 150 * NS_PER_MIN);
	assert_true(f->alert[2].a.score_db < 4);
	assert_int_equal(f->alert[2].a.close_reason, ALERT_CLOSE_DECAYED);
	assert_int_equal(f->reports, 1);
	assert_true(f->report[0].r.closed);
	assert_int_equal(fixture_member(f, fixture_ip(1, 1))->closed, 1);
	assert_true(fixture_standing(f, fixture_ip(1, 1), 1).member);
	send_all(f, 1, 8, (struct sent){.at = 6 * NS_PER_HOUR, .content = TEXT});
	assert_int_equal(f->alerts, 4);
	assert_int_equal(f->alert[3].a.state, ALERT_OPEN);
	assert_memory_not_equal(f->alert[3].a.id, f->alert[0].a.id, 16);
	fixture_destroy(f);
}

static void test_severity(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 60, host_none);
	send_all(f, 1, 60, (struct sent){.content = 1});
	assert_int_equal(f->alerts, 4);
	assert_int_equal(f->alert[2].a.severity, SEVERITY_MEDIUM);
	assert_int_equal(f->alert[3].a.severity, SEVERITY_HIGH);
	assert_true(f->alert[3].a.severity_rose);
	assert_int_equal(f->alert[3].a.counts.sources, 50);
	assert_int_equal(fixture_member(f, fixture_ip(1, 1))->raised, 1);
	f->alerts = 0;
	send_all(f, 1, 8, (struct sent){.at = 2000 * SECOND, .content = 2, .rcpts = 13});
	assert_int_equal(f->alert[0].a.severity, SEVERITY_HIGH);
	f->alerts = 0;
	send_all(f, 1, 8, (struct sent){.at = 3000 * SECOND, .content = 3});
	fixture_send(f, (struct sent){.at = 900 * SECOND,
				.ip = fixture_ip(9, 1),
				.content = 3,
				.part = CAMPAIGN_PART_OWN});
	assert_int_equal(f->alerts, 2);
	assert_int_equal(f->alert[0].a.severity, SEVERITY_MEDIUM);
	assert_int_equal(f->alert[1].a.severity, SEVERITY_CRITICAL);
	fixture_destroy(f);
}

/* Members beyond a hundred come with the updates. */
static void test_members_by_hundreds(void **state)
{
	struct fixture *f = fixture_create(NULL);
	size_t said = 0;
	(void)state;

	make_hosts(f, 0, 250, host_none);
	send_all(f, 0, 250, (struct sent){.content = TEXT});
	campaigns_advance(f->c, FIXTURE_T0 + 24 * NS_PER_HOUR);
	for (size_t i = 0; i < f->alerts; i++) {
		assert_true(f->alert[i].a.member_count <= LIMIT_ALERT_MEMBERS);
		for (size_t k = 0; k < f->alert[i].a.member_count; k++, said++) {
			struct addr ip = fixture_addr(fixture_ip((unsigned int)said, 1));

			assert_true(addr_eq(&f->alert[i].member[k], &ip));
		}
		assert_int_equal(f->alert[i].a.members_left + said, f->alert[i].a.counts.sources);
	}
	assert_int_equal(f->report[0].r.member_count, 250);
	assert_int_equal(f->report[0].r.counts.sources, 250);
	assert_in_range(f->report[0].r.counts.networks, 225, 275);
	fixture_destroy(f);
}

static void still_learning(struct campaigns_config *c)
{
	c->learning = true;
}

static void test_learning(void **state)
{
	struct fixture *f = fixture_create(still_learning);
	(void)state;

	make_hosts(f, 1, 9, host_none);
	send_all(f, 1, 8, (struct sent){.content = TEXT});
	assert_int_equal(f->alerts, 0);
	/* A day later it still comes, and opens for good. */
	send_all(f, 1, 8, (struct sent){.at = 23 * NS_PER_HOUR, .content = TEXT});
	assert_int_equal(f->alerts, 0);
	send_all(f, 9, 1, (struct sent){.at = 25 * NS_PER_HOUR, .content = TEXT});
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->alert[0].a.severity, SEVERITY_MEDIUM);
	fixture_destroy(f);
}

static void test_unverified_is_never_decisive(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 9, host_none);
	send_all(f, 1, 8, (struct sent){.content = 1, .part = CAMPAIGN_PART_UNVERIFIED});
	send_all(f, 1, 8, (struct sent){.content = 2, .part = SENT_PART_NONE});
	assert_int_equal(f->alerts, 0);
	finish(f);
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->alert[0].a.cluster_id, 1);
	assert_int_equal(f->alert[0].a.severity, SEVERITY_LOW);
	fixture_destroy(f);
}

/* The same accepted copies as the mail server knows them, without those refused. */
static void test_report_lists_copies(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 8, host_none);
	host_named(f, "203.0.113.1", "o1.mailings.example");
	host_named(f, "203.0.113.2", "o2.mailings.example");
	fixture_send(f, (struct sent){.ip = "203.0.113.1", .content = TEXT, .queue_id = "POOL1"});
	fixture_send(f, (struct sent){.ip = "203.0.113.2", .content = TEXT, .queue_id = "POOL2"});
	send_all(f, 1, 6,
		(struct sent){.at = SECOND, .content = TEXT, .refused = true, .queue_id = "NO"});
	send_all(f, 7, 1,
		(struct sent){.at = 90 * SECOND,
			.content = TEXT,
			.queue_id = "Q7",
			.message_id = "<7@x.example>"});
	send_all(f, 8, 1,
		(struct sent){.at = 95 * SECOND,
			.content = TEXT,
			.queue_id = "Q8",
			.message_id = "<8@x.example>"});
	finish(f);
	assert_string_equal(f->report[0].queue_ids, "Q7,Q8,");
	assert_string_equal(f->report[0].message_ids, "<7@x.example>,<8@x.example>,");
	fixture_destroy(f);
}

/* A text that differs in its middle alone belongs to the same cluster. */
static void test_edges_gather(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 8, host_none);
	for (unsigned int i = 1; i <= 8; i++)
		fixture_send(f, (struct sent){.at = i * SECOND,
					.ip = fixture_ip(i, 1),
					.content = 100 + i,
					.edges = 9});
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->alert[0].a.cluster_id, 101);
	fixture_destroy(f);
}

/* IPv6: one host is a /64. */
static void test_ipv6_hosts(void **state)
{
	struct fixture *f = fixture_create(NULL);
	char ip[64];
	(void)state;

	for (unsigned int i = 0; i < 20; i++) {
		snprintf(ip, sizeof(ip), "2001:db8:1:%x::%x", i / 10, i + 1);
		host_none(f, ip, "x");
		fixture_send(f, (struct sent){.at = i * SECOND, .ip = ip, .content = 1});
	}
	assert_int_equal(fixture_standing(f, "2001:db8:1:0::1", 1).spread_ips, 2);
	for (unsigned int i = 0; i < 8; i++) {
		snprintf(ip, sizeof(ip), "2001:db8:%x::1", 0x100 + i);
		host_none(f, ip, "x");
		fixture_send(f, (struct sent){.at = 60 * SECOND, .ip = ip, .content = 1});
	}
	assert_int_equal(f->alerts, 1);
	fixture_destroy(f);
}

/* Facts that come late about one of ten: it was a pool's all along, the rest stay. */
static void test_one_member_withdrawn(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 9, host_none);
	host_unseen(f, "203.0.113.1");
	host_named(f, "203.0.113.2", "o2.mailings.example");
	send_all(f, 1, 9, (struct sent){.content = TEXT});
	fixture_send(f, (struct sent){.at = 200 * SECOND, .ip = "203.0.113.1", .content = TEXT});
	fixture_send(f, (struct sent){.at = 201 * SECOND, .ip = "203.0.113.2", .content = TEXT});
	campaigns_advance(f->c, FIXTURE_T0 + 220 * SECOND);
	assert_int_equal(fixture_member(f, "203.0.113.1")->joined, 1);
	host_named(f, "203.0.113.1", "o1.mailings.example");
	fixture_news(f, "203.0.113.1", 230 * SECOND);
	assert_int_equal(fixture_member(f, "203.0.113.1")->retracted, 1);
	assert_int_equal(fixture_member(f, "203.0.113.2")->retracted, 1);
	assert_int_equal(fixture_member(f, fixture_ip(1, 1))->retracted, 0);
	finish(f);
	assert_int_equal(f->alerts, 1);
	assert_int_equal(f->report[0].r.counts.sources, 9);
	assert_int_equal(f->report[0].r.counts.messages, 9);
	fixture_destroy(f);
}

static void test_synchrony(void **state)
{
	struct fixture *f = fixture_create(NULL);
	struct campaign_standing s;
	(void)state;

	make_hosts(f, 1, 8, host_none);
	for (unsigned int i = 1; i <= 8; i++)
		fixture_send(f,
			(struct sent){.at = i * SECOND, .ip = fixture_ip(i, 1), .content = TEXT});
	assert_int_equal(f->alert[0].a.score_db, 22);
	assert_string_equal(f->alert[0].check[2], "synchrony");
	assert_string_equal(f->alert[0].reason[2], "8 addresses sent it within 60 seconds");
	s = fixture_standing(f, fixture_ip(1, 1), 1);
	assert_true(s.synchronised);
	assert_int_equal(s.sync_value, 8);
	assert_int_equal(s.sync_threshold, 5);
	fixture_destroy(f);
}

static void test_shared_content(void **state)
{
	struct fixture *f = fixture_create(NULL);
	struct campaign_standing s;
	char from[64];
	(void)state;

	make_hosts(f, 1, 6, host_none);
	for (unsigned int i = 1; i <= 6; i++) {
		snprintf(from, sizeof(from), "x@from%u.example", i % 3);
		fixture_send(f, (struct sent){.at = i * 60 * SECOND,
					.ip = fixture_ip(i, 1),
					.content = TEXT,
					.from = from});
	}
	s = fixture_standing(f, fixture_ip(1, 1), 1);
	assert_int_equal(s.digested, 1);
	assert_int_equal(s.spread_ips, 6);
	assert_int_equal(s.shared_orgs, 3);
	assert_int_equal(s.shared_ips, 6);
	assert_false(s.member);
	fixture_destroy(f);
}

/* What was sent on three earlier days by the same hosts is a template. */
static void test_background_template(void **state)
{
	struct fixture *f = fixture_create(NULL);
	(void)state;

	make_hosts(f, 1, 12, host_named);
	for (int day = 0; day < 3; day++)
		send_all(f, 1, 6, (struct sent){.at = day * NS_PER_DAY, .content = TEXT});
	/* Below the pattern's size until now. */
	send_all(f, 1, 12,
		(struct sent){
			.at = 3 * NS_PER_DAY, .content = TEXT, .reply_to = "x@shared.example"});
	finish(f);
	assert_int_equal(f->alerts, 0);
	fixture_destroy(f);
}

static void little_memory(struct campaigns_config *c)
{
	c->memory = 1;
}

/* More contents than there is room for: the longest quiet go, those that open at low last. */
static void test_eviction(void **state)
{
	struct fixture *f = fixture_create(little_memory);
	(void)state;

	make_hosts(f, 1, 12, host_named);
	for (uint64_t text = 1; text <= 10; text++)
		send_all(f, 1, 12,
			(struct sent){.at = (nstime)text * 300 * SECOND, .content = text});
	assert_int_equal(f->alerts, 0);
	for (uint64_t i = 0; i < 20000; i++)
		fixture_send(f, (struct sent){.at = 4000 * SECOND + (nstime)i * NS_PER_MS,
					.ip = fixture_ip(1, 1),
					.content = 100000 + i});
	assert_true(campaigns_get_stats(f->c).clusters_evicted > 0);
	assert_true(f->alerts >= 2);
	assert_int_equal(f->alert[0].a.cluster_id, 1);
	assert_int_equal(f->alert[0].a.severity, SEVERITY_LOW);
	assert_int_equal(f->alert[1].a.state, ALERT_CLOSE);
	finish(f);
	assert_int_equal(f->reports, 10);
	fixture_destroy(f);
}

static void other_seed(struct campaigns_config *c)
{
	c->seed = 0x123456789abcdef;
}

/* The tables' seed changes nothing that is said. */
static void test_seed_changes_nothing(void **state)
{
	struct fixture *a = fixture_create(NULL), *b = fixture_create(other_seed);
	struct fixture *both[2] = {a, b};
	(void)state;

	for (int k = 0; k < 2; k++) {
		make_hosts(both[k], 0, 60, host_none);
		for (uint64_t text = 1; text < 20; text++)
			send_all(both[k], (unsigned int)text, 30,
				(struct sent){.at = (nstime)text * SECOND, .content = text});
		finish(both[k]);
	}
	assert_int_equal(a->alerts, b->alerts);
	assert_int_equal(a->reports, b->reports);
	for (size_t i = 0; i < a->alerts; i++) {
		assert_memory_equal(a->alert[i].a.id, b->alert[i].a.id, 16);
		assert_string_equal(a->alert[i].reason[0], b->alert[i].reason[0]);
	}
	fixture_destroy(a);
	fixture_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_botnet),
		cmocka_unit_test(test_botnet_near_misses),
		cmocka_unit_test(test_unknown_is_no_botnet),
		cmocka_unit_test(test_botnet_by_hosts),
		cmocka_unit_test(test_snowshoe),
		cmocka_unit_test(test_snowshoe_block),
		cmocka_unit_test(test_independent_servers),
		cmocka_unit_test(test_shared_reply_to),
		cmocka_unit_test(test_low_when_quiet),
		cmocka_unit_test(test_low_and_slow),
		cmocka_unit_test(test_pool_is_no_campaign),
		cmocka_unit_test(test_claimed_pools),
		cmocka_unit_test(test_forwarder_among_bots),
		cmocka_unit_test(test_ceiling_in_snowshoe),
		cmocka_unit_test(test_greylisting_counts_once),
		cmocka_unit_test(test_message_waits_for_facts),
		cmocka_unit_test(test_no_dns_needs_only_the_greeting),
		cmocka_unit_test(test_end_drains_in_order),
		cmocka_unit_test(test_pending_is_in_no_count),
		cmocka_unit_test(test_late_facts_retract),
		cmocka_unit_test(test_later_greeting_changes_nothing),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_severity),
		cmocka_unit_test(test_members_by_hundreds),
		cmocka_unit_test(test_learning),
		cmocka_unit_test(test_unverified_is_never_decisive),
		cmocka_unit_test(test_report_lists_copies),
		cmocka_unit_test(test_edges_gather),
		cmocka_unit_test(test_ipv6_hosts),
		cmocka_unit_test(test_one_member_withdrawn),
		cmocka_unit_test(test_synchrony),
		cmocka_unit_test(test_shared_content),
		cmocka_unit_test(test_background_template),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_seed_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
