/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/text_html.h"
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

/* The words of `html`, given in pieces: up to `a`, up to `b`, then of `step` bytes. */
static struct text_words words_of(struct span html, size_t a, size_t b, size_t step)
{
	struct text_digest digest;
	struct text_names names;
	struct text_sink sink = {.to = {&digest}, .count = 1, .tables = tables, .names = &names};
	struct text_stream stream;
	struct text_html *h = malloc(sizeof(*h));
	uint8_t *window = malloc(TEXT_STREAM_BUFFER);

	text_names_init(&names);
	text_digest_init(&digest);
	text_stream_begin(&stream, &sink, window, false);
	text_html_begin(h, &stream, NULL);
	text_html_feed(h, span_head(html, a));
	text_html_feed(h, span_head(span_skip(html, a), b - a));
	html = span_skip(html, b);
	while (html.len > 0) {
		text_html_feed(h, span_head(html, step));
		html = span_skip(html, step);
	}
	text_html_end(h);
	text_stream_end(&stream);
	free(window);
	free(h);
	return digest.all;
}

static bool same(struct text_words a, struct text_words b)
{
	return a.count == b.count && a.exact == b.exact && a.seen == b.seen;
}

static void check(const char *html, const char *words)
{
	struct span s = span_str(html);

	if (!same(words_of(s, 0, 0, SIZE_MAX), words_from(words)))
		fail_msg("\"%s\" is not \"%s\"", html, words);
	for (size_t a = 0; a <= s.len; a++)
		for (size_t b = a; b <= s.len; b++)
			if (!same(words_of(s, a, b, SIZE_MAX), words_from(words)))
				fail_msg("\"%s\" cut at %zu and %zu", html, a, b);
	for (size_t step = 1; step < 5; step++)
		if (!same(words_of(s, 0, 0, step), words_from(words)))
			fail_msg("\"%s\" in steps of %zu", html, step);
}

static void test_tags(void **state)
{
	check("", "");
	check("plain text", "plain text");
	check("Vi<b></b>ag<font color=red>r</font>a", "viagra");
	check("one<br>two<p>three</p>four<td>five", "one two three four five");
	check("one<unknown>two", "onetwo");
	check("one<wbr>two<meta x>three", "onetwothree");
	check("one<BR/>two<Br />three", "one two three");
	check("a < b and c <3 d <", "a b and c N d");
	check("one</>two</ >three<?x?>four<!doctype html>five", "onetwothreefourfive");
	check("<a title=\"x>y\" rel='a>b'>one</a>", "one");
	check("<a title=x\"y>one</a> two", "one two");
	check("<a title= \"x>y\" >one</a>", "one");
	check("one<b", "one");
	check("one</b", "one");
}

static void test_comments(void **state)
{
	check("one<!-- two -->three", "onethree");
	check("one<!-- a > b -- > c --!>three", "onethree");
	check("one<!-->two<!--->three", "onetwothree");
	check("one<!-- <!-- two -->three", "onethree");
	check("one<!--two", "one");
	check("one<!-x->two", "onetwo");
	check("one<![CDATA[two]]>three", "onethree");
	check("<!--[if mso]>no<![endif]-->yes<!--[if !mso]><!-->this<!--<![endif]-->", "yesthis");
}

static void test_raw(void **state)
{
	check("one<script>two</script>three", "onethree");
	check("one<STYLE type=x>b {c:d}</Style >three", "onethree");
	check("one<script>a</b></scrip></ script></script x>three", "onethree");
	check("one<script>if (a<b) \"</scripts>\"</script>three", "onethree");
	check("<title>no</title>yes", "yes");
	check("one<script>two", "one");
}

static void test_references(void **state)
{
	check("a&amp;b &lt;b&gt; caf&eacute; &nbsp;x", "a b b cafe x");
	check("&#67;&#97;&#x66;&#XE9;", "cafe");
	check("AT&T, &unknown; &; &#; &#x;", "at t unknown x");
	check("x&ampy x&amp y", "x ampy x y");
	check("one&zwnj;two&shy;three&#8203;four", "onetwothreefour");
	check("&#99999999999;x", "\xef\xbf\xbdx");
	check("&#147;quoted&#148;", "quoted");
	check("&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;", "");
	check("x &eacute", "x e");
}

static void test_links(void **state)
{
	check("<a href=\"http://www.shop.example/x?y=z\">go</a>", "#shop.example go");
	check("<A HREF='https://User@Shop.Example:81/'>go</A>", "#shop.example go");
	check("<a class=x href=//shop.example/y>go</a>", "#shop.example go");
	check("<a href=' http://shop.example '>go</a>", "#shop.example go");
	check("<area shape=rect href=http://shop.example>go", "#shop.example go");
	check("<a href=\"mailto:a@b.example\">go</a> <a href=\"#x\">x</a> <a href=/y>y</a>",
		"go x y");
	check("<link href=http://font.example/x>go", "go");
	check("<a href=\"javascript:x='http://y.example/'\">go", "go");
	check("http://shop.example/x <a href=http://other.example/y>text</a>",
		"@shop.example #other.example text");
}

static void test_hidden(void **state)
{
	check("one<div style=\"display:none\">two</div>three", "one three");
	check("one<span style='DISPLAY : None;x'>two<b>x</b></span>three", "onethree");
	check("one<div style=display:none><div>two</div>x</div>three", "one three");
	check("one<div hidden>two</div>three", "one three");
	check("one<span style='font-size:0px'>two</span>three", "onethree");
	check("one<span style='font-size:0.9em'>two</span>three", "onetwothree");
	check("one<td style='font-size:0px'>two</td>three", "one two three");
	check("one<p style='visibility:hidden'>two<p>three", "one three");
	check("one<i style='opacity:0'>two</i>three<i style='opacity:0.5'>four</i>",
		"onethreefour");
	check("<div>one<span style=display:none>two</div>three", "one three");
	check("one<img style='display:none'>two<input hidden>three", "one two three");
	check("one<div hidden><style>x</style></div>two", "one two");
	check("one<div hidden><a href=http://x.example>x</a></div>two", "one two");
	check("one<div hidden>two", "one");
	check("one<span data-hidden=x>two</span>", "onetwo");
}

/* A tag longer than is looked at still ends where it ends. */
static void test_long_tag(void **state)
{
	static const char head[] = "one<img src=\"data:";
	static const char tail[] = "> two\" alt='>'>three <b>four</b>";
	static char p[100000];
	size_t at = sizeof(p) - sizeof(tail);

	memset(p, 'x', sizeof(p));
	memcpy(p, head, sizeof(head) - 1);
	memcpy(p + at, tail, sizeof(tail));
	assert_true(same(words_of(span_str(p), 0, 0, SIZE_MAX), words_from("one three four")));
	assert_true(same(words_of(span_str(p), 5, 900, 7), words_from("one three four")));
}

static void test_hostile(void **state)
{
	static const char *fills[] = {"<", "<a", "<a ", "<a x=\"", "<!--", "<!", "&", "&#", "&a",
		"</", "<script>", "<a href=", "<div hidden>", "<p style=\"", "\"", "<a b='c\" d=e>",
		"-", ">"};
	size_t len = 1 << 20;
	char *p = malloc(len);

	for (size_t f = 0; f < sizeof(fills) / sizeof(fills[0]); f++) {
		for (size_t i = 0; i < len; i++)
			p[i] = fills[f][i % strlen(fills[f])];
		words_of(span_of(p, len), 0, 0, SIZE_MAX);
	}
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_long_tag),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
