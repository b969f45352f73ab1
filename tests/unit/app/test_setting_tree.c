/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/setting_tree.h"

static struct arena arena;
static struct setting_errors errors;

static int set_up(void **state)
{
	arena_init(&arena);
	errors = (struct setting_errors){.arena = &arena};
	return 0;
}

static int tear_down(void **state)
{
	arena_finish(&arena);
	return 0;
}

static struct setting_node *read_text(const char *text)
{
	return setting_tree_read(&arena, "f", span_str(text), &errors);
}

static const char *value(const struct setting_node *map, const char *key)
{
	const struct setting_node *c = setting_child(map, key);

	return c ? c->value : NULL;
}

static void test_read(void **state)
{
	struct setting_node *n = read_text("a: 1\nb:\n  c: [x, y]\n");
	const struct setting_node *c;

	assert_non_null(n);
	assert_string_equal(value(n, "a"), "1");
	c = setting_child(setting_child(n, "b"), "c");
	assert_int_equal(c->kind, SETTING_LIST);
	assert_int_equal(c->origin.line, 3);
	assert_int_equal(c->origin.column, 3);
	assert_string_equal(c->children->next->value, "y");
	assert_int_equal(errors.count, 0);
	assert_non_null(read_text(""));
	assert_non_null(read_text("# nothing\n"));
}

static void test_faults(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"- a\n", "f:1:1: a configuration is a mapping (\"name: value\" lines)"},
		{"a: 1\na: 2\n", "f:2:1: \"a\" stands here a second time"},
		{"a: {[x]: 1}\n", "f:1:5: a key must be a plain name"},
		{"a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}\n", "f:1:36: nested more than 8 deep"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		errors.count = 0;
		assert_null(read_text(rows[i].text));
		assert_int_equal(errors.count, 1);
		assert_string_equal(errors.lines[0], rows[i].error);
	}
	errors.count = 0;
	assert_null(read_text("a: \"\n"));
	assert_int_equal(errors.count, 1);
}

static void test_assign_and_merge(void **state)
{
	struct setting_node *n = read_text("a: {b: 1, c: 2}\nd: [x]\n");

	n = setting_tree_merge(n, setting_tree_assign(&arena, "a.b=7=8", &errors));
	n = setting_tree_merge(n, setting_tree_assign(&arena, "d=y", &errors));
	n = setting_tree_merge(n, setting_tree_assign(&arena, "e.f.g=", &errors));
	assert_int_equal(errors.count, 0);
	assert_string_equal(value(setting_child(n, "a"), "b"), "7=8");
	assert_string_equal(value(setting_child(n, "a"), "c"), "2");
	assert_string_equal(value(n, "d"), "y");
	assert_string_equal(value(setting_child(setting_child(n, "e"), "f"), "g"), "");
	assert_ptr_equal(setting_tree_merge(NULL, n), n);
	assert_ptr_equal(setting_tree_merge(n, NULL), n);
}

static void test_bad_assignments(void **state)
{
	static const char *const bad[] = {"", "=1", "a", "a..b=1", ".a=1", "a.=1",
		"a.b.c.d.e.f.g.h.i.j=1"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errors.count = 0;
		assert_null(setting_tree_assign(&arena, bad[i], &errors));
		assert_int_equal(errors.count, 1);
	}
}

/* More faults than there is room for are counted. */
static void test_many_errors(void **state)
{
	struct setting_origin o = {"f", 1, 1};

	for (int i = 0; i < 40; i++)
		setting_error(&errors, &o, "fault %d", i);
	assert_int_equal(errors.count + errors.more, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_faults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_assign_and_merge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_assignments, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_errors, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
