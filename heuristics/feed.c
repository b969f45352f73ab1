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
	return f->both_count * 10 < f->seen || f->seen == 0;
}
