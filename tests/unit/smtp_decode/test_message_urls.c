/* SPDX-License-Identifier: Apache-2.0 */
/* URLs of whole messages: each row at once and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "tests/unit/smtp_decode/content_fixture.h"

/* The rows of a record: "SCHEME:WHERE:HOST:COUNT", with blanks between; then "!N" for mismatches
 * and "^" where something was left out. */
static const char *rows_of(const struct message_record *m)
{
	static const char *const schemes[] = {"-", "http", "https", "ftp", "mailto"};
	static const char *const places[] = {"text", "href", "src", "action", "background", "data",
		"poster", "srcset", "refresh", "style"};
	static char buf[16384];
	const struct message_url *u = record_array(m, m->urls);
	size_t n = 0;

	buf[0] = '\0';
	for (uint32_t i = 0; i < m->urls.count; i++) {
		struct span host = record_str(m, u[i].host);

		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%s:%s:%.*s", n ? " " : "",
			schemes[u[i].scheme], places[u[i].where], (int)host.len,
			(const char *)host.p);
		if (u[i].count > 1)
			n += (size_t)snprintf(buf + n, sizeof(buf) - n, ":%u", u[i].count);
	}
	if (m->url_mismatches)
		n += (size_t)snprintf(
			buf + n, sizeof(buf) - n, "%s!%u", n ? " " : "", m->url_mismatches);
	if (m->traits & MESSAGE_URLS_CAPPED)
		snprintf(buf + n, sizeof(buf) - n, "%s^", n ? " " : "");
	return buf;
}

static void check(struct fixture *f, const char *header, const char *text, const char *want)
{
	char mail[4096];

	snprintf(mail, sizeof(mail), "MIME-Version: 1.0\r\n%s\r\n\r\n%s", header, text);
	for (size_t step = 0; step < 6; step++) {
		const struct message_record *m =
			decode_steps(f, span_str(mail), step ? step : SIZE_MAX);

		if (strcmp(rows_of(m), want) != 0)
			fail_msg("\"%s\" in steps of %zu: \"%s\" is not \"%s\"", text, step,
				rows_of(m), want);
	}
}

struct row {
	const char *text, *want;
};

static void check_rows(struct fixture *f, const char *header, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(f, header, rows[i].text, rows[i].want);
}

static char *take(size_t size)
{
	char *p = malloc(size);

	if (!p)
		abort();
	return p;
}

#define PLAIN "Content-Type: text/plain; charset=utf-8"
#define HTML "Content-Type: text/html; charset=utf-8"
#define CHECK(f, header, rows) check_rows(f, header, rows, sizeof(rows) / sizeof((rows)[0]))

static void test_plain(void **state)
{
	static const struct row rows[] = {
		{"", ""},
		{"see http://shop.example/offer?id=1#top now", "http:text:shop.example"},
		{"http://shop.example", "http:text:shop.example"},
		{"HTTPS://Shop.EXAMPLE./x", "https:text:shop.example"},
		{"ftp://files.shop.example:2121/pub", "ftp:text:files.shop.example"},
		{"www.shop.example", "-:text:www.shop.example"},
		{"(WWW.shop.example)", "-:text:www.shop.example"},
		{"see (http://shop.example), or <http://b.example/>; \"http://c.example\".",
			"http:text:shop.example http:text:b.example http:text:c.example"},
		{"http://a.example,http://b.example;http://c.example",
			"http:text:a.example http:text:b.example http:text:c.example"},
		{"http://a.example http://a.example/2", "http:text:a.example:2"},
		{"mailto:joe@shop.example?subject=x", "mailto:text:shop.example"},
		{"write to joe@shop.example", ""},
		{"http://joe:secret@shop.example:8080/x", "http:text:shop.example"},
		{"http://www.bank.example&a=1@shop.example/", "http:text:shop.example"},
		{"http://shop.example... and so on", "http:text:shop.example"},
		{"http://192.0.2.1/x", "http:text:192.0.2.1"},
		{"http://3221225985/x", "http:text:192.0.2.1"},
		{"http://0xC0.0.2.0x1/", "http:text:192.0.2.1"},
		{"http://192.513/", "http:text:192.0.2.1"},
		{"http://[2001:DB8:0::1]:80/x", "http:text:2001:db8::1"},
		{"http://shop%2Eexample/x", "http:text:shop.example"},
		{"http://http://shop.example/", "http:text:shop.example"},
		{"http://shop.example/go?to=http://b.example/", "http:text:shop.example"},
		{"http://intranet/wiki", "http:text:intranet"},
		{"Click:http://shop.example", "http:text:shop.example"},
		{"> quoted http://shop.example\r\n-- \r\nwww.b.example.net",
			"http:text:shop.example -:text:www.b.example.net"},
		{"http://shop.exam\r\nple", "http:text:shop.exam"},
		{"a\\www.shop.example", "-:text:www.shop.example"},
		{"[http://shop.example] [mailto:joe@b.example] [www.c.example.net]",
			"http:text:shop.example mailto:text:b.example -:text:www.c.example.net"},
		{"[http://[2001:db8::1]] http://shop.example[1]",
			"http:text:2001:db8::1 http:text:shop.example"},
	};

	CHECK(*state, PLAIN, rows);
}

static void test_near_misses(void **state)
{
	static const struct row rows[] = {
		{"e.g. this, i.e. that", ""},
		{"a//b // comment", ""},
		{"www. www.. www", ""},
		{"www.shop", ""},
		{"awww.shop.example", ""},
		{"a.www.shop.example", ""},
		{"joe@www.shop.example", ""},
		{"http:// and https:///", ""},
		{"http:/shop.example", ""},
		{"http://?x", ""},
		{"http://1.2.3.4.5/", ""},
		{"http://256.256.256.256/", ""},
		{"http://[::1", ""},
		{"http://-/", "http:text:-"},
		{"xmailto:joe@shop.example", ""},
		{"mailto:joe", ""},
		{"sftp://shop.example", ""},
		{"//shop.example/", ""},
		{"shop.example/x", ""},
		{"file:///etc/passwd", ""},
		{"foo://shop.example", ""},
	};

	CHECK(*state, PLAIN, rows);
}

static void test_names_beyond_ascii(void **state)
{
	static const struct row rows[] = {
		{"http://b\xc3\xbc"
		 "cher.example/",
			"http:text:xn--bcher-kva.example"},
		{"http://B\xc3\x9c"
		 "CHER.example/",
			"http:text:xn--bcher-kva.example"},
		{"http://XN--BCHER-KVA.example/", "http:text:xn--bcher-kva.example"},
		{"www.b\xc3\xbc"
		 "cher.example",
			"-:text:www.xn--bcher-kva.example"},
		{"http://b%C3%BCcher.example/", "http:text:xn--bcher-kva.example"},
		{"http://\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.example/ "
		 "http://xn--e1afmkfd.example",
			"http:text:xn--e1afmkfd.example:2"},
		{"http://\xe4\xbe\x8b\xe5\xad\x90.example", "http:text:xn--fsqu00a.example"},
		/* the sentence goes on behind the host */
		{"\xe8\xaf\xb7www.shop.example\xe8\xb0\xa2", "-:text:www.shop.example"},
		{"http://shop.example\xe3\x80\x82\xe8\xb0\xa2", "http:text:shop.example"},
		{"http://shop.example/\xe8\xb0\xa2", "http:text:shop.example"},
		{"\xe2\x80\x9chttp://shop.example\xe2\x80\x9d", "http:text:shop.example"},
		{"http://shop.example\xc2\xa0x", "http:text:shop.example"},
		{"http://shop\xe2\x80\x8b.example", "http:text:shop.example"},
		{"http://shop.example\xff\xfe", "http:text:shop.example"},
		/* full-width letters are mapped */
		{"http://\xef\xbd\x93hop.example", "http:text:shop.example"},
	};

	CHECK(*state, PLAIN, rows);
}

static void test_attributes(void **state)
{
	static const struct row rows[] = {
		{"<a href=\"http://shop.example/\">x</a>", "http:href:shop.example"},
		{"<A HREF='https://shop.example'>x</A>", "https:href:shop.example"},
		{"<a href=//shop.example/x>x</a>", "-:href:shop.example"},
		{"<a href=\"\\\\shop.example\\x\">x</a>", "-:href:shop.example"},
		{"<a href=\"http:\\\\shop.example\\@b.example\">x</a>", "http:href:shop.example"},
		{"<a href=\"https:/shop.example\">x</a>", "https:href:shop.example"},
		{"<a href=\"http:////shop.example\">x</a>", "http:href:shop.example"},
		{"<a href=\" ht\ttp://sh\r\nop.example/ \">x</a>", "http:href:shop.example"},
		{"<a href=\"http&#58;//shop&#x2e;example/?a&amp;b\">x</a>",
			"http:href:shop.example"},
		{"<a href=\"http&colon;&sol;&sol;shop&period;example\">x</a>",
			"http:href:shop.example"},
		{"<a href=\"ht&Tab;tp://shop.example\">x</a>", "http:href:shop.example"},
		{"<a href=\"http://bank.example@shop.example/\">x</a>", "http:href:shop.example"},
		{"<a href=www.shop.example>x</a>", "-:href:www.shop.example"},
		{"<a href=\"mailto:a@a.example,b%40b.example?subject=x\">x</a>",
			"mailto:href:a.example mailto:href:b.example"},
		{"<a href=\"http://\xe4\xbe\x8b\xe3\x80\x82"
		 "example\">x</a>",
			"http:href:xn--fsq.example"},
		{"<img src=\"https://i.shop.example/1.png\">", "https:src:i.shop.example"},
		{"<img srcset=\"https://a.example/1 1x, https://b.example/2 2x\">",
			"https:srcset:a.example https:srcset:b.example"},
		{"<img srcset=\"https://a.example/1 1x,https://b.example/2 2x\">",
			"https:srcset:a.example https:srcset:b.example"},
		{"<form action=http://shop.example><button formaction=//b.example>",
			"http:action:shop.example -:action:b.example"},
		{"<body background=http://shop.example/bg>", "http:background:shop.example"},
		{"<object data=http://shop.example/x></object>", "http:data:shop.example"},
		{"<video poster=http://shop.example/x>", "http:poster:shop.example"},
		{"<td style=\"background:url( 'http://shop.example/x' )\">",
			"http:style:shop.example"},
		{"<td style=\"background:url(&quot;//shop.example/x&quot;)\">",
			"-:style:shop.example"},
		{"<meta http-equiv=refresh content=\"0; url='http://shop.example/'\">",
			"http:refresh:shop.example"},
		{"<meta content=\"0;http://shop.example/\" http-equiv=\"Refresh\">",
			"http:refresh:shop.example"},
		{"<script src=http://shop.example/x.js>var a='http://b.example'</script>",
			"http:src:shop.example"},
		{"<div style=\"display:none\"><img src=http://shop.example>http://b.example</div>",
			"http:src:shop.example"},
		{"<base href=http://shop.example/><link href=http://shop.example/css>",
			"http:href:shop.example:2"},
		{"<a title='>' href='http://shop.example/'>x</a>", "http:href:shop.example"},
		{"text http://sh<b>op.exa</b>mple/?a&amp;b<br>x", "http:text:shop.example"},
		{"<a href=//a.example>www.shop.example</a><b>more</b>",
			"-:href:a.example -:text:www.shop.example !1"},
	};

	CHECK(*state, HTML, rows);
}

static void test_attribute_near_misses(void **state)
{
	static const struct row rows[] = {
		{"<a href=\"#top\">x</a><a href=\"/x\">x</a><a href=\"x.html\">x</a>", ""},
		{"<a href=\"tel:+123456\">x</a><a href=\"javascript:go('//b')\">x</a>", ""},
		{"<img src=\"cid:1@shop.example\"><img src=\"data:image/png;base64,//aa\">", ""},
		{"<a name=\"http://shop.example\" title='//shop.example'>x</a>", ""},
		{"<meta name=x content=\"0; url=http://shop.example/\">", ""},
		{"<!-- <a href=http://shop.example> http://shop.example -->", ""},
		{"</a href=http://shop.example>", ""},
		{"<a href=\"http://\">x</a><a href=\"http:\">x</a><a href=\"//\">x</a>", ""},
		{"<a href=\"http://{{host}}/\">x</a><a href=\"http://a b/\">x</a>", ""},
		{"<a href=\"http:shop.example\">x</a>", ""},
		{"<td style=\"width:calc(1px)\">", ""},
		{"<a href=\"http://shop.example", ""},
	};

	CHECK(*state, HTML, rows);
}

static void test_mismatches(void **state)
{
	static const struct row rows[] = {
		{"<a href=http://a.example.com>www.shop.example.net</a>",
			"http:href:a.example.com -:text:www.shop.example.net !1"},
		{"<a href=http://a.example.com>https://example.net/</a>",
			"http:href:a.example.com https:text:example.net !1"},
		{"<a href=http://a.example.com>example.net</a>", "http:href:a.example.com !1"},
		{"<a href=http://a.example.com> <b>Example</b>.net/x </a>",
			"http:href:a.example.com !1"},
		{"<a href=http://192.0.2.1/>example.net</a>", "http:href:192.0.2.1 !1"},
		{"<a href=http://a.example.com>b.example.com</a>", "http:href:a.example.com"},
		{"<a href=http://a.example.com>Go to www.example.net/x now</a>",
			"http:href:a.example.com -:text:www.example.net !1"},
		{"<a href=http://a.example.com>here</a> example.net", "http:href:a.example.com"},
		{"<a href=http://a.example.com>e.g.</a>", "http:href:a.example.com"},
		{"<a href=http://a.example.com>offer.pdf</a>", "http:href:a.example.com"},
		{"<a href=http://a.example.com>sales@example.net</a>", "http:href:a.example.com"},
		{"<a href=http://a.example.com>see example.net</a>", "http:href:a.example.com"},
		{"<a href=/x>www.example.net</a>", "-:text:www.example.net"},
		{"<a href=mailto:a@example.com>www.example.net</a>",
			"mailto:href:example.com -:text:www.example.net"},
		{"<a href=http://a.example.com>example.net<a href=http://example.com>example.com",
			"http:href:a.example.com http:href:example.com !1"},
		{"<a href=http://a.example.com><img src=//b.example.net alt=example.net></a>",
			"http:href:a.example.com -:src:b.example.net"},
	};

	CHECK(*state, HTML, rows);
}

static void test_encodings(void **state)
{
	check(*state, PLAIN "\r\nContent-Transfer-Encoding: quoted-printable",
		"see http://shop.ex=\r\nample/x=3Dy and w=\r\nww=2Eb.example.net",
		"http:text:shop.example -:text:www.b.example.net");
	check(*state, HTML "\r\nContent-Transfer-Encoding: quoted-printable",
		"<a hr=\r\nef=3D\"http:=\r\n//shop.example/\">x</a>", "http:href:shop.example");
	check(*state, PLAIN "\r\nContent-Transfer-Encoding: base64",
		"c2VlIGh0dHA6Ly9zaG9wLmV4\r\nYW1wbGUveCBub3c=\r\n", "http:text:shop.example");
	check(*state, "Content-Type: text/plain; charset=utf-16be", "", "");
	check(*state, "Content-Type: text/plain; charset=iso-8859-1",
		"http://b\xfc"
		"cher.example",
		"http:text:xn--bcher-kva.example");
	check(*state, "Content-Type: multipart/alternative; boundary=b",
		"--b\r\n\r\nhttp://a.example\r\n--b\r\nContent-Type: text/html\r\n\r\n"
		"<a href=http://a.example>x</a>\r\n--b--\r\n",
		"http:text:a.example http:href:a.example");
}

static void test_domains_are_sorted(void **state)
{
	struct fixture *f = *state;
	const struct message_record *m = decode(f,
		"\r\nhttp://www.z.example.com http://a.b.co.uk http://192.0.2.1 http://c.b.co.uk");
	const struct str_ref *d = record_array(m, m->url_domains);
	uint64_t set = m->url_set;

	assert_int_equal(m->url_count, 4);
	assert_int_equal(m->url_domains.count, 2);
	assert_str(f, d[0], "b.co.uk");
	assert_str(f, d[1], "example.com");
	assert_int_not_equal(set, 0);
	m = decode(f, "\r\nhttp://c.b.co.uk/other mailto:joe@example.com");
	assert_true(m->url_set == set);
	m = decode(f, "\r\nhttp://c.b.co.uk/");
	assert_true(m->url_set != set && m->url_set != 0);
	m = decode(f, "\r\nhttp://192.0.2.1/");
	assert_int_equal(m->url_set, 0);
}

static uint64_t hash_of(struct fixture *f, const char *text)
{
	const struct message_record *m = decode(f, text);
	const uint64_t *h = record_array(m, m->url_hashes);

	assert_int_equal(m->url_hashes.count, 1);
	return h[0];
}

static void test_hashes(void **state)
{
	struct fixture *f = *state;
	uint64_t want = XXH3_64bits("http://shop.example/X?y=1", 25);

	assert_true(hash_of(f, "\r\nHTTP://Shop.example:80/X?y=1#top") == want);
	assert_true(hash_of(f, "\r\n(http://shop.example/X?y=1).") == want);
	assert_true(hash_of(f, "\r\nhttp://u:p@shop.example/X?y=1, http://shop.example./X?y=1") ==
		    want);
	assert_true(hash_of(f, "Content-Type: text/html\r\n\r\n"
			       "<a href='//shop.example/X?y=1'>x</a>") == want);
	assert_true(hash_of(f, "\r\nhttp://shop.example/x?y=1") != want);
	want = XXH3_64bits("https://www.shop.example:8443/", 30);
	assert_true(hash_of(f, "\r\nhttps://www.shop.example:8443") == want);
	want = XXH3_64bits("http://en.example/a_(b)", 23);
	assert_true(hash_of(f, "\r\n(see http://en.example/a_(b))") == want);
	assert_true(hash_of(f, "\r\n[http://en.example/a_(b)]") == want);
	want = XXH3_64bits("http://[2001:db8::1]:8080/", 26);
	assert_true(hash_of(f, "\r\nhttp://[2001:db8::1]:8080/") == want);
	assert_int_equal(decode(f, "\r\nmailto:joe@shop.example")->url_hashes.count, 0);
}

static void test_caps(void **state)
{
	struct fixture *f = *state;
	char *mail = take(65536), *p;
	const struct message_record *m;

	p = stpcpy(mail, "\r\n");
	for (int i = 0; i < 100; i++)
		p += sprintf(p, "http://h%d.shop%d.example/ ", i, i % 20);
	m = decode(f, mail);
	assert_int_equal(m->url_count, 100);
	assert_int_equal(m->urls.count, 32);
	assert_int_equal(m->url_domains.count, 16);
	assert_int_equal(m->url_hashes.count, 32);
	assert_int_equal(m->url_set, 0);
	assert_true(m->traits & MESSAGE_URLS_CAPPED);
	/* distinct names beyond ASCII: each costs a look-up in large tables */
	p = stpcpy(mail, "\r\n");
	for (int i = 0; i < 40; i++)
		p += sprintf(p, "http://\xc3\xbc%d.example/ ", i % 20);
	m = decode(f, mail);
	assert_int_equal(m->url_count, 40);
	assert_int_equal(m->urls.count, 16);
	assert_true(m->traits & MESSAGE_URLS_CAPPED);
	/* a host is cut, and so is a URL */
	p = stpcpy(mail, "\r\nhttp://");
	for (int i = 0; i < 100; i++)
		p = stpcpy(p, "abcdef.");
	strcpy(p, "example/");
	m = decode(f, mail);
	assert_int_equal(
		record_str(m, ((const struct message_url *)record_array(m, m->urls))->host).len,
		253);
	p = stpcpy(mail, "\r\nhttp://shop.example/");
	memset(p, 'x', 3000);
	strcpy(p + 3000, "www.b.example.net");
	m = decode(f, mail);
	assert_int_equal(m->url_count, 1);
	assert_int_equal(m->url_hashes.count, 0);
	free(mail);
}

/* Where text or parts were too many to be read, there may be more URLs than are listed. */
static void test_unread(void **state)
{
	struct fixture *f = *state;
	char *mail = take(LIMIT_TEXT_BYTES + 4096), *p;

	p = stpcpy(mail, "\r\nhttp://a.example ");
	memset(p, 'x', LIMIT_TEXT_BYTES);
	strcpy(p + LIMIT_TEXT_BYTES, " http://b.example");
	decode(f, mail);
	assert_string_equal(rows_of(f->m), "http:text:a.example ^");
	assert_int_equal(f->m->url_set, 0);
	p = stpcpy(mail, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	for (int i = 0; i <= LIMIT_MIME_PARTS; i++)
		p = stpcpy(p, i ? "--b\r\n\r\nx\r\n" : "--b\r\n\r\nhttp://a.example\r\n");
	strcpy(p, "--b\r\n\r\nhttp://b.example\r\n--b--\r\n");
	decode(f, mail);
	assert_string_equal(rows_of(f->m), "http:text:a.example ^");
	assert_int_equal(f->m->url_set, 0);
	free(mail);
}

/* What is not held of a long URL, or of a name beyond ASCII, does not make another of it. */
static void test_long_authorities(void **state)
{
	char text[4096], *p;

	for (size_t user = 300; user < 340; user += 3) {
		p = stpcpy(text, "http://www.bank.example.");
		memset(p, 'x', user);
		strcpy(p + user, "@shop.example/y now");
		check(*state, PLAIN, text, "http:text:shop.example");
	}
	p = stpcpy(text, "http://");
	for (int i = 0; i < 1024; i++)
		p = stpcpy(p, "\xc3\xa9");
	strcpy(p, "a=www.shop.example now");
	check(*state, PLAIN, text, "-:text:www.shop.example");
}

/* Of a long tag its start is read. */
static void test_long_tags(void **state)
{
	struct fixture *f = *state;
	char *mail = take(8192), *p;
	const struct message_record *m;

	p = stpcpy(mail, "Content-Type: text/html\r\n\r\n<a href='http://shop.example/");
	memset(p, 'x', 2000);
	strcpy(p + 2000, "' title='http://b.example'>x</a>http://c.example");
	m = decode(f, mail);
	assert_string_equal(rows_of(m), "http:href:shop.example http:text:c.example ^");
	assert_int_equal(m->url_hashes.count, 1);
	p = stpcpy(mail, "Content-Type: text/html\r\n\r\n<a title='");
	memset(p, 'x', 983);
	strcpy(p + 983, "' href='http://shop.example/'>x</a>");
	for (size_t k = 0; k < 40; k++) {
		memmove(p + 1, p, strlen(p) + 1);
		*p = 'y';
		m = decode(f, mail);
		assert_string_equal(rows_of(m), k < 2   ? "http:href:shop.example"
						: k < 4 ? "http:href:shop.example ^"
							: "^");
		assert_int_equal(m->url_hashes.count, k < 3);
	}
	free(mail);
}

static void test_gap(void **state)
{
	struct fixture *f = *state;
	struct message_content *c = start(f);

	message_content_run(c, span_str("Content-Type: text/html\r\n\r\n"
					"http://a.example <a href='http://sh"));
	message_content_gap(c, 3);
	message_content_run(
		c, span_str("op.example'>x</a> <img src='http://b.example'> http://c."));
	message_content_gap(c, 3);
	message_content_run(c, span_str("example"));
	finish(f, c, true);
	assert_string_equal(rows_of(f->m), "http:text:a.example http:src:b.example");
	assert_int_equal(f->m->url_set, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_near_misses),
		cmocka_unit_test(test_names_beyond_ascii),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_attribute_near_misses),
		cmocka_unit_test(test_mismatches),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_domains_are_sorted),
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_long_authorities),
		cmocka_unit_test(test_long_tags),
		cmocka_unit_test(test_gap),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
