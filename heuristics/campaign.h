/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Campaigns that are open: their members, their counts, and when they change, close or report.
 * What matches is decided in heuristics/campaigns.c; from there on this keeps the account.
 */
#ifndef HEURISTICS_CAMPAIGN_H
#define HEURISTICS_CAMPAIGN_H

#include "base/table.h"
#include "heuristics/campaigns.h"
#include "heuristics/cluster.h"
#include "heuristics/copies.h"
#include "heuristics/exact_set.h"
#include "heuristics/pattern.h"

/* By this it is found. */
struct campaign_member_key {
	uint64_t serial; /* of the campaign */
	struct addr host;
};

struct campaign_member {
	struct campaign_member_key key;
	struct campaign *campaign;
	struct sender *sender;                     /* NULL: displaced */
	struct campaign_member *next, *prev;       /* of the campaign, by first message */
	struct campaign_member *next_of, *prev_of; /* of the sender */
	struct addr ip;                            /* as first seen */
	nstime first;
	uint64_t messages;
	bool shows_own; /* an identity of its own (contract 2.7) */
	bool said;      /* in an alert */
};

/* Why a campaign is at low. Bits. */
enum campaign_reserve {
	CAMPAIGN_INDEPENDENT = 1 << 0, /* each site under its own name */
	CAMPAIGN_SCATTERED = 1 << 1,   /* all claim one organisation */
	CAMPAIGN_UNVERIFIED = 1 << 2,
	CAMPAIGN_LEARNING = 1 << 3,
};

/* How a cluster looked: what opens a campaign, and renews it. */
struct campaign_look {
	enum pattern_level level;
	enum check_id pattern;
	enum pattern_window window;
	unsigned int reserve; /* enum campaign_reserve, of PATTERN_LOW */
	bool sure_only;       /* doubtful messages (residue_sure()) were left out */
	struct pattern_measure measure;
	struct synchrony sync;
	uint32_t rdns_unknown, helo_unknown; /* addresses */
};

struct campaign {
	struct cluster *cluster;
	uint64_t serial;    /* unique among those ever open */
	struct table *roll; /* members of all campaigns */
	uint8_t id[16];
	struct campaign_look look; /* the latest that matched */
	enum severity severity;
	bool begun;         /* its alert is out */
	bool matching;      /* the latest look did */
	bool own;           /* one of our own is a member */
	nstime first, last; /* messages */
	nstime matched;     /* when the latest look matched */
	nstime fired;       /* the latest message while it matched */
	struct campaign_member *members, *members_last, *said_last; /* the said come first */
	uint32_t member_count, said_count, members_at_update;
	uint64_t members_left_out; /* over LIMIT_CAMPAIGN_MEMBERS, or for want of room */
	struct exact_set senders, nets, identities;
	uint64_t messages, recipients;
	nstime update_gap, update_from; /* no update before */
	struct exemplar exemplars[LIMIT_EXEMPLARS];
	uint32_t exemplar_count;
	uint16_t subject_len;
	uint8_t subject[LIMIT_SUBJECT];
	nstime deadline;
	uint32_t heap_at;
};

struct campaign_book;

struct campaign_book_config {
	const struct check_values *values; /* borrowed */
	const struct campaigns_env *env;   /* borrowed */
	struct senders *senders;           /* borrowed */
	struct copies *copies;             /* borrowed */
	uint64_t memory;                   /* bytes */
	uint64_t seed;
};

/* NULL where memory is short. */
struct campaign_book *campaign_book_create(const struct campaign_book_config *config);
void campaign_book_destroy(struct campaign_book *b);

/* One message that makes its sender a member. */
struct campaign_message {
	struct sender *sender;
	struct addr ip;
	struct identity id;
	bool shows_own, own;
	nstime first, last;
	uint64_t messages, rcpts; /* several, at the opening */
};

/*
 * Opens, in two steps: then the caller adds the members that there are, and begins. A campaign
 * that cannot be held displaces the one that would close first.
 */
struct campaign *campaign_open(
	struct campaign_book *b, struct cluster *cl, const struct campaign_look *look, nstime now);
void campaign_begin(struct campaign_book *b, struct campaign *c, nstime now);
void campaign_add(
	struct campaign_book *b, struct campaign *c, const struct campaign_message *m, nstime now);
/* It was looked at again. One at low may become a full one. */
void campaign_renew(struct campaign *c, const struct campaign_look *look, nstime now);
/*
 * After those: severity and updates follow from what it is now. Severity never falls while it is
 * open.
 */
void campaign_settle(struct campaign_book *b, struct campaign *c, nstime now);
/* The sender is of a pool, as is known now. */
void campaign_withdraw(struct campaign_book *b, struct campaign *c, struct sender *s, nstime now);
void campaign_close(
	struct campaign_book *b, struct campaign *c, enum alert_close_reason why, nstime now);
/* Those due by `now`, in order. */
void campaign_book_advance(struct campaign_book *b, nstime now);
nstime campaign_book_deadline(const struct campaign_book *b);
/* Reports those that are open, by id. */
void campaign_book_report(struct campaign_book *b);

uint64_t campaign_book_open(const struct campaign_book *b);
uint64_t campaign_book_opened(const struct campaign_book *b);
uint64_t campaign_book_members_left_out(const struct campaign_book *b);
size_t campaign_book_bytes(const struct campaign_book *b);

#endif
