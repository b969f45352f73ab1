/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/text_token.h"
#include "tests/unit/smtp_decode/text_words.h"

struct fixture {
	struct text_tables *tables;
	struct text_names names;
	struct text_digest digest;
	struct text_sink sink;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->tables = text_tables_create();
	text_names_init(&f->names);
	f->sink = (struct text_sink){
		.to = {&f->digest}, .count = 1, .tables = f->tables, .names = &f->names};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	text_tables_destroy(f->tables);
	free(f);
	return 0;
}

/* The words of a folded text. */
static struct text_words words_of(struct fixture *f, struct span text)
{
	uint8_t *buf = calloc(1, TEXT_TOKEN_RUN + TEXT_TOKEN_PAD);

	assert_true(text.len <= TEXT_TOKEN_RUN);
	memcpy(buf, text.p, text.len);
	memset(buf + text.len, 'z', TEXT_TOKEN_PAD); /* must not be seen */
	text_digest_init(&f->digest);
	text_sink_break(&f->sink);
	text_token_run(&f->sink, buf, text.len, 0);
	free(buf);
	return f->digest.all;
}

static void check(struct fixture *f, const char *text, const char *words)
{
	struct text_words want = words_from(words), got = words_of(f, span_str(text));

	if (got.count != want.count || got.exact != want.exact || got.seen != want.seen)
		fail_msg("\"%s\": %u words, not \"%s\"", text, got.count, words);
}

static void test_rows(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", ""},
		{"  \r\n", ""},
		{"one", "one"},
		{"one two,three. (four) \"five\" six!", "one two three four five six"},
		{"don't", "don t"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		/* numbers */
		{"1", "N"},
		{"1,234.56 and 7", "N and N"},
		{"call 555 123 4567 now", "call N now"},
		{"2026-11-24 12:30", "N"},
		/* letters and digits */
		{"mp3 2nd 10th 3d", "mp0 0nd 0th 0d"},
		{"1st 22st", "0st 0st"},
		{"abc12 x", "x"}, /* five of them are an id */
		{"8f3a2b9c x", "x"},
		{"x 4f5e6d7c-8d7e-4c1b-9f00-abcdefabcdef y", "x y"},
		{"ref_a1_long x", "x"},
		{"covid-19 top-10", "covid N top N"},
		/* long words */
		{"abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx"},
		{"abcdefghijklmnopqrstuvwxy z", "z"},
		{"abcdefghijklmnopqrstuvwxyabcdefghijklmnopqrstuvwxyabcdefghijklmnopqrstuvwxy z",
			"z"},
		/* joiners */
		{"well-known e_mail", "well known e mail"},
		{"-a- --b-- c", "a b c"},
		{"a--b", "a b"},
		/* e-mail addresses */
		{"write to sales@shop.example.", "write to E"},
		{"<a.b+c-d@x-y.example>", "E"},
		{"bounce-alice=corp.example@list.example", "E"},
		{"a@b", "a b"},
		{"@handle me", "handle me"},
		{"a @ b.example", "a b example"},
		{"a@b.example@c.example", "E c example"},
		{"a@.example", "a example"},
		{"mailto:a@b.example", "mailto E"},
		{"x\xc3\xa9z@b.example", "x\xc3\xa9 E"},
		/* URLs */
		{"see http://www.shop.example/a/b?c=d#e now", "see @shop.example now"},
		{"https://shop", "@shop"},
		{"https://shop.example:8080/", "@shop.example"},
		{"https://user:pw@shop.example/x", "@shop.example"},
		{"ftp://ftp.shop.example", "@ftp.shop.example"},
		{"(http://shop.example/x) y", "@shop.example y"},
		{"<http://shop.example/x>y", "@shop.example y"},
		{"xhttp://shop.example/", "@shop.example"},
		{"http://192.0.2.1/x", "@192.0.2.1"},
		{"http://8f3a2b9c.track.shop.example/x", "@track.shop.example"},
		{"http:// x", "http x"},
		{"://shop.example", "shop example"},
		{"a://b", "@b"},
		{"www.shop.example/x y", "@shop.example y"},
		{"www.shop.example, y", "@shop.example y"},
		{"wwww.shop.example", "wwww shop example"},
		{"awww.x.example", "awww x example"},
		{"www. x", "www x"},
		{"http://shop.example/\xe4\xbd\xa0x", "@shop.example =\xe4\xbd\xa0 x"},
		{"http://shop.example/a@b.example c", "@shop.example c"},
		/* hidden hosts */
		{"one \1shop.example\1 two", "one #shop.example two"},
		{"vi\1a.example\1agra", "vi #a.example agra"},
		{"\1\1 x \1ab", "x ab"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(f, rows[i].text, rows[i].words);
}

static void test_unspaced(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"\xe4\xbd\xa0", "=\xe4\xbd\xa0"},
		{"\xe4\xbd\xa0\xe5\xa5\xbd\xe5\x90\x97",
			"=\xe4\xbd\xa0 =\xe4\xbd\xa0\xe5\xa5\xbd =\xe5\xa5\xbd\xe5\x90\x97"},
		/* line ends and folded marks between do not matter */
		{"\xe4\xbd\xa0\r\n\xe5\xa5\xbd \xe5\x90\x97",
			"=\xe4\xbd\xa0 =\xe4\xbd\xa0\xe5\xa5\xbd =\xe5\xa5\xbd\xe5\x90\x97"},
		/* another word does */
		{"\xe4\xbd\xa0 abc \xe5\xa5\xbd", "=\xe4\xbd\xa0 abc =\xe5\xa5\xbd"},
		{"\xe4\xbd\xa0"
		 "abc\xe5\xa5\xbd",
			"=\xe4\xbd\xa0 abc =\xe5\xa5\xbd"},
		{"\xe4\xbd\xa0"
		 "12345\xe5\xa5\xbd",
			"=\xe4\xbd\xa0 N =\xe5\xa5\xbd"},
		/* Hangul has blanks */
		{"\xed\x95\x9c\xea\xb8\x80 x", "\xed\x95\x9c\xea\xb8\x80 x"},
		/* Thai */
		{"\xe0\xb8\x81\xe0\xb8\x82", "=\xe0\xb8\x81 =\xe0\xb8\x81\xe0\xb8\x82"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(f, rows[i].text, rows[i].words);
}

static void test_lookalikes(void **state)
{
	struct fixture *f = *state;

	check(f, "p\xd0\xb0yp\xd0\xb0l", "paypal");       /* Cyrillic a */
	check(f, "vi\xce\xb1gra", "viagra");              /* Greek alpha */
	check(f, "\xd1\x80\xd0\xb0", "\xd1\x80\xd0\xb0"); /* all Cyrillic */
	check(f, "\xd0\xb6y", "\xd0\xb6y");               /* looks like nothing Latin */
	/* 24 characters of two bytes each are no long word */
	check(f,
		"\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6"
		"\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6",
		"\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6"
		"\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6\xd0\xb6");
}

static void test_names(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"dear alice smith, hello", "dear R hello"},
		{"dear alice.smith,", "dear R"},
		{"alice", "R"},
		{"alices", "alices"},
		{"we know smith and al", "we know R and al"}, /* two letters: not alone */
		{"dear al,", "dear R"},
		{"al smith", "al R"},
		{"smith al", "R"},
		/* a role is a word like any other, but for a greeting before it */
		{"more info here", "more info here"},
		{"hello info here", "hello R here"},
		/* within a display name only the first and the last stand alone */
		{"jan van der berg", "R"},
		{"der berg", "der R"},
		{"bob1984 x", "R x"},
		{"1984 x", "N x"},
		{"alice@corp.example", "E"},
	};
	struct fixture *f = *state;

	text_names_add_local(&f->names, f->tables, span_str("Alice.Smith"));
	text_names_add_local(&f->names, f->tables, span_str("al"));
	text_names_add_local(&f->names, f->tables, span_str("info"));
	text_names_add_local(&f->names, f->tables, span_str("bob1984"));
	text_names_add_display(&f->names, f->tables, span_str("Jan van der Berg"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(f, rows[i].text, rows[i].words);
}

/*
 * The same rules a byte at a time, for texts of ASCII letters, digits, joiners, blanks and dots
 * without URLs and addresses.
 */
static struct text_words plain_words(struct span s)
{
	struct text_words w = {0};
	uint64_t last = 0;

	for (size_t i = 0; i < s.len;) {
		size_t start, end;
		bool id = false;

		while (i < s.len && !isalnum(s.p[i]))
			i++;
		start = i; /* a run of words with joiners between */
		while (i < s.len &&
			(isalnum(s.p[i]) || ((s.p[i] == '-' || s.p[i] == '_') && i + 1 < s.len &&
						    isalnum(s.p[i + 1]))))
			i++;
		end = i;
		for (int take = 0; take < 2 && !(take && id); take++) {
			for (size_t a = start, b; a < end; a = b + 1) {
				size_t letters = 0, digits = 0;
				uint64_t h;

				for (b = a; b < end && isalnum(s.p[b]); b++)
					*(isdigit(s.p[b]) ? &digits : &letters) += 1;
				if (letters && digits && (b - a < end - start || b - a > 4))
					id = true;
				if (!take || b - a > 24)
					continue;
				h = text_word_hash(s.p + a, b - a);
				if (digits && !letters)
					h = TEXT_WORD_NUMBER;
				if (letters && digits) {
					char folded[300];
					size_t n = 0;

					for (size_t k = a; k < b; k++)
						if (!isdigit(s.p[k]))
							folded[n++] = (char)s.p[k];
						else if (k == a || !isdigit(s.p[k - 1]))
							folded[n++] = '0';
					h = text_word_hash(folded, n);
				}
				if (h != TEXT_WORD_NUMBER || last != h)
					text_words_add(&w, &h, 1, true);
				last = h;
			}
		}
	}
	return w;
}

static void test_against_plain(void **state)
{
	static const char alphabet[] = "abcdxyz01 -_. \nab cd12";
	struct fixture *f = *state;
	char text[700];
	uint32_t x = 7;

	for (int round = 0; round < 20000; round++) {
		size_t len = round % sizeof(text);
		struct text_words want, got;

		for (size_t i = 0; i < len; i++) {
			x = x * 1664525 + 1013904223;
			text[i] = alphabet[(x >> 16) % (round % 3 ? sizeof(alphabet) - 1 : 11)];
		}
		want = plain_words(span_of(text, len));
		got = words_of(f, span_of(text, len));
		if (got.count != want.count || got.exact != want.exact)
			fail_msg("\"%.*s\"", (int)len, text);
	}
}

/* Any bytes, with much of what begins URLs and addresses: comes to its end. */
static void test_noise(void **state)
{
	static const char alphabet[] = "aw1.@:/\1-_ %=\xe4\xbd\xa0<";
	struct fixture *f = *state;
	char *text = malloc(TEXT_TOKEN_RUN);
	uint32_t x = 9;

	for (int round = 0; round < 300; round++) {
		for (size_t i = 0; i < TEXT_TOKEN_RUN; i++) {
			x = x * 1664525 + 1013904223;
			text[i] = alphabet[(x >> 16) % (sizeof(alphabet) - 1)];
		}
		words_of(f, span_of(text, TEXT_TOKEN_RUN));
	}
	for (const char *fill = "@w./:\1-a1"; *fill; fill++) {
		memset(text, *fill, TEXT_TOKEN_RUN);
		words_of(f, span_of(text, TEXT_TOKEN_RUN));
	}
	for (size_t i = 0; i + 5 <= TEXT_TOKEN_RUN; i += 5) /* as many addresses as there can be */
		memcpy(text + i, "a@b.c", 5);
	words_of(f, span_of(text, TEXT_TOKEN_RUN));
	memset(text, ' ', TEXT_TOKEN_RUN);
	for (size_t i = 0; i + 6 <= TEXT_TOKEN_RUN; i += 6)
		memcpy(text + i, "a@b.c ", 6);
	assert_int_equal(words_of(f, span_of(text, TEXT_TOKEN_RUN)).count, TEXT_TOKEN_RUN / 6);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unspaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lookalikes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_against_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
