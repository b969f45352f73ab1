/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/smtp_auth.h"

static const uint8_t key[PSEUDONYM_KEY_SIZE] = "test";

struct row {
	const char *lines[4];         /* what follows AUTH, then the responses; without line ends */
	const char *mechanism, *user; /* NULL: none is known */
	int expected[4];
};

static const struct row rows[] = {
	{{"PLAIN AGFsaWNlAHNlY3JldA=="}, "PLAIN", "alice", {0}},
	{{"plain", "AGFsaWNlAHNlY3JldA=="}, "PLAIN", "alice", {1, 0}},
	{{"PLAIN Ym9iAGFsaWNlAHNlY3JldA=="}, "PLAIN", "alice", {0}}, /* with an authzid */
	{{"PLAIN AGFsaWNl"}, "PLAIN", NULL, {0}},                    /* nothing ends the user */
	{{"PLAIN ="}, "PLAIN", NULL, {0}},
	{{"LOGIN", "YWxpY2U=", "c2VjcmV0"}, "LOGIN", "alice", {2, 1, 0}},
	{{"  LOGIN \t YWxpY2U=  ", "c2VjcmV0"}, "LOGIN", "alice", {1, 0}},
	{{"LOGIN", "", "c2VjcmV0"}, "LOGIN", NULL, {2, 1, 0}},
	{{"LOGIN", "*"}, "LOGIN", NULL, {2, 1}},
	{{"CRAM-MD5", "YWxpY2UgMDEyMzQ1Njc4OWFiY2RlZg=="}, "CRAM-MD5", NULL, {1, 0}},
	{{"XOAUTH2 dXNlcj1hbGljZQFhdXRo"}, "XOAUTH2", NULL, {0}},
	{{"FOO bar", "baz"}, "UNKNOWN", NULL, {-1, -1}},
	{{"c2VjcmV0cGFzc3dvcmQ="}, "UNKNOWN", NULL, {-1}}, /* a password in the wrong place */
	{{""}, "UNKNOWN", NULL, {-1}},
};

static void play(const struct row *r, size_t piece, struct pseudonyms *p, struct smtp_auth *a)
{
	smtp_auth_start(a);
	for (size_t i = 0; i < 4 && r->lines[i]; i++) {
		struct span line = span_str(r->lines[i]);

		while (line.len > 0) {
			smtp_auth_bytes(a, span_head(line, piece), p);
			line = span_skip(line, piece);
		}
		smtp_auth_bytes(a, span_str("\r"), p);
		smtp_auth_line_end(a, p);
		assert_int_equal(smtp_auth_expected(a), r->expected[i]);
		assert_int_equal(a->starred, strcmp(r->lines[i], "*") == 0);
	}
}

static bool holds(const struct smtp_auth *a, const char *secret)
{
	return memmem(a, sizeof(*a), secret, strlen(secret)) != NULL;
}

static void test_rows(void **state)
{
	struct pseudonyms *p = pseudonyms_create(key);
	struct smtp_auth a;

	assert_non_null(p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t account = rows[i].user ? pseudonym_account(p, span_str(rows[i].user)) : 0;

		for (size_t piece = 1; piece < 30; piece++) {
			play(&rows[i], piece, p, &a);
			assert_true(span_eq_str(smtp_auth_mechanism(&a), rows[i].mechanism));
			assert_int_equal(a.account, account);
			assert_false(holds(&a, "alice"));
			assert_false(holds(&a, "secret"));
			assert_false(holds(&a, "c2Vj"));
		}
	}
	pseudonyms_destroy(p);
}

/* Nothing of the password is decoded, not even in passing. */
static void test_password(void **state)
{
	struct pseudonyms *p = pseudonyms_create(key);
	const char *s = "PLAIN AGFsaWNlAHNlY3JldHNlY3JldA==";
	struct smtp_auth a;

	smtp_auth_start(&a);
	for (; *s; s++) {
		smtp_auth_bytes(&a, span_of(s, 1), p);
		assert_false(holds(&a, "sec"));
	}
	smtp_auth_wipe(&a);
	for (size_t i = 0; i < sizeof(a); i++)
		assert_int_equal(((const uint8_t *)&a)[i], 0);
	pseudonyms_destroy(p);
}

/* Behind a gap the next response may be the password: it is no user. */
static void test_gap(void **state)
{
	struct pseudonyms *p = pseudonyms_create(key);
	struct smtp_auth a;

	smtp_auth_start(&a);
	smtp_auth_bytes(&a, span_str("LOGIN"), p);
	smtp_auth_line_end(&a, p);
	smtp_auth_bytes(&a, span_str("YWxp"), p);
	smtp_auth_gap(&a);
	assert_false(holds(&a, "ali"));
	smtp_auth_bytes(&a, span_str("c2VjcmV0"), p);
	smtp_auth_line_end(&a, p);
	assert_int_equal(a.account, 0);
	pseudonyms_destroy(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
