/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/campaign_report.h"

#include <stdlib.h>

#include "heuristics/campaign_alert.h"
#include "heuristics/campaign_member.h"
#include "heuristics/campaign_score.h"

/* Copies listed: newest, should there be more. */
#define COPIES_MAX LIMIT_CAMPAIGN_MEMBERS

struct campaign_report_room {
	struct member member[LIMIT_CAMPAIGN_MEMBERS];
	struct span queue_id[COPIES_MAX], message_id[COPIES_MAX];
	const struct copy *copy[COPIES_MAX];
};

struct campaign_report_room *campaign_report_room_create(void)
{
	return malloc(sizeof(struct campaign_report_room));
}

void campaign_report_room_destroy(struct campaign_report_room *room)
{
	free(room);
}

size_t campaign_report_room_bytes(void)
{
	return sizeof(struct campaign_report_room);
}

/* Accepted copies of its members, newest first. */
static size_t find_copies(struct campaign_report_room *room, const struct campaign *c,
	const struct campaign_book_config *config)
{
	const struct copy *at = copies_get(config->copies, c->cluster->last_copy);
	size_t n = 0;

	for (; at && n < COPIES_MAX; at = copies_get(config->copies, at->previous)) {
		const struct sender *s;

		if (!at->accepted)
			continue;
		s = senders_find(config->senders, &at->host);
		if (s && campaign_member_of(c, s))
			room->copy[n++] = at;
	}
	return n;
}

static void list_copies(
	struct campaign_report_room *room, size_t found, struct campaign_report *ret)
{
	while (found-- > 0) {
		struct span queue_id = copy_queue_id(room->copy[found]);
		struct span message_id = copy_message_id(room->copy[found]);

		if (queue_id.len)
			room->queue_id[ret->queue_id_count++] = queue_id;
		if (message_id.len)
			room->message_id[ret->message_id_count++] = message_id;
	}
	ret->queue_ids = room->queue_id;
	ret->message_ids = room->message_id;
}

void campaign_report(struct campaign_report_room *room, const struct campaign *c, bool closed,
	const struct campaign_book_config *config)
{
	struct campaign_report r = {
		.pattern = pattern_name(c->look.pattern),
		.closed = closed,
		.severity = c->severity,
		.score_db = campaign_score(c, config->values),
		.cluster_id = c->cluster->id,
		.subject = c->subject_len ? span_of(c->subject, c->subject_len) : span_of(NULL, 0),
		.first_seen = c->first,
		.last_seen = c->last,
		.counts = campaign_counts(c),
		.members = room->member,
	};

	memcpy(r.id, c->id, sizeof(r.id));
	for (const struct campaign_member *m = c->members; m; m = m->next)
		room->member[r.member_count++] = campaign_member_shown(m, config->env);
	list_copies(room, find_copies(room, c, config), &r);
	config->env->report(config->env->cookie, &r);
}
