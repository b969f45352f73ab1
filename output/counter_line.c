/* SPDX-License-Identifier: Apache-2.0 */
#include "output/counter_line.h"

#include "base/hash.h"
#include "output/json_tree.h"

static void write_line(const struct line *l, struct event *e, const char *name, const char *message,
	const struct stat_value *values, size_t count)
{
	struct event_key key = {.len = 0};
	json_t *tree = json_object();

	event_key_add_number(&key, (uint64_t)e->start);
	event_key_add_number(&key, hash64(span_str(message)));
	event_key_add(&key, e->action, strlen(e->action));
	event_id(l, e->dataset, &key, e->time, 0, e->id);
	for (size_t i = 0; i < count; i++)
		json_tree_set_path(tree, values[i].name, values[i].value);
	event_begin(l, e);
	event_begin_heloscope(l);
	json_tree_write(l->w, name, tree);
	json_writer_end_object(l->w);
	json_writer_wire(l->w, "message", span_str(message));
	event_end(l);
}

void counter_line_stats(const struct line *l, nstime time, nstime start,
	const struct stat_value *values, size_t count)
{
	struct event e = {
		.dataset = DATASET_STATS,
		.kind = "metric",
		.action = "stats",
		.outcome = "unknown",
		.time = time,
		.start = start,
		.end = time,
	};

	write_line(l, &e, "stats", "counters since the start", values, count);
}

void counter_line_engine(const struct line *l, nstime time, nstime start, const char *action,
	const char *message, const struct stat_value *values, size_t count)
{
	struct event e = {
		.dataset = DATASET_ENGINE,
		.kind = "event",
		.action = action,
		.outcome = "unknown",
		.time = time,
		.start = start,
		.end = time,
	};

	write_line(l, &e, "engine", message, values, count);
}
