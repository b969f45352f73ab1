/* SPDX-License-Identifier: Apache-2.0 */
/* URLs in running text and in pages, cut anywhere; and the time that hostile ones take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "smtp_decode/text_html.h"

static struct org_domains *orgs;
static struct text_tables *tables;

static int setup(void **state)
{
	orgs = org_domains_create(NULL, 64);
	tables = text_tables_create();
	return orgs && tables ? 0 : -1;
}

static int teardown(void **state)
{
	org_domains_destroy(orgs);
	text_tables_destroy(tables);
	return 0;
}

/* Reads `text` in pieces: up to `a`, up to `b`, the rest. */
static void read_text(struct url_list *l, struct span text, size_t a, size_t b)
{
	struct url_scan s;

	url_list_init(l, orgs);
	url_scan_init(&s, l);
	url_scan_feed(&s, span_head(text, a));
	url_scan_feed(&s, span_head(span_skip(text, a), b - a));
	url_scan_feed(&s, span_skip(text, b));
	url_scan_break(&s);
}

static void read_page(struct url_list *l, struct span text, size_t a, size_t b)
{
	static uint8_t window[TEXT_STREAM_BUFFER];
	static struct text_digest digest;
	static struct text_html h;
	struct text_names names;
	struct text_sink sink = {.to = {&digest}, .count = 1, .tables = tables, .names = &names};
	struct text_stream stream;
	struct url_page p;
	struct url_scan s;

	text_names_init(&names);
	text_digest_init(&digest);
	url_list_init(l, orgs);
	url_scan_init(&s, l);
	url_page_init(&p, l, &s);
	text_stream_begin(&stream, &sink, window, false);
	text_html_begin(&h, &stream, &p);
	text_html_feed(&h, span_head(text, a));
	text_html_feed(&h, span_head(span_skip(text, a), b - a));
	text_html_feed(&h, span_skip(text, b));
	text_html_end(&h);
	text_stream_end(&stream);
}

typedef void read_fn(struct url_list *l, struct span text, size_t a, size_t b);

static bool same(const struct url_list *x, const struct url_list *y)
{
	return x->count == y->count && x->mismatches == y->mismatches && x->capped == y->capped &&
	       x->names_len == y->names_len && memcmp(x->names, y->names, x->names_len) == 0 &&
	       x->rows_len == y->rows_len &&
	       memcmp(x->rows, y->rows, x->rows_len * sizeof(x->rows[0])) == 0 &&
	       x->hashes_len == y->hashes_len &&
	       memcmp(x->hashes, y->hashes, x->hashes_len * sizeof(x->hashes[0])) == 0;
}

/* Wherever the text is cut, the same is found in it: `count` URLs of hosts `names`. */
static void check(read_fn *read, const char *text, uint32_t count, const char *names)
{
	struct span s = span_str(text);
	struct url_list want = {0}, got = {0};

	read(&want, s, s.len, s.len);
	if (want.count != count || !span_eq_str(span_of(want.names, want.names_len), names))
		fail_msg("\"%s\": %u URLs of %.*s", text, want.count, want.names_len, want.names);
	for (size_t a = 0; a <= s.len; a++)
		for (size_t b = a; b <= s.len; b++) {
			read(&got, s, a, b);
			if (!same(&want, &got))
				fail_msg("\"%s\" cut at %zu and %zu", text, a, b);
		}
}

static void test_cuts_of_text(void **state)
{
	check(read_text, "see http://a.example/x?y=1, https://b.example; ftp://c.example.", 3,
		"a.exampleb.examplec.example");
	check(read_text, "(www.a.example.net) mailto:joe@b.example?x http://http://c.example/", 3,
		"www.a.example.netb.examplec.example");
	check(read_text,
		"http://b\xc3\xbc\xc3\xa4.example/\xe8\xb0\xa2http://a.example\xe8\xb0\xa2x", 2,
		"xn--b-0fa5e.examplea.example");
	check(read_text,
		"httphttps://a.example hhttp://b.example ftpftp://c.example wwww.d.example.net", 2,
		"a.exampleb.example");
	check(read_text, "http://a:b@c.example:80/d#e http://[2001:db8::1]/ http://1.2/", 3,
		"c.example2001:db8::11.0.0.2");
}

static void test_cuts_of_pages(void **state)
{
	check(read_page, "<a href='http://a.example/&amp;x'>www.<b>b</b>.example.net</a>x", 2,
		"a.examplewww.b.example.net");
	check(read_page, "<img src=//a.example/1 srcset='//b.example/1 1x, //c.example/2'>", 3,
		"a.exampleb.examplec.example");
	check(read_page, "<p style=\"x:url('http://a.example')\"><!-- <a href=//b.example> -->", 1,
		"a.example");
	check(read_page, "http&#58;//a.ex&#x61;mple<br>x <a href=\"ht\ntp:\\\\b.example\">", 2,
		"a.exampleb.example");
}

/* Of processor time, for `n` bytes of `fill` again and again. */
static double spent(read_fn *read, const char *start, const char *fill, size_t n)
{
	struct url_list l;
	char *text = malloc(n);
	size_t len = strlen(fill), head = strlen(start);
	double best = 1e18;

	for (size_t i = 0; i < n; i++)
		text[i] = i < head ? start[i] : fill[(i - head) % len];
	for (int k = 0; k < 5; k++) {
		struct timespec from, to;
		double ns;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		read(&l, span_of(text, n), n / 3, n / 3);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
		if (ns < best)
			best = ns;
	}
	free(text);
	return best;
}

/* Eight times the text takes about eight times as long; were it quadratic, 64 times. */
static void test_time_is_linear(void **state)
{
	static const struct {
		read_fn *read;
		const char *start, *fill;
	} rows[] = {
		{read_text, "", "www."},
		{read_text, "", "http://"},
		{read_text, "", "@"},
		{read_text, "http://", "a@"},
		{read_text, "", "/"},
		{read_text, "", "w."},
		{read_text, "", "o:"},
		{read_text, "", "mailto:"},
		{read_text, "", "http://a,"},
		{read_text, "", "www.a.b&"},
		{read_text, "", "http://\xc3\xbc "},
		{read_text, "", "http://\xe8\xb0\xa2\xe8\xb0\xa2"},
		{read_text, "http://a/", "("},
		{read_text, "http://a/", "."},
		{read_text, "http://", "a."},
		{read_text, "http://", "%41"},
		{read_text, "", "a"},
		{read_page, "<a href=\"", "http://"},
		{read_page, "", "<a href=\"http://a"},
		{read_page, "", "<a href=http://a>"},
		{read_page, "", "<a href=http://a.b.com>a.b.net</a>"},
		{read_page, "", "<a href=http://\xc3\xbc.b>"},
		{read_page, "", "<img srcset=', , ,,,1x,'>"},
		{read_page, "", "<p style='url(url(url('>"},
		{read_page, "", "<a href=&&&&&&#&#&#x>"},
		{read_page, "<a href=//b.example>", "http://"},
		{read_page, "<a href=//b.example>", "www.a"},
		{read_page, "", "</a><a>"},
	};
	const size_t n = 64 * 1024;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double once = spent(rows[i].read, rows[i].start, rows[i].fill, n);
		double more = spent(rows[i].read, rows[i].start, rows[i].fill, 8 * n);

		if (more > 24 * once + 1e6)
			fail_msg("\"%s\": %.0f ns, eight times of it %.0f ns", rows[i].fill, once,
				more);
	}
}

/* One line of many megabytes is read to its end. */
static void test_long_line(void **state)
{
	static const char end[] = " http://a.example";
	const size_t n = 50 * 1024 * 1024;
	char *text = malloc(n);
	struct url_list l;

	memset(text, 'a', n);
	memcpy(text + n - sizeof(end) + 1, end, sizeof(end) - 1);
	read_text(&l, span_of(text, n), 1, n / 2);
	assert_int_equal(l.count, 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts_of_text),
		cmocka_unit_test(test_cuts_of_pages),
		cmocka_unit_test(test_time_is_linear),
		cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
