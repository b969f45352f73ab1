/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/text_stream.h"
#include "tests/unit/smtp_decode/text_words.h"

static struct text_tables *tables;

static int setup(void **state)
{
	tables = text_tables_create();
	return tables ? 0 : -1;
}

static int teardown(void **state)
{
	text_tables_destroy(tables);
	return 0;
}

static struct text_digest digest_of(struct span text, bool lines, size_t cut, size_t step)
{
	struct text_digest digest;
	struct text_names names;
	struct text_sink sink = {.to = {&digest}, .count = 1, .tables = tables, .names = &names};
	struct text_stream stream;
	uint8_t *window = malloc(TEXT_STREAM_BUFFER);

	text_names_init(&names);
	text_digest_init(&digest);
	text_stream_begin(&stream, &sink, window, lines);
	text_stream_feed(&stream, span_head(text, cut));
	text = span_skip(text, cut);
	while (text.len > 0) {
		text_stream_feed(&stream, span_head(text, step));
		text = span_skip(text, step);
	}
	text_stream_end(&stream);
	free(window);
	return digest;
}

static bool same(const struct text_words *a, const struct text_words *b)
{
	return a->count == b->count && a->exact == b->exact && a->seen == b->seen;
}

static void check(const char *text, const char *all, const char *kept)
{
	struct span s = span_str(text);
	struct text_words want_all = words_from(all), want_kept = words_from(kept);

	for (size_t cut = 0; cut <= s.len; cut++)
		for (size_t step = 1; step <= s.len + 1; step += s.len / 4 + 1) {
			struct text_digest d = digest_of(s, true, cut, step);
			const struct text_words *k = d.parted ? &d.kept : &d.all;

			if (!same(&d.all, &want_all))
				fail_msg("\"%s\" is not \"%s\"", text, all);
			if (!same(k, &want_kept))
				fail_msg("\"%s\" keeps not \"%s\"", text, kept);
		}
}

static void test_folding(void **state)
{
	check("HELLO World", "hello world", "hello world");
	check("Caf\xc3\xa9 \xc3\x84rger stra\xc3\x9f"
	      "e",
		"cafe arger strasse", "cafe arger strasse");
	check("cafe\xcc\x81 ca\xc2\xad"
	      "fe z\xe2\x80\x8bz",
		"cafe cafe zz", "cafe cafe zz");
	check("\xef\xbc\xa1\xef\xbc\xa2 \xf0\x9d\x90\x80\xf0\x9d\x90\x81", "ab ab", "ab ab");
	check("\xd0\x9f\xd0\xa0\xd0\x98", "\xd0\xbf\xd1\x80\xd0\xb8", "\xd0\xbf\xd1\x80\xd0\xb8");
	check("caf\xe9 \xe9t\xe9", "cafe ete", "cafe ete"); /* Latin-1 that does not say so */
	check("a\xe2\x80\x9c"
	      "b\xe2\x80\xa6"
	      "c\xc2\xa0"
	      "d",
		"a b c d", "a b c d");
	check("x\xe2\x80", "xa", "xa");
}

static void test_quotes(void **state)
{
	check("one\n> two\nthree", "one two three", "one three");
	check("> one\r\n| two\r\nthree\r\n>four", "one two three four", "three");
	check("one > two\n  > three", "one two three", "one two three");
	check("one\n-- \ntwo\nthree\n", "one two three", "one");
	check("one\r\n-- \r\n> two\r\nthree", "one two three", "one");
	check("one\n--\ntwo -- \nthree", "one two three", "one two three");
	check("one\n-----Original Message-----\ntwo", "one original message two", "one");
	check("one\n---- Original Message ----\ntwo", "one original message two", "one");
	check("one\n--- Original Message ---\ntwo", "one original message two",
		"one original message two");
	check("> one", "one", "");
}

static void test_not_lines(void **state)
{
	struct text_digest d = digest_of(span_str("one\n> two\n-- \nthree"), false, 0, SIZE_MAX);

	assert_false(d.parted);
	assert_int_equal(d.all.count, 3);
}

static uint32_t next(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 16;
}

/* Much text: many windows, with and without places to cut them. */
static void test_windows(void **state)
{
	static const char *alphabets[] = {
		"ab ", "abc", "ab\n>", "\xe4\xbd\xa0", "a\xc3\xa9 ", "a.b-c1@", "w.:/\n"};
	size_t len = 60000;
	char *p = malloc(len);
	uint32_t x = 5;

	for (size_t a = 0; a < sizeof(alphabets) / sizeof(alphabets[0]); a++) {
		struct text_digest whole, cut;

		for (size_t i = 0; i < len; i++)
			p[i] = alphabets[a][a == 3 ? i % 3 : next(&x) % strlen(alphabets[a])];
		whole = digest_of(span_of(p, len), true, 0, SIZE_MAX);
		for (size_t step = 1; step < 9000; step = step * 3 + 1) {
			cut = digest_of(span_of(p, len), true, step / 2, step);
			assert_true(same(&whole.all, &cut.all));
			assert_int_equal(whole.parted, cut.parted);
			if (whole.parted)
				assert_true(same(&whole.kept, &cut.kept));
		}
	}
	free(p);
}

/* Words do not change with the places where windows end. */
static void test_shifted_windows(void **state)
{
	size_t len = 40000, n = 0;
	char *p = malloc(len + 9000);
	struct text_digest want, got;
	uint32_t x = 3;

	while (n < len)
		n += (size_t)sprintf(p + n, "word%c http://www.x%u.example/%u%s",
			'a' + (int)(next(&x) % 26), next(&x) % 100, next(&x),
			next(&x) % 9 ? " " : "\n");
	want = digest_of(span_of(p, n), true, 0, SIZE_MAX);
	for (size_t shift = 1; shift < 5000; shift += 37) {
		memmove(p + shift, p, n);
		memset(p, ' ', shift);
		got = digest_of(span_of(p, n + shift), true, 0, SIZE_MAX);
		assert_true(same(&want.all, &got.all));
		memmove(p, p + shift, n);
	}
	free(p);
}

static void test_hosts(void **state)
{
	struct text_digest digest;
	struct text_names names;
	struct text_sink sink = {.to = {&digest}, .count = 1, .tables = tables, .names = &names};
	struct text_stream stream;
	uint8_t *window = malloc(TEXT_STREAM_BUFFER);
	char host[300];

	memset(host, 'h', sizeof(host));
	text_names_init(&names);
	text_digest_init(&digest);
	text_stream_begin(&stream, &sink, window, false);
	for (int i = 0; i < 1000; i++) {
		text_stream_host(&stream, span_of(host, sizeof(host)));
		text_stream_feed(&stream, span_str("word\xe4")); /* an open character before it */
		text_stream_blank(&stream);
	}
	text_stream_end(&stream);
	assert_int_equal(digest.all.count, 2000);
	assert_int_equal(digest.all.visible, 1000);
	free(window);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folding),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_not_lines),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_shifted_windows),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
