/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/transfer_base64.h"

/* Decodes `in` cut at `a` and `b`. */
static size_t decode_cut(struct span in, size_t a, size_t b, uint8_t *out)
{
	struct transfer_base64 t = {0};
	size_t n = 0;

	n += transfer_base64_decode(&t, span_head(in, a), out + n);
	n += transfer_base64_decode(&t, span_head(span_skip(in, a), b - a), out + n);
	n += transfer_base64_decode(&t, span_skip(in, b), out + n);
	return n + transfer_base64_end(&t, out + n);
}

static void test_rows(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"", ""},
		{"Zg==", "f"},
		{"Zm8=", "fo"},
		{"Zm9v", "foo"},
		{"Zm9vYmFyYmF6", "foobarbaz"},
		{"Zm9v\r\nYmFy\r\nYmF6\r\n", "foobarbaz"},
		{"Zm9 vY\tmF\r\nyYmF6", "foobarbaz"}, /* blanks within */
		{"Zg", "f"},                          /* short final quantum */
		{"Zm8", "fo"},
		{"Zm9vZ", "foo"}, /* six bits make no byte */
		/* a pad ends it, but where there can be none */
		{"Zg==Zm9v", "f"},
		{"Zm8=\r\nlist footer", "fo"},
		{"====Zg==", "f"},
		{"Z=Zm9v", "e\x99\xbd"},
		{"!Z-m_9*v", "foo"}, /* not of the alphabet */
		{"+/+/", "\xfb\xff\xbf"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span in = span_str(rows[i].in);
		uint8_t out[64];

		for (size_t a = 0; a <= in.len; a++)
			for (size_t b = a; b <= in.len; b++) {
				assert_int_equal(decode_cut(in, a, b, out), strlen(rows[i].out));
				assert_memory_equal(out, rows[i].out, strlen(rows[i].out));
			}
	}
}

/* All 65536 pairs of bytes behind one that shifts them, encoded here the plain way. */
static void test_all_values(void **state)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct transfer_base64 t = {0};

	for (uint32_t v = 0; v < 1 << 24; v += 251) {
		uint8_t out[TRANSFER_BASE64_ROOM(4)];
		char in[4];

		for (int i = 0; i < 4; i++)
			in[i] = alphabet[v >> (18 - 6 * i) & 63];
		assert_int_equal(transfer_base64_decode(&t, span_of(in, 4), out), 3);
		assert_int_equal(out[0] << 16 | out[1] << 8 | out[2], v);
	}
}

/* The plain way: a character at a time. Returns the bytes written. */
static size_t reference(struct span in, uint8_t *out)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits = 0, held = 0;
	size_t n = 0;

	for (size_t i = 0; i < in.len; i++) {
		const char *at = in.p[i] ? strchr(alphabet, in.p[i]) : NULL;

		if (in.p[i] == '=' && held >= 2)
			break;
		if (!at)
			continue;
		bits = bits << 6 | (unsigned int)(at - alphabet);
		if (++held == 4) {
			out[n++] = (uint8_t)(bits >> 16);
			out[n++] = (uint8_t)(bits >> 8);
			out[n++] = (uint8_t)bits;
			held = bits = 0;
		}
	}
	if (held > 1)
		out[n++] = (uint8_t)(bits >> (held == 2 ? 4 : 10));
	if (held > 2)
		out[n++] = (uint8_t)(bits >> 2);
	return n;
}

/* Long texts with strangers here and there, in pieces, beside the plain way. */
static void test_long(void **state)
{
	static uint8_t in[5000], want[5000], out[TRANSFER_BASE64_ROOM(5000)];
	uint32_t x = 1;

	for (unsigned int round = 0; round < 400; round++) {
		unsigned int rarity = 1u << round % 12;
		size_t n, a, b;

		for (size_t i = 0; i < sizeof(in); i++) {
			static const char clean[] =
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

			x = x * 1664525 + 1013904223;
			in[i] = (uint8_t)clean[x >> 24 & 63];
			if (rarity == 2048 && i % 78 >= 76)
				in[i] = i % 78 == 76 ? '\r' : '\n';
			else if (rarity < 2048 && (x >> 8) % 4096 % rarity == 0)
				in[i] = (uint8_t)(x >> 16);
			if (in[i] == '=' && i < 4000)
				in[i] = '-';
		}
		a = x % sizeof(in);
		b = a + (x >> 9) % (sizeof(in) - a);
		n = reference(span_of(in, sizeof(in)), want);
		assert_int_equal(decode_cut(span_of(in, sizeof(in)), a, b, out), n);
		assert_memory_equal(out, want, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_all_values),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
