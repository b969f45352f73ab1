/* SPDX-License-Identifier: Apache-2.0 */
/* A judge with ears, for tests: what it said, kept. */
#ifndef TESTS_JUDGE_FIXTURE_H
#define TESTS_JUDGE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "heuristics/judge.h"
#include "tests/unit/heuristics/make_records.h"

#define SAID_MAX 512
#define SAID_REASONS 6
#define SAID_TEXT 200

struct said_reason {
	char check[32], text[SAID_TEXT], unit[12];
	int db;
	int64_t value, threshold;
};

struct said_alert {
	struct alert a; /* borrowed parts are gone */
	struct said_reason reasons[SAID_REASONS];
	char unknown[SAID_TEXT]; /* the first */
};

struct said_card {
	struct source_card c;
	struct said_reason reasons[SAID_REASONS], counter[SAID_REASONS];
	char helo[64], helo_class[20]; /* the first */
};

struct fixture {
	struct maker m;
	struct judge *j;
	struct said_alert alerts[SAID_MAX];
	size_t alert_count;
	struct said_card cards[SAID_MAX];
	size_t card_count, session_count, message_count;
	char direction[16]; /* of the latest session */
};

static inline void keep_text(char *to, size_t size, struct span s)
{
	snprintf(to, size, "%.*s", (int)s.len, s.p ? (const char *)s.p : "");
}

static inline void keep_reasons(struct said_reason *to, const struct reason *from, size_t count)
{
	for (size_t i = 0; i < count && i < SAID_REASONS; i++) {
		snprintf(to[i].check, sizeof(to[i].check), "%s", from[i].check);
		snprintf(to[i].unit, sizeof(to[i].unit), "%s", from[i].unit);
		keep_text(to[i].text, sizeof(to[i].text), from[i].text);
		to[i].db = from[i].db;
		to[i].value = from[i].value;
		to[i].threshold = from[i].threshold;
	}
}

static inline void on_alert(void *cookie, const struct alert *a)
{
	struct fixture *f = cookie;
	struct said_alert *s = &f->alerts[f->alert_count++];

	assert(f->alert_count < SAID_MAX);
	s->a = *a;
	keep_reasons(s->reasons, a->reasons, a->reason_count);
	if (a->unknown_count)
		keep_text(s->unknown, sizeof(s->unknown), a->unknowns[0]);
}

static inline void on_card(void *cookie, const struct source_card *c)
{
	struct fixture *f = cookie;
	struct said_card *s = &f->cards[f->card_count++];

	assert(f->card_count < SAID_MAX);
	s->c = *c;
	keep_reasons(s->reasons, c->reasons, c->reason_count);
	keep_reasons(s->counter, c->counter, c->counter_count);
	if (c->helo_count) {
		keep_text(s->helo, sizeof(s->helo), c->helos[0].name);
		snprintf(s->helo_class, sizeof(s->helo_class), "%s", c->helos[0].class_name);
	}
}

static inline void on_session(
	void *cookie, const struct session_record *r, const struct session_judgement *sj)
{
	struct fixture *f = cookie;

	f->session_count++;
	snprintf(f->direction, sizeof(f->direction), "%s", sj->direction);
}

static inline void on_message(
	void *cookie, const struct message_record *m, const struct message_judgement *mj)
{
	((struct fixture *)cookie)->message_count++;
}

/* `config` may be NULL: replay, DNS of MAKE_RESOLVER believed. */
static inline struct fixture *fixture_create(const struct judge_config *config)
{
	static struct cidr resolver;
	struct judge_config c = {.use_dns = true,
		.trusted_resolvers = &resolver,
		.trusted_resolver_count = 1,
		.memory = 64 << 20,
		.seed = 1};
	struct fixture *f = calloc(1, sizeof(*f));
	struct judge_out out = {.cookie = f,
		.session = on_session,
		.message = on_message,
		.alert = on_alert,
		.source = on_card};

	cidr_parse(span_str(MAKE_RESOLVER), &resolver);
	if (config) {
		c = *config;
		c.trusted_resolvers = &resolver;
		c.trusted_resolver_count = 1;
		if (!c.memory)
			c.memory = 64 << 20;
	}
	maker_init(&f->m);
	f->j = judge_create(&c, &out);
	assert(f->j);
	return f;
}

static inline void fixture_destroy(struct fixture *f)
{
	judge_destroy(f->j);
	maker_finish(&f->m);
	free(f);
}

static inline void say_session(struct fixture *f, struct make_session s)
{
	judge_record(f->j, make_session(&f->m, &s));
}

static inline void say_message(struct fixture *f, struct make_message s)
{
	judge_record(f->j, make_message(&f->m, &s));
}

static inline void say_dns(struct fixture *f, const char *qname, enum dns_type type,
	const char *target, uint8_t rcode, nstime time)
{
	struct make_dns d = {
		.qname = qname, .type = type, .target = target, .rcode = rcode, .time = time};

	judge_record(f->j, make_dns(&f->m, &d));
	d.response = true;
	judge_record(f->j, make_dns(&f->m, &d));
}

/* "192.0.2.1" has the reverse DNS `name`, which leads back; NULL: none. */
static inline void say_rdns(struct fixture *f, const char *ip, const char *name, nstime time)
{
	struct addr a = make_addr(ip);
	char arpa[64];

	snprintf(
		arpa, sizeof(arpa), "%u.%u.%u.%u.in-addr.arpa", a.b[15], a.b[14], a.b[13], a.b[12]);
	say_dns(f, arpa, DNS_PTR, name, name ? 0 : 3, time);
	if (name)
		say_dns(f, name, DNS_A, ip, 0, time);
}

/* The card of `ip`, once the judge has finished. */
static inline const struct said_card *card_of(struct fixture *f, const char *ip)
{
	struct addr a = make_addr(ip);

	for (size_t i = f->card_count; i-- > 0;)
		if (addr_eq(&f->cards[i].c.ip, &a))
			return &f->cards[i];
	return NULL;
}

static inline const struct said_reason *reason_of(
	const struct said_reason *reasons, size_t count, const char *check)
{
	for (size_t i = 0; i < count && i < SAID_REASONS; i++)
		if (strcmp(reasons[i].check, check) == 0)
			return &reasons[i];
	return NULL;
}

#endif
