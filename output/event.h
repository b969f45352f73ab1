/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all records share: the ECS fields around heloscope.<dataset>, and the id of an event
 * (contract 8.3 and 10). A line file calls event_begin(), writes its own fields, event_end().
 */
#ifndef OUTPUT_EVENT_H
#define OUTPUT_EVENT_H

#include "output/emitter.h"
#include "output/json_writer.h"

#define EVENT_ID_SIZE 16
#define EVENT_KEY_MAX 64
#define EVENT_HOSTS_MAX 32

struct event {
	enum dataset dataset;
	const char *kind; /* event, alert, metric */
	const char *action;
	const char *outcome; /* success, failure, unknown */
	nstime time, start, end;
	int severity;       /* 0: none */
	struct span reason; /* event.reason; empty: none */
	uint8_t id[EVENT_ID_SIZE];
};

/* What a line is written with: a borrowed view of the emitter. */
struct line {
	struct json_writer *w;
	const struct emitter_config *config;
	const char *observer; /* JSON members `"observer":{...}` */
	size_t observer_len;
	uint64_t id_seed;  /* of the sensor's name */
	uint64_t sequence; /* of this record in its dataset */
};

/* The two ends of a connection, and how much passed. */
struct event_flow {
	const struct addr *client, *server;
	uint16_t client_port, server_port; /* client_port 0: not told */
	/* The client's end of the connection itself, for its community_id; NULL: it is `client`. */
	const struct addr *peer;
	uint16_t peer_port;
	const char *direction; /* NULL: unknown */
	/* By enum flow_dir; NULL: not written. */
	const uint64_t *bytes, *packets;
	const uint16_t *vlan;
	unsigned int vlan_count;
};

/* What makes an event's id: bytes that name the thing, when it began, which word on it this is. */
struct event_key {
	uint8_t bytes[EVENT_KEY_MAX];
	size_t len;
};

void event_key_add(struct event_key *k, const void *p, size_t n);
/* A number, most significant byte first, so that ids are the same on every machine. */
void event_key_add_number(struct event_key *k, uint64_t v);
void event_id(const struct line *l, enum dataset dataset, const struct event_key *k, nstime first,
	uint32_t revision, uint8_t ret[EVENT_ID_SIZE]);

/* Of a connection, or of the `number`th thing in it. */
void event_flow_id(const struct line *l, enum dataset dataset, const struct event_flow *f,
	nstime first, uint32_t number, uint8_t ret[EVENT_ID_SIZE]);

/* "heloscope.alert" and the like. */
const char *event_dataset_name(enum dataset d);

/* Opens the line's object: @timestamp, ecs, event, observer. */
void event_begin(const struct line *l, const struct event *e);
/* network, source, destination. */
void event_flow(const struct line *l, const struct event_flow *f);
/* Members client and, where it is another, peer, of the body that is open. */
void event_client(const struct line *l, const struct event_flow *f, unsigned int provenance,
	const struct client_end *claimed);
/* source.address and source.ip alone. */
void event_source(const struct line *l, const struct addr *a);
/* email.subject alone; nothing where it was not seen. */
void event_subject(const struct line *l, struct span subject);
/* cluster_id, 16 hexadecimal digits; nothing where it is 0. */
void event_cluster_id(struct json_writer *w, uint64_t id);
/* Opens heloscope. */
void event_begin_heloscope(const struct line *l);
/* Opens heloscope and its object of `name`; both end with event_end_body(). */
void event_begin_body(const struct line *l, const char *name);
void event_end_body(const struct line *l);
/* log.file.path and, where there are frames, their members in the open object. */
void event_log_file(const struct line *l, uint64_t packet);
void event_frames(const struct line *l, uint64_t first_packet, uint64_t last_packet);
/* Ends the line. */
void event_end(const struct line *l);

/* Names for related.hosts, each once, without empty ones and address literals. */
struct event_hosts {
	struct span names[EVENT_HOSTS_MAX];
	size_t count;
};

void event_hosts_add(struct event_hosts *h, struct span name);
/* related.ip and related.hosts, each address once in the order given. */
void event_related(const struct line *l, const struct addr *const *ips, size_t ip_count,
	const struct event_hosts *h);
/* The same, and `related` stays open; returns what json_writer_drop_empty() closes it with. */
size_t event_related_open(const struct line *l, const struct addr *const *ips, size_t ip_count,
	const struct event_hosts *h);

/* `first`..`last`, no less than 0. */
static inline uint64_t event_duration(nstime first, nstime last)
{
	return last > first ? (uint64_t)last - (uint64_t)first : 0;
}

#endif
