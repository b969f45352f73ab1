/* SPDX-License-Identifier: Apache-2.0 */
/* The items of the checklist (contract 3): pass, fail, or unknown and why. */
#ifndef HEURISTICS_CARD_ITEM_H
#define HEURISTICS_CARD_ITEM_H

#include "heuristics/judge_state.h"

/* What they are told by. */
struct card_view {
	struct judge *j;
	struct source *s;
	struct campaign_standing content;
};

void card_items(const struct card_view *v, struct item_result ret[ITEM_COUNT]);

#endif
