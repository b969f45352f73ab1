/* SPDX-License-Identifier: Apache-2.0 */
#include "app/judging.h"

#include <stdlib.h>

#include "app/record_queue.h"

struct judging {
	struct judge *judge;
	bool live; /* whoever waits for an alert must not wait for other records */
	struct record_queue queue;
	struct judge_out out;
	struct emitter *emitter;
	struct summary *summary;
	struct topology_guess *guess;
	uint64_t alerts;
	int worst_severity;
};

/* The judge's words go to all who listen. */

static void say_session(
	void *cookie, const struct session_record *s, const struct session_judgement *verdict)
{
	struct judging *j = cookie;

	emitter_session(j->emitter, s, verdict);
	if (j->summary)
		summary_session(j->summary, s);
	if (j->guess)
		topology_guess_session(j->guess, s);
}

static void say_message(
	void *cookie, const struct message_record *m, const struct message_judgement *verdict)
{
	struct judging *j = cookie;

	emitter_message(j->emitter, m, verdict);
	if (j->summary)
		summary_message(j->summary, m);
	if (j->guess)
		topology_guess_message(j->guess, m);
}

static void say_alert(void *cookie, const struct alert *a)
{
	struct judging *j = cookie;

	j->alerts += a->state == ALERT_OPEN;
	if ((int)a->severity > j->worst_severity)
		j->worst_severity = (int)a->severity;
	emitter_alert(j->emitter, a);
	if (j->summary)
		summary_alert(j->summary, a);
}

static void say_campaign(void *cookie, const struct campaign_report *c)
{
	struct judging *j = cookie;

	emitter_campaign(j->emitter, c);
	if (j->summary)
		summary_campaign(j->summary, c);
}

static void say_source(void *cookie, const struct source_card *c)
{
	struct judging *j = cookie;

	emitter_source(j->emitter, c);
	if (j->summary)
		summary_source(j->summary, c);
}

struct judging *judging_create(const struct judge_config *config, struct emitter *emitter,
	struct summary *summary, struct topology_guess *guess)
{
	struct judging *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->emitter = emitter;
	j->summary = summary;
	j->guess = guess;
	j->out = (struct judge_out){
		j, say_session, say_message, say_alert, say_campaign, say_source};
	if (!summary && !(emitter_datasets(emitter) & DATASET_SOURCE))
		j->out.source = NULL;
	j->judge = judge_create(config, &j->out);
	if (!j->judge) {
		free(j);
		return NULL;
	}
	j->live = config->live;
	record_queue_init(&j->queue, j->judge);
	return j;
}

void judging_destroy(struct judging *j)
{
	if (!j)
		return;
	judge_destroy(j->judge);
	free(j);
}

void judging_record(struct judging *j, const struct record *r)
{
	if (j->live)
		judge_record(j->judge, r);
	else
		record_queue_put(&j->queue, r);
}

void judging_settle(struct judging *j)
{
	record_queue_drain(&j->queue);
}

void judging_advance(struct judging *j, nstime now)
{
	judging_settle(j);
	judge_advance(j->judge, now);
}

void judging_finish(struct judging *j)
{
	judging_settle(j);
	judge_finish(j->judge);
}

struct judging_stats judging_get_stats(const struct judging *j)
{
	return (struct judging_stats){judge_get_stats(j->judge), j->alerts, j->worst_severity};
}
