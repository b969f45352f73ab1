/* SPDX-License-Identifier: Apache-2.0 */
#include "output/alert_line.h"

#include "base/limits.h"
#include "output/community_id.h"
#include "output/json_tree.h"
#include "output/names.h"
#include "output/rule_table.h"

/* jansson's setters refuse a NULL value, so a failed allocation shows as a missing field; the
 * line still stands. */
static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static void set_int(json_t *o, const char *key, int64_t v)
{
	set(o, key, json_integer(v));
}

static void set_uint(json_t *o, const char *key, uint64_t v)
{
	set(o, key, json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v));
}

static json_t *reasons(const struct reason *list, size_t count)
{
	json_t *all = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *r = json_object();

		set(r, "check", json_string(list[i].check));
		set_int(r, "db", list[i].db);
		set_int(r, "value", list[i].value);
		set_int(r, "threshold", list[i].threshold);
		set(r, "unit", json_string(list[i].unit));
		set(r, "text", json_tree_wire(list[i].text));
		json_array_append_new(all, r);
	}
	return all;
}

static json_t *unknowns(const struct alert *a)
{
	json_t *all = json_array();

	for (size_t i = 0; i < a->unknown_count; i++)
		json_array_append_new(all, json_tree_wire(a->unknowns[i]));
	return all;
}

static json_t *counts(const struct alert_counts *c)
{
	json_t *o = json_object();

	set_uint(o, "sources", c->sources);
	set_uint(o, "networks", c->networks);
	set_uint(o, "messages", c->messages);
	set_uint(o, "recipients", c->recipients);
	set_uint(o, "identities", c->identities);
	return o;
}

static json_t *members(const struct alert *a)
{
	json_t *all = json_array();

	for (size_t i = 0; i < a->member_count && i < LIMIT_ALERT_MEMBERS; i++) {
		const struct member *m = &a->members[i];
		json_t *o = json_object();

		set(o, "ip", json_tree_addr(&m->ip));
		if (m->helo.p)
			set(o, "helo", json_tree_wire(m->helo));
		if (m->rdns.p)
			set(o, "rdns", json_tree_wire(m->rdns));
		set_uint(o, "messages", m->messages);
		set(o, "first_seen", json_tree_time(m->first_seen));
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *exemplar(const struct line *l, const struct exemplar *x)
{
	const struct emitter_config *c = l->config;
	char id[COMMUNITY_ID_SIZE];
	uint64_t first = 0, last = 0;
	json_t *o = json_object();

	set(o, "community_id",
		json_string(
			community_id(&x->peer, x->peer_port, &x->server, x->server_port, 0, id)));
	if (c->frame) {
		const char *path = c->frame(c->cookie, x->first_packet, &first);
		const char *last_path = c->frame(c->cookie, x->last_packet, &last);

		if (path)
			set(o, "pcap", json_tree_wire(span_str(path)));
		if (first > 0)
			set_uint(o, "first_frame", first);
		if (last > 0 &&
			(path == last_path || (path && last_path && strcmp(path, last_path) == 0)))
			set_uint(o, "last_frame", last);
	}
	set(o, "time", json_tree_time(x->time));
	return o;
}

static json_t *exemplars(const struct line *l, const struct alert *a)
{
	json_t *all = json_array();

	for (size_t i = 0; i < a->exemplar_count; i++)
		json_array_append_new(all, exemplar(l, &a->exemplars[i]));
	return all;
}

static void body(const struct line *l, const struct alert *a)
{
	json_t *o = json_object();

	set(o, "type", json_string(names_alert_type(a->type)));
	set(o, "id", json_tree_hex(a->id, sizeof(a->id)));
	set(o, "state", json_string(names_alert_state(a->state)));
	if (a->state == ALERT_CLOSE && a->close_reason != ALERT_CLOSE_NONE)
		set(o, "close_reason", json_string(names_close_reason(a->close_reason)));
	set_int(o, "score_db", a->score_db);
	set_uint(o, "revision", a->revision);
	if (a->pattern)
		set(o, "pattern", json_string(a->pattern));
	if (a->cluster_id)
		set(o, "cluster_id", json_tree_hex64(a->cluster_id));
	set(o, "reasons", reasons(a->reasons, a->reason_count));
	set(o, "counter", reasons(a->counter, a->counter_count));
	set(o, "unknowns", unknowns(a));
	set(o, "counts", counts(&a->counts));
	set(o, "members", members(a));
	set_uint(o, "members_left", a->members_left);
	set(o, "exemplars", exemplars(l, a));
	event_begin_heloscope(l);
	json_tree_write(l->w, "alert", o);
	json_writer_end_object(l->w);
}

/* The strongest reason; the first of several. NULL where there is none. */
static const struct reason *leading(const struct alert *a)
{
	const struct reason *best = NULL;

	for (size_t i = 0; i < a->reason_count; i++)
		if (!best || a->reasons[i].db > best->db)
			best = &a->reasons[i];
	return best;
}

static void threat(struct json_writer *w, const struct rule *r)
{
	json_t *t = json_object(), *technique = json_object(), *sub = json_object();
	json_t *ids = json_array(), *names = json_array();
	json_t *sub_ids = json_array(), *sub_names = json_array();

	for (size_t i = 0; i < RULE_TECHNIQUES && r->techniques[i]; i++) {
		const struct technique *known = r->techniques[i];

		json_array_append_new(ids, json_string(known->id));
		json_array_append_new(names, json_string(known->name));
		if (!known->sub_id)
			continue;
		json_array_append_new(sub_ids, json_string(known->sub_id));
		json_array_append_new(sub_names, json_string(known->sub_name));
	}
	set(technique, "id", ids);
	set(technique, "name", names);
	if (json_array_size(sub_ids) > 0) {
		set(sub, "id", json_incref(sub_ids));
		set(sub, "name", json_incref(sub_names));
		set(technique, "subtechnique", json_incref(sub));
	}
	json_decref(sub_ids);
	json_decref(sub_names);
	json_decref(sub);
	set(t, "framework", json_string("MITRE ATT&CK"));
	set(t, "technique", technique);
	json_tree_write(w, "threat", t);
}

static void rule(struct json_writer *w, const struct reason *lead)
{
	const struct rule *r = lead ? rule_table_find(lead->check) : NULL;

	if (!lead)
		return;
	json_writer_object(w, "rule");
	json_writer_word(w, "id", lead->check);
	if (r)
		json_writer_word(w, "name", r->name);
	json_writer_word(w, "ruleset", "heloscope");
	json_writer_end_object(w);
	if (r && r->techniques[0])
		threat(w, r);
}

/* A campaign has no single source: it carries one flow as an example. */
static void flow(const struct line *l, const struct alert *a)
{
	const struct exemplar *x = a->exemplars;

	if (a->exemplar_count > 0) {
		const struct event_flow f = {
			.client = &x->client,
			.server = &x->server,
			.client_port = x->client_port,
			.server_port = x->server_port,
			.peer = &x->peer,
			.peer_port = x->peer_port,
		};

		event_flow(l, &f);
	} else if (a->has_ip) {
		event_source(l, &a->ip);
	}
}

static void related(const struct line *l, const struct alert *a)
{
	const struct addr *ips[LIMIT_ALERT_MEMBERS + 1];
	struct event_hosts hosts = {.count = 0};
	size_t count = 0;

	event_hosts_add(&hosts, a->helo);
	event_hosts_add(&hosts, a->rdns);
	if (a->has_ip)
		ips[count++] = &a->ip;
	for (size_t i = 0; i < a->member_count && i < LIMIT_ALERT_MEMBERS; i++) {
		ips[count++] = &a->members[i].ip;
		event_hosts_add(&hosts, a->members[i].helo);
		event_hosts_add(&hosts, a->members[i].rdns);
	}
	event_related(l, ips, count, &hosts);
}

static void sentence(struct json_writer *w, const struct alert *a, const struct reason *lead)
{
	json_writer_begin_string(w, "message");
	if (a->type == ALERT_CAMPAIGN) {
		json_writer_put_word(w, names_pattern(a->pattern));
		json_writer_put_word(w, " campaign: ");
		json_writer_put_uint(w, a->counts.messages);
		json_writer_put_word(w, " messages from ");
		json_writer_put_uint(w, a->counts.sources);
		json_writer_put_word(w, " sources in ");
		json_writer_put_uint(w, a->counts.networks);
		json_writer_put_word(w, " networks");
	} else {
		json_writer_put_word(w, names_alert_type(a->type));
		json_writer_put_word(w, " alert");
		if (a->has_ip) {
			json_writer_put_word(w, " ");
			json_writer_put_addr(w, &a->ip);
		}
		if (lead) {
			json_writer_put_word(w, ": ");
			json_writer_put_wire(w, lead->text);
		}
	}
	if (a->state != ALERT_OPEN) {
		json_writer_put_word(w, " (");
		json_writer_put_word(w, names_alert_state(a->state));
		json_writer_put_word(w, ")");
	}
	json_writer_end_string(w);
}

void alert_line(const struct line *l, const struct alert *a)
{
	const struct reason *lead = leading(a);
	bool news = a->state == ALERT_OPEN || (a->state == ALERT_UPDATE && a->severity_rose);
	struct event e = {
		.dataset = DATASET_ALERT,
		.kind = news ? "alert" : "event",
		.action = names_alert_action(a->type),
		.outcome = "unknown",
		.time = a->time,
		.start = a->first_seen,
		.end = a->last_seen,
		.severity = (int)a->severity,
		.reason = lead ? lead->text : span_of(NULL, 0),
	};
	struct event_key key = {.len = 0};

	event_key_add(&key, a->id, sizeof(a->id));
	event_id(l, DATASET_ALERT, &key, a->first_seen, a->revision, e.id);
	event_begin(l, &e);
	rule(l->w, lead);
	flow(l, a);
	related(l, a);
	body(l, a);
	event_subject(l, a->subject);
	if (a->exemplar_count > 0)
		event_log_file(l, a->exemplars[0].first_packet);
	sentence(l->w, a, lead);
	event_end(l);
}
