/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/session_times.h"

void session_times_init(struct session_times *t)
{
	memset(t, 0, sizeof(*t));
	t->hold = t->idle_max = t->tls_hold = -1;
}

/* Directions may be captured a little out of order: time does not run backwards for it. */
static int64_t since(nstime from, nstime to)
{
	return to > from ? to - from : 0;
}

void session_times_before(struct session_times *t, const struct stream_chunk *c, bool owes)
{
	bool client = c->dir == FLOW_CLIENT;

	if (c->kind != CHUNK_DATA)
		return;
	if (t->tls)
		owes = t->client_last;
	if (client && !owes && t->activity != 0 && since(t->activity, c->time) > t->idle_max)
		t->idle_max = since(t->activity, c->time);
	t->activity = c->time;
	t->client_last = client;
}

void session_times_after(struct session_times *t, const struct stream_chunk *c)
{
	struct span bytes = c->data;

	if (!t->tls)
		return;
	if (c->dir == FLOW_SERVER) {
		if (c->kind == CHUNK_DATA)
			t->tls_server = c->time;
		t->tls_turn_due = true;
		return;
	}
	if (c->kind == CHUNK_GAP)
		smtp_tls_gap(&t->client);
	if (t->tls_from > c->offset)
		bytes = span_skip(bytes, (size_t)(t->tls_from - c->offset));
	if (smtp_tls_turn(&t->client, bytes) && t->tls_turn_due && t->tls_server) {
		t->tls_hold = since(t->tls_server, c->time);
		t->tls_turn_due = false;
	}
}

static void ends(struct session_times *t, nstime time)
{
	/* What is held may come behind a close that it went before. */
	if (t->ended && time < t->end) {
		if (t->hold >= 0)
			t->hold = since(t->end - t->hold, time);
		t->end = time;
	}
	if (t->ended)
		return;
	t->ended = true;
	t->end = time;
	if (t->replied)
		t->hold = since(t->reply_last, time);
}

static void on_reply(struct session_times *t, const struct smtp_event *e)
{
	if (e->reply.role == SMTP_REPLY_UNSOLICITED && e->reply.code == 421)
		ends(t, e->first.time);
	if (e->reply.role == SMTP_REPLY_GREETING) {
		t->greeted = true;
		t->banner_last = e->last.time;
		t->banner_first = e->first.time;
	}
	t->replied = true;
	t->reply_last = e->last.time;
}

void session_times_event(struct session_times *t, const struct smtp_event *e)
{
	switch (e->kind) {
	case SMTP_EVENT_REPLY:
		on_reply(t, e);
		break;
	case SMTP_EVENT_COMMAND:
		if (!t->commanded && e->command.number > 0) {
			t->commanded = true;
			t->command_first = e->first.time;
		}
		if (e->command.cmd.verb == SMTP_QUIT)
			ends(t, e->first.time);
		break;
	case SMTP_EVENT_CLOSE:
		ends(t, e->first.time);
		break;
	case SMTP_EVENT_TLS:
		t->tls = true;
		t->tls_from = e->dir == FLOW_CLIENT ? e->first.offset : 0;
		break;
	default:
		break;
	}
}

static int64_t to_ms(int64_t ns)
{
	return ns < 0 ? -1 : nstime_to_ms(ns);
}

static int64_t tls_hold(const struct session_times *t, nstime end)
{
	nstime from = t->tls_server ? t->tls_server : t->reply_last;
	int64_t rest = t->tls_server || t->replied ? since(from, end) : -1;

	return t->tls_hold > rest ? t->tls_hold : rest;
}

void session_times_fill(const struct session_times *t, const struct flow_info *f,
	const struct flow_ending *e, struct session_record *r)
{
	nstime start = f->syn_time ? f->syn_time : f->first_time;
	bool closed = t->ended || e->how == FLOW_END_RST || e->how == FLOW_END_FIN;
	bool late = e->how == FLOW_END_FIN && e->timer;
	nstime last = f->last_time, end = t->ended ? t->end : late ? last : e->time;
	int64_t hold = t->hold;

	if (t->tls)
		hold = tls_hold(t, end);
	else if (!t->ended && t->replied)
		hold = since(t->reply_last, end);
	r->banner_ms = t->greeted ? to_ms(since(start, t->banner_first)) : -1;
	r->first_command_ms =
		t->greeted && t->commanded ? to_ms(since(t->banner_last, t->command_first)) : -1;
	r->hold_ms = to_ms(hold);
	r->censored = tri_of(!closed);
	r->idle_max_ms = to_ms(t->idle_max);
	/* What came by a deadline, the end included, came behind the last packet. */
	last = end > last ? end : last;
	last = t->activity > last ? t->activity : last;
	r->duration_ms = to_ms(since(f->first_time, last));
}
