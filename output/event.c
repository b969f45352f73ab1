/* SPDX-License-Identifier: Apache-2.0 */
#include "output/event.h"

#include <time.h>

#include "base/hash.h"
#include "output/community_id.h"
#include "output/names.h"

#define ECS_VERSION "8.11.0"
#define SCHEMA_VERSION "1.1"

static const struct dataset_row {
	enum dataset dataset;
	const char *name;
	const char *class_json; /* event.category and event.type (ECS allowed values) */
} datasets[] = {
	{DATASET_SESSION, "heloscope.session",
		"\"category\":[\"network\",\"email\"],\"type\":[\"connection\",\"protocol\","
		"\"end\"]"},
	{DATASET_MESSAGE, "heloscope.message",
		"\"category\":[\"email\",\"network\"],\"type\":[\"info\",\"protocol\"]"},
	{DATASET_SOURCE, "heloscope.source",
		"\"category\":[\"network\",\"email\"],\"type\":[\"info\"]"},
	{DATASET_ALERT, "heloscope.alert",
		"\"category\":[\"intrusion_detection\",\"email\"],\"type\":[\"info\"]"},
	{DATASET_CAMPAIGN, "heloscope.campaign",
		"\"category\":[\"intrusion_detection\",\"email\"],\"type\":[\"info\"]"},
	{DATASET_STATS, "heloscope.stats", "\"category\":[\"network\"],\"type\":[\"info\"]"},
	{DATASET_ENGINE, "heloscope.engine", "\"category\":[\"host\"],\"type\":[\"info\"]"},
};

static const struct dataset_row *row_of(enum dataset d)
{
	size_t i = 0;

	while (i + 1 < sizeof(datasets) / sizeof(datasets[0]) && datasets[i].dataset != d)
		i++;
	return &datasets[i];
}

const char *event_dataset_name(enum dataset d)
{
	return row_of(d)->name;
}

void event_key_add(struct event_key *k, const void *p, size_t n)
{
	if (n > sizeof(k->bytes) - k->len)
		n = sizeof(k->bytes) - k->len;
	memcpy(k->bytes + k->len, p, n);
	k->len += n;
}

void event_key_add_number(struct event_key *k, uint64_t v)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(v >> (56 - 8 * i));
	event_key_add(k, b, sizeof(b));
}

void event_id(const struct line *l, enum dataset dataset, const struct event_key *k, nstime first,
	uint32_t revision, uint8_t ret[EVENT_ID_SIZE])
{
	struct event_key whole = {.len = 0};
	XXH128_canonical_t canonical;

	event_key_add_number(&whole, (uint64_t)first);
	event_key_add_number(&whole, (uint64_t)dataset << 32 | revision);
	event_key_add(&whole, k->bytes, k->len);
	XXH128_canonicalFromHash(
		&canonical, XXH3_128bits_withSeed(whole.bytes, whole.len, l->id_seed));
	memcpy(ret, canonical.digest, EVENT_ID_SIZE);
}

void event_flow_id(const struct line *l, enum dataset dataset, const struct event_flow *f,
	nstime first, uint32_t number, uint8_t ret[EVENT_ID_SIZE])
{
	struct event_key k = {.len = 0};

	event_key_add(&k, f->client->b, sizeof(f->client->b));
	event_key_add(&k, f->server->b, sizeof(f->server->b));
	event_key_add_number(&k, (uint64_t)f->client_port << 16 | f->server_port);
	event_id(l, dataset, &k, first, number, ret);
}

static nstime wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (nstime)t.tv_sec * NS_PER_S + t.tv_nsec;
}

void event_begin(const struct line *l, const struct event *e)
{
	const struct dataset_row *row = row_of(e->dataset);
	struct json_writer *w = l->w;

	json_writer_object(w, NULL);
	json_writer_time(w, "@timestamp", e->time);
	json_writer_object(w, "ecs");
	json_writer_word(w, "version", ECS_VERSION);
	json_writer_end_object(w);
	json_writer_object(w, "event");
	json_writer_word(w, "kind", e->kind);
	json_writer_raw(w, NULL, row->class_json, strlen(row->class_json));
	json_writer_word(w, "action", e->action);
	json_writer_word(w, "module", "heloscope");
	json_writer_word(w, "dataset", row->name);
	json_writer_word(w, "provider", "heloscope");
	json_writer_hex(w, "id", e->id, EVENT_ID_SIZE);
	json_writer_uint(w, "sequence", l->sequence);
	if (l->config->live)
		json_writer_time(w, "created", wall_clock());
	json_writer_time(w, "start", e->start);
	json_writer_time(w, "end", e->end);
	json_writer_uint(w, "duration", event_duration(e->start, e->end));
	json_writer_word(w, "outcome", e->outcome);
	if (e->severity)
		json_writer_int(w, "severity", e->severity);
	if (e->reason.len > 0)
		json_writer_wire(w, "reason", e->reason);
	json_writer_end_object(w);
	json_writer_raw(w, NULL, l->observer, l->observer_len);
}

static void end_point(struct json_writer *w, const char *name, const struct addr *a, uint16_t port,
	const struct event_flow *f, unsigned int dir)
{
	char text[ADDR_STRLEN];

	addr_format(a, text);
	json_writer_object(w, name);
	json_writer_word(w, "address", text);
	json_writer_word(w, "ip", text);
	if (port > 0)
		json_writer_uint(w, "port", port);
	if (f->bytes)
		json_writer_uint(w, "bytes", f->bytes[dir]);
	if (f->packets)
		json_writer_uint(w, "packets", f->packets[dir]);
	json_writer_end_object(w);
}

/* A VLAN id is a keyword in ECS. */
static void vlan(struct json_writer *w, uint16_t id)
{
	json_writer_object(w, "vlan");
	json_writer_begin_string(w, "id");
	json_writer_put_uint(w, id);
	json_writer_end_string(w);
	json_writer_end_object(w);
}

void event_flow(const struct line *l, const struct event_flow *f)
{
	struct json_writer *w = l->w;
	const struct addr *peer = f->peer ? f->peer : f->client;
	uint16_t peer_port = f->peer ? f->peer_port : f->client_port;
	char id[COMMUNITY_ID_SIZE];

	json_writer_object(w, "network");
	json_writer_word(w, "transport", "tcp");
	json_writer_word(w, "type", addr_is_v4(peer) ? "ipv4" : "ipv6");
	json_writer_word(w, "iana_number", "6");
	json_writer_word(w, "protocol", "smtp");
	if (f->direction)
		json_writer_word(w, "direction", f->direction);
	json_writer_word(
		w, "community_id", community_id(peer, peer_port, f->server, f->server_port, 0, id));
	if (f->bytes)
		json_writer_uint(w, "bytes", f->bytes[0] + f->bytes[1]);
	if (f->packets)
		json_writer_uint(w, "packets", f->packets[0] + f->packets[1]);
	if (f->vlan_count > 0)
		vlan(w, f->vlan[0]);
	if (f->vlan_count > 1) {
		json_writer_object(w, "inner");
		vlan(w, f->vlan[1]);
		json_writer_end_object(w);
	}
	json_writer_end_object(w);
	end_point(w, "source", f->client, f->client_port, f, FLOW_CLIENT);
	end_point(w, "destination", f->server, f->server_port, f, FLOW_SERVER);
}

static void client_ip(struct json_writer *w, const struct addr *a, uint16_t port)
{
	json_writer_addr(w, "ip", a);
	if (port > 0)
		json_writer_uint(w, "port", port);
}

void event_client(const struct line *l, const struct event_flow *f, unsigned int provenance,
	const struct client_end *claimed)
{
	struct json_writer *w = l->w;

	json_writer_object(w, "client");
	json_writer_word(w, "provenance", names_provenance(provenance));
	if (claimed) {
		json_writer_object(w, "claimed");
		client_ip(w, &claimed->addr, claimed->port);
		json_writer_word(w, "provenance", names_provenance(claimed->provenance));
		json_writer_end_object(w);
	}
	json_writer_end_object(w);
	if (addr_eq(f->peer, f->client) && f->peer_port == f->client_port)
		return;
	json_writer_object(w, "peer");
	client_ip(w, f->peer, f->peer_port);
	json_writer_end_object(w);
}

void event_source(const struct line *l, const struct addr *a)
{
	json_writer_object(l->w, "source");
	json_writer_addr(l->w, "address", a);
	json_writer_addr(l->w, "ip", a);
	json_writer_end_object(l->w);
}

void event_subject(const struct line *l, struct span subject)
{
	if (!subject.p)
		return;
	json_writer_object(l->w, "email");
	json_writer_wire(l->w, "subject", subject);
	json_writer_end_object(l->w);
}

void event_cluster_id(struct json_writer *w, uint64_t id)
{
	if (!id)
		return;
	json_writer_begin_string(w, "cluster_id");
	json_writer_put_hex64(w, id);
	json_writer_end_string(w);
}

void event_begin_heloscope(const struct line *l)
{
	json_writer_object(l->w, "heloscope");
	json_writer_word(l->w, "schema_version", SCHEMA_VERSION);
}

void event_begin_body(const struct line *l, const char *name)
{
	event_begin_heloscope(l);
	json_writer_object(l->w, name);
}

void event_end_body(const struct line *l)
{
	json_writer_end_object(l->w);
	json_writer_end_object(l->w);
}

void event_log_file(const struct line *l, uint64_t packet)
{
	uint64_t frame = 0;
	const char *path =
		l->config->frame ? l->config->frame(l->config->cookie, packet, &frame) : NULL;

	if (!path)
		return;
	json_writer_object(l->w, "log");
	json_writer_object(l->w, "file");
	json_writer_wire(l->w, "path", span_str(path));
	json_writer_end_object(l->w);
	json_writer_end_object(l->w);
}

void event_frames(const struct line *l, uint64_t first_packet, uint64_t last_packet)
{
	const struct emitter_config *c = l->config;
	uint64_t first = 0, last = 0;
	const char *first_path, *last_path;

	if (!c->frame)
		return;
	first_path = c->frame(c->cookie, first_packet, &first);
	last_path = c->frame(c->cookie, last_packet, &last);
	if (first > 0)
		json_writer_uint(l->w, "first_frame", first);
	/* A frame number says nothing without its file, and only one file is named. */
	if (last > 0 && (first_path == last_path ||
				(first_path && last_path && strcmp(first_path, last_path) == 0)))
		json_writer_uint(l->w, "last_frame", last);
}

void event_end(const struct line *l)
{
	json_writer_end_object(l->w);
	json_writer_newline(l->w);
}

void event_hosts_add(struct event_hosts *h, struct span name)
{
	struct addr ignored;

	if (name.len == 0 || name.p[0] == '[' || h->count == EVENT_HOSTS_MAX ||
		addr_parse(name, &ignored) == 1)
		return;
	for (size_t i = 0; i < h->count; i++)
		if (span_ieq(h->names[i], name))
			return;
	h->names[h->count++] = name;
}

static bool listed(const struct addr *const *ips, size_t count, const struct addr *a)
{
	for (size_t i = 0; i < count; i++)
		if (addr_eq(ips[i], a))
			return true;
	return false;
}

size_t event_related_open(const struct line *l, const struct addr *const *ips, size_t ip_count,
	const struct event_hosts *h)
{
	struct json_writer *w = l->w;
	size_t mark = json_writer_object(w, "related");

	if (ip_count > 0) {
		json_writer_array(w, "ip");
		for (size_t i = 0; i < ip_count; i++)
			if (!listed(ips, i, ips[i]))
				json_writer_addr(w, NULL, ips[i]);
		json_writer_end_array(w);
	}
	if (h && h->count > 0) {
		json_writer_array(w, "hosts");
		for (size_t i = 0; i < h->count; i++)
			json_writer_wire(w, NULL, h->names[i]);
		json_writer_end_array(w);
	}
	return mark;
}

void event_related(const struct line *l, const struct addr *const *ips, size_t ip_count,
	const struct event_hosts *h)
{
	json_writer_drop_empty(l->w, event_related_open(l, ips, ip_count, h));
}
