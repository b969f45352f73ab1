/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/flow_delivery.h"

/*
 * New flows drive old sessions out (make_room()), for what is told at one packet goes by the flows'
 * ids. Those that opened many connections beforehand find a limit here, or at the sink.
 */
static bool has_session_room(struct flow_tracker *t, const struct flow *f)
{
	if (t->sink.crowded || flow_table_sessions(t->table, f->info.shard) < t->sessions + t->sessions / 2)
		return true;
	t->stats->sessions_refused++;
	return false;
}

static bool open_flow(struct flow_tracker *t, struct flow *f)
{
	if (f->protocol == FLOW_SMTP && !has_session_room(t, f))
		return false;
	f->phase = FLOW_PHASE_OPEN;
	if (f->protocol == FLOW_SMTP) {
		t->stats->flows_smtp++;
		flow_table_rank(t->table, f, FLOW_RANK_UNPROVEN);
		if (!tcp_stream_closing(&f->stream))
			f->timeout = FLOW_TIMEOUT_SMTP;
		flow_timers_sooner(&t->timers, f);
	} else {
		t->stats->flows_not_smtp++;
	}
	f->state = t->sink.open(t->sink.cookie, (enum flow_protocol)f->protocol, &f->info);
	if (!f->state && f->protocol == FLOW_SMTP)
		t->stats->sessions_refused++;
	return f->state != NULL;
}

static bool hand_on(void *cookie, const struct stream_chunk *c)
{
	struct flow_delivery *d = cookie;

	d->t->sink.chunk(
		d->t->sink.cookie, (enum flow_protocol)d->f->protocol, d->f->state, &d->f->info, c);
	return true;
}

/* A flow on a mail port or DNS's: opened by its first chunk. */
static bool begin_known(struct flow_delivery *d, const struct stream_chunk *c)
{
	struct flow *f = d->f;
	struct stream_chunk chunk = *c;

	/* Mail ports on both sides do not tell the server. */
	if (f->info.server_guessed && flow_ports_mail(&d->t->ports, f->info.client_port) &&
		c->kind == CHUNK_DATA &&
		flow_roles_speaker(c->data) == (int)flow_roles_other(c->dir)) {
		flow_roles_swap(f);
		chunk.dir = flow_roles_other(c->dir);
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
	tcp_stream_clear(&f->stream, flow_tracker_pool(t, f));
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

static bool guess(struct flow_delivery *d, const struct stream_chunk *c)
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
		flow_roles_swap(f);
		rest.dir = flow_roles_other(c->dir);
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
	struct flow_delivery *d = cookie;
	struct flow *f = d->f;

	if (c->kind == CHUNK_FIN && !f->stream.half[0].fin_done != !f->stream.half[1].fin_done)
		f->first_fin = (uint8_t)c->dir;
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

struct tcp_stream_context flow_delivery_context(struct flow_delivery *d, const struct flow_event *e)
{
	return (struct tcp_stream_context){
		.pool = flow_tracker_pool(d->t, d->f),
		.stats = d->t->stats,
		.flow = &d->f->info,
		.time = e->time,
		.packet = e->packet,
		.timer = e->timer,
		.chunk = on_chunk,
		.cookie = d,
	};
}
