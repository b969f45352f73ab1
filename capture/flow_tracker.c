/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/flow_tracker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "capture/flow_hash.h"
#include "capture/flow_table.h"
#include "capture/flow_timer.h"
#include "capture/reorder.h"
#include "capture/smtp_first_bytes.h"
#include "capture/smtp_guess.h"
#include "capture/tcp_stream.h"

/* Shares of the one memory setting (at 2 GiB: 1,000,000 flows, 192 MiB, 32 MiB). */
#define BYTES_A_FLOW 2147
#define REASSEMBLY_SHARE(memory) ((memory) / 32 * 3)
#define GUESS_SHARE(memory) ((memory) / 64)
#define GUESS_HOLD_BYTES 4096
#define LEAST_NODES 64 /* a shard */
#define LEAST_HOLDS 4

#define DEFAULT_SMTP_IDLE (660 * NS_PER_S)
#define DEFAULT_OTHER_IDLE (60 * NS_PER_S)
#define DNS_PORT 53

static const uint16_t default_ports[] = {25, 465, 587, 2525};

struct flow_tracker {
	struct flow_table *table;
	struct flow_timers timers;
	struct smtp_guess *guess;
	uint32_t first_shard, shards;
	struct reorder_pool *pools[CAPTURE_SHARDS]; /* from first_shard on */
	struct flow_sink sink;
	struct capture_stats *stats;
	nstime now, other_idle;
	uint64_t mail_ports[65536 / 64]; /* a bit each */
};

/* What made us look at a flow: a packet or a deadline. */
struct event {
	nstime time;
	uint64_t packet;
	bool timer;
};

/* The cookie of a flow's chunks. */
struct delivery {
	struct flow_tracker *t;
	struct flow *f;
};

static bool is_mail_port(const struct flow_tracker *t, uint16_t port)
{
	return t->mail_ports[port / 64] >> (port % 64) & 1;
}

static void set_ports(struct flow_tracker *t, const struct capture_config *config)
{
	const uint16_t *ports = config->smtp_ports ? config->smtp_ports : default_ports;
	size_t count = config->smtp_ports ? config->smtp_port_count
					  : sizeof(default_ports) / sizeof(default_ports[0]);

	for (size_t i = 0; i < count; i++)
		t->mail_ports[ports[i] / 64] |= (uint64_t)1 << (ports[i] % 64);
}

static uint32_t at_least(uint64_t n, uint32_t least)
{
	return n < least ? least : (uint32_t)n;
}

struct flow_tracker *flow_tracker_create(const struct capture_config *config,
	const struct flow_sink *sink, struct capture_stats *stats)
{
	struct flow_tracker *t = calloc(1, sizeof(*t));
	nstime smtp_idle = config->smtp_idle ? config->smtp_idle : DEFAULT_SMTP_IDLE;
	nstime timeouts[FLOW_TIMEOUTS];

	if (!t)
		return NULL;
	t->sink = *sink;
	t->stats = stats;
	t->other_idle = config->other_idle ? config->other_idle : DEFAULT_OTHER_IDLE;
	set_ports(t, config);
	timeouts[FLOW_TIMEOUT_OTHER] = t->other_idle;
	timeouts[FLOW_TIMEOUT_SMTP] = smtp_idle;
	timeouts[FLOW_TIMEOUT_HALF_CLOSED] = FLOW_TRACKER_HALF_CLOSED;
	timeouts[FLOW_TIMEOUT_HALF_CLOSED_ONE] = FLOW_TRACKER_HALF_CLOSED_ONE;
	t->first_shard = config->first_shard;
	t->shards = config->shards ? config->shards : CAPTURE_SHARDS;
	assert(t->first_shard + t->shards <= CAPTURE_SHARDS);
	t->table = flow_table_create(config->memory / BYTES_A_FLOW, t->first_shard, t->shards);
	if (!t->table || flow_timers_init(&t->timers, t->table, timeouts) < 0)
		goto fail;
	t->guess = smtp_guess_create(
		at_least(GUESS_SHARE(config->memory) / CAPTURE_SHARDS / GUESS_HOLD_BYTES,
			LEAST_HOLDS),
		t->first_shard, t->shards, stats);
	if (!t->guess)
		goto fail;
	for (uint32_t i = 0; i < t->shards; i++) {
		t->pools[i] = reorder_pool_create(at_least(
			REASSEMBLY_SHARE(config->memory) / CAPTURE_SHARDS / REORDER_NODE_BYTES,
			LEAST_NODES));
		if (!t->pools[i])
			goto fail;
	}
	return t;
fail:
	flow_tracker_destroy(t);
	return NULL;
}

void flow_tracker_destroy(struct flow_tracker *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; i < t->shards; i++)
		reorder_pool_destroy(t->pools[i]);
	smtp_guess_destroy(t->guess);
	flow_timers_finish(&t->timers);
	flow_table_destroy(t->table);
	free(t);
}

uint64_t flow_tracker_bytes(const struct flow_tracker *t)
{
	uint64_t bytes = sizeof(*t) + flow_table_bytes(t->table) + flow_timers_bytes(&t->timers) +
			 smtp_guess_bytes(t->guess);

	for (uint32_t i = 0; i < t->shards; i++)
		bytes += reorder_pool_bytes(t->pools[i]);
	return bytes;
}

uint64_t flow_tracker_held(const struct flow_tracker *t)
{
	uint64_t held = 0;

	for (uint32_t i = 0; i < t->shards; i++)
		held += reorder_pool_held(t->pools[i]);
	return held;
}

static struct reorder_pool *pool_of(const struct flow_tracker *t, const struct flow *f)
{
	return t->pools[f->info.shard - t->first_shard];
}

/* ---- roles ---- */

static enum flow_dir other(enum flow_dir dir)
{
	return dir == FLOW_CLIENT ? FLOW_SERVER : FLOW_CLIENT;
}

static void swap_u64(uint64_t pair[2])
{
	uint64_t first = pair[0];

	pair[0] = pair[1];
	pair[1] = first;
}

/* Client and server change places. Only while nothing has been handed on. */
static void swap_roles(struct flow *f)
{
	struct flow_info *i = &f->info;
	struct addr a = i->client;
	uint16_t port = i->client_port;
	bool acked = i->acked[0], checksums = f->checksums[0];

	i->client = i->server;
	i->client_port = i->server_port;
	i->server = a;
	i->server_port = port;
	swap_u64(i->packets);
	swap_u64(i->bytes);
	swap_u64(i->payload);
	swap_u64(i->missing);
	swap_u64(i->overlap);
	i->acked[0] = i->acked[1];
	i->acked[1] = acked;
	f->checksums[0] = f->checksums[1];
	f->checksums[1] = checksums;
	f->first_fin = other(f->first_fin);
	tcp_stream_reverse(&f->stream);
}

/* Is the server sooner the client that `f` says? For a flow that was met in the middle. */
static bool ports_say_swapped(const struct flow_tracker *t, const struct flow_info *i)
{
	bool client = is_mail_port(t, i->client_port), server = is_mail_port(t, i->server_port);

	if (client != server)
		return client;
	return i->client_port < i->server_port;
}

/* By its ports: SMTP, DNS, or to be guessed. */
static void set_protocol(const struct flow_tracker *t, struct flow *f)
{
	f->guess = false;
	if (is_mail_port(t, f->info.server_port))
		f->protocol = FLOW_SMTP;
	else if (f->info.server_port == DNS_PORT)
		f->protocol = FLOW_DNS;
	else
		f->guess = true;
}

/* Who sends the first line of a chunk, as far as it tells; -1 where it does not. */
static int speaker(struct span data)
{
	ptrdiff_t lf = span_find(data, '\n');
	struct span line = lf < 0 ? data : span_head(data, (size_t)lf);

	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	switch (smtp_line_tell(span_head(line, 256))) {
	case SMTP_LINE_REPLY:
	case SMTP_LINE_GREETING:
	case SMTP_LINE_OK:
	case SMTP_LINE_SERVER:
		return FLOW_SERVER;
	case SMTP_LINE_COMMAND:
	case SMTP_LINE_LIKELY_COMMAND:
	case SMTP_LINE_CLIENT:
		return FLOW_CLIENT;
	default:
		return -1;
	}
}

/* ---- handing on ---- */

static bool open_flow(struct flow_tracker *t, struct flow *f)
{
	f->phase = FLOW_PHASE_OPEN;
	if (f->protocol == FLOW_SMTP) {
		t->stats->flows_smtp++;
		flow_table_rank(t->table, f, FLOW_RANK_UNPROVEN);
		if (!tcp_stream_closing(&f->stream))
			f->timeout = FLOW_TIMEOUT_SMTP;
	} else {
		t->stats->flows_not_smtp++;
	}
	f->state = t->sink.open(t->sink.cookie, (enum flow_protocol)f->protocol, &f->info);
	return f->state != NULL;
}

static bool hand_on(void *cookie, const struct stream_chunk *c)
{
	struct delivery *d = cookie;

	d->t->sink.chunk(
		d->t->sink.cookie, (enum flow_protocol)d->f->protocol, d->f->state, &d->f->info, c);
	return true;
}

/* A flow on a mail port or DNS's: opened by its first chunk. */
static bool begin_known(struct delivery *d, const struct stream_chunk *c)
{
	struct flow *f = d->f;
	struct stream_chunk chunk = *c;

	/* Mail ports on both sides do not tell the server. */
	if (f->info.server_guessed && is_mail_port(d->t, f->info.client_port) &&
		c->kind == CHUNK_DATA && speaker(c->data) == (int)other(c->dir)) {
		swap_roles(f);
		chunk.dir = other(c->dir);
	}
	return open_flow(d->t, f) && hand_on(d, &chunk);
}

/* Makes room for another flow whose protocol is open: the oldest of them is given up. */
static void give_up_guess(struct flow_tracker *t, unsigned int shard)
{
	struct flow *f = flow_table_at(t->table, smtp_guess_oldest(t->guess, shard));

	t->stats->guess_capped++;
	t->stats->flows_not_smtp++;
	smtp_guess_end(t->guess, f->hold);
	f->hold = 0;
	f->stream.stopped = true;
	tcp_stream_clear(&f->stream, pool_of(t, f));
	flow_timers_stop(&t->timers, f);
	flow_table_to_stub(t->table, f, f->info.last_time, false);
	t->stats->flows_active--;
}

static void begin_guess(struct flow_tracker *t, struct flow *f)
{
	uint32_t index = flow_table_index(t->table, f);

	f->phase = FLOW_PHASE_GUESS;
	f->hold = smtp_guess_begin(t->guess, f->info.shard, index, f->info.id);
	if (f->hold)
		return;
	give_up_guess(t, f->info.shard);
	f->hold = smtp_guess_begin(t->guess, f->info.shard, index, f->info.id);
}

static bool guess(struct delivery *d, const struct stream_chunk *c)
{
	struct flow_tracker *t = d->t;
	struct flow *f = d->f;
	struct smtp_guess_result r = smtp_guess_look(t->guess, f->hold, &f->info, c);
	struct stream_chunk rest = *c;
	uint32_t hold = f->hold;
	bool more;

	if (r.answer == SMTP_GUESS_WAIT)
		return true;
	f->hold = 0;
	if (r.answer == SMTP_GUESS_NO) {
		t->stats->flows_not_smtp++;
		smtp_guess_end(t->guess, hold);
		return false;
	}
	if (r.roles_swapped) {
		swap_roles(f);
		rest.dir = other(c->dir);
	}
	f->protocol = FLOW_SMTP;
	f->guess = false;
	rest.offset += r.skip;
	rest.data = span_skip(c->data, r.skip);
	more = open_flow(t, f) &&
	       smtp_guess_replay(t->guess, hold, r.roles_swapped, c, hand_on, d) &&
	       hand_on(d, &rest);
	smtp_guess_end(t->guess, hold);
	return more;
}

static bool on_chunk(void *cookie, const struct stream_chunk *c)
{
	struct delivery *d = cookie;
	struct flow *f = d->f;

	if (c->kind == CHUNK_FIN && !f->stream.half[0].fin_done != !f->stream.half[1].fin_done)
		f->first_fin = c->dir;
	switch ((enum flow_phase)f->phase) {
	case FLOW_PHASE_SILENT:
		if (c->kind == CHUNK_FIN)
			return true;
		if (!f->guess)
			return begin_known(d, c);
		begin_guess(d->t, f);
		return guess(d, c);
	case FLOW_PHASE_GUESS:
		return guess(d, c);
	case FLOW_PHASE_OPEN:
		break;
	}
	return hand_on(d, c);
}

static struct tcp_stream_context context(struct delivery *d, const struct event *e)
{
	return (struct tcp_stream_context){
		.pool = pool_of(d->t, d->f),
		.stats = d->t->stats,
		.flow = &d->f->info,
		.time = e->time,
		.packet = e->packet,
		.timer = e->timer,
		.chunk = on_chunk,
		.cookie = d,
	};
}

/* ---- the end of a flow ---- */

static void release(struct flow_tracker *t, struct flow *f)
{
	if (f->hold)
		smtp_guess_end(t->guess, f->hold);
	f->hold = 0;
	tcp_stream_clear(&f->stream, pool_of(t, f));
	flow_timers_stop(&t->timers, f);
	t->stats->flows_active--;
}

/* Its end; the caller removes it from the table. */
static void end_flow(struct flow_tracker *t, struct flow *f, enum flow_end how, enum flow_dir by,
	const struct event *e)
{
	struct delivery d = {t, f};
	struct tcp_stream_context x = context(&d, e);

	tcp_stream_flush(&f->stream, &x);
	if (tcp_stream_closed(&f->stream)) /* what came before the FINs was waited for */
		how = FLOW_END_FIN;
	if (!f->stream.stopped && f->phase == FLOW_PHASE_OPEN) {
		struct flow_ending ending = {how, by, e->time, e->packet, e->timer};

		if (how == FLOW_END_FIN)
			ending.by = f->first_fin;
		t->sink.end(t->sink.cookie, (enum flow_protocol)f->protocol, f->state, &f->info,
			&ending);
	} else if (!f->stream.stopped) {
		t->stats->flows_undecided++;
	}
	release(t, f);
}

static enum flow_end silent_end(const struct flow *f)
{
	return tcp_stream_closing(&f->stream) ? FLOW_END_FIN : FLOW_END_IDLE;
}

static void expire(struct flow_tracker *t, struct flow *f)
{
	struct event e = {flow_timers_deadline(&t->timers, f), f->info.last_packet, true};

	if (silent_end(f) == FLOW_END_IDLE)
		t->stats->flows_idle++;
	end_flow(t, f, silent_end(f), FLOW_CLIENT, &e);
	flow_table_remove(t->table, f);
}

static void expire_all(struct flow_tracker *t, nstime now)
{
	struct flow *f;

	while ((f = flow_timers_pop(&t->timers, now)) != NULL)
		expire(t, f);
}

bool flow_tracker_due(const struct flow_tracker *t, nstime now)
{
	return flow_timers_due(&t->timers, now);
}

void flow_tracker_advance(struct flow_tracker *t, nstime now)
{
	if (now > t->now)
		t->now = now;
	if (flow_timers_due(&t->timers, now))
		expire_all(t, now);
}

void flow_tracker_finish(struct flow_tracker *t)
{
	struct flow *f;

	flow_timers_stop_all(&t->timers);
	while ((f = flow_timers_pop_last(&t->timers)) != NULL) {
		struct event e = {t->now, f->info.last_packet, true};

		end_flow(t, f, FLOW_END_INPUT, FLOW_CLIENT, &e);
		flow_table_remove(t->table, f);
	}
}

/* ---- the beginning of a flow ---- */

static void note_syn(struct flow *f, const struct segment *seg)
{
	struct syn_traits *s = &f->info.syn;

	f->info.syn_time = seg->time;
	s->seen = true;
	s->ttl = seg->ttl;
	s->window = seg->window;
	s->mss = seg->options.mss;
	s->wscale = seg->options.wscale;
	s->layout_len = seg->options.layout_len;
	memcpy(s->layout, seg->options.layout, sizeof(s->layout));
}

static void make_room(struct flow_tracker *t, unsigned int shard, const struct segment *seg)
{
	struct event e = {seg->time, seg->packet, false};
	struct flow *f;

	if (!flow_table_full(t->table, shard))
		return;
	f = flow_table_victim(t->table, shard);
	t->stats->flows_evicted++;
	end_flow(t, f, FLOW_END_EVICTED, FLOW_CLIENT, &e);
	flow_table_remove(t->table, f);
}

static bool is_pure_syn(const struct segment *seg)
{
	return (seg->flags & (SEGMENT_SYN | SEGMENT_ACK)) == SEGMENT_SYN;
}

static bool is_syn_ack(const struct segment *seg)
{
	return (seg->flags & (SEGMENT_SYN | SEGMENT_ACK)) == (SEGMENT_SYN | SEGMENT_ACK);
}

/* A new flow for `seg`, NULL where it is not worth one. */
static struct flow *begin_flow(struct flow_tracker *t, uint64_t hash, const struct segment *seg)
{
	struct flow *f;

	if ((seg->flags & SEGMENT_RST) || (!(seg->flags & SEGMENT_SYN) && seg->payload_len == 0))
		return NULL;
	make_room(t, flow_hash_shard(hash), seg);
	f = flow_table_insert(t->table, hash, seg);
	f->info.id = seg->packet;
	f->info.first_time = seg->time;
	f->info.first_packet = f->info.last_packet = seg->packet;
	f->info.tunnel = seg->tunnel;
	f->info.vlan_count = seg->vlan_count;
	f->info.vlan[0] = seg->vlan[0];
	f->info.vlan[1] = seg->vlan[1];
	f->info.midstream = !(seg->flags & SEGMENT_SYN);
	f->info.server_guessed = f->info.midstream;
	if (is_syn_ack(seg) || (f->info.midstream && ports_say_swapped(t, &f->info)))
		swap_roles(f);
	set_protocol(t, f);
	t->stats->flows++;
	t->stats->flows_active++;
	flow_timers_start(&t->timers, f);
	return f;
}

/* ---- segments of a flow ---- */

/* What is left of a flow says whether `seg` is worth another: it is swallowed or the stub goes. */
static bool stub_swallows(struct flow_tracker *t, struct flow_stub *stub, const struct segment *seg)
{
	nstime age = seg->time - stub->time;

	if (is_pure_syn(seg) || age > (stub->closed ? FLOW_TRACKER_LINGER : t->other_idle)) {
		flow_table_remove_stub(t->table, stub);
		return false;
	}
	if (!stub->closed)
		stub->time = seg->time;
	return true;
}

/* Would a new connection in its place surprise nobody? */
static bool is_over(const struct flow_tracker *t, const struct flow *f, const struct segment *seg)
{
	return f->phase == FLOW_PHASE_SILENT || tcp_stream_closing(&f->stream) ||
	       seg->time - f->info.last_time > t->other_idle;
}

enum syn_says {
	SYN_OF_FLOW,
	SYN_OF_NEXT, /* of a new connection between the same endpoints */
	SYN_IGNORED,
};

static enum syn_says take_syn(
	struct flow_tracker *t, struct flow *f, enum flow_dir dir, const struct segment *seg)
{
	if (tcp_stream_base(&f->stream, dir, seg->seq + 1)) {
		if (dir == FLOW_CLIENT && !f->info.syn.seen)
			note_syn(f, seg);
		return SYN_OF_FLOW;
	}
	if (is_over(t, f, seg))
		return SYN_OF_NEXT;
	f->rival = true;
	f->rival_seq = seg->seq + 1;
	t->stats->syns_ignored++;
	return SYN_IGNORED;
}

static enum syn_says take_syn_ack(
	struct flow_tracker *t, struct flow *f, enum flow_dir *dir, const struct segment *seg)
{
	if (f->rival && seg->ack == f->rival_seq)
		return SYN_OF_NEXT;
	/* Once bytes are held for the guess or handed on, they say who the server is. */
	if (*dir == FLOW_CLIENT && f->info.server_guessed && f->phase == FLOW_PHASE_SILENT) {
		swap_roles(f);
		set_protocol(t, f);
		*dir = FLOW_SERVER;
	}
	if (!tcp_stream_base(&f->stream, *dir, seg->seq + 1)) {
		if (is_over(t, f, seg))
			return SYN_OF_NEXT;
		t->stats->syns_ignored++;
		return SYN_IGNORED;
	}
	if (*dir == FLOW_SERVER) {
		f->info.server_guessed = false;
		if (f->info.synack_time == 0)
			f->info.synack_time = seg->time;
	}
	return SYN_OF_FLOW;
}

/* What `seg` means for the connection as a whole, before its bytes are looked at. */
static enum syn_says take_handshake(
	struct flow_tracker *t, struct flow *f, enum flow_dir *dir, const struct segment *seg)
{
	if (is_pure_syn(seg))
		return take_syn(t, f, *dir, seg);
	if (is_syn_ack(seg))
		return take_syn_ack(t, f, dir, seg);
	if (f->rival && seg->seq == f->rival_seq)
		return SYN_OF_NEXT;
	return SYN_OF_FLOW;
}

static void count_packet(struct flow *f, enum flow_dir dir, const struct segment *seg)
{
	f->info.last_time = seg->time;
	f->info.last_packet = seg->packet;
	f->info.packets[dir]++;
	f->info.bytes[dir] += seg->ip_len;
}

/* Its rank and timeout after a segment. */
static void promote(struct flow_tracker *t, struct flow *f, enum flow_dir dir)
{
	if (f->rank == FLOW_RANK_NEW &&
		(f->phase != FLOW_PHASE_SILENT || (dir == FLOW_CLIENT && f->info.synack_time)))
		flow_table_rank(t->table, f, FLOW_RANK_READY);
	else if (f->rank == FLOW_RANK_UNPROVEN && (f->info.acked[0] || f->info.acked[1]))
		flow_table_rank(t->table, f, FLOW_RANK_PROVEN);
	if (tcp_stream_closing(&f->stream) && f->timeout < FLOW_TIMEOUT_HALF_CLOSED) {
		f->timeout = f->info.packets[0] == 0 || f->info.packets[1] == 0
				     ? FLOW_TIMEOUT_HALF_CLOSED_ONE
				     : FLOW_TIMEOUT_HALF_CLOSED;
		flow_timers_sooner(&t->timers, f);
	}
}

/*
 * Is `seg` one that its receiver threw away? Where a side of the connection never showed a right
 * checksum, wrong ones tell of the sensor's place.
 */
static bool checksum_refuses(
	struct flow_tracker *t, struct flow *f, enum flow_dir dir, const struct segment *seg)
{
	if (seg->checksum == CHECKSUM_RIGHT)
		f->checksums[dir] = true;
	if (seg->checksum < CHECKSUM_UNMADE)
		return false;
	if (seg->checksum == CHECKSUM_WRONG && f->checksums[dir]) {
		t->stats->checksum_bad++;
		return true;
	}
	t->stats->checksum_unmade++;
	return false;
}

static void take_segment(
	struct flow_tracker *t, struct flow *f, enum flow_dir dir, const struct segment *seg)
{
	struct event e = {seg->time, seg->packet, false};
	struct delivery d = {t, f};
	struct tcp_stream_context x = context(&d, &e);

	count_packet(f, dir, seg);
	if (seg->flags & SEGMENT_RST) {
		if (!tcp_stream_reset_fits(&f->stream, dir, seg)) {
			t->stats->resets_ignored++;
			return;
		}
		end_flow(t, f, FLOW_END_RST, dir, &e);
		flow_table_to_stub(t->table, f, seg->time, true);
		return;
	}
	tcp_stream_segment(&f->stream, &x, dir, seg);
	if (f->stream.stopped) {
		release(t, f);
		flow_table_to_stub(t->table, f, seg->time, false);
	} else if (tcp_stream_closed(&f->stream)) {
		end_flow(t, f, FLOW_END_FIN, dir, &e);
		flow_table_to_stub(t->table, f, seg->time, true);
	} else {
		promote(t, f, dir);
	}
}

void flow_tracker_prefetch_slot(const struct flow_tracker *t, uint64_t hash)
{
	flow_table_prefetch_slot(t->table, hash);
}

void flow_tracker_prefetch_flow(const struct flow_tracker *t, uint64_t hash)
{
	flow_table_prefetch_flow(t->table, hash);
}

void flow_tracker_segment(struct flow_tracker *t, uint64_t hash, const struct segment *seg)
{
	struct flow_found found = flow_table_find(t->table, hash, seg);
	enum syn_says says = SYN_OF_NEXT;

	t->now = seg->time;
	if (seg->duplicate) {
		if (found.flow)
			found.flow->info.duplicates++;
		return;
	}
	if (found.stub && stub_swallows(t, found.stub, seg))
		return;
	if (found.flow) {
		if (checksum_refuses(t, found.flow, found.dir, seg))
			return;
		says = take_handshake(t, found.flow, &found.dir, seg);
		if (says == SYN_OF_NEXT) {
			struct event e = {seg->time, seg->packet, false};

			end_flow(t, found.flow, silent_end(found.flow), FLOW_CLIENT, &e);
			flow_table_remove(t->table, found.flow);
		}
	}
	if (says == SYN_IGNORED)
		return;
	if (says == SYN_OF_NEXT) {
		found.flow = begin_flow(t, hash, seg);
		if (!found.flow)
			return;
		found.dir = addr_eq(&found.flow->info.client, &seg->src) &&
					    found.flow->info.client_port == seg->src_port
				    ? FLOW_CLIENT
				    : FLOW_SERVER;
		checksum_refuses(t, found.flow, found.dir, seg);
		take_handshake(t, found.flow, &found.dir, seg);
		if (is_pure_syn(seg) && is_mail_port(t, seg->dst_port))
			t->sink.connect(t->sink.cookie, &found.flow->info);
	}
	take_segment(t, found.flow, found.dir, seg);
}
