/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/source_names.h"

struct helo_use *source_names(struct sources *t, struct source *s, size_t *ret_count)
{
	struct source_names *row = sources_detail(t, s, DETAIL_NAMES);

	*ret_count = s->name_count;
	return row ? row->use : s->names;
}

struct helo_use *source_name_find(struct sources *t, struct source *s, uint64_t hash)
{
	size_t count;
	struct helo_use *use = source_names(t, s, &count);

	for (size_t i = 0; i < count; i++)
		if (use[i].hash == hash)
			return &use[i];
	return NULL;
}

/* Frees a place at the end: moves to a row of its own, or lets go of the longest unused. */
static struct helo_use *make_room(struct sources *t, struct source *s)
{
	struct source_names *row = sources_detail(t, s, DETAIL_NAMES);
	size_t oldest = 0;

	if (!row && s->name_count < SOURCE_NAMES)
		return &s->names[s->name_count];
	if (!row) {
		row = sources_detail_make(t, s, DETAIL_NAMES);
		memcpy(row->use, s->names, sizeof(s->names));
	}
	if (s->name_count < LIMIT_EXACT_SET)
		return &row->use[s->name_count];
	for (size_t i = 1; i < LIMIT_EXACT_SET; i++)
		if (row->use[i].last < row->use[oldest].last)
			oldest = i;
	memmove(&row->use[oldest], &row->use[oldest + 1],
		(LIMIT_EXACT_SET - 1 - oldest) * sizeof(row->use[0]));
	s->name_count--;
	return &row->use[s->name_count];
}

struct helo_use *source_name_use(struct sources *t, struct source *s, uint64_t hash, nstime time,
	uint32_t session, bool *ret_fresh)
{
	struct helo_use *use = source_name_find(t, s, hash);

	*ret_fresh = !use;
	if (!use) {
		use = make_room(t, s);
		s->name_count++;
		s->name_total += s->name_total < UINT16_MAX;
		*use = (struct helo_use){.hash = hash,
			.last = time,
			.sessions = 1,
			.first_session = session,
			.last_session = session};
		return use;
	}
	if (time > use->last)
		use->last = time;
	if (use->last_session == session)
		return use;
	if (use->last_session + 1 < session)
		use->bits |= HELO_BIT_RECURRED;
	use->sessions++;
	use->last_session = session;
	return use;
}

const struct helo_use *source_name_latest(struct sources *t, struct source *s)
{
	size_t count;
	const struct helo_use *use = source_names(t, s, &count), *latest = NULL;

	for (size_t i = 0; i < count; i++)
		if (!latest || use[i].last_session > latest->last_session ||
			(use[i].last_session == latest->last_session &&
				use[i].last >= latest->last))
			latest = &use[i];
	return latest;
}
