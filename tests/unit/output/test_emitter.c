/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>

#include "sample_records.h"

/* GOLDEN is the path of golden.jsonl: print_lines > golden.jsonl makes it anew. */

struct text {
	char *p;
	size_t len, lines;
};

static void collect(void *cookie, const char *line, size_t len)
{
	struct text *t = cookie;

	t->p = realloc(t->p, t->len + len + 1);
	assert_non_null(t->p);
	memcpy(t->p + t->len, line, len);
	t->len += len;
	t->p[t->len] = '\0';
	t->lines++;
}

static struct emitter_config config_of(const struct line_sink *sink)
{
	return (struct emitter_config){.version = "0.0.0",
		.sensor = "sample",
		.frame = samples_frame,
		.sinks = sink,
		.sink_count = 1};
}

/* All samples by `config`, whose sink collects into `t`. */
static void emit(const struct emitter_config *config, struct text *t)
{
	struct emitter *e = emitter_create(config);
	struct samples s;

	assert_non_null(e);
	samples_init(&s);
	samples_emit_all(&s, e);
	assert_int_equal(emitter_lost(e), 0);
	samples_finish(&s);
	emitter_destroy(e);
}

static void test_golden_lines(void **state)
{
	struct text t = {NULL, 0, 0};
	const struct line_sink sink = {&t, ~0u, collect};
	const struct emitter_config config = config_of(&sink);
	FILE *f = fopen(GOLDEN, "r");
	char *line = NULL, *at;
	size_t size = 0;

	assert_non_null(f);
	emit(&config, &t);
	at = t.p;
	while (getline(&line, &size, f) > 0) {
		char *end = strchr(at, '\n');

		assert_non_null(end);
		line[strcspn(line, "\n")] = '\0';
		*end = '\0';
		assert_string_equal(at, line);
		at = end + 1;
	}
	assert_string_equal(at, "");
	fclose(f);
	free(line);
	free(t.p);
}

/* The value at a dotted path; NULL where there is none. */
static json_t *at(json_t *event, const char *path)
{
	const char *dot;

	while (event && (dot = strchr(path, '.')) != NULL) {
		event = json_object_getn(event, path, (size_t)(dot - path));
		path = dot + 1;
	}
	return json_object_get(event, path);
}

static const char *word(json_t *event, const char *path)
{
	return json_string_value(at(event, path));
}

/* Line `index` of `t` as a tree; the caller lets go of it. */
static json_t *line_of(const struct text *t, size_t index)
{
	const char *p = t->p;
	json_t *event;

	for (; index > 0; index--)
		p = strchr(p, '\n') + 1;
	event = json_loadb(p, (size_t)(strchr(p, '\n') - p), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(event);
	return event;
}

static void test_sinks_get_what_they_want(void **state)
{
	struct text cards = {NULL, 0, 0}, alerts = {NULL, 0, 0};
	const struct line_sink sinks[] = {{&cards, DATASET_SOURCE | DATASET_CAMPAIGN, collect},
		{&alerts, DATASET_ALERT, collect}};
	struct emitter_config config = config_of(sinks);
	struct emitter *e;

	config.sink_count = 2;
	emit(&config, &cards);
	assert_int_equal(cards.lines, 3);
	assert_int_equal(alerts.lines, 4);
	e = emitter_create(&config);
	assert_int_equal(emitter_datasets(e), DATASET_SOURCE | DATASET_CAMPAIGN | DATASET_ALERT);
	emitter_destroy(e);
	free(cards.p);
	free(alerts.p);
}

/* Opening and rising are alerts to a SIEM, everything else is an event (contract 1.9). */
static void test_kind_of_alerts(void **state)
{
	static const char *const kinds[] = {"alert", "event", "alert", "event"};
	struct text t = {NULL, 0, 0};
	const struct line_sink sink = {&t, DATASET_ALERT, collect};
	const struct emitter_config config = config_of(&sink);

	emit(&config, &t);
	for (size_t i = 0; i < 4; i++) {
		json_t *event = line_of(&t, i);

		assert_string_equal(word(event, "event.kind"), kinds[i]);
		assert_int_equal(json_integer_value(at(event, "event.sequence")), i + 1);
		json_decref(event);
	}
	free(t.p);
}

static void test_ids(void **state)
{
	struct text one = {NULL, 0, 0}, again = {NULL, 0, 0}, elsewhere = {NULL, 0, 0};
	const struct line_sink sink = {&one, ~0u, collect}, sink2 = {&again, ~0u, collect};
	const struct line_sink sink3 = {&elsewhere, ~0u, collect};
	struct emitter_config config = config_of(&sink);

	emit(&config, &one);
	config.sinks = &sink2;
	emit(&config, &again);
	assert_string_equal(one.p, again.p);
	config.sinks = &sink3;
	config.sensor = "another";
	emit(&config, &elsewhere);
	for (size_t i = 0; i < one.lines; i++) {
		json_t *event = line_of(&one, i), *other = line_of(&elsewhere, i);

		assert_string_not_equal(word(event, "event.id"), word(other, "event.id"));
		json_decref(other);
		for (size_t k = 0; k < i; k++) {
			json_t *before = line_of(&one, k);

			assert_string_not_equal(word(event, "event.id"), word(before, "event.id"));
			json_decref(before);
		}
		json_decref(event);
	}
	free(one.p);
	free(again.p);
	free(elsewhere.p);
}

static void test_created_only_live(void **state)
{
	struct text t = {NULL, 0, 0};
	const struct line_sink sink = {&t, DATASET_SESSION, collect};
	struct emitter_config config = config_of(&sink);
	json_t *event;

	emit(&config, &t);
	assert_null(strstr(t.p, "\"created\""));
	config.live = true;
	config.hostname = "sensor1.example";
	config.interface = "eth1";
	t.len = 0;
	emit(&config, &t);
	event = line_of(&t, 0);
	assert_non_null(word(event, "event.created"));
	assert_string_equal(word(event, "observer.hostname"), "sensor1.example");
	assert_string_equal(word(event, "observer.ingress.interface.name"), "eth1");
	json_decref(event);
	free(t.p);
}

/* What was not seen is absent. */
static void test_unseen_is_absent(void **state)
{
	static const char *const absent[] = {"heloscope.session.helo", "heloscope.session.banner",
		"heloscope.session.starttls", "heloscope.session.timing",
		"heloscope.session.behavior", "heloscope.session.capture.complete",
		"heloscope.session.auth.outcome", "network.direction", "network.vlan", "tls"};
	struct text t = {NULL, 0, 0};
	const struct line_sink sink = {&t, DATASET_SESSION, collect};
	const struct emitter_config config = config_of(&sink);
	json_t *event;

	emit(&config, &t);
	event = line_of(&t, 1);
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_null(at(event, absent[i]));
	assert_string_equal(word(event, "event.outcome"), "unknown");
	assert_string_equal(word(event, "network.type"), "ipv6");
	json_decref(event);
	free(t.p);
}

static const char *two_files(void *cookie, uint64_t packet, uint64_t *ret_frame)
{
	*ret_frame = packet % 120 + 1;
	return packet < 120 ? "a.pcap" : "b.pcap";
}

/* A session that goes on in the next file: its last frame would be one of another file. */
static void test_frames_of_two_files(void **state)
{
	struct text t = {NULL, 0, 0};
	const struct line_sink sink = {&t, DATASET_SESSION, collect};
	struct emitter_config config = config_of(&sink);
	json_t *event;

	config.frame = two_files;
	emit(&config, &t);
	event = line_of(&t, 0);
	assert_string_equal(word(event, "log.file.path"), "a.pcap");
	assert_int_equal(
		json_integer_value(at(event, "heloscope.session.capture.first_frame")), 101);
	assert_null(at(event, "heloscope.session.capture.last_frame"));
	json_decref(event);
	config.frame = NULL;
	t.len = 0;
	emit(&config, &t);
	event = line_of(&t, 0);
	assert_null(at(event, "log"));
	assert_null(at(event, "heloscope.session.capture.first_frame"));
	json_decref(event);
	free(t.p);
}

static void each_line_is_jansson_s(const struct text *t)
{
	const char *p = t->p;

	for (const char *end; *p; p = end + 1) {
		json_t *event;
		char *dumped;

		end = strchr(p, '\n');
		event = json_loadb(p, (size_t)(end - p), JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(event);
		dumped = json_dumps(event, JSON_COMPACT | JSON_ENSURE_ASCII);
		assert_int_equal(strlen(dumped), end - p);
		assert_memory_equal(dumped, p, (size_t)(end - p));
		free(dumped);
		json_decref(event);
	}
}

/* Random bytes in every string: each line reads back, and is what jansson would write. */
static void test_noise(void **state)
{
	struct text t = {NULL, 0, 0};
	const struct line_sink sink = {&t, ~0u, collect};
	const struct emitter_config config = config_of(&sink);
	struct emitter *e = emitter_create(&config);
	struct samples s;
	uint64_t seed = 7;
	uint8_t noise[4000];

	samples_init(&s);
	for (int round = 0; round < 300; round++) {
		size_t n = round == 0 ? sizeof(noise) : (size_t)round % 40;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			noise[i] = (uint8_t)(seed >> 40);
		}
		t.len = 0;
		samples_emit_noise(&s, e, span_of(noise, n));
		each_line_is_jansson_s(&t);
	}
	samples_finish(&s);
	emitter_destroy(e);
	free(t.p);
}

static void test_dataset_parse(void **state)
{
	unsigned int mask = 0;
	struct span bad;

	assert_int_equal(dataset_parse(span_str("alert"), &mask, &bad), 0);
	assert_int_equal(mask, DATASET_ALERT);
	assert_int_equal(dataset_parse(span_str("session, message,source,campaign,stats,engine"),
				 &mask, &bad),
		0);
	assert_int_equal(mask, 0x7f & ~DATASET_ALERT);
	assert_int_equal(dataset_parse(span_str("alert,alerts"), &mask, &bad), -1);
	assert_true(span_eq_str(bad, "alerts"));
	assert_int_equal(dataset_parse(span_str("alert,"), &mask, &bad), -1);
	assert_int_equal(bad.len, 0);
	assert_int_equal(dataset_parse(span_str(""), &mask, &bad), -1);
	assert_int_equal(mask, 0x7f & ~DATASET_ALERT); /* untouched by failure */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_lines),
		cmocka_unit_test(test_sinks_get_what_they_want),
		cmocka_unit_test(test_kind_of_alerts),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_created_only_live),
		cmocka_unit_test(test_unseen_is_absent),
		cmocka_unit_test(test_frames_of_two_files),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_dataset_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
