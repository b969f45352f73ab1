/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/mime_digest.h"

static EVP_MD_CTX *sha256;

/* The digests of `in`, cut at `a` and `b`. */
static struct mime_digest_result digest_cut(
	enum mime_encoding encoding, struct span in, size_t a, size_t b, EVP_MD_CTX *sha)
{
	struct mime_digest_result r;
	struct mime_digest d;

	mime_digest_begin(&d, encoding, sha);
	mime_digest_feed(&d, span_head(in, a));
	mime_digest_feed(&d, span_head(span_skip(in, a), b - a));
	mime_digest_feed(&d, span_skip(in, b));
	mime_digest_end(&d, &r);
	return r;
}

static struct mime_digest_result digest(enum mime_encoding encoding, const char *in)
{
	return digest_cut(encoding, span_str(in), 0, 0, sha256);
}

static void hex_of(const uint8_t *p, char *text)
{
	for (int i = 0; i < MIME_SHA256_SIZE; i++)
		sprintf(text + 2 * i, "%02x", p[i]);
}

/* SHA-256 of "abc" is the example of FIPS 180-2, B.1. */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void test_rows(void **state)
{
	static const struct {
		enum mime_encoding encoding;
		const char *in, *canonical;
		size_t size;
		const char *sha256;
	} rows[] = {
		{MIME_IDENTITY, "abc", "abc", 3, ABC},
		{MIME_IDENTITY, "", "", 0, NOTHING},
		{MIME_QP, "a=62c", "abc", 3, ABC},
		{MIME_QP, "ab=\r\nc=\r\n", "abc", 3, ABC},
		{MIME_BASE64, "YWJj", "YWJj", 3, ABC},
		{MIME_BASE64, "YW\r\nJj\r\n", "YWJj", 3, ABC},
		{MIME_BASE64, "Y W\tJ\nj", "YWJj", 3, ABC},
		{MIME_BASE64, "", "", 0, NOTHING},
		{MIME_BASE64, "====", "", 0, NOTHING},
		{MIME_BASE64, "YQ==trailer", "YQ", 1,
			"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
		{MIME_BASE64, "YWI=\r\n", "YWI", 2,
			"fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"},
		{MIME_BASE64, "YWI", "YWI", 2, /* its pad is missing */
			"fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"},
	};
	char text[2 * MIME_SHA256_SIZE + 1];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span in = span_str(rows[i].in);

		for (size_t a = 0; a <= in.len; a++)
			for (size_t b = a; b <= in.len; b++) {
				struct mime_digest_result r =
					digest_cut(rows[i].encoding, in, a, b, sha256);

				assert_int_equal(r.size, rows[i].size);
				assert_true(r.digest == hash64(span_str(rows[i].canonical)));
				assert_true(r.has_sha256);
				hex_of(r.sha256, text);
				assert_string_equal(text, rows[i].sha256);
			}
	}
}

static void test_without_sha256(void **state)
{
	struct mime_digest_result with = digest(MIME_BASE64, "YWJjZA==");
	struct mime_digest_result r = digest_cut(MIME_BASE64, span_str("YWJjZA=="), 3, 5, NULL);

	assert_false(r.has_sha256);
	assert_int_equal(r.size, 4);
	assert_true(r.digest == with.digest);
}

/* How lines are wrapped changes nothing, over more than one piece. */
static void test_wrapped(void **state)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const size_t widths[] = {1, 4, 15, 16, 17, 60, 64, 76, 100, 998, 20000};
	enum { CHARS = 20000 };
	char *in = malloc(3 * CHARS + 16);
	struct mime_digest_result first = {0};

	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		struct mime_digest_result r;
		size_t n = 0;

		for (size_t i = 0; i < CHARS; i++) {
			in[n++] = alphabet[i * 2654435761u >> 13 & 63];
			if ((i + 1) % widths[w] == 0) {
				in[n++] = '\r';
				in[n++] = '\n';
			}
		}
		r = digest_cut(MIME_BASE64, span_of(in, n), n / 3, n / 2 + 7, sha256);
		assert_int_equal(r.size, CHARS / 4 * 3);
		if (w == 0)
			first = r;
		assert_memory_equal(&r, &first, sizeof(r));
	}
	free(in);
}

static int setup(void **state)
{
	sha256 = EVP_MD_CTX_new();
	return sha256 ? 0 : -1;
}

static int teardown(void **state)
{
	EVP_MD_CTX_free(sha256);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_without_sha256),
		cmocka_unit_test(test_wrapped),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
