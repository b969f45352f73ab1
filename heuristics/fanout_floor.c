/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/fanout_floor.h"

/* Below so many contents the quantile says nothing. */
#define CONTENTS_MIN 1000
#define QUANTILE_PERMILLE 999
#define IPS_MIN 10
#define IPS_MAX 50

void fanout_floor_move(struct fanout_floor *f, uint8_t *at, uint32_t ips)
{
	if (ips > LIMIT_EXACT_SET)
		ips = LIMIT_EXACT_SET;
	if (*at) {
		f->bin[*at]--;
		f->total--;
	}
	*at = (uint8_t)ips;
	if (ips) {
		f->bin[ips]++;
		f->total++;
	}
}

uint32_t fanout_floor_ips(const struct fanout_floor *f)
{
	uint64_t below = 0;
	uint32_t ips;

	if (f->total < CONTENTS_MIN)
		return 0;
	for (ips = 1; ips < LIMIT_EXACT_SET; ips++) {
		below += f->bin[ips];
		if (below * 1000 >= (uint64_t)f->total * QUANTILE_PERMILLE)
			break;
	}
	return ips <= IPS_MIN ? 0 : ips > IPS_MAX ? IPS_MAX : ips;
}
