/* SPDX-License-Identifier: Apache-2.0 */
#include "output/emitter.h"

#include <stdlib.h>

#include "base/hash.h"
#include "output/alert_line.h"
#include "output/campaign_line.h"
#include "output/counter_line.h"
#include "output/message_line.h"
#include "output/session_line.h"
#include "output/source_line.h"

#define DATASETS 7

struct emitter {
	struct emitter_config config;
	struct json_writer observer, line;
	uint64_t id_seed;
	uint64_t sequences[DATASETS]; /* by bit number of enum dataset */
	uint64_t lost;
	unsigned int datasets;
};

int dataset_parse(struct span list, unsigned int *ret, struct span *ret_bad)
{
	unsigned int mask = 0;

	for (;;) {
		ptrdiff_t comma = span_find(list, ',');
		struct span name = span_trim(comma < 0 ? list : span_head(list, (size_t)comma));
		unsigned int found = 0;

		for (unsigned int i = 0; i < DATASETS; i++) {
			const char *full = event_dataset_name((enum dataset)(1u << i));

			if (span_eq_str(name, full + strlen("heloscope.")))
				found = 1u << i;
		}
		if (!found) {
			*ret_bad = name;
			return -1;
		}
		mask |= found;
		if (comma < 0)
			break;
		list = span_skip(list, (size_t)comma + 1);
	}
	*ret = mask;
	return 0;
}

static void observer(struct json_writer *w, const struct emitter_config *c)
{
	json_writer_object(w, "observer");
	json_writer_word(w, "type", "sensor");
	json_writer_word(w, "vendor", "heloscope");
	json_writer_word(w, "product", "heloscope");
	if (c->version)
		json_writer_word(w, "version", c->version);
	if (c->sensor)
		json_writer_wire(w, "name", span_str(c->sensor));
	if (c->hostname)
		json_writer_wire(w, "hostname", span_str(c->hostname));
	if (c->interface) {
		json_writer_object(w, "ingress");
		json_writer_object(w, "interface");
		json_writer_wire(w, "name", span_str(c->interface));
		json_writer_end_object(w);
		json_writer_end_object(w);
	}
	json_writer_end_object(w);
}

struct emitter *emitter_create(const struct emitter_config *config)
{
	struct emitter *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->config = *config;
	for (size_t i = 0; i < config->sink_count; i++)
		e->datasets |= config->sinks[i].datasets;
	observer(&e->observer, config);
	e->id_seed = hash64(span_str(config->sensor));
	if (e->observer.failed) {
		emitter_destroy(e);
		return NULL;
	}
	return e;
}

void emitter_destroy(struct emitter *e)
{
	if (!e)
		return;
	json_writer_finish(&e->observer);
	json_writer_finish(&e->line);
	free(e);
}

unsigned int emitter_datasets(const struct emitter *e)
{
	return e->datasets;
}

uint64_t emitter_written(const struct emitter *e, enum dataset d)
{
	return e->sequences[__builtin_ctz(d)];
}

uint64_t emitter_lost(const struct emitter *e)
{
	return e->lost;
}

/* Is the dataset wanted? Then *ret is what its next line is written with. */
static bool begin(struct emitter *e, enum dataset d, struct line *ret)
{
	if (!(e->datasets & d))
		return false;
	json_writer_reset(&e->line);
	*ret = (struct line){
		.w = &e->line,
		.config = &e->config,
		.observer = e->observer.buf,
		.observer_len = e->observer.len,
		.id_seed = e->id_seed,
		.sequence = ++e->sequences[__builtin_ctz(d)],
	};
	return true;
}

static void deliver(struct emitter *e, enum dataset d)
{
	if (e->line.failed) {
		e->lost++;
		return;
	}
	for (size_t i = 0; i < e->config.sink_count; i++) {
		const struct line_sink *s = &e->config.sinks[i];

		if (s->datasets & d)
			s->write(s->cookie, e->line.buf, e->line.len);
	}
}

void emitter_session(
	struct emitter *e, const struct session_record *s, const struct session_judgement *j)
{
	struct line l;

	if (!begin(e, DATASET_SESSION, &l))
		return;
	session_line(&l, s, j);
	deliver(e, DATASET_SESSION);
}

void emitter_message(
	struct emitter *e, const struct message_record *m, const struct message_judgement *j)
{
	struct line l;

	if (!begin(e, DATASET_MESSAGE, &l))
		return;
	message_line(&l, m, j);
	deliver(e, DATASET_MESSAGE);
}

void emitter_alert(struct emitter *e, const struct alert *a)
{
	struct line l;

	if (!begin(e, DATASET_ALERT, &l))
		return;
	alert_line(&l, a);
	deliver(e, DATASET_ALERT);
}

/* An IPv6 source is a /64 (contract 8.3). */
static bool is_wanted(const struct emitter *e, const struct addr *source)
{
	struct addr a, b;

	if (!e->config.card)
		return true;
	a = addr_host_key(source);
	b = addr_host_key(e->config.card);
	return addr_eq(&a, &b);
}

void emitter_source(struct emitter *e, const struct source_card *c)
{
	struct line l;

	if (!is_wanted(e, &c->ip) || !begin(e, DATASET_SOURCE, &l))
		return;
	source_line(&l, c);
	deliver(e, DATASET_SOURCE);
}

void emitter_campaign(struct emitter *e, const struct campaign_report *c)
{
	struct line l;

	if (!begin(e, DATASET_CAMPAIGN, &l))
		return;
	campaign_line(&l, c);
	deliver(e, DATASET_CAMPAIGN);
}

void emitter_stats(
	struct emitter *e, nstime time, nstime start, const struct stat_value *values, size_t count)
{
	struct line l;

	if (!begin(e, DATASET_STATS, &l))
		return;
	counter_line_stats(&l, time, start, values, count);
	deliver(e, DATASET_STATS);
}

void emitter_engine(struct emitter *e, nstime time, nstime start, const char *action,
	const char *message, const struct stat_value *values, size_t count)
{
	struct line l;

	if (!begin(e, DATASET_ENGINE, &l))
		return;
	counter_line_engine(&l, time, start, action, message, values, count);
	deliver(e, DATASET_ENGINE);
}
