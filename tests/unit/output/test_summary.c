/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>

#include "sample_records.h"
#include "sample_summary.h"

/* GOLDEN_80 and GOLDEN_120 are the paths of what print_summary prints at those widths. */

static char *text_of(const struct summary *s, const struct summary_input *in, int columns)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	summary_print_text(s, in, f, columns, false);
	fclose(f);
	return text;
}

static void same_as_file(const char *text, const char *path)
{
	char expected[16384];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(expected, 1, sizeof(expected) - 1, f);
	fclose(f);
	expected[n] = '\0';
	assert_string_equal(text, expected);
}

static struct summary *sample(void)
{
	struct summary *s = summary_create();

	assert_non_null(s);
	sample_summary_fill(s);
	return s;
}

static void test_golden(void **state)
{
	struct summary *s = sample();
	struct summary_input in = sample_summary_input();
	char *text = text_of(s, &in, 80);

	same_as_file(text, GOLDEN_80);
	free(text);
	text = text_of(s, &in, 120);
	same_as_file(text, GOLDEN_120);
	free(text);
	summary_destroy(s);
}

/* No byte from the wire gets through, and no line but a command to copy is too long. */
static void test_safe_and_narrow(void **state)
{
	struct summary *s = sample();
	struct summary_input in = sample_summary_input();

	for (int columns = 0; columns <= 170; columns += columns ? 10 : 60) {
		char *text = text_of(s, &in, columns), *line = text;
		size_t width = columns == 0 ? 80 : columns > 160 ? 160 : (size_t)columns;

		for (char *c = text; *c; c++)
			assert_true((*c >= 0x20 && *c < 0x7f) || *c == '\n');
		for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			assert_true((size_t)(end - line) <= width || strstr(line, "tshark -r"));
			assert_true(end == line || end[-1] != ' ');
		}
		free(text);
	}
	summary_destroy(s);
}

static void test_nothing_seen(void **state)
{
	struct summary *s = summary_create();
	struct summary_input in = {.name = "empty.pcap"};
	char *text = text_of(s, &in, 80);

	assert_string_equal(text, "empty.pcap: no packets.\nNo SMTP session was seen.\n");
	free(text);
	summary_destroy(s);
}

static void test_nothing_found(void **state)
{
	struct summary *s = summary_create();
	struct summary_input in = {.name = "quiet.pcap", .packets = 1, .bytes = 60};
	struct samples samples;
	char *text;

	samples_init(&samples);
	summary_session(s, samples_session(&samples, NULL));
	text = text_of(s, &in, 80);
	assert_string_equal(text,
		"quiet.pcap: 1 packet, 60 B, 1970-01-01 00:00:00 to 00:00:00 UTC (0 ms)\n"
		"No campaign and no bot-like source was found.\n"
		"1 session, 0 messages: 0 accepted, 0 refused, 0 of unseen outcome.\n"
		"\nWhat was not visible\n  Nothing was missing.\n");
	free(text);
	samples_finish(&samples);
	summary_destroy(s);
}

static void add_card(struct summary *s, unsigned int i, uint32_t revision)
{
	const uint8_t b[4] = {192, 0, 2, (uint8_t)i};
	struct source_card c = {.ip = addr_from_v4(b),
		.verdict = i % 3 ? VERDICT_SUSPECT : VERDICT_BOT_LIKE,
		.score_db = (int)(i % 7),
		.messages = i % 11,
		.revision = revision};

	summary_source(s, &c);
}

/* A campaign of many members does not hide those who misbehave on their own account. */
static void test_members_leave_room(void **state)
{
	struct summary *s = sample();
	struct summary_input in = sample_summary_input();
	char *text = text_of(s, &in, 100);

	assert_non_null(strstr(text, "changing HELO"));
	assert_non_null(strstr(text, "holds open"));
	free(text);
	summary_destroy(s);
}

/* The worst twenty do not depend on the order in which they came. */
static void test_top_is_stable(void **state)
{
	struct summary_input in = {.name = "x", .packets = 1};
	char *first = NULL;

	for (unsigned int step = 1; step < 250; step += 49) { /* prime to 251 */
		struct summary *s = summary_create();
		char *text;

		for (unsigned int i = 0; i < 251; i++)
			add_card(s, i * step % 251, 0);
		add_card(s, 3, 1); /* again, and no second row */
		text = text_of(s, &in, 100);
		if (first)
			assert_string_equal(text, first);
		else
			first = strdup(text);
		free(text);
		summary_destroy(s);
	}
	assert_non_null(strstr(first, "251 sources: 84 bot-like, 167 suspect, 0 clean."));
	assert_non_null(strstr(first, "and 231 more"));
	free(first);
}

static const char *odd_path(void *cookie, uint64_t packet, uint64_t *ret_frame)
{
	*ret_frame = packet < 110 ? packet + 1 : 3;
	return packet < 110 ? "-it's \x1b odd.pcap" : "next.pcap";
}

/* A path is one word of a shell, and a range never spans two files. */
static void test_commands(void **state)
{
	struct summary *s = summary_create();
	struct summary_input in = {.name = "x", .packets = 1, .frame = odd_path};
	struct alert a = samples_campaign_alert(NULL);
	char *text;

	summary_alert(s, &a);
	text = text_of(s, &in, 100);
	assert_non_null(strstr(text,
		"    tshark -r ./'-it'\\''s \\x1b odd.pcap' -Y 'frame.number in {101..101}'\n"));
	free(text);
	in.frame = NULL;
	text = text_of(s, &in, 100);
	assert_null(strstr(text, "tshark"));
	free(text);
	summary_destroy(s);
}

static void test_json(void **state)
{
	struct summary *s = sample();
	struct summary_input in = sample_summary_input();
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	json_t *tree;

	summary_print_json(s, &in, f);
	fclose(f);
	tree = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(tree);
	assert_int_equal(json_array_size(json_object_get(tree, "worst_sources")), 20);
	assert_int_equal(json_array_size(json_object_get(tree, "worst_campaigns")), 2);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(tree, "sources"), "bot_like")),
		26);
	json_decref(tree);
	free(text);
	summary_destroy(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_safe_and_narrow),
		cmocka_unit_test(test_nothing_seen),
		cmocka_unit_test(test_nothing_found),
		cmocka_unit_test(test_members_leave_room),
		cmocka_unit_test(test_top_is_stable),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_json),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
