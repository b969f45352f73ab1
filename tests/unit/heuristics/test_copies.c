/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/limits.h"
#include "heuristics/copies.h"

static const struct message_record *message(struct record_builder *b, uint64_t n, const char *queue)
{
	struct message_record *m = record_begin(b, RECORD_MESSAGE, sizeof(*m));
	char subject[400];

	memset(subject, 's', sizeof(subject) - 1);
	subject[sizeof(subject) - 1] = '\0';
	m->first_packet = n;
	m->client.b[15] = 7;
	m->accepted = TRI_YES;
	m->queue_id = queue ? record_add(b, span_str(queue)) : (struct str_ref){0, 0};
	m->message_id = record_add(b, span_str("<id@client.example>"));
	m->subject = record_add(b, span_str(subject));
	return (const struct message_record *)record_end(b);
}

static void test_chain(void **state)
{
	struct copies *c = copies_create(1 << 16);
	struct record_builder b;
	uint64_t ref = 0;
	const struct copy *at;
	char name[16];
	(void)state;

	assert_int_equal(record_builder_init(&b), 1);
	assert_null(copies_get(c, 0));
	for (uint64_t i = 1; i <= 5; i++) {
		snprintf(name, sizeof(name), "Q%d", (int)i);
		ref = copies_put(c, message(&b, i, i == 3 ? NULL : name), ref);
		assert_int_not_equal(ref, 0);
	}
	at = copies_get(c, ref);
	for (uint64_t i = 5; i >= 1; i--) {
		assert_non_null(at);
		assert_int_equal(at->where.first_packet, i);
		assert_true(at->accepted);
		assert_int_equal(copy_queue_id(at).len, i == 3 ? 0 : 2);
		if (i == 3)
			assert_null(copy_queue_id(at).p);
		assert_true(span_eq_str(copy_message_id(at), "<id@client.example>"));
		assert_int_equal(copy_subject(at).len, LIMIT_SUBJECT);
		at = copies_get(c, at->previous);
	}
	assert_null(at);
	record_builder_finish(&b);
	copies_destroy(c);
	copies_destroy(NULL);
}

/* What is displaced is not found; what is found is whole. */
static void test_displacement(void **state)
{
	struct copies *c = copies_create(1);
	struct record_builder b;
	uint64_t refs[500];
	size_t found = 0;
	(void)state;

	assert_int_equal(record_builder_init(&b), 1);
	for (uint64_t i = 0; i < 500; i++) {
		refs[i] = copies_put(c, message(&b, i, "QUEUE"), 0);
		assert_non_null(copies_get(c, refs[i]));
	}
	for (uint64_t i = 0; i < 500; i++) {
		const struct copy *at = copies_get(c, refs[i]);

		if (!at)
			continue;
		found++;
		assert_int_equal(at->where.first_packet, i);
		assert_true(span_eq_str(copy_queue_id(at), "QUEUE"));
	}
	assert_in_range(found, 5, 12);
	record_builder_finish(&b);
	copies_destroy(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_displacement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
