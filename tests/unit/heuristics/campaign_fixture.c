/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign_fixture.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"

struct addr fixture_addr(const char *ip)
{
	struct addr a;
	int ok = addr_parse(span_str(ip), &a);

	assert(ok == 1);
	return a;
}

const char *fixture_ip(unsigned int net, unsigned int host)
{
	static char text[8][16];
	static unsigned int turn;
	char *to = text[turn++ % 8];

	snprintf(to, sizeof(text[0]), "198.51.%u.%u", net & 255, host & 255);
	return to;
}

static struct fixture_host *find_host(struct fixture *f, const struct addr *ip)
{
	struct addr key = addr_host_key(ip);

	for (size_t i = 0; i < f->hosts; i++) {
		struct addr other = addr_host_key(&f->host[i].ip);

		if (addr_eq(&other, &key))
			return &f->host[i];
	}
	return NULL;
}

static void on_source(void *cookie, const struct addr *ip, struct campaign_source *ret)
{
	const struct fixture_host *h = find_host(cookie, ip);

	if (h)
		*ret = h->s;
	else
		memset(ret, 0, sizeof(*ret));
}

static void copy_text(char *to, size_t size, struct span s)
{
	snprintf(to, size, "%.*s", (int)s.len, s.p ? (const char *)s.p : "");
}

static void on_alert(void *cookie, struct alert *a)
{
	struct fixture *f = cookie;
	struct fixture_alert *said = &f->alert[f->alerts++];

	assert(f->alerts < FIXTURE_SAID);
	assert(a->reason_count <= 6 && a->unknown_count <= 4);
	if (a->state == ALERT_OPEN) {
		uint64_t id = hash_mix(a->cluster_id, (uint64_t)a->time);

		memcpy(a->id, &id, sizeof(id));
	}
	said->a = *a;
	for (size_t i = 0; i < a->reason_count; i++) {
		copy_text(said->reason[i], sizeof(said->reason[i]), a->reasons[i].text);
		snprintf(said->check[i], sizeof(said->check[i]), "%s", a->reasons[i].check);
	}
	for (size_t i = 0; i < a->unknown_count; i++)
		copy_text(said->unknown[i], sizeof(said->unknown[i]), a->unknowns[i]);
	copy_text(said->subject, sizeof(said->subject), a->subject);
	for (size_t i = 0; i < a->member_count; i++)
		said->member[i] = a->members[i].ip;
}

static void join_names(char *to, size_t size, const struct span *list, size_t count)
{
	size_t at = 0;

	to[0] = '\0';
	for (size_t i = 0; i < count && at < size; i++)
		at += (size_t)snprintf(
			to + at, size - at, "%.*s,", (int)list[i].len, (const char *)list[i].p);
}

static void on_report(void *cookie, const struct campaign_report *r)
{
	struct fixture *f = cookie;
	struct fixture_report *said = &f->report[f->reports++];

	assert(f->reports < FIXTURE_SAID);
	said->r = *r;
	join_names(said->queue_ids, sizeof(said->queue_ids), r->queue_ids, r->queue_id_count);
	join_names(
		said->message_ids, sizeof(said->message_ids), r->message_ids, r->message_id_count);
}

static void on_member(void *cookie, const struct campaign_member_news *n)
{
	struct fixture *f = cookie;
	struct fixture_member *m = NULL;

	for (size_t i = 0; i < f->members && !m; i++)
		if (addr_eq(&f->member[i].latest.ip, &n->ip))
			m = &f->member[i];
	if (!m)
		m = &f->member[f->members++];
	assert(f->members < FIXTURE_MEMBERS);
	m->latest = *n;
	m->joined += n->change == CAMPAIGN_MEMBER_JOINED;
	m->again += n->change == CAMPAIGN_MEMBER_AGAIN;
	m->raised += n->change == CAMPAIGN_MEMBER_RAISED;
	m->closed += n->change == CAMPAIGN_MEMBER_CLOSED;
	m->retracted += n->change == CAMPAIGN_MEMBER_RETRACTED;
}

static void on_message(void *cookie, const struct message_record *m, uint64_t cluster_id)
{
	struct fixture *f = cookie;

	(void)cluster_id;
	if (f->left_count < FIXTURE_SAID)
		f->left[f->left_count] = m->r.packet;
	f->left_count++;
}

struct fixture *fixture_create(void (*change)(struct campaigns_config *c))
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct campaigns_env env = {
		.cookie = f,
		.source = on_source,
		.alert = on_alert,
		.report = on_report,
		.member = on_member,
		.message = on_message,
	};
	int ok = record_builder_init(&f->b);

	assert(ok == 1);
	check_values_init(&f->values);
	f->orgs = org_domains_create(NULL, 64);
	f->config = (struct campaigns_config){
		.values = &f->values,
		.orgs = f->orgs,
		.use_dns = true,
		.want_messages = true,
		.memory = 16 << 20,
		.seed = 1,
	};
	if (change)
		change(&f->config);
	f->c = campaigns_create(&f->config, &env);
	assert(f->orgs && f->c);
	return f;
}

void fixture_destroy(struct fixture *f)
{
	campaigns_destroy(f->c);
	org_domains_destroy(f->orgs);
	record_builder_finish(&f->b);
	free(f);
}

static uint32_t key_of(struct fixture *f, const char *name)
{
	char buf[ORG_DOMAIN_MAX];

	return identity_org_key(org_domain(f->orgs, span_str(name), buf));
}

static struct fixture_host *set_host(struct fixture *f, const char *ip, const char *helo)
{
	struct addr a = fixture_addr(ip);
	struct fixture_host *h = find_host(f, &a);

	if (!h)
		h = &f->host[f->hosts++];
	assert(f->hosts < FIXTURE_HOSTS);
	memset(h, 0, sizeof(*h));
	h->ip = a;
	if (!helo)
		return h;
	snprintf(h->helo, sizeof(h->helo), "%s", helo);
	h->s.helo = span_str(h->helo);
	h->s.facts.helo_known = true;
	h->s.facts.helo_org = key_of(f, helo);
	h->s.facts.helo_fqdn = h->s.facts.helo_org != 0;
	h->s.facts.helo_ips = 1;
	return h;
}

void host_unseen(struct fixture *f, const char *ip)
{
	set_host(f, ip, NULL);
}

void host_greeted(struct fixture *f, const char *ip, const char *helo)
{
	set_host(f, ip, helo);
}

void host_none(struct fixture *f, const char *ip, const char *helo)
{
	struct identity_facts *facts = &set_host(f, ip, helo)->s.facts;

	facts->rdns_class = RDNS_NONE;
	facts->rdns_confirmed = TRI_NO;
}

void host_dynamic(struct fixture *f, const char *ip, const char *helo)
{
	struct fixture_host *h = set_host(f, ip, helo);

	snprintf(h->rdns, sizeof(h->rdns), "dyn.isp.example");
	h->s.rdns = span_str(h->rdns);
	h->s.facts.rdns_class = RDNS_DYNAMIC;
	h->s.facts.rdns_confirmed = TRI_YES;
	h->s.facts.rdns_org = key_of(f, h->rdns);
}

void host_named(struct fixture *f, const char *ip, const char *name)
{
	struct fixture_host *h = set_host(f, ip, name);

	snprintf(h->rdns, sizeof(h->rdns), "%s", name);
	h->s.rdns = span_str(h->rdns);
	h->s.facts.rdns_class = RDNS_NAMED;
	h->s.facts.rdns_confirmed = TRI_YES;
	h->s.facts.rdns_org = key_of(f, name);
}

void host_helo_ips(struct fixture *f, const char *ip, uint32_t ips)
{
	struct addr a = fixture_addr(ip);
	struct fixture_host *h = find_host(f, &a);

	assert(h);
	h->s.facts.helo_ips = ips;
}

static struct str_ref add(struct record_builder *b, const char *s)
{
	return s ? record_add(b, span_str(s)) : (struct str_ref){0, 0};
}

static const char *domain(const char *mailbox)
{
	const char *at = strchr(mailbox, '@');

	return at ? at + 1 : NULL;
}

static void add_texts(struct record_builder *b, struct message_record *m, const struct sent *s)
{
	const char *from = s->from ? s->from : "sender@client.example";
	const char *header_from = s->header_from ? s->header_from : from;

	m->from = add(b, from);
	m->from_domain = add(b, domain(from));
	m->header_from = add(b, header_from);
	m->header_from_domain = add(b, domain(header_from));
	m->header_reply_to = add(b, s->reply_to);
	m->message_id = add(b, s->message_id);
	m->message_id_hash = s->message_id ? hash64(span_str(s->message_id)) : 0;
	m->queue_id = add(b, s->queue_id);
	m->subject = add(b, s->subject);
}

void fixture_send(struct fixture *f, struct sent s)
{
	struct message_record *m = record_begin(&f->b, RECORD_MESSAGE, sizeof(*m));

	m->r.time = FIXTURE_T0 + s.at;
	m->r.packet = f->packet++;
	m->first_packet = m->last_packet = m->r.packet;
	m->client = fixture_addr(s.ip);
	m->server = fixture_addr("192.0.2.25");
	m->client_port = 40000;
	m->server_port = 25;
	m->depth = 1;
	m->session_start = m->start = m->r.time - (s.took ? s.took : NS_PER_S);
	m->complete = m->proven = TRI_YES;
	m->accepted = tri_of(!s.refused);
	m->authenticated = tri_of(s.account != 0);
	m->auth_account = s.account;
	m->rcpts = m->rcpts_attempted = s.rcpts ? s.rcpts : 1;
	m->rcpts_hash = s.rcpts_hash;
	m->traits = MESSAGE_HEADER_SEEN | s.traits |
		    (s.from && !s.from[0] ? (uint32_t)MESSAGE_NULL_SENDER : 0);
	m->digest.exact = s.content;
	m->digest.edges = s.edges;
	add_texts(&f->b, m, &s);
	campaigns_message(f->c, (const struct message_record *)record_end(&f->b),
		s.part == SENT_PART_NONE ? CAMPAIGN_PART_NONE
		: s.part                 ? s.part
					 : CAMPAIGN_PART_OUTSIDE);
}

void fixture_news(struct fixture *f, const char *ip, nstime at)
{
	struct addr a = fixture_addr(ip);

	campaigns_news(f->c, &a, FIXTURE_T0 + at);
}

const struct fixture_member *fixture_member(const struct fixture *f, const char *ip)
{
	struct addr a = fixture_addr(ip), key = addr_host_key(&a);

	for (size_t i = 0; i < f->members; i++)
		if (addr_eq(&f->member[i].latest.ip, &key))
			return &f->member[i];
	return NULL;
}

struct campaign_standing fixture_standing(struct fixture *f, const char *ip, uint64_t messages)
{
	struct addr a = fixture_addr(ip);
	struct campaign_standing s;

	campaigns_standing(f->c, &a, messages, &s);
	return s;
}
