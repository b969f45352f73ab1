/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>

#include "output/json_tree.h"
#include "output/json_writer.h"

static void equals(struct json_writer *w, const char *expected)
{
	assert_false(w->failed);
	assert_int_equal(w->len, strlen(expected));
	assert_memory_equal(w->buf, expected, w->len);
	json_writer_reset(w);
}

static void test_nesting_and_commas(void **state)
{
	struct json_writer w = {0};

	json_writer_object(&w, NULL);
	json_writer_word(&w, "a", "x");
	json_writer_array(&w, "b");
	json_writer_int(&w, NULL, 1);
	json_writer_int(&w, NULL, 2);
	json_writer_array(&w, NULL);
	json_writer_end_array(&w);
	json_writer_object(&w, NULL);
	json_writer_end_object(&w);
	json_writer_end_array(&w);
	json_writer_raw(&w, NULL, "\"c\":3", 5);
	json_writer_raw(&w, "d", "{}", 2);
	json_writer_bool(&w, "e", true);
	json_writer_bool(&w, "f", false);
	json_writer_end_object(&w);
	json_writer_newline(&w);
	equals(&w, "{\"a\":\"x\",\"b\":[1,2,[],{}],\"c\":3,\"d\":{},\"e\":true,\"f\":false}\n");
	json_writer_finish(&w);
}

static void test_numbers(void **state)
{
	struct json_writer w = {0};

	json_writer_array(&w, NULL);
	json_writer_int(&w, NULL, INT64_MIN);
	json_writer_int(&w, NULL, INT64_MAX);
	json_writer_int(&w, NULL, -1);
	json_writer_uint(&w, NULL, 0);
	json_writer_uint(&w, NULL, UINT64_MAX);
	json_writer_end_array(&w);
	equals(&w, "[-9223372036854775808,9223372036854775807,-1,0,18446744073709551615]");
	json_writer_finish(&w);
}

static void test_typed_strings(void **state)
{
	static const uint8_t bytes[] = {0x00, 0x9f, 0xff};
	static const uint8_t v4[4] = {192, 0, 2, 1};
	struct addr a = addr_from_v4(v4);
	struct json_writer w = {0};

	json_writer_object(&w, NULL);
	json_writer_hex(&w, "h", bytes, sizeof(bytes));
	json_writer_addr(&w, "a", &a);
	json_writer_time(&w, "t", 1);
	json_writer_begin_string(&w, "s");
	json_writer_put_word(&w, "n=");
	json_writer_put_int(&w, -5);
	json_writer_put_wire(&w, span_of("\n", 1));
	json_writer_put_addr(&w, &a);
	json_writer_put_hex64(&w, 0xab);
	json_writer_end_string(&w);
	json_writer_end_object(&w);
	equals(&w, "{\"h\":\"009fff\",\"a\":\"192.0.2.1\",\"t\":\"1970-01-01T00:00:00.000000001Z\","
		   "\"s\":\"n=-5\\\\x0a192.0.2.100000000000000ab\"}");
	json_writer_finish(&w);
}

static void test_empty_objects_are_taken_back(void **state)
{
	struct json_writer w = {0};
	size_t mark;

	json_writer_object(&w, NULL);
	mark = json_writer_object(&w, "gone");
	json_writer_drop_empty(&w, mark);
	json_writer_int(&w, "a", 1);
	mark = json_writer_object(&w, "gone");
	json_writer_drop_empty(&w, mark);
	mark = json_writer_object(&w, "stays");
	json_writer_int(&w, "b", 2);
	json_writer_drop_empty(&w, mark);
	json_writer_end_object(&w);
	equals(&w, "{\"a\":1,\"stays\":{\"b\":2}}");
	json_writer_finish(&w);
}

/* jansson's text of the same bytes: the writer must not differ by a byte. */
static void same_as_jansson(struct json_writer *w, const uint8_t *p, size_t n)
{
	json_t *s = json_tree_wire(span_of(p, n));
	char *expected;

	assert_non_null(s); /* wire text is valid UTF-8, or jansson would refuse it */
	expected = json_dumps(s, JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
	json_writer_wire(w, NULL, span_of(p, n));
	equals(w, expected);
	for (const char *c = expected; *c; c++)
		assert_in_range((uint8_t)*c, 0x20, 0x7e);
	free(expected);
	json_decref(s);
}

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Random bytes: of all kinds, mostly text, and mostly UTF-8 sequences with faults. */
static uint8_t random_byte(uint64_t *state, int kind)
{
	static const uint8_t utf8[] = {0xc2, 0x80, 0xbf, 0xe0, 0xa0, 0xed, 0x9f, 0xef, 0xf0, 0x90,
		0xf4, 0x8f, 0xe2, 0xae, 0xc3, 'a'};
	static const uint8_t text[] = "abc \"\\/\x1b\x7f"
				      "example.org";
	uint32_t r = next_random(state);

	if (kind == 0)
		return (uint8_t)r;
	return kind == 1 ? text[r % (sizeof(text) - 1)] : utf8[r % sizeof(utf8)];
}

static void test_strings_as_jansson_writes_them(void **state)
{
	struct json_writer w = {0};
	uint64_t seed = 1;
	uint8_t bytes[96];

	for (int round = 0; round < 60000; round++) {
		size_t n = next_random(&seed) % sizeof(bytes);

		for (size_t i = 0; i < n; i++)
			bytes[i] = random_byte(&seed, round % 3);
		same_as_jansson(&w, bytes, n);
	}
	/* Every byte at every place of the eight that are looked at together. */
	for (unsigned int c = 0; c < 256; c++) {
		for (size_t at = 0; at < 16; at++) {
			memset(bytes, 'x', 16);
			bytes[at] = (uint8_t)c;
			same_as_jansson(&w, bytes, 16);
		}
	}
	json_writer_finish(&w);
}

/* Every code point, as UTF-8. */
static void test_all_code_points(void **state)
{
	struct json_writer w = {0};

	for (uint32_t cp = 0x80; cp <= 0x10ffff; cp += cp < 0x3000 ? 1 : 37) {
		uint8_t b[4];
		size_t n = 0;

		if (cp < 0x800) {
			b[n++] = (uint8_t)(0xc0 | cp >> 6);
		} else if (cp < 0x10000) {
			b[n++] = (uint8_t)(0xe0 | cp >> 12);
			b[n++] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		} else {
			b[n++] = (uint8_t)(0xf0 | cp >> 18);
			b[n++] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
			b[n++] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		}
		b[n++] = (uint8_t)(0x80 | (cp & 0x3f));
		same_as_jansson(&w, b, n);
	}
	json_writer_finish(&w);
}

static void test_huge_string(void **state)
{
	const size_t n = 3 * 1000 * 1000;
	uint8_t *p = malloc(n);
	struct json_writer w = {0};

	assert_non_null(p);
	memset(p, 0x1b, n);
	same_as_jansson(&w, p, n);
	memset(p, 'a', n);
	same_as_jansson(&w, p, n);
	free(p);
	json_writer_finish(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nesting_and_commas),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_typed_strings),
		cmocka_unit_test(test_empty_objects_are_taken_back),
		cmocka_unit_test(test_strings_as_jansson_writes_them),
		cmocka_unit_test(test_all_code_points),
		cmocka_unit_test(test_huge_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
