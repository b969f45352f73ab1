/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The message side of the judge: messages wait for their facts, gather by content, and what many
 * hosts send without a common identity is called a campaign (contract 2, 4.4, 5.2, 6.1).
 *
 * Calls come in the order of packet time. Everything handed in or out is borrowed for the call.
 * State is bounded by `memory`; what is displaced is counted.
 */
#ifndef HEURISTICS_CAMPAIGNS_H
#define HEURISTICS_CAMPAIGNS_H

#include "base/org_domain.h"
#include "heuristics/alert.h"
#include "heuristics/check.h"
#include "heuristics/identity.h"

struct campaigns;

/* How a message counts (contract 1.7, 4.5). */
enum campaign_part {
	CAMPAIGN_PART_NONE,       /* internal, or of one guessed ours: waits and leaves, no more */
	CAMPAIGN_PART_UNVERIFIED, /* one-sided feed: never decisive */
	CAMPAIGN_PART_OUTSIDE,    /* a stranger's, or a user's submission */
	CAMPAIGN_PART_OWN,        /* by one of our own servers or hosts to the outside */
};

/* What the source table knows of an address by now; zeroed where it does not know it. */
struct campaign_source {
	struct identity_facts facts;
	struct span helo, rdns; /* latest greeting as sent, name; zero span: unknown */
};

/* What becoming or ceasing to be a member means for a source. */
enum campaign_member_change {
	CAMPAIGN_MEMBER_JOINED, /* evidence of `db` in F6, decisive where severity is medium+ */
	CAMPAIGN_MEMBER_AGAIN,  /* another message of it in the campaign: the evidence is fresh */
	CAMPAIGN_MEMBER_RAISED, /* the campaign's severity rose */
	CAMPAIGN_MEMBER_CLOSED, /* the campaign closed: decayed, the peak stands */
	CAMPAIGN_MEMBER_RETRACTED, /* later facts withdrew it: the peak does not count (1.6) */
};

struct campaign_member_news {
	struct addr ip; /* host key: IPv6 cut to its /64 */
	enum campaign_member_change change;
	enum check_param item; /* PARAM_BOTNET_MEMBER_DB, ...: check, family, weight */
	int db;                /* +30, or +20 of a campaign at low */
	enum severity severity;
	uint32_t value;       /* addresses of the campaign */
	uint8_t campaign[16]; /* its alert's id */
	nstime time;
};

struct campaigns_env {
	void *cookie;
	void (*source)(void *cookie, const struct addr *ip, struct campaign_source *ret);
	/*
	 * A campaign opens, changes or closes. Every field is set but these, which the callee sets:
	 * `revision`, and on open `id`, from type, cluster_id and time; later calls bring that id.
	 */
	void (*alert)(void *cookie, struct alert *a);
	/* At its close, and for those open at the end, by id. */
	void (*report)(void *cookie, const struct campaign_report *r);
	void (*member)(void *cookie, const struct campaign_member_news *n);
	/* The message leaves: its facts are in, or late. Only with config.want_messages. */
	void (*message)(void *cookie, const struct message_record *m, uint64_t cluster_id);
};

struct campaigns_config {
	const struct check_values *values; /* borrowed */
	struct org_domains *orgs;          /* borrowed */
	bool use_dns;                      /* reverse DNS can become known: worth waiting for */
	bool learning;                     /* nothing above low in the first 24 h (contract 1.10) */
	bool want_messages;                /* records are kept until they leave */
	uint64_t memory;                   /* bytes */
	uint64_t seed;
};

struct campaigns_stats {
	uint64_t clusters, clusters_evicted; /* held; displaced */
	uint64_t messages_pending;           /* waiting now */
	uint64_t messages_late_facts;        /* left at the deadline, or displaced before it */
	uint64_t messages_unknown_facts;     /* left without reverse DNS or greeting known */
	uint64_t retries;                    /* left out as a repeat (contract 2.6) */
	uint64_t campaigns_open, campaigns;  /* now; ever */
	uint64_t members_evicted, senders_evicted;
	uint64_t bytes;
};

/* NULL where memory is short. */
struct campaigns *campaigns_create(
	const struct campaigns_config *config, const struct campaigns_env *env);
void campaigns_destroy(struct campaigns *c);

/* A message, in the order of the merge. Calls campaigns_advance() for its time first. */
void campaigns_message(
	struct campaigns *c, const struct message_record *m, enum campaign_part part);
/*
 * What the source table knows of `ip` changed: an answer about its reverse DNS or its
 * confirmation, or its greeting. Its pending messages may leave, its campaigns are judged anew.
 */
void campaigns_news(struct campaigns *c, const struct addr *ip, nstime now);
/* Fires what is due by `now`. */
void campaigns_advance(struct campaigns *c, nstime now);
/* When something is due next; NSTIME_MAX for nothing. */
nstime campaigns_next_deadline(const struct campaigns *c);
/* The end of the input: drains what waits, emits what opens at low, reports the open ones. */
void campaigns_finish(struct campaigns *c);

/* What a card says of a source's messages. */
struct campaign_standing {
	uint64_t digested;   /* messages with a digest that left, as far as held */
	uint32_t spread_ips; /* addresses of the largest residue it is part of; 0: of none */
	uint32_t shared_ips,
		shared_orgs; /* of the residue of most From org-domains, 5 IPs or more */
	bool synchronised;
	int64_t sync_value, sync_threshold; /* addresses in the window, or pairs */
	/* Membership, the strongest; those retracted are forgotten. */
	bool member;
	enum check_id pattern;
	enum severity severity;
	uint32_t campaign_ips;
	uint64_t inside; /* messages in campaigns */
	bool ceiling;    /* at most suspect, whatever its score (contract 2.7) */
	bool botnet;     /* member of a botnet campaign at medium or above */
};

/* `messages`: all that were seen of the source. */
void campaigns_standing(struct campaigns *c, const struct addr *ip, uint64_t messages,
	struct campaign_standing *ret);

struct campaigns_stats campaigns_get_stats(const struct campaigns *c);

#endif
