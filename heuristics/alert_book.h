/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of alerts (detection 2.3, contract 1.5): when one opens, is told anew, cools and
 * closes. Each entity that can have an alert holds a slot; the book calls it back to learn how
 * things stand and what to say. Deadlines lie in a heap: nothing is scanned.
 *
 *   quiet -> pending -> open -> sinking -> cooling -> closed (quiet)
 *
 * Opens are limited to 30 a minute and type; those over it are counted, and then stay silent.
 */
#ifndef HEURISTICS_ALERT_BOOK_H
#define HEURISTICS_ALERT_BOOK_H

#include "heuristics/alert.h"

struct alert_slot;

/* How things stand for an entity. */
struct alert_standing {
	bool stands;    /* an alert opens, or a cooling one opens again */
	bool confirmed; /* at once; otherwise after a minute, if it still stands */
	bool holds;     /* an open alert stays open */
	nstime until;   /* without anything new, until then; NSTIME_MAX: for ever */
	enum severity severity;
	uint32_t news; /* rises with what an update is worth */
};

/* What differs between kinds of entities. */
struct alert_kind {
	enum alert_type type;
	void *cookie;
	/* How things stand at `now`. */
	void (*assess)(void *cookie, const struct alert_slot *slot, nstime now,
		struct alert_standing *ret);
	/* Sets what the book does not: score, reasons, members, ... Borrowed until the next call.
	 * The book sets type, state, close_reason, severity, severity_rose, id, revision, time. */
	void (*describe)(void *cookie, const struct alert_slot *slot, struct alert *a);
	/* The entity's key, for the alert's id. */
	struct span (*key)(void *cookie, const struct alert_slot *slot);
};

/* In the entity; zeroed at first. Must not move while it is active. */
struct alert_slot {
	const struct alert_kind *kind;
	nstime due, opened, emitted, gap;
	uint64_t order; /* among slots due at one time */
	uint32_t place; /* in the heap, from 1; 0: not in it */
	uint32_t revision;
	uint32_t news;    /* as last told */
	uint8_t state;    /* enum alert_slot_state */
	uint8_t severity; /* enum severity */
	bool silent;      /* its open was suppressed */
	uint8_t id[16];
};

enum alert_slot_state {
	SLOT_QUIET = 0,
	SLOT_PENDING,
	SLOT_OPEN,
	SLOT_SINKING, /* still open, but nothing holds it */
	SLOT_COOLING,
};

struct alert_book_config {
	uint32_t slots; /* active at a time, at the most */
	void (*emit)(void *cookie, const struct alert *a);
	void *cookie;
};

struct alert_book;

/* NULL where memory is short. */
struct alert_book *alert_book_create(const struct alert_book_config *config);
void alert_book_destroy(struct alert_book *b);

/* Something changed for the entity: it is assessed, and told where due. */
void alert_book_touch(struct alert_book *b, struct alert_slot *s, nstime now);
/* An item was withdrawn: an alert that nothing else holds closes as retracted. */
void alert_book_retract(struct alert_book *b, struct alert_slot *s, nstime now);
/* The entity leaves: its alert closes, and is forgotten. */
void alert_book_forget(struct alert_book *b, struct alert_slot *s, nstime now);

/* When something is due next; NSTIME_MAX for nothing. */
nstime alert_book_next(const struct alert_book *b);
/* Fires what is due by `now`. */
void alert_book_advance(struct alert_book *b, nstime now);
/* The end of the input: what waits to be confirmed, and stands, opens. Nothing closes. */
void alert_book_finish(struct alert_book *b, nstime now);

/* The id of an alert. */
void alert_book_id(enum alert_type type, struct span key, nstime opened, uint8_t ret[16]);
/* May one more of this type open now? Otherwise it was counted. */
bool alert_book_allows(struct alert_book *b, enum alert_type type, nstime now);

uint64_t alert_book_open(const struct alert_book *b);
uint64_t alert_book_suppressed(const struct alert_book *b);
size_t alert_book_bytes(const struct alert_book *b);

#endif
