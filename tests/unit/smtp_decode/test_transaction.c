/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "smtp_decode/transaction.h"

static void test_recipients(void **state)
{
	struct transaction *list = NULL, *t = transaction_take(&list), *u = transaction_take(&list);
	char name[32];

	assert_non_null(t);
	assert_non_null(u);
	for (uint32_t i = 0; i < LIMIT_RCPTS_KEPT + 50; i++) {
		int n = snprintf(name, sizeof(name), "user%u@mx.example", i);

		transaction_add_rcpt(t, span_of(name, (size_t)n), i + 1);
	}
	for (uint32_t i = LIMIT_RCPTS_KEPT + 50; i-- > 0;) {
		int n = snprintf(name, sizeof(name), "USER%u@mx.example", i);

		transaction_add_rcpt(u, span_of(name, (size_t)n), i + 1);
	}
	assert_int_equal(t->rcpts_attempted, LIMIT_RCPTS_KEPT + 50);
	assert_int_equal(t->rcpts_kept, LIMIT_RCPTS_KEPT);
	assert_true(span_eq_str(transaction_rcpt_text(t, 0), "user0@mx.example"));
	assert_true(span_eq_str(transaction_rcpt_text(t, 99), "user99@mx.example"));
	assert_int_equal(t->rcpts_hash, u->rcpts_hash); /* neither order nor case matter */
	assert_int_not_equal(t->rcpts_hash, 0);
	transaction_refuse_rcpt(t, 3);
	transaction_refuse_rcpt(t, 140);
	assert_int_equal(t->rcpts_refused, 2);
	assert_true(t->rcpts[2].refused);
	assert_false(t->rcpts[3].refused);
	transaction_give(&list, t);
	transaction_give(&list, u);
	t = transaction_take(&list);
	assert_int_equal(t->rcpts_attempted, 0);
	assert_int_equal(t->rcpts_hash, 0);
	assert_int_equal(t->declared_size, -1);
	assert_int_equal(t->code, -1);
	transaction_give(&list, t);
	transaction_list_free(&list);
	assert_null(list);
}

static void test_long_recipient(void **state)
{
	struct transaction *list = NULL, *t = transaction_take(&list);
	static char name[1000];

	memset(name, 'a', sizeof(name));
	transaction_add_rcpt(t, span_of(name, sizeof(name)), 1);
	assert_int_equal(transaction_rcpt_text(t, 0).len, LIMIT_MAILBOX);
	transaction_give(&list, t);
	transaction_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recipients),
		cmocka_unit_test(test_long_recipient),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
