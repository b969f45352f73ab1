/* SPDX-License-Identifier: Apache-2.0 */
#include "output/source_line.h"

#include "output/names.h"

static void helos(struct json_writer *w, const struct source_card *c)
{
	json_writer_object(w, "helo");
	json_writer_array(w, "names");
	for (size_t i = 0; i < c->helo_count; i++) {
		json_writer_object(w, NULL);
		json_writer_wire(w, "name", c->helos[i].name);
		if (c->helos[i].class_name)
			json_writer_word(w, "class", c->helos[i].class_name);
		json_writer_uint(w, "count", c->helos[i].count);
		json_writer_end_object(w);
	}
	json_writer_end_array(w);
	json_writer_uint(w, "names_total", c->helo_names_total);
	json_writer_end_object(w);
}

static void item(struct json_writer *w, const char *key, const struct item_result *r)
{
	json_writer_object(w, key);
	json_writer_word(w, "state", names_item_state(r->state));
	if (r->state != ITEM_UNKNOWN) {
		json_writer_int(w, "value", r->value);
		json_writer_int(w, "threshold", r->threshold);
		if (r->unit)
			json_writer_word(w, "unit", r->unit);
	}
	if (r->why)
		json_writer_wire(w, "why", span_str(r->why));
	json_writer_end_object(w);
}

/* Items of one group stand together, so a group is opened once. */
static void checklist(struct json_writer *w, const struct source_card *c)
{
	const char *group = NULL;

	json_writer_object(w, "checklist");
	for (int i = 0; i < ITEM_COUNT; i++) {
		const char *next = names_item_group((enum check_item)i);

		if (!group || strcmp(group, next) != 0) {
			if (group)
				json_writer_end_object(w);
			json_writer_object(w, next);
			group = next;
		}
		item(w, names_item((enum check_item)i), &c->items[i]);
	}
	json_writer_end_object(w);
	json_writer_end_object(w);
}

static void reasons(struct json_writer *w, const char *key, const struct reason *list, size_t count)
{
	json_writer_array(w, key);
	for (size_t i = 0; i < count; i++) {
		json_writer_object(w, NULL);
		json_writer_word(w, "check", list[i].check);
		json_writer_int(w, "db", list[i].db);
		json_writer_int(w, "value", list[i].value);
		json_writer_int(w, "threshold", list[i].threshold);
		json_writer_word(w, "unit", list[i].unit);
		json_writer_wire(w, "text", list[i].text);
		json_writer_end_object(w);
	}
	json_writer_end_array(w);
}

static void network(struct json_writer *w, const struct addr *net)
{
	json_writer_begin_string(w, "network");
	json_writer_put_addr(w, net);
	json_writer_put_word(w, "/64");
	json_writer_end_string(w);
}

static void body(const struct line *l, const struct source_card *c)
{
	struct json_writer *w = l->w;

	event_begin_body(l, "source");
	if (!c->no_verdict)
		json_writer_word(w, "verdict", names_verdict(c->verdict));
	json_writer_int(w, "score_db", c->score_db);
	json_writer_time(w, "first_seen", c->first_seen);
	json_writer_time(w, "last_seen", c->last_seen);
	json_writer_uint(w, "sessions", c->sessions);
	json_writer_uint(w, "messages", c->messages);
	json_writer_uint(w, "recipients", c->recipients);
	json_writer_uint(w, "revision", c->revision);
	if (!addr_is_v4(&c->ip))
		network(w, &c->network);
	if (c->role)
		json_writer_word(w, "role", c->role);
	if (c->rdns.len > 0)
		json_writer_wire(w, "rdns", c->rdns);
	if (c->rdns_class)
		json_writer_word(w, "rdns_class", c->rdns_class);
	helos(w, c);
	if (c->hold_known) {
		json_writer_object(w, "hold_ms");
		json_writer_int(w, "median", c->hold_median_ms);
		json_writer_int(w, "p95", c->hold_p95_ms);
		json_writer_int(w, "max", c->hold_max_ms);
		json_writer_end_object(w);
	}
	checklist(w, c);
	json_writer_array(w, "refusals"); /* nothing reads remote answers yet (contract 5.3) */
	json_writer_end_array(w);
	reasons(w, "reasons", c->reasons, c->reason_count);
	reasons(w, "counter", c->counter, c->counter_count);
	event_end_body(l);
}

static void plural(struct json_writer *w, uint64_t n, const char *one, const char *many)
{
	json_writer_put_uint(w, n);
	json_writer_put_word(w, n == 1 ? one : many);
}

static void sentence(struct json_writer *w, const struct source_card *c)
{
	json_writer_begin_string(w, "message");
	json_writer_put_word(w, c->no_verdict ? "suspected proxy" : names_verdict(c->verdict));
	json_writer_put_word(w, " source ");
	json_writer_put_addr(w, &c->ip);
	json_writer_put_word(w, " (");
	json_writer_put_int(w, c->score_db);
	json_writer_put_word(w, " dB): ");
	plural(w, c->sessions, " session, ", " sessions, ");
	plural(w, c->messages, " message", " messages");
	if (c->reason_count > 0) {
		json_writer_put_word(w, "; ");
		json_writer_put_wire(w, c->reasons[0].text);
	}
	json_writer_end_string(w);
}

void source_line(const struct line *l, const struct source_card *c)
{
	struct event e = {
		.dataset = DATASET_SOURCE,
		.kind = "event",
		.action = "source-card",
		.outcome = "unknown",
		.time = c->last_seen,
		.start = c->first_seen,
		.end = c->last_seen,
	};
	const struct addr *ips[] = {&c->ip};
	struct event_key key = {.len = 0};
	struct event_hosts hosts = {.count = 0};

	event_key_add(&key, c->ip.b, sizeof(c->ip.b));
	event_id(l, DATASET_SOURCE, &key, c->first_seen, c->revision, e.id);
	for (size_t i = 0; i < c->helo_count; i++)
		event_hosts_add(&hosts, c->helos[i].name);
	event_hosts_add(&hosts, c->rdns);
	event_begin(l, &e);
	event_source(l, &c->ip);
	event_related(l, ips, 1, &hosts);
	body(l, c);
	sentence(l->w, c);
	event_end(l);
}
