/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of each address that speaks SMTP as a client: IPv4 /32, IPv6 /64. The entry is
 * small, since there may be a million; what only some need lies in tables of its own, by the same
 * key, and may be displaced on its own.
 */
#ifndef HEURISTICS_SOURCE_H
#define HEURISTICS_SOURCE_H

#include "base/addr.h"
#include "base/limits.h"
#include "base/nstime.h"
#include "base/table.h"
#include "facts/facts.h"
#include "facts/rdns_class.h"
#include "heuristics/string_store.h"

#define SOURCE_NAMES 2 /* HELO names kept in the entry itself */
#define SOURCE_PEAK_NONE INT16_MIN
#define SOURCE_HOLDS 8   /* hold times */
#define HOLD_BUCKETS 240 /* 8 to each power of two of milliseconds */

/* A HELO name of a source. */
struct helo_use {
	uint64_t hash; /* of the name in lower case without a trailing dot */
	nstime last;
	string_ref text; /* as sent first */
	uint32_t org;    /* identity_org_key() of the name; 0: it has none */
	uint32_t sessions;
	uint32_t first_session, last_session; /* ordinals of the source's sessions with a HELO */
	uint8_t class;                        /* enum helo_class */
	uint8_t bits;                         /* enum helo_bit */
	uint8_t relation; /* enum helo_relation to the reverse DNS, as far as known */
	uint8_t resolves; /* enum tri: the name leads to the source */
};

enum helo_bit {
	HELO_BIT_INBOUND = 1 << 0,  /* used in a session that weighs in full */
	HELO_BIT_RECURRED = 1 << 1, /* came back after a session without it */
};

/* Its reverse DNS, as far as it was seen. */
struct source_rdns {
	uint8_t class;     /* enum rdns_class; RDNS_UNKNOWN: no PTR answer seen */
	uint8_t confirmed; /* enum tri: the name leads back */
	string_ref name;
	uint32_t org; /* identity_org_key() of the name; 0: it has none */
};

enum source_bit {
	SOURCE_AUTHENTICATED = 1 << 0,   /* a session of it had a 235 */
	SOURCE_DKIM_SEEN = 1 << 1,       /* a message of it carried a DKIM-Signature */
	SOURCE_PROXY = 1 << 2,           /* no verdict (contract 4.5) */
	SOURCE_CARDED = 1 << 3,          /* live: its card is out, and nothing new since */
	SOURCE_CONVICTED = 1 << 4,       /* the peak was bot-like with two families, ... */
	SOURCE_CONVICTED_PLAIN = 1 << 5, /* ... without items that may be withdrawn */
	SOURCE_EGRESS_SEEN = 1 << 6,     /* one of ours, sending to strangers */
	SOURCE_ROGUE = 1 << 7,           /* rogue egress was seen */
	SOURCE_BARE_IP = 1 << 8,         /* greeted with an address without brackets */
	SOURCE_NOT_FQDN = 1 << 9,        /* greeted with what is no host name */
	SOURCE_MEMBER = 1 << 10,         /* of a campaign, at some time */
	SOURCE_VERIFIED = 1 << 11,   /* a session of it was seen from both sides (contract 1.7) */
	SOURCE_BAD_HELO = 1 << 12,   /* its bad greetings decide by themselves (contract 1.3) */
	SOURCE_CHANGING = 1 << 13,   /* its greetings changed too often (contract 4.2) */
	SOURCE_HAS_SCORE = 1 << 14,  /* a row in the table of scores */
	SOURCE_HAS_DETAIL = 1 << 15, /* and the next: a row of enum source_detail */
};

/* Evidence to the contrary; each counts once (contract 1.5). */
enum source_counter {
	COUNTER_HELO_EXACT = 1 << 0,
	COUNTER_HELO_SAME_ORG = 1 << 1, /* not beside the former */
	COUNTER_RDNS_NAMED = 1 << 2,
};

/* An org-domain of envelope senders. */
struct sender_org {
	uint64_t hash; /* of the org-domain */
	nstime last;
	string_ref name;
	uint32_t messages;
};

struct source {
	struct addr key;
	nstime first, last;
	uint8_t low[8]; /* last half of the first address seen (IPv6) */
	uint32_t sessions, messages, recipients;
	uint32_t greeted;              /* sessions with a HELO that counts as evidence */
	uint32_t inbound, inbound_bad; /* of those inbound; with a bad HELO (contract 1.3) */
	uint32_t bits;
	uint32_t revision; /* of the next card */
	struct source_rdns rdns;
	uint16_t name_total; /* distinct HELO names, saturating */
	uint8_t name_count;  /* held, here or in the table of names */
	uint8_t role;        /* enum role, of its latest session */
	struct helo_use names[SOURCE_NAMES];
	uint32_t hold_count, hold_max;
	uint32_t holds[SOURCE_HOLDS];                 /* ms, sorted */
	uint32_t header_seen, id_missing, id_invalid; /* inbound messages */
	uint32_t sender_messages;                     /* with a domain in their reverse-path */
	struct sender_org sender; /* the first; all of them where more than one */
	int16_t peak, peak_plain; /* centi-decibans; plain: without what may be withdrawn */
	uint8_t verdict;          /* enum verdict of the last card */
	uint8_t counter;          /* enum source_counter, as a mask */
	uint16_t blocked; /* sessions in which it could not send for a time, saturating */
};

/* Its first address, as the card shows it. */
struct addr source_ip(const struct source *s);

/* Its first address, as the card shows it. */
struct addr source_ip(const struct source *s);

/* Up to LIMIT_EXACT_SET names of one that greeted with more than SOURCE_NAMES. */
struct source_names {
	struct addr key;
	struct helo_use use[LIMIT_EXACT_SET];
};

/* Hold times beyond SOURCE_HOLDS: exact up to 64, then in buckets (heuristics/hold_time.h). */
struct source_holds {
	struct addr key;
	uint32_t ms[HOLD_BUCKETS];
};

/* Of one that sent for more than one org-domain. */
struct source_senders {
	struct addr key;
	uint32_t count, total; /* held; distinct ever, as far as can be told */
	uint32_t most_1h;      /* distinct in an hour, at the most */
	struct sender_org org[LIMIT_EXACT_SET];
};

enum source_detail {
	DETAIL_NAMES,
	DETAIL_HOLDS,
	DETAIL_SENDERS,
	DETAIL_COUNT,
};

struct sources;

struct sources_config {
	uint64_t memory; /* bytes, for all tables of this file */
	uint64_t seed;
	/* Before a source leaves because the table is full. */
	void (*evicted)(void *cookie, struct source *s);
	/* May it leave, or should its evidence be kept? */
	bool (*may_evict)(void *cookie, const struct source *s);
	void *cookie;
};

struct sources *sources_create(const struct sources_config *config);
void sources_destroy(struct sources *t);

/* NULL where it is not known. */
struct source *sources_find(struct sources *t, const struct addr *a);
/* Made where it was not known; becomes the latest. */
struct source *sources_get(struct sources *t, const struct addr *a, nstime now);
/* Becomes the latest. */
void sources_touch(struct sources *t, struct source *s);
/* table_prefetch() for the two look-ups. */
void sources_prefetch(const struct sources *t, const struct addr *a, enum table_part part);

/* The row of the source in a table of details, or NULL where it has none. */
void *sources_detail(struct sources *t, const struct source *s, enum source_detail d);
/* Made where it had none, zeroed but for its key. */
void *sources_detail_make(struct sources *t, struct source *s, enum source_detail d);

/* In the order of their latest records: the longest quiet, and its follower; NULL at the end. */
struct source *sources_oldest(struct sources *t);
struct source *sources_newer(struct sources *t, const struct source *s);

uint32_t sources_count(const struct sources *t);
uint64_t sources_evicted(const struct sources *t);
size_t sources_bytes(const struct sources *t);

/*
 * Binds what is known by now of the address's reverse DNS; what was seen stays, whatever becomes
 * of the cache it came from. True where something new was bound.
 */
bool source_bind_rdns(
	struct source *s, struct facts *f, struct org_domains *orgs, struct string_store *strings);

#endif
