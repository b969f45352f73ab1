/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/record.h"

struct sample {
	struct record r;
	struct str_ref name, empty, unseen;
	struct array_ref numbers;
};

static void test_build_and_copy(void **state)
{
	static const uint64_t numbers[] = {7, 8, 9};
	struct record_builder b;
	struct sample *s;
	const struct sample *got;
	const uint64_t *n;
	void *copy;

	assert_int_equal(record_builder_init(&b), 1);
	s = record_begin(&b, RECORD_SESSION, sizeof(*s));
	s->name = record_add(&b, span_str("mx.example.org"));
	s->empty = record_add(&b, span_of("", 0));
	s->numbers = record_add_array(&b, numbers, sizeof(numbers[0]), 3);
	got = (const struct sample *)record_end(&b);
	assert_int_equal(got->r.size % 8, 0);
	copy = malloc(got->r.size); /* a record stands by itself */
	assert_non_null(copy);
	memcpy(copy, got, got->r.size);
	record_builder_finish(&b);
	got = copy;
	assert_true(span_eq_str(record_str(got, got->name), "mx.example.org"));
	assert_true(str_seen(got->empty));
	assert_int_equal(record_str(got, got->empty).len, 0);
	assert_false(str_seen(got->unseen));
	n = record_array(got, got->numbers);
	assert_int_equal((uintptr_t)n % 8, (uintptr_t)copy % 8);
	assert_int_equal(n[2], 9);
	free(copy);
}

static void test_full(void **state)
{
	static uint8_t big[RECORD_MAX];
	struct record_builder b;
	struct sample *s;

	assert_int_equal(record_builder_init(&b), 1);
	s = record_begin(&b, RECORD_SESSION, sizeof(*s));
	s->name = record_add(&b, span_of(big, sizeof(big)));
	assert_true(b.full);
	assert_false(str_seen(s->name));
	s->name = record_add(&b, span_str("still works"));
	assert_true(str_seen(s->name));
	while (record_add(&b, span_of(big, 1000)).off != 0)
		;
	assert_true(record_end(&b)->size <= RECORD_MAX);
	record_builder_finish(&b);
}

static void test_order(void **state)
{
	struct record a = {.time = 5, .packet = 3}, b = a;

	assert_int_equal(record_cmp(&a, &b), 0);
	b.number = 1;
	assert_true(record_cmp(&a, &b) < 0);
	a.timer = 1; /* a packet comes before a timer of the same time, whatever its index */
	b.packet = 100;
	assert_true(record_cmp(&b, &a) < 0);
	b.time = 6;
	assert_true(record_cmp(&a, &b) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build_and_copy),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
