/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/smtp_ledger.h"

static struct smtp_blocks pool;

static bool push(struct smtp_ledger *l, enum smtp_verb verb, uint32_t number)
{
	struct smtp_pending p = {.verb = (uint8_t)verb,
		.role = SMTP_REPLY_COMMAND,
		.number = number,
		.count = 1,
		.end = number * 10,
		.peer_acked = (int64_t)number * 5};

	return smtp_ledger_push(l, &pool, &p);
}

static void expect(const struct smtp_ledger *l, enum smtp_verb verb, uint32_t number)
{
	const struct smtp_pending *p = smtp_ledger_head(l);

	assert_non_null(p);
	assert_int_equal(p->verb, verb);
	assert_int_equal(p->number, number);
}

static void test_runs(void **state)
{
	struct smtp_ledger l;
	uint32_t n = 0;

	smtp_ledger_init(&l);
	assert_true(smtp_ledger_empty(&l));
	assert_null(smtp_ledger_head(&l));
	push(&l, SMTP_MAIL, ++n);
	for (unsigned int i = 0; i < 10000; i++)
		assert_true(push(&l, SMTP_RCPT, ++n));
	push(&l, SMTP_DATA, ++n);
	assert_int_equal(l.count, 3);
	assert_int_equal(smtp_ledger_tail(&l)->verb, SMTP_DATA);
	expect(&l, SMTP_MAIL, 1);
	for (unsigned int i = 0; i < 10000; i++) {
		smtp_ledger_pop(&l, &pool);
		expect(&l, SMTP_RCPT, i + 2);
	}
	smtp_ledger_pop(&l, &pool);
	expect(&l, SMTP_DATA, n);
	smtp_ledger_pop(&l, &pool);
	assert_true(smtp_ledger_empty(&l));
	smtp_ledger_pop(&l, &pool); /* nothing to take */
	assert_int_equal(pool.taken, 0);
	smtp_ledger_finish(&l, &pool);
}

static void test_overflow(void **state)
{
	struct smtp_ledger l;
	uint32_t n = 0;

	smtp_ledger_init(&l);
	for (unsigned int i = 0; i < LIMIT_PENDING_COMMANDS; i++)
		assert_true(push(&l, i & 1 ? SMTP_RSET : SMTP_VRFY, ++n));
	assert_false(push(&l, SMTP_RSET, ++n));
	assert_false(push(&l, SMTP_MAIL, ++n));
	assert_null(smtp_ledger_tail(&l)); /* not known */
	for (unsigned int i = 0; i < LIMIT_PENDING_COMMANDS; i++) {
		expect(&l, i & 1 ? SMTP_RSET : SMTP_VRFY, i + 1);
		smtp_ledger_pop(&l, &pool);
		assert_false(push(&l, SMTP_NOOP, ++n)); /* behind those that are only counted */
	}
	assert_null(smtp_ledger_head(&l));
	for (unsigned int i = 0; i < LIMIT_PENDING_COMMANDS + 2; i++) {
		assert_false(smtp_ledger_empty(&l));
		smtp_ledger_pop(&l, &pool);
	}
	assert_true(smtp_ledger_empty(&l));
	assert_true(push(&l, SMTP_MAIL, ++n));
	expect(&l, SMTP_MAIL, n);
	smtp_ledger_finish(&l, &pool);
	assert_int_equal(pool.taken, 0);
}

static void test_seek(void **state)
{
	struct smtp_ledger l;

	smtp_ledger_init(&l);
	push(&l, SMTP_MAIL, 1);
	push(&l, SMTP_RCPT, 2);
	push(&l, SMTP_RCPT, 3);
	push(&l, SMTP_DATA, 4);
	assert_false(smtp_ledger_seek(&l, &pool, SMTP_QUIT));
	expect(&l, SMTP_MAIL, 1);
	assert_true(smtp_ledger_seek(&l, &pool, SMTP_DATA));
	expect(&l, SMTP_DATA, 4);
	smtp_ledger_finish(&l, &pool);
}

/* Replies up to server offset 12 were lost; command n was sent with 5 n received. */
static void test_doubt(void **state)
{
	struct smtp_ledger l;

	smtp_ledger_init(&l);
	push(&l, SMTP_MAIL, 1);
	push(&l, SMTP_RCPT, 2);
	push(&l, SMTP_RCPT, 3);
	smtp_ledger_doubt(&l, 10);
	smtp_ledger_settle(&l, &pool, 19); /* covers nothing that is sure */
	expect(&l, SMTP_MAIL, 1);
	smtp_ledger_settle(&l, &pool, -1);
	expect(&l, SMTP_MAIL, 1);
	smtp_ledger_settle(&l, &pool, 20);
	expect(&l, SMTP_RCPT, 2);
	smtp_ledger_finish(&l, &pool);
}

static int finish(void **state)
{
	smtp_blocks_finish(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
