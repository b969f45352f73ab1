/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The score of one entity: per family the two strongest items, each decaying with its family's
 * half-life (detection 2.1, contract 1.5). The strongest counts in full, the second at half, the
 * family up to its cap. Integers only: hundredths of a decibel, a decay table of 64 steps a
 * half-life.
 */
#ifndef HEURISTICS_SCORE_H
#define HEURISTICS_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "heuristics/evidence.h"

/* Hundredths of a decibel. */
typedef int32_t centidb;

#define CENTIDB(db) ((centidb)(db)*100)

#define SCORE_OPEN CENTIDB(10) /* medium */
#define SCORE_HIGH CENTIDB(20)
#define SCORE_CRITICAL CENTIDB(30)
#define SCORE_HYSTERESIS CENTIDB(6)
#define SCORE_SUSPECT CENTIDB(0)
#define SCORE_FAMILY CENTIDB(5) /* what each of two families must bring */
#define SCORE_COUNTER_FLOOR CENTIDB(-30)
#define SCORE_PRIOR_SOURCE CENTIDB(-20)
#define SCORE_PRIOR_CAMPAIGN CENTIDB(-10)
#define SCORE_PRIOR_ACCOUNT CENTIDB(-30)

struct score_item {
	nstime time;     /* when it last fired */
	uint32_t value;  /* what was measured then */
	int16_t centidb; /* 0: free */
	uint8_t item;    /* enum check_param */
	uint8_t apart;   /* it may be withdrawn */
};

#define SCORE_TOP 2

struct score {
	struct score_item top[FAMILY_COUNT][SCORE_TOP];
};

/* `weight` after `age` of decay in family `f`. */
centidb score_decay(centidb weight, enum check_family f, nstime age);

/* The weight that evidence has by the configured table. */
centidb score_weight(const struct evidence *e, const struct check_values *v);
/* Is it still decisive, or was its weight reduced below half of the table's (contract 1.2)? */
bool score_decides(const struct evidence *e, const struct check_values *v);

/* Takes the evidence in, or leaves it where two stronger items stand in its family. */
void score_add(struct score *s, const struct evidence *e, const struct check_values *v);
/* Takes an item out again, as if it had never fired. */
void score_withdraw(struct score *s, enum check_param item);
/* The item as it stands, or NULL. */
const struct score_item *score_find(const struct score *s, enum check_param item);

enum score_part {
	SCORE_ALL,
	SCORE_PLAIN, /* without what may yet be withdrawn */
	SCORE_OWN,   /* without what it shares with a campaign (F6) */
};

/* What one family brings at `now`. */
centidb score_family(const struct score *s, enum check_family f, nstime now);
/* What all bring. */
centidb score_sum(const struct score *s, nstime now, enum score_part part);
/* How many bring SCORE_FAMILY or more. */
unsigned int score_families(const struct score *s, nstime now, enum score_part part);
/* Without anything new: the first time, not before `from`, at which the sum is below `level`. */
nstime score_falls_below(const struct score *s, enum score_part part, centidb level, nstime from);

/* In whole decibans, rounded down: what is shown has reached a threshold only if the sum has. */
int score_db(centidb c);
/* Of a sum that is at least SCORE_OPEN. */
enum severity score_severity(centidb sum);

#endif
