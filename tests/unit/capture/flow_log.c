/* SPDX-License-Identifier: Apache-2.0 */
#include "flow_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(struct flow_log *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct flow_log *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	l->len += (size_t)vsnprintf(l->text + l->len, sizeof(l->text) - l->len, fmt, ap);
	va_end(ap);
	if (l->len >= sizeof(l->text))
		l->len = sizeof(l->text) - 1;
}

static void note_time(struct flow_log *l, nstime time)
{
	if (time < l->last_time)
		l->out_of_order = true;
	l->last_time = time;
}

static void say_flow(struct flow_log *l, const char *what, const struct flow_info *f)
{
	char a[ADDR_STRLEN], b[ADDR_STRLEN];

	say(l, "%s %s:%u %s:%u", what, addr_format(&f->client, a), f->client_port,
		addr_format(&f->server, b), f->server_port);
	if (l->tell_ids)
		say(l, " #%lu", (unsigned long)f->id);
	say(l, "\n");
	l->info = *f;
	note_time(l, f->last_time);
}

static void on_connect(void *cookie, const struct flow_info *f)
{
	say_flow(cookie, "connect", f);
}

static void *on_open(void *cookie, enum flow_protocol protocol, const struct flow_info *f)
{
	struct flow_log *l = cookie;

	say_flow(l, protocol == FLOW_SMTP ? "open smtp" : "open dns", f);
	return l->refuse ? NULL : l;
}

static void keep_bytes(struct flow_log *l, const struct stream_chunk *c)
{
	size_t room = sizeof(l->stream[0]) - l->stream_len[c->dir];
	size_t len = c->kind == CHUNK_GAP ? c->missing : c->data.len;
	uint8_t *to = l->stream[c->dir] + l->stream_len[c->dir];

	if (len > room)
		len = room;
	if (c->kind == CHUNK_GAP)
		memset(to, '?', len);
	else if (len > 0)
		memcpy(to, c->data.p, len);
	l->stream_len[c->dir] += len;
}

static void say_data(struct flow_log *l, struct span data)
{
	say(l, "\"");
	for (size_t i = 0; i < data.len; i++) {
		if (data.p[i] == '\r')
			say(l, "\\r");
		else if (data.p[i] == '\n')
			say(l, "\\n");
		else
			say(l, "%c", data.p[i] >= 0x20 && data.p[i] < 0x7f ? data.p[i] : '.');
	}
	say(l, "\"");
}

bool flow_log_chunk(void *cookie, const struct stream_chunk *c)
{
	struct flow_log *l = cookie;

	say(l, "%c %lu ", c->dir == FLOW_CLIENT ? 'C' : 'S', (unsigned long)c->offset);
	if (c->kind == CHUNK_GAP)
		say(l, "gap %lu", (unsigned long)c->missing);
	else if (c->kind == CHUNK_FIN)
		say(l, "fin");
	else
		say_data(l, c->data);
	if (c->peer_acked >= 0)
		say(l, " ack %ld", (long)c->peer_acked);
	say(l, "\n");
	keep_bytes(l, c);
	note_time(l, c->time);
	return true;
}

static void on_chunk(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct stream_chunk *c)
{
	struct flow_log *l = cookie;

	flow_log_chunk(l, c);
	l->info = *f;
}

static void on_end(void *cookie, enum flow_protocol protocol, void *state,
	const struct flow_info *f, const struct flow_ending *e)
{
	static const char *const hows[] = {"fin", "rst", "idle", "evicted", "input"};
	struct flow_log *l = cookie;

	say(l, "end %s", hows[e->how]);
	if (e->how <= FLOW_END_RST)
		say(l, " %c", e->by == FLOW_CLIENT ? 'C' : 'S');
	if (e->timer)
		say(l, " timer %ld", (long)((e->time - FLOW_LOG_START) / NS_PER_MS));
	if (l->tell_ids)
		say(l, " #%lu", (unsigned long)f->id);
	say(l, "\n");
	l->info = *f;
	note_time(l, e->time);
}

static void on_datagram(void *cookie, const struct datagram *d)
{
	say(cookie, "datagram %u %u %zu\n", d->src_port, d->dst_port, d->payload.len);
}

struct flow_sink flow_log_sink(struct flow_log *l)
{
	return (struct flow_sink){.cookie = l,
		.connect = on_connect,
		.open = on_open,
		.chunk = on_chunk,
		.end = on_end,
		.datagram = on_datagram};
}

const char *flow_log_take(struct flow_log *l)
{
	l->text[l->len] = '\0';
	l->len = 0;
	return l->text;
}

struct talk talk_make(nstime *time, uint64_t *packet, uint16_t client, uint16_t server)
{
	static const uint8_t a[4] = {192, 0, 2, 1}, b[4] = {198, 51, 100, 25};

	return (struct talk){.addr = {addr_from_v4(a), addr_from_v4(b)},
		.port = {client, server},
		.isn = {0xfffffff0u, 5000},
		.time = time,
		.packet = packet};
}

struct segment talk_segment(struct talk *t, enum flow_dir dir, uint8_t flags, int64_t offset,
	int64_t acked, const char *data)
{
	struct segment s = {
		.time = *t->time += NS_PER_MS,
		.packet = (*t->packet)++,
		.src = t->addr[dir],
		.dst = t->addr[!dir],
		.src_port = t->port[dir],
		.dst_port = t->port[!dir],
		.seq = t->isn[dir] + 1 + (uint32_t)offset,
		.ack = acked < 0 ? 0 : t->isn[!dir] + 1 + (uint32_t)acked,
		.window = 8192,
		.flags = (uint8_t)(flags | (acked < 0 ? 0 : SEGMENT_ACK)),
		.ttl = 64,
		.payload = span_str(data),
		.options = {.mss = 1460, .wscale = 7},
	};

	s.payload_len = (uint32_t)s.payload.len;
	s.ip_len = 40 + s.payload_len;
	return s;
}
