/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses that messages come from, as the message side needs them: what they are part of.
 * One entry a host key (IPv4 /32, IPv6 /64), a bounded table, the longest silent displaced first.
 */
#ifndef HEURISTICS_SENDER_H
#define HEURISTICS_SENDER_H

#include "base/addr.h"
#include "heuristics/alert.h"
#include "heuristics/check.h"
#include "heuristics/identity.h"
#include "heuristics/synchrony.h"

struct cluster_part;
struct campaign_member;
struct held_message;

/* Memberships of campaigns, folded together. */
struct sender_memberships {
	bool any, full;  /* full: of one at medium or above */
	bool botnet;     /* a full one */
	uint8_t pattern; /* enum check_id, of the strongest */
	uint8_t severity;
	uint32_t ips;          /* addresses of that campaign */
	uint64_t inside;       /* messages in any */
	uint64_t need_outside; /* messages outside all that hold it at suspect (contract 2.7) */
};

struct sender {
	struct addr host;
	struct cluster_part *parts; /* newest first */
	struct campaign_member *members;
	struct held_message *held, *held_last; /* oldest first */
	struct identity_facts known;           /* by the latest news of it */
	uint64_t digested;                     /* messages with a digest that left */
	/* The most, of contents that are no longer held. */
	uint32_t spread_ips, shared_ips, shared_orgs;
	struct synchrony sync;
	struct sender_memberships past; /* of campaigns that decayed: the card remembers */
};

struct senders;

struct senders_config {
	uint32_t capacity;
	uint64_t seed;
	void (*evicted)(void *cookie, struct sender *s);
	void *cookie;
};

/* NULL where memory is short. */
struct senders *senders_create(const struct senders_config *config);
void senders_destroy(struct senders *t);
/* Made where it was not known; becomes the latest. */
struct sender *senders_get(struct senders *t, const struct addr *host);
/* NULL where it is not known. */
struct sender *senders_find(struct senders *t, const struct addr *host);
uint64_t senders_evicted(const struct senders *t);
size_t senders_bytes(const struct senders *t);

/* What one of its contents was is remembered, because that is given up. */
void sender_fold(struct sender *s, const struct cluster_part *p);

#endif
