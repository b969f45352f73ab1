/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: what a check found about a source, as the score takes it. The item is a weight of the
 * table (a setting whose unit is db); check and family follow from it.
 */
#ifndef HEURISTICS_EVIDENCE_H
#define HEURISTICS_EVIDENCE_H

#include "base/nstime.h"
#include "heuristics/check.h"

struct evidence {
	enum check_param item;
	uint16_t permille;      /* of the weight: 1000, or 200 in submission sessions */
	bool withdrawable;      /* later facts may show that it was none */
	bool decisive;          /* opens an alert by itself, unless the weight was reduced */
	enum severity severity; /* of a decisive one */
	uint32_t value;         /* in the check's unit, against the check's threshold */
	nstime time;
};

#endif
