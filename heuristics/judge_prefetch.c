/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of sources and of greetings are large, and each record is of another source. */
#include "base/hash.h"
#include "heuristics/helo_class.h"
#include "heuristics/judge_state.h"
#include "smtp_decode/message_record.h"
#include "smtp_decode/session_record.h"

static void want_greeting(struct judge_wants *w, const struct session_record *r)
{
	const struct session_helo *helo = record_array(r, r->helos);
	char buf[LIMIT_HELO_ARG];

	if (r->helos.count == 0)
		return;
	w->helo = true;
	w->helo_name = hash64(helo_normalise(record_str(r, helo[0].arg), buf));
}

static void prefetch(const struct judge *j, const struct judge_wants *w, enum table_part part)
{
	if (w->source)
		sources_prefetch(j->sources, &w->client, part);
	if (w->helo)
		helo_names_prefetch(j->helo_names, w->helo_name, part);
}

struct judge_wants judge_prefetch(struct judge *j, const struct record *r)
{
	struct judge_wants w = {0};

	if (r->kind == RECORD_SESSION) {
		const struct session_record *s = (const struct session_record *)r;

		w.source = true;
		w.client = s->flow.client;
		want_greeting(&w, s);
	} else if (r->kind == RECORD_MESSAGE) {
		w.source = true;
		w.client = ((const struct message_record *)r)->client;
	}
	prefetch(j, &w, TABLE_SLOT);
	return w;
}

void judge_prefetch_more(struct judge *j, const struct judge_wants *w)
{
	prefetch(j, w, TABLE_ENTRY);
}
