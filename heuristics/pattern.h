/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four patterns of campaigns (contract 2.4), and who is excused (2.5, 2.6), over what the
 * residue of a cluster measures in a window.
 */
#ifndef HEURISTICS_PATTERN_H
#define HEURISTICS_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/nstime.h"
#include "heuristics/check.h"

enum pattern_window {
	PATTERN_WINDOW_1H,
	PATTERN_WINDOW_24H,
	PATTERN_WINDOWS,
};

nstime pattern_window_length(enum pattern_window w);

/* The residue in one window. Shares are counts of messages out of `messages`. */
struct pattern_measure {
	uint32_t messages;   /* n */
	uint32_t ips, nets;  /* I, N */
	uint32_t median;     /* m: lower median of messages an address */
	uint32_t most;       /* of any address */
	uint32_t identities; /* K: shown or claimed */
	uint32_t largest;    /* messages of the largest identity (p1) */
	uint32_t none;       /* without an identity */
	uint32_t bad_host;   /* from addresses without a chosen, confirmed reverse DNS */
	uint32_t block_ips;  /* most addresses in a /22 or /48 of which 70 % have a neighbour */
	nstime age;          /* since the residue first held three addresses */
	/* Of messages held one by one (`held` of them). */
	uint32_t held;
	uint32_t brand;        /* with the most frequent From org-domain */
	uint32_t dmarc_fail;   /* known to fail; nothing evaluates DMARC yet */
	uint32_t notices;      /* Auto-Submitted, null sender or DSN */
	uint32_t shared_reply; /* with the most frequent Reply-To org-domain, not their own */
	uint64_t recipients;
	uint32_t from_orgs; /* distinct From org-domains */
	uint32_t veterans;  /* addresses that sent it on three earlier days */
};

enum pattern_level {
	PATTERN_NOTHING,
	PATTERN_LOW,  /* never decisive, said when it is over */
	PATTERN_FULL, /* decisive */
};

struct pattern_match {
	enum pattern_level level;
	enum check_id pattern; /* CHECK_CAMPAIGN_... */
	enum pattern_window window;
	bool independent, background; /* why it is not full */
};

/*
 * The first pattern that matches in a window and is not excused, else the first that is at low,
 * else the first that is excused, else pattern 0 at nothing. `ips_floor`: addresses that any needs
 * at least (contract 1.10).
 */
struct pattern_match pattern_find(const struct pattern_measure m[PATTERN_WINDOWS],
	const struct check_values *v, uint32_t ips_floor);

/* Does this one match, whether excused or not? */
bool pattern_holds(
	enum check_id pattern, const struct pattern_measure *m, const struct check_values *v);

/* The pattern's weights in the table of settings. */
enum check_param pattern_weight(enum check_id pattern);
enum check_param pattern_member_weight(enum check_id pattern);
/* "botnet", "snowshoe", "spoofed_brand", "low_and_slow". */
const char *pattern_name(enum check_id pattern);
/* The setting that bounds its addresses from below. */
enum check_param pattern_ips(enum check_id pattern);

#endif
