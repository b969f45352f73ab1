/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/flow_tracker.h"

#include <assert.h>
#include <stdlib.h>

#include "capture/flow_delivery.h"
#include "capture/flow_hash.h"

/* Shares of the one memory setting (at 2 GiB: 1,000,000 flows, some more since
 * not every shard gets as many, 192 MiB, 32 MiB). */
#define BYTES_A_FLOW 2064
#define BYTES_A_SESSION 16384 /* where the sink does not say what it has room for */
#define REASSEMBLY_SHARE(memory) ((memory) / 32 * 3)
#define GUESS_SHARE(memory) ((memory) / 64)
#define GUESS_HOLD_BYTES 4096
#define LEAST_NODES 64 /* a shard */
#define LEAST_HOLDS 4
#define LEAST_SESSIONS 8
#define VICTIMS 4 /* sessions that a new flow drives out, at the most */

#define DEFAULT_SMTP_IDLE (660 * NS_PER_S)
#define DEFAULT_OTHER_IDLE (60 * NS_PER_S)

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
	flow_ports_init(&t->ports, config->smtp_ports, config->smtp_port_count);
	t->handshake = (struct flow_handshake){.ports = &t->ports,
		.other_idle = config->other_idle ? config->other_idle : DEFAULT_OTHER_IDLE,
		.stats = stats};
	timeouts[FLOW_TIMEOUT_OTHER] = t->handshake.other_idle;
	timeouts[FLOW_TIMEOUT_SMTP] = smtp_idle;
	timeouts[FLOW_TIMEOUT_HALF_CLOSED] = FLOW_TRACKER_HALF_CLOSED;
	timeouts[FLOW_TIMEOUT_HALF_CLOSED_ONE] = FLOW_TRACKER_HALF_CLOSED_ONE;
	t->first_shard = config->first_shard;
	t->shards = config->shards ? config->shards : CAPTURE_SHARDS;
	assert(t->first_shard + t->shards <= CAPTURE_SHARDS);
	t->sessions = at_least(config->memory / BYTES_A_SESSION / CAPTURE_SHARDS, LEAST_SESSIONS);
	t->ended_packet = UINT64_MAX;
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

/* ---- the end of a flow ---- */

static void release(struct flow_tracker *t, struct flow *f)
{
	if (f->hold)
		smtp_guess_end(t->guess, f->hold);
	f->hold = 0;
	tcp_stream_clear(&f->stream, flow_tracker_pool(t, f));
	flow_timers_stop(&t->timers, f);
	t->stats->flows_active--;
}

/* Its end; the caller removes it from the table. */
static void end_flow(struct flow_tracker *t, struct flow *f, enum flow_end how, enum flow_dir by,
	const struct flow_event *e)
{
	struct flow_delivery d = {t, f};
	struct tcp_stream_context x = flow_delivery_context(&d, e);

	tcp_stream_flush(&f->stream, &x);
	if (tcp_stream_closed(&f->stream)) /* what came before the FINs was waited for */
		how = FLOW_END_FIN;
	if (!f->stream.stopped && f->phase == FLOW_PHASE_OPEN) {
		struct flow_ending ending = {how, by, e->time, e->packet, e->timer};

		if (how == FLOW_END_FIN)
			ending.by = (enum flow_dir)f->first_fin;
		t->ended_packet = e->packet;
		t->ended_id = f->info.id;
		t->sink.end(t->sink.cookie, (enum flow_protocol)f->protocol, f->state, &f->info,
			&ending);
	} else if (!f->stream.stopped) {
		t->stats->flows_undecided++;
	}
	release(t, f);
}

static void evict(struct flow_tracker *t, struct flow *f, const struct flow_event *e)
{
	end_flow(t, f, FLOW_END_EVICTED, FLOW_CLIENT, e);
	flow_table_remove(t->table, f);
}

static enum flow_end silent_end(const struct flow *f)
{
	return tcp_stream_closing(&f->stream) ? FLOW_END_FIN : FLOW_END_IDLE;
}

static void expire(struct flow_tracker *t, struct flow *f)
{
	struct flow_event e = {flow_timers_deadline(&t->timers, f), f->info.last_packet, true};

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
		struct flow_event e = {t->now, f->info.last_packet, true};

		end_flow(t, f, FLOW_END_INPUT, FLOW_CLIENT, &e);
		flow_table_remove(t->table, f);
	}
}

/* ---- the beginning of a flow ---- */

static bool is_crowded(const struct flow_tracker *t, unsigned int shard)
{
	if (t->sink.crowded)
		return t->sink.crowded(t->sink.cookie, (uint8_t)shard);
	return flow_table_sessions(t->table, shard) >= t->sessions;
}

/* What is told at one packet goes by the flows' ids: whom a new flow drives out must not be older
 * than one already told of. */
static void make_session_room(struct flow_tracker *t, unsigned int shard, const struct flow_event *e)
{
	for (int k = 0; k < VICTIMS && is_crowded(t, shard); k++) {
		uint64_t least = t->ended_packet == e->packet ? t->ended_id : 0;
		uint32_t limit = t->sink.crowded ? flow_table_sessions(t->table, shard)
						 : t->sessions;
		struct flow *f = flow_table_session_victim(t->table, shard, limit, least);

		if (!f)
			return;
		t->stats->sessions_evicted++;
		evict(t, f, e);
	}
}

static void make_room(struct flow_tracker *t, unsigned int shard, const struct segment *seg)
{
	struct flow_event e = {seg->time, seg->packet, false};

	make_session_room(t, shard, &e);
	if (!flow_table_full(t->table, shard))
		return;
	t->stats->flows_evicted++;
	evict(t, flow_table_victim(t->table, shard), &e);
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
	if (segment_is_syn_ack(seg) ||
		(f->info.midstream && flow_roles_look_swapped(&t->ports, &f->info)))
		flow_roles_swap(f);
	flow_roles_protocol(&t->ports, f);
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

	if (segment_is_syn(seg) ||
		age > (stub->closed ? FLOW_TRACKER_LINGER : t->handshake.other_idle)) {
		flow_table_remove_stub(t->table, stub);
		return false;
	}
	if (!stub->closed)
		stub->time = seg->time;
	return true;
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
	struct flow_event e = {seg->time, seg->packet, false};
	struct flow_delivery d = {t, f};
	struct tcp_stream_context x = flow_delivery_context(&d, &e);

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
	enum flow_handshake_says says = FLOW_HANDSHAKE_OF_NEXT;

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
		says = flow_handshake_take(&t->handshake, found.flow, &found.dir, seg);
		if (says == FLOW_HANDSHAKE_OF_NEXT) {
			struct flow_event e = {seg->time, seg->packet, false};

			end_flow(t, found.flow, silent_end(found.flow), FLOW_CLIENT, &e);
			flow_table_remove(t->table, found.flow);
		}
	}
	if (says == FLOW_HANDSHAKE_IGNORED)
		return;
	if (says == FLOW_HANDSHAKE_OF_NEXT) {
		found.flow = begin_flow(t, hash, seg);
		if (!found.flow)
			return;
		found.dir = addr_eq(&found.flow->info.client, &seg->src) &&
					    found.flow->info.client_port == seg->src_port
				    ? FLOW_CLIENT
				    : FLOW_SERVER;
		checksum_refuses(t, found.flow, found.dir, seg);
		flow_handshake_take(&t->handshake, found.flow, &found.dir, seg);
		if (segment_is_syn(seg) && flow_ports_mail(&t->ports, seg->dst_port))
			t->sink.connect(t->sink.cookie, &found.flow->info);
	}
	take_segment(t, found.flow, found.dir, seg);
}
