/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/feed.h"

void feed_note(struct feed *f, bool both)
{
	f->both_count -= f->both[f->next];
	f->both[f->next] = both;
	f->both_count += both;
	f->next = (f->next + 1) % FEED_FLOWS;
	if (f->seen < FEED_FLOWS)
		f->seen++;
}

bool feed_is_one_sided(const struct feed *f)
{
	return f->both_count * 1000 < f->seen * FEED_ONE_SIDED_PERMILLE || f->seen == 0;
}

bool feed_note_loss(struct feed *f, uint64_t payload, uint64_t lost, struct feed_loss *ret)
{
	f->payload += payload;
	f->lost += lost;
	f->lossy += lost > 0;
	if (++f->flows < FEED_FLOWS)
		return false;
	*ret = (struct feed_loss){
		.permille = (int64_t)(f->lost * 1000 / (f->payload + f->lost)),
		.flows = f->lossy,
	};
	f->payload = f->lost = 0;
	f->flows = f->lossy = 0;
	return true;
}
