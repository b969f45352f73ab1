/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run_tick.h"

#include <time.h>

#include "app/run_report.h"
#include "app/signals.h"

#define LIVE_LAG (2 * NS_PER_S) /* idle live time runs behind the wall clock (contract 7.4) */
#define HEARTBEAT (60 * NS_PER_S)
/* Packets between looks at the clock, the signals and the outputs. */
#define LIVE_TICK 1024
#define REPLAY_TICK 8192
/* Live, and packets come seldom, but never so seldom that there is nothing for a while. */
#define LIVE_INTERVAL (200 * NS_PER_MS)

nstime run_tick_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (nstime)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void send(struct run *r)
{
	struct run_tick *t = &r->tick;

	r->until_tick = r->live ? LIVE_TICK : REPLAY_TICK;
	t->in = packet_source_get_stats(r->source);
	t->reopen |= signals_take_reopen();
	t->stats |= signals_take_stats();
	if (r->live) {
		t->now = run_tick_clock();
		if (r->next_heartbeat == 0)
			r->next_heartbeat = t->now + HEARTBEAT;
		if (t->now >= r->next_heartbeat) {
			r->next_heartbeat = t->now + HEARTBEAT;
			t->heartbeat = true;
		}
	}
	if (pipeline_post(r->pipeline, t))
		*t = (struct run_tick){.now = 0};
}

void run_tick_packet(struct run *r, nstime time)
{
	if (r->until_tick == 0 || (r->live && time - r->ticked >= LIVE_INTERVAL)) {
		r->ticked = time;
		send(r);
	} else {
		r->until_tick--;
	}
}

void run_tick_idle(struct run *r)
{
	pipeline_advance(r->pipeline, run_tick_clock() - LIVE_LAG);
	send(r);
}

static void take_live(struct run *r, const struct run_tick *t)
{
	if (t->heartbeat || t->stats)
		run_report_stats(r, t->now);
	if (t->heartbeat)
		run_report_engine(r, t->now, "heartbeat", "heloscope is watching");
	outputs_check_moved(r->outputs);
	outputs_flush(r->outputs);
}

static void take_replay(struct run *r, const struct run_tick *t)
{
	progress_show(&r->progress, &t->in, r->pipeline);
	if (!t->stats)
		return;
	run_report_stats(r, pipeline_last_time(r->pipeline));
	outputs_flush(r->outputs);
}

void run_tick_posted(void *run, const void *note)
{
	struct run *r = run;
	const struct run_tick *t = note;

	r->in = t->in;
	if (t->reopen)
		outputs_reopen(r->outputs);
	if (r->live)
		take_live(r, t);
	else
		take_replay(r, t);
}
