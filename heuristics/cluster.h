/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages gathered by content. A cluster holds, for each address that sent its content, the
 * messages of the last day, so that windows slide exactly over up to LIMIT_EXACT_SET addresses;
 * beyond that the longest silent ones give way, a pool's first (contract 6.1).
 *
 * Today one content is one digest, or the digest of its edges where that was seen before. What is
 * similar but not equal can be found behind cluster_id_of() without touching anything else.
 */
#ifndef HEURISTICS_CLUSTER_H
#define HEURISTICS_CLUSTER_H

#include "base/addr.h"
#include "base/limits.h"
#include "base/nstime.h"
#include "heuristics/identity.h"
#include "heuristics/sender.h"
#include "smtp_decode/message_record.h"

#define CLUSTER_WINDOW NS_PER_DAY
/* Messages of an address that are held one by one; patterns ask for five at the most. */
#define CLUSTER_MESSAGES_MAX 16

enum cluster_message_bit {
	CLUSTER_MESSAGE_NOTICE = 1 << 0, /* Auto-Submitted, null sender or DSN */
	CLUSTER_MESSAGE_UNVERIFIED = 1 << 1,
};

struct cluster_message {
	struct cluster_message *older;
	nstime time, start;           /* start: of its session */
	uint32_t from_org, reply_org; /* identity_org_key(); 0: none */
	uint32_t retry;               /* cluster_retry_key() */
	uint16_t rcpts;               /* saturating */
	uint16_t bits;                /* enum cluster_message_bit */
};

/* What a cluster's last look (heuristics/residue.h) made of a part. */
enum cluster_part_state {
	CLUSTER_PART_NEW = 0, /* not looked at yet */
	CLUSTER_PART_RESIDUE,
	CLUSTER_PART_SHOWN_POOL,
	CLUSTER_PART_CLAIMED_POOL,
};

/* What one address sent of one content, by the identity its messages themselves showed. */
struct cluster_part {
	struct cluster *cluster;
	struct sender *sender;              /* NULL: displaced */
	struct cluster_part *newer, *older; /* in the cluster, by latest message */
	struct cluster_part *next, *prev;   /* in the sender, newest first */
	struct addr host, ip;               /* host key; address as first seen */
	uint32_t net;                       /* cluster_fold_addr() of its network */
	struct identity fixed;
	bool greeted;   /* its greeting was known as a message left; the latest such: */
	uint32_t claim; /* org-domain that it may claim, 0: none */
	nstime first, last;
	struct cluster_message *messages; /* newest first */
	uint32_t message_count;
	uint32_t more; /* beyond those held, and the latest of them: an upper bound, by a day */
	nstime more_last;
	int32_t day; /* of `last`, and the days before as bits: 1 << n, n days earlier */
	uint8_t days;
	uint8_t state; /* enum cluster_part_state */
	bool own;      /* sent by one of our own */
	bool synchronous;
};

/* Parts of a pool that gave way to others. */
struct cluster_pool {
	struct identity id;
	nstime turned; /* messages[0] counts from here, [1] the day before */
	uint32_t messages[2];
	uint32_t ips, nets; /* up to LIMIT_EXACT_SET */
	uint32_t ip[LIMIT_EXACT_SET], net[LIMIT_EXACT_SET];
};

enum cluster_pool_kind {
	CLUSTER_POOL_SHOWN,
	CLUSTER_POOL_CLAIMED,
	CLUSTER_POOL_KINDS,
};

struct cluster {
	uint64_t id;
	nstime first, last; /* messages, pending ones too */
	nstime due;         /* when it has been quiet for a day */
	struct cluster_part *newest, *oldest;
	uint32_t part_count;
	uint32_t counted;    /* messages that joined, a shown pool's left out */
	uint32_t waiting;    /* of those, since the last look */
	uint32_t look_after; /* so many of them */
	struct identity pool[CLUSTER_POOL_KINDS]; /* as last seen */
	struct identity scattered;                /* a claim that nobody is believed */
	struct cluster_pool *given_way[CLUSTER_POOL_KINDS];
	nstime three_since;   /* the residue has held three addresses since; 0: it does not */
	uint32_t residue_ips; /* now */
	uint32_t peak_ips, peak_orgs, peak_orgs_ips; /* while the pools were the same */
	struct synchrony sync;
	struct campaign *campaign; /* open, or NULL */
	uint64_t last_copy;        /* heuristics/copies.h */
	uint8_t floor_bin;         /* heuristics/fanout_floor.h; 0: not in it */
	bool low;                  /* opens at low if it ends like this */
};

struct clusters;

struct clusters_config {
	uint64_t memory; /* bytes */
	uint64_t seed;
	/* Before a cluster leaves, for want of room or by clusters_remove(). */
	void (*leaving)(void *cookie, struct cluster *cl);
	void *cookie;
};

/* NULL where memory is short. */
struct clusters *clusters_create(const struct clusters_config *config);
void clusters_destroy(struct clusters *t);

/* What a cluster of that content is called, or would be; 0 where it has no digest. */
uint64_t cluster_id_of(struct clusters *t, const struct content_digest *d);
/* The cluster of a content that has a digest, made where there was none; becomes the latest. */
struct cluster *clusters_of(struct clusters *t, const struct content_digest *d, nstime time);
/* The same by its name. */
struct cluster *clusters_get(struct clusters *t, uint64_t id, nstime time);
/* NULL where there is none. */
struct cluster *clusters_find(struct clusters *t, uint64_t id);
void clusters_remove(struct clusters *t, struct cluster *cl);
/* The next to be due, and those after it; NULL at the end. */
struct cluster *clusters_oldest(struct clusters *t);
struct cluster *clusters_newer(struct clusters *t, const struct cluster *cl);
/* It stays for another day. */
void clusters_keep(struct clusters *t, struct cluster *cl, nstime now);

/*
 * Message-ID, envelope and network in one: a greylisting retry has those of the first attempt
 * (contract 2.6). 0 where there is no Message-ID.
 */
uint32_t cluster_retry_key(const struct message_record *m);
/* Is a message of that key held? */
bool cluster_has_retry(const struct cluster *cl, const struct addr *host, uint32_t key);

/* A message that counts, as it joins. */
struct cluster_arrival {
	struct sender *sender;
	struct addr ip;              /* as on the wire */
	struct identity fixed, now;  /* shown by the message; with what is known of the address */
	struct identity_facts facts; /* that */
	bool own;
	struct cluster_message message; /* `older` unset */
};

/* The kind of pool that messages of such an identity may make; -1: none. */
int cluster_pool_kind_of(struct identity id);
/* Is it the identity of a pool that was found in the cluster? */
bool cluster_knows_pool(const struct cluster *cl, struct identity id);

/* The part it became a part of; NULL where it was only counted for a pool, the cluster being full
 * of parts. */
struct cluster_part *clusters_add(
	struct clusters *t, struct cluster *cl, const struct cluster_arrival *a);
/* Its messages, or its pool's, later than `since` and up to `until`. */
uint32_t cluster_part_messages(const struct cluster_part *p, nstime since, nstime until);
uint32_t cluster_pool_messages(const struct cluster_pool *p, nstime since);
/* The sender is displaced. */
void cluster_parts_orphan(struct sender *s);

uint32_t cluster_fold_addr(const struct addr *a);

uint32_t clusters_count(const struct clusters *t);
uint64_t clusters_evicted(const struct clusters *t);
size_t clusters_bytes(const struct clusters *t);

#endif
