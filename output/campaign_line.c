/* SPDX-License-Identifier: Apache-2.0 */
#include "output/campaign_line.h"

#include "base/limits.h"
#include "output/names.h"

static void related(const struct line *l, const struct campaign_report *c)
{
	const struct addr *ips[LIMIT_ALERT_MEMBERS];
	size_t count =
		c->member_count < LIMIT_ALERT_MEMBERS ? c->member_count : LIMIT_ALERT_MEMBERS;

	for (size_t i = 0; i < count; i++)
		ips[i] = &c->members[i].ip;
	event_related(l, ips, count, NULL);
}

static void counts(struct json_writer *w, const struct alert_counts *c)
{
	json_writer_object(w, "counts");
	json_writer_uint(w, "sources", c->sources);
	json_writer_uint(w, "networks", c->networks);
	json_writer_uint(w, "messages", c->messages);
	json_writer_uint(w, "recipients", c->recipients);
	json_writer_uint(w, "identities", c->identities);
	json_writer_end_object(w);
}

static void members(struct json_writer *w, const struct member *list, size_t count)
{
	json_writer_array(w, "members");
	for (size_t i = 0; i < count; i++) {
		json_writer_object(w, NULL);
		json_writer_addr(w, "ip", &list[i].ip);
		if (list[i].helo.p)
			json_writer_wire(w, "helo", list[i].helo);
		if (list[i].rdns.p)
			json_writer_wire(w, "rdns", list[i].rdns);
		json_writer_uint(w, "messages", list[i].messages);
		json_writer_time(w, "first_seen", list[i].first_seen);
		json_writer_end_object(w);
	}
	json_writer_end_array(w);
}

static void names(struct json_writer *w, const char *key, const struct span *list, size_t count)
{
	json_writer_array(w, key);
	for (size_t i = 0; i < count; i++)
		json_writer_wire(w, NULL, list[i]);
	json_writer_end_array(w);
}

static void body(const struct line *l, const struct campaign_report *c)
{
	struct json_writer *w = l->w;

	event_begin_body(l, "campaign");
	json_writer_hex(w, "id", c->id, sizeof(c->id));
	json_writer_word(w, "pattern", c->pattern);
	json_writer_word(w, "state", c->closed ? "closed" : "open");
	json_writer_int(w, "score_db", c->score_db);
	json_writer_time(w, "first_seen", c->first_seen);
	json_writer_time(w, "last_seen", c->last_seen);
	event_cluster_id(w, c->cluster_id);
	counts(w, &c->counts);
	members(w, c->members, c->member_count);
	names(w, "queue_ids", c->queue_ids, c->queue_id_count);
	names(w, "message_ids", c->message_ids, c->message_id_count);
	event_end_body(l);
}

static void sentence(struct json_writer *w, const struct campaign_report *c)
{
	json_writer_begin_string(w, "message");
	json_writer_put_word(w, names_pattern(c->pattern));
	json_writer_put_word(w, c->closed ? " campaign closed: " : " campaign open: ");
	json_writer_put_uint(w, c->counts.messages);
	json_writer_put_word(w, " messages from ");
	json_writer_put_uint(w, c->counts.sources);
	json_writer_put_word(w, " sources in ");
	json_writer_put_uint(w, c->counts.networks);
	json_writer_put_word(w, " networks");
	json_writer_end_string(w);
}

void campaign_line(const struct line *l, const struct campaign_report *c)
{
	struct event e = {
		.dataset = DATASET_CAMPAIGN,
		.kind = "event",
		.action = "campaign-report",
		.outcome = "unknown",
		.time = c->last_seen,
		.start = c->first_seen,
		.end = c->last_seen,
		.severity = (int)c->severity,
	};
	struct event_key key = {.len = 0};

	event_key_add(&key, c->id, sizeof(c->id));
	event_id(l, DATASET_CAMPAIGN, &key, c->first_seen, c->closed, e.id);
	event_begin(l, &e);
	related(l, c);
	body(l, c);
	event_subject(l, c->subject);
	sentence(l->w, c);
	event_end(l);
}
