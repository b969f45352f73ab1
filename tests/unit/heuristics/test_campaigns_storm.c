/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A storm: tens of thousands of random messages, late facts and gaps of time on the least memory
 * there is. Nothing is checked about verdicts, but the books must balance, and the same storm must
 * bring the same words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "heuristics/campaigns.h"

#define T0 (1780000000 * NS_PER_S)
#define STEPS 60000
#define HOSTS 3000

/* What is known of a host changes as the storm goes on. */
struct storm {
	struct campaigns *c;
	struct check_values values;
	struct org_domains *orgs;
	struct record_builder b;
	uint64_t random;
	uint8_t known[HOSTS]; /* 0: nothing, 1: greeting, 2: all */
	uint64_t sent, left, words; /* words: a digest of all that was said, in order */
	uint64_t opened, closed, reported;
	nstime now, last_said;
	int32_t memberships;
};

static uint64_t next(struct storm *s, uint64_t below)
{
	s->random = hash_mix(s->random, 1);
	return s->random % below;
}

static uint32_t host_of(const struct addr *a)
{
	return (uint32_t)a->b[14] << 8 | a->b[15];
}

static struct addr address(uint32_t host)
{
	const uint8_t b[4] = {198, (uint8_t)(host % 7), (uint8_t)(host >> 8), (uint8_t)host};

	return addr_from_v4(b);
}

static void on_source(void *cookie, const struct addr *ip, struct campaign_source *ret)
{
	const struct storm *s = cookie;
	uint32_t host = host_of(ip);

	memset(ret, 0, sizeof(*ret));
	if (s->known[host] == 0)
		return;
	ret->facts.helo_known = true;
	ret->facts.helo_fqdn = host % 3 != 0;
	ret->facts.helo_org = 1 + host % 50;
	ret->facts.helo_ips = 1 + host % 4;
	ret->helo = span_str("mail.client.example");
	if (s->known[host] < 2)
		return;
	ret->facts.rdns_class = (enum rdns_class)(RDNS_NONE + host % 5);
	ret->facts.rdns_confirmed = host % 6 ? TRI_YES : TRI_NO;
	ret->facts.rdns_org = 1 + host % 40;
}

static void say(struct storm *s, const void *p, size_t len)
{
	s->words = hash_mix(s->words, hash64(span_of(p, len)));
}

static void on_alert(void *cookie, struct alert *a)
{
	struct storm *s = cookie;
	uint64_t id = hash_mix(a->cluster_id, (uint64_t)a->time);

	assert_true(a->time >= s->last_said && a->time <= s->now);
	s->last_said = a->time;
	if (a->state == ALERT_OPEN)
		memcpy(a->id, &id, sizeof(id));
	s->opened += a->state == ALERT_OPEN;
	s->closed += a->state == ALERT_CLOSE;
	assert_in_range(a->reason_count, 2, 4);
	assert_true(a->member_count <= LIMIT_ALERT_MEMBERS);
	assert_true(a->first_seen <= a->last_seen && a->last_seen <= a->time);
	assert_true(a->counts.messages >= a->counts.sources);
	if (a->severity > SEVERITY_LOW && a->state != ALERT_CLOSE)
		assert_true(a->score_db >= 10);
	for (size_t i = 0; i < a->reason_count; i++)
		say(s, a->reasons[i].text.p, a->reasons[i].text.len);
	for (size_t i = 0; i < a->member_count; i++)
		say(s, &a->members[i].ip, sizeof(struct addr));
	say(s, a->id, sizeof(a->id));
}

static void on_report(void *cookie, const struct campaign_report *r)
{
	struct storm *s = cookie;

	s->reported++;
	for (size_t i = 1; i < r->member_count; i++)
		assert_true(r->members[i - 1].messages > 0);
	say(s, r->id, sizeof(r->id));
	say(s, &r->counts, sizeof(r->counts));
}

static void on_member(void *cookie, const struct campaign_member_news *n)
{
	struct storm *s = cookie;

	s->memberships += n->change == CAMPAIGN_MEMBER_JOINED;
	s->memberships -= n->change == CAMPAIGN_MEMBER_CLOSED ||
		n->change == CAMPAIGN_MEMBER_RETRACTED;
	assert_true(s->memberships >= 0);
	say(s, &n->ip, sizeof(n->ip));
}

static void on_message(void *cookie, const struct message_record *m, uint64_t cluster_id)
{
	struct storm *s = cookie;

	s->left++;
	say(s, &m->r.packet, sizeof(m->r.packet));
	say(s, &cluster_id, sizeof(cluster_id));
}

static struct storm *create(uint64_t table_seed)
{
	struct storm *s = calloc(1, sizeof(*s));
	struct campaigns_env env = {
		.cookie = s,
		.source = on_source,
		.alert = on_alert,
		.report = on_report,
		.member = on_member,
		.message = on_message,
	};
	struct campaigns_config config = {
		.values = &s->values,
		.use_dns = true,
		.want_messages = true,
		.memory = 1,
		.seed = table_seed,
	};

	assert_int_equal(record_builder_init(&s->b), 1);
	check_values_init(&s->values);
	config.orgs = s->orgs = org_domains_create(NULL, 64);
	s->c = campaigns_create(&config, &env);
	assert_non_null(s->c);
	s->random = 42;
	s->now = T0;
	return s;
}

static void destroy(struct storm *s)
{
	campaigns_destroy(s->c);
	org_domains_destroy(s->orgs);
	record_builder_finish(&s->b);
	free(s);
}

/* A few contents are popular, the rest comes once or twice. */
static uint64_t content(struct storm *s)
{
	switch (next(s, 4)) {
	case 0:
		return 1 + next(s, 8);
	case 1:
		return 100 + next(s, 200);
	case 2:
		return 1000 + next(s, 100000);
	default:
		return next(s, 20) ? 1 + (uint64_t)(s->now / NS_PER_HOUR) % 97 : 0;
	}
}

static void send(struct storm *s)
{
	struct message_record *m = record_begin(&s->b, RECORD_MESSAGE, sizeof(*m));
	static const char *const froms[] = {"a@one.example", "b@two.example", "", "c@three.test"};
	char text[600];
	size_t len = next(s, 10) ? next(s, 40) : next(s, sizeof(text));

	memset(text, 'x', sizeof(text));
	m->r.time = s->now;
	m->r.packet = s->sent++;
	m->client = address((uint32_t)next(s, next(s, 3) ? 200 : HOSTS));
	m->session_start = s->now - (nstime)next(s, 5 * NS_PER_S);
	m->authenticated = next(s, 50) ? TRI_NO : TRI_YES;
	m->accepted = next(s, 5) ? TRI_YES : TRI_NO;
	m->rcpts = 1 + (uint32_t)next(s, 3);
	m->from = record_add(&s->b, span_str(froms[next(s, 4)]));
	m->subject = record_add(&s->b, span_of(text, len));
	m->queue_id = record_add(&s->b, span_of(text, len % 20));
	m->message_id_hash = next(s, 3);
	m->rcpts_hash = next(s, 5000);
	m->digest.exact = content(s);
	m->digest.edges = m->digest.exact / 3;
	campaigns_message(s->c, (const struct message_record *)record_end(&s->b),
		(enum campaign_part)(next(s, 20) ? CAMPAIGN_PART_OUTSIDE : next(s, 4)));
}

static void step(struct storm *s)
{
	uint32_t host = (uint32_t)next(s, next(s, 2) ? 200 : HOSTS);
	struct campaign_standing standing;
	struct addr a = address(host);

	s->now += (nstime)next(s, next(s, 9000) ? NS_PER_S : 30 * NS_PER_HOUR);
	switch (next(s, 8)) {
	case 0:
		if (s->known[host] < 2)
			s->known[host]++;
		campaigns_news(s->c, &a, s->now);
		break;
	case 1:
		campaigns_standing(s->c, &a, 10, &standing);
		say(s, &standing, sizeof(standing));
		break;
	case 2:
		campaigns_advance(s->c, s->now);
		assert_true(campaigns_next_deadline(s->c) > s->now);
		break;
	default:
		send(s);
		break;
	}
}

static struct storm *run(uint64_t table_seed)
{
	struct storm *s = create(table_seed);
	struct campaigns_stats stats;

	for (int i = 0; i < STEPS; i++)
		step(s);
	campaigns_finish(s->c);
	stats = campaigns_get_stats(s->c);
	assert_int_equal(s->left, s->sent);
	assert_int_equal(stats.messages_pending, 0);
	assert_int_equal(stats.campaigns, s->opened);
	assert_int_equal(stats.campaigns_open, s->opened - s->closed);
	assert_true(s->opened > 50 && s->closed > 10);
	assert_true(stats.clusters_evicted > 0);
	return s;
}

static void test_storm(void **state)
{
	struct storm *a = run(1), *b = run(0x9876543210);
	(void)state;

	assert_int_equal(a->opened, b->opened);
	assert_true(a->words == b->words);
	destroy(a);
	destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
