/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/pseudonym.h"

static struct pseudonyms *make(void)
{
	uint8_t key[PSEUDONYM_KEY_SIZE];
	struct pseudonyms *p;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	p = pseudonyms_create(key);
	assert_non_null(p);
	return p;
}

/* The expected values were computed with Python's hmac module. */
static void test_values(void **state)
{
	struct pseudonyms *p = make();
	char buf[64], local[PSEUDONYM_LEN];
	size_t n;

	for (int again = 0; again < 2; again++) { /* the keyed context is used again */
		n = pseudonym_address(p, span_str("Alice.Smith@Corp.Example"), buf, sizeof(buf));
		assert_true(span_eq_str(span_of(buf, n), "h:f48bcb766f92@corp.example"));
		pseudonym_local(p, span_str("alice.smith"), local);
		assert_memory_equal(local, "h:f48bcb766f92", PSEUDONYM_LEN);
	}
	n = pseudonym_address(p, span_str("\"alice.smith\"@corp.example"), buf, sizeof(buf));
	assert_true(span_eq_str(span_of(buf, n), "h:f48bcb766f92@corp.example"));
	assert_true(pseudonym_account(p, span_str("alice")) == 0x976b5ccdd838c5c2);
	assert_true(pseudonym_account(p, span_str("ALICE")) == 0x976b5ccdd838c5c2);
	assert_true(
		pseudonym_account(p, span_str("alice")) != pseudonym_account(p, span_str("bob")));
	pseudonyms_destroy(p);
}

static void test_cut(void **state)
{
	struct pseudonyms *p = make();
	char buf[32];

	assert_int_equal(pseudonym_address(p, span_str("alice"), buf, sizeof(buf)), PSEUDONYM_LEN);
	assert_int_equal(pseudonym_address(p, span_str("a@corp.example"), buf, 5), 5);
	assert_int_equal(pseudonym_address(p, span_str("a@corp.example"), buf, 14), 14);
	assert_int_equal(pseudonym_address(p, span_str("a@corp.example"), buf, 17), 17);
	assert_memory_equal(buf + 14, "@co", 3);
	pseudonyms_destroy(p);
	pseudonyms_destroy(NULL);
}

static void test_key_matters(void **state)
{
	static const uint8_t other[PSEUDONYM_KEY_SIZE] = {1};
	struct pseudonyms *p = make(), *q = pseudonyms_create(other);
	char a[PSEUDONYM_LEN], b[PSEUDONYM_LEN];
	char lower[600], upper[600]; /* longer than a piece of the computation */

	assert_non_null(q);
	pseudonym_local(p, span_str("alice"), a);
	pseudonym_local(q, span_str("alice"), b);
	assert_memory_not_equal(a, b, PSEUDONYM_LEN);
	memset(lower, 'x', sizeof(lower));
	memset(upper, 'X', sizeof(upper));
	pseudonym_local(p, span_of(lower, sizeof(lower)), a);
	pseudonym_local(p, span_of(upper, sizeof(upper)), b);
	assert_memory_equal(a, b, PSEUDONYM_LEN);
	pseudonyms_destroy(p);
	pseudonyms_destroy(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_key_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
