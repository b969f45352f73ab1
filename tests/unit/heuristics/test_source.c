/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heuristics/source.h"

static struct addr ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(span_str(text), &a), 1);
	return a;
}

static struct sources *make(void (*evicted)(void *, struct source *))
{
	struct sources_config c = {.memory = 1 << 20, .seed = 7, .evicted = evicted};
	struct sources *t = sources_create(&c);

	assert_non_null(t);
	return t;
}

static void test_key_is_host(void **state)
{
	struct sources *t = make(NULL);
	struct addr v4 = ip("192.0.2.1"), v6 = ip("2001:db8:0:1::5"), same = ip("2001:db8:0:1::6");
	struct addr other = ip("2001:db8:0:2::5"), shown;
	struct source *a = sources_get(t, &v4, 1), *b = sources_get(t, &v6, 2);

	assert_ptr_equal(sources_get(t, &same, 3), b);
	assert_null(sources_find(t, &other));
	shown = source_ip(b);
	assert_true(addr_eq(&shown, &v6));
	shown = source_ip(a);
	assert_true(addr_eq(&shown, &v4));
	assert_int_equal(b->first, 2);
	sources_destroy(t);
}

static unsigned int evictions;

static void on_evicted(void *cookie, struct source *s)
{
	evictions++;
}

static void test_details_come_and_go(void **state)
{
	struct sources *t = make(on_evicted);
	struct addr first = ip("192.0.2.1"), a = first;
	struct source *s = sources_get(t, &first, 1);
	struct source_names *n;

	assert_null(sources_detail(t, s, DETAIL_NAMES));
	n = sources_detail_make(t, s, DETAIL_NAMES);
	s->name_count = 3;
	assert_ptr_equal(sources_detail(t, s, DETAIL_NAMES), n);
	for (int i = 0; i < 200; i++) { /* more rows than the table holds */
		struct source *o;

		a.b[14] = (uint8_t)i;
		a.b[13] = 9;
		o = sources_get(t, &a, 1);
		sources_detail_make(t, o, DETAIL_NAMES);
	}
	assert_null(sources_detail(t, s, DETAIL_NAMES));
	assert_int_equal(s->name_count, 0);
	assert_int_equal(evictions, 0);
	for (int i = 0; i < 20000; i++) {
		a.b[13] = (uint8_t)(i >> 8);
		a.b[14] = (uint8_t)i;
		sources_get(t, &a, 1);
	}
	assert_true(evictions > 0);
	assert_int_equal(evictions, sources_evicted(t));
	assert_null(sources_find(t, &first));
	sources_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_is_host),
		cmocka_unit_test(test_details_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
