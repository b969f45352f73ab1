/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sender card (contract 3, 8.3, 10): all that was measured of a source, item by item. In a
 * replay each source has one, at the end; live it comes after an hour of quiet, before the source
 * is let go, and again when its verdict changes.
 */
#ifndef HEURISTICS_CARD_H
#define HEURISTICS_CARD_H

#include "heuristics/judge_state.h"

void card_emit(struct judge *j, struct source *s);
/* Live: tells a card that is out anew where its verdict has changed. */
void card_follow(struct judge *j, struct source *s);
/* One a source that has none out, IPv4 before IPv6, numeric. */
void card_emit_all(struct judge *j);

#endif
