/* SPDX-License-Identifier: Apache-2.0 */
/* The message side with a source table made by hand, and ears: what it said, kept. */
#ifndef TESTS_CAMPAIGN_FIXTURE_H
#define TESTS_CAMPAIGN_FIXTURE_H

#include <stdio.h>

#include "base/limits.h"
#include "heuristics/campaigns.h"

#define FIXTURE_T0 (1780000000 * NS_PER_S) /* in 2026, at 20:26:40 */
#define FIXTURE_HOSTS 512
#define FIXTURE_SAID 64
#define FIXTURE_MEMBERS 512

struct fixture_host {
	struct addr ip;
	struct campaign_source s;
	char helo[80], rdns[80];
};

struct fixture_alert {
	struct alert a; /* what it borrowed is gone, but for what follows */
	char reason[6][256], unknown[4][256], subject[64];
	char check[6][32];
	struct addr member[LIMIT_ALERT_MEMBERS];
};

struct fixture_member {
	struct campaign_member_news latest;
	uint32_t joined, again, raised, closed, retracted; /* how often */
};

struct fixture_report {
	struct campaign_report r;
	char queue_ids[256], message_ids[256]; /* with commas */
};

struct fixture {
	struct campaigns *c;
	struct check_values values;
	struct org_domains *orgs;
	struct record_builder b;
	struct campaigns_config config;
	struct fixture_host host[FIXTURE_HOSTS];
	size_t hosts;
	struct fixture_alert alert[FIXTURE_SAID];
	size_t alerts;
	struct fixture_report report[FIXTURE_SAID];
	size_t reports;
	struct fixture_member member[FIXTURE_MEMBERS];
	size_t members;
	uint64_t left[FIXTURE_SAID]; /* packets of the messages that left */
	size_t left_count;
	uint64_t packet;
};

/* With DNS, no learning, 16 MiB; `change` may be NULL, else changes that. */
struct fixture *fixture_create(void (*change)(struct campaigns_config *c));
void fixture_destroy(struct fixture *f);

/* Hosts: what the source table knows. A second call for an address replaces the first. */
/* Nothing known. */
void host_unseen(struct fixture *f, const char *ip);
/* Greeting seen, reverse DNS unknown. */
void host_greeted(struct fixture *f, const char *ip, const char *helo);
/* Known to have no reverse DNS. */
void host_none(struct fixture *f, const char *ip, const char *helo);
void host_dynamic(struct fixture *f, const char *ip, const char *helo);
/* Reverse DNS of class named, that leads back, and the same greeting. */
void host_named(struct fixture *f, const char *ip, const char *name);
/* Addresses that greet with the host's name. */
void host_helo_ips(struct fixture *f, const char *ip, uint32_t ips);

struct sent {
	nstime at;   /* of the final reply, after FIXTURE_T0 */
	nstime took; /* the session before that; 0: one second */
	const char *ip;
	uint64_t content, edges;
	const char *from;        /* reverse-path; NULL: sender@client.example; "": null sender */
	const char *header_from; /* NULL: as `from` */
	const char *reply_to, *message_id, *queue_id, *subject;
	uint32_t rcpts; /* 0: one */
	uint64_t rcpts_hash, account;
	uint32_t traits; /* beside MESSAGE_HEADER_SEEN */
	bool refused;
	enum campaign_part part; /* 0: CAMPAIGN_PART_OUTSIDE */
};

/* CAMPAIGN_PART_NONE is 0, and seldom meant. */
#define SENT_PART_NONE ((enum campaign_part)99)

void fixture_send(struct fixture *f, struct sent s);
void fixture_news(struct fixture *f, const char *ip, nstime at);

struct addr fixture_addr(const char *ip);
/* NULL where nothing was said of it. */
const struct fixture_member *fixture_member(const struct fixture *f, const char *ip);
struct campaign_standing fixture_standing(struct fixture *f, const char *ip, uint64_t messages);
/* "198.51.<net>.<host>" in one of eight buffers, in turn. */
const char *fixture_ip(unsigned int net, unsigned int host);

#endif
