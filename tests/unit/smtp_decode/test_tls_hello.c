/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/tls_hello.h"
#include "smtp_decode/tls_ja4.h"

#define S(literal) span_of(literal, sizeof(literal) - 1)

#define RANDOM "0123456789abcdef0123456789abcdef"
#define RETRY                                                              \
	"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91" \
	"\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

/* The hello of the example in the published description of JA4, out of order and with values of
 * RFC 8701 in each list; server_name and ALPN have something in them. */
#define CIPHERS                                                                    \
	"\x0a\x0a\x13\x01\x13\x02\x13\x03\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9" \
	"\xcc\xa8\xc0\x13\xc0\x14\x00\x9c\x00\x9d\x00\x2f\x00\x35"
#define SNI "\x00\x00\x00\x10\x00\x0e\x00\x00\x0bmx1.example"
#define ALPN "\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1"
#define VERSIONS "\x00\x2b\x00\x07\x06\xda\xda\x03\x04\x03\x03"
#define ALGORITHMS                                                                         \
	"\x00\x0d\x00\x12\x00\x10\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x05\x01\x08\x06" \
	"\x06\x01"
#define EMPTY(n) n "\x00\x00"
#define EXTENSIONS                                                                     \
	EMPTY("\x1a\x1a")                                                              \
	SNI EMPTY("\x00\x17") EMPTY("\xff\x01") EMPTY("\x00\x0a") EMPTY("\x00\x0b")    \
		EMPTY("\x00\x23") ALPN EMPTY("\x00\x05") ALGORITHMS EMPTY("\x00\x12")  \
			EMPTY("\x00\x33") EMPTY("\x00\x2d") VERSIONS EMPTY("\x00\x1b") \
				EMPTY("\x44\x69") EMPTY("\x00\x15")

static const char hello[] = "\x03\x03" RANDOM "\x04sess"
			    "\x00\x20" CIPHERS "\x01\x00"
			    "\x00\x7b" EXTENSIONS;

static void check_ja4(struct span body, const char *want)
{
	struct tls_client_hello h;
	char ja4[TLS_JA4_LENGTH + 1] = "";

	assert_int_equal(tls_client_hello_parse(body, &h), 1);
	tls_ja4(&h, ja4);
	assert_string_equal(ja4, want);
}

static void test_client_hello(void **state)
{
	struct tls_client_hello h;

	assert_int_equal(tls_client_hello_parse(S(hello), &h), 1);
	assert_int_equal(h.version, 0x0303);
	assert_int_equal(h.ciphers.len, 32);
	assert_true(h.names_server);
	assert_true(span_eq_str(h.server_name, "mx1.example"));
	assert_true(span_eq_str(h.protocol, "h2"));
	assert_int_equal(h.versions.len, 6);
	assert_int_equal(tls_number(h.versions, 1), 0x0304);
	assert_int_equal(h.signature_algorithms.len, 16);
}

static void test_ja4(void **state)
{
	check_ja4(S(hello), "t13d1516h2_8daaf6152771_e5627efa2ab1");
	/* Without extensions; without anything. */
	check_ja4(S("\x03\x01" RANDOM "\x00\x00\x02\x00\x2f\x01\x00"),
		"t10i010000_ba72b8082249_000000000000");
	check_ja4(S("\x03\x00" RANDOM "\x00\x00\x00\x01\x00"),
		"ts3i000000_000000000000_000000000000");
	/* An ALPN value that is no text: the ends of its hexadecimal form; no such version. */
	check_ja4(S("\x09\x09" RANDOM "\x00\x00\x02\x00\x2f\x01\x00"
		    "\x00\x0a\x00\x10\x00\x06\x00\x04\x03\xab"
		    "x\xcd"),
		"t00i0101ad_ba72b8082249_000000000000");
}

static void test_server_hello(void **state)
{
	const struct {
		struct span body;
		uint16_t version, cipher;
		const char *protocol;
		bool retry;
	} rows[] = {
		{S("\x03\x03" RANDOM "\x00\xc0\x2f\x00"), 0x0303, 0xc02f, "", false},
		{S("\x03\x03" RANDOM "\x00\xc0\x2f\x00\x00\x0b\x00\x10\x00\x07\x00\x05\x04smtp"),
			0x0303, 0xc02f, "smtp", false},
		{S("\x03\x03" RANDOM "\x04sess\x13\x02\x00\x00\x06\x00\x2b\x00\x02\x03\x04"),
			0x0304, 0x1302, "", false},
		{S("\x03\x03" RETRY "\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04"), 0x0304,
			0x1301, "", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_server_hello h;

		assert_int_equal(tls_server_hello_parse(rows[i].body, &h), 1);
		assert_int_equal(h.version, rows[i].version);
		assert_int_equal(h.cipher, rows[i].cipher);
		assert_true(span_eq_str(h.protocol, rows[i].protocol));
		assert_int_equal(h.retry, rows[i].retry);
	}
}

/* Every beginning, in memory of its own size: none of them is a hello but that which ends where
 * the extensions, which are optional, would begin. */
static void test_cut(void **state)
{
	size_t bare = 2 + 32 + 5 + 2 + 32 + 2;

	for (size_t n = 0; n < sizeof(hello) - 1; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		struct tls_client_hello c;
		struct tls_server_hello s;

		assert_non_null(copy);
		memcpy(copy, hello, n);
		assert_int_equal(tls_client_hello_parse(span_of(copy, n), &c), n == bare ? 1 : -1);
		tls_server_hello_parse(span_of(copy, n), &s);
		free(copy);
	}
}

/* Lists of a length that cannot be: they count as empty, what is around them stands. */
static void test_odd(void **state)
{
	static const char odd[] = "\x03\x03" RANDOM "\x00\x00\x02\x00\x2f\x01\x00\x00\x18"
				  "\x00\x00\x00\x05\x00\x03\x01\x00\x00"
				  "\x00\x2b\x00\x04\x03\x03\x04\x03"
				  "\x00\x10\x00\x03\x00\x05\x09";
	struct tls_client_hello h;

	assert_int_equal(tls_client_hello_parse(S(odd), &h), 1);
	assert_true(h.names_server);
	assert_int_equal(h.server_name.len + h.versions.len + h.protocol.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client_hello),
		cmocka_unit_test(test_ja4),
		cmocka_unit_test(test_server_hello),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
