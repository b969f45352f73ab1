/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the evidence against a source comes to: its score, the items that decide by themselves, its
 * alert, its verdict (contract 1).
 */
#ifndef HEURISTICS_SOURCE_SCORE_H
#define HEURISTICS_SOURCE_SCORE_H

#include "heuristics/alert_book.h"
#include "heuristics/evidence.h"
#include "heuristics/score.h"
#include "heuristics/source.h"

struct judge;

#define SOURCE_DECISIVE 8

/* An item that opens an alert by itself, for an hour after it last fired. */
struct decisive_item {
	nstime last;
	uint8_t item;     /* enum check_param */
	uint8_t severity; /* enum severity; 0: free */
	bool closed;      /* what it came from has ended */
};

/* Made at the first positive evidence. */
struct source_score {
	struct addr key;
	struct alert_slot slot;
	struct score score;
	struct decisive_item decisive[SOURCE_DECISIVE];
	struct exemplar exemplars[LIMIT_EXEMPLARS]; /* the first two and the latest */
	nstime first, last;                         /* of the evidence */
	uint32_t news;
	uint8_t exemplar_count;
};

/* The row of `s`, or NULL where nothing was ever held against it. */
struct source_score *source_score_find(struct judge *j, const struct source *s);

/* Evidence came up, or an item turned out to be wrong. Call source_settle() when done. */
void source_evidence(struct judge *j, struct source *s, const struct evidence *e);
void source_counter(struct source *s, enum source_counter bit);
void source_withdraw(struct judge *j, struct source *s, enum check_param item, nstime now);
/* The item's weight stands, but it no longer decides, and never should have. */
void source_undecide(struct judge *j, struct source *s, enum check_param item, nstime now);
/* Where the latest evidence lies in the packets. */
void source_exemplar(struct judge *j, const struct source *s, const struct exemplar *e);
/* Nothing of what it did is its own: its alert closes as retracted, and none opens any more. */
void source_alert_drop(struct judge *j, struct source *s, nstime now);
/* A decisive item no longer holds an alert open, but stands (a campaign that closed). */
void source_release(struct judge *j, struct source *s, enum check_param item);

/* The score at `now`, all told. */
centidb source_sum(struct judge *j, const struct source *s, nstime now);
/* Takes in what changed: the peak, the alert, and a card that must be told anew. */
void source_settle(struct judge *j, struct source *s, nstime now);
/* Its verdict; `ceiling`: at most suspect. */
enum verdict source_verdict(struct judge *j, const struct source *s, bool ceiling);
/* Do bad greetings make it at least suspect (contract 1.3)? */
bool source_floor(const struct source *s, const struct check_values *v);

static inline const struct source_score *source_score_of_slot(const struct alert_slot *slot)
{
	return (const struct source_score *)((const uint8_t *)slot -
					     offsetof(struct source_score, slot));
}

/* The callbacks of its alert; the latter is in source_alert.c. */
struct alert_kind source_alert_kind(struct judge *j);
void source_alert_describe(void *cookie, const struct alert_slot *slot, struct alert *a);

#endif
