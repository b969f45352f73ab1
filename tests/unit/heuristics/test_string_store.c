/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "heuristics/string_store.h"

#define RING (64 * 1024)

static void test_keeps(void **state)
{
	struct string_store *s = string_store_create(RING);
	string_ref a = string_store_put(s, span_str("mail.example"));
	string_ref b = string_store_put(s, span_str(""));

	assert_true(a && b && a != b);
	assert_true(span_eq_str(string_store_get(s, a), "mail.example"));
	assert_int_equal(string_store_get(s, b).len, 0);
	assert_non_null(string_store_get(s, b).p);
	assert_null(string_store_get(s, 0).p);
	assert_int_equal(string_store_put(s, span_str("mail.example")), a);
	string_store_destroy(s);
}

static void test_cuts(void **state)
{
	struct string_store *s = string_store_create(RING);
	char text[LIMIT_HELO_ARG + 10];
	string_ref r;

	memset(text, 'a', sizeof(text));
	r = string_store_put(s, span_of(text, sizeof(text)));
	assert_int_equal(string_store_get(s, r).len, LIMIT_HELO_ARG);
	string_store_destroy(s);
}

/* Whatever is still there is what was put; what is gone is gone as a whole. */
static void test_displaces_oldest(void **state)
{
	enum { PUTS = 60000 };
	static string_ref refs[PUTS];
	struct string_store *s = string_store_create(RING);
	char text[32];
	int kept = 0;

	for (int i = 0; i < PUTS; i++) {
		snprintf(text, sizeof(text), "host-%d.example", i);
		refs[i] = string_store_put(s, span_str(text));
	}
	for (int i = 0; i < PUTS; i++) {
		struct span got = string_store_get(s, refs[i]);

		snprintf(text, sizeof(text), "host-%d.example", i);
		assert_true(!got.p || span_eq_str(got, text));
		assert_true(got.p || kept == 0); /* the oldest go first */
		kept += got.p != NULL;
	}
	assert_in_range(kept, RING / 32, RING / 16);
	string_store_destroy(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keeps),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_displaces_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
