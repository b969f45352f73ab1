/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/url_host.h"
#include "smtp_decode/url_idna.h"

static void test_hosts(void **state)
{
	static const struct {
		const char *raw, *host; /* NULL: none; "?": beyond ASCII */
	} rows[] = {
		{"shop.example", "shop.example"},
		{"SHOP.Example..", "shop.example"},
		{"a_b-c.example", "a_b-c.example"},
		{"localhost", "localhost"},
		{"", NULL},
		{".", NULL},
		{".shop.example", NULL},
		{"shop..example", NULL},
		{"shop example", NULL},
		{"shop.example,", NULL},
		{"a*b.example", NULL},
		{"b\xc3\xbc"
		 "cher.example",
			"?"},
		{"192.0.2.1", "192.0.2.1"},
		{"192.0.2.1.", "192.0.2.1"},
		{"0300.0.02.0x1", "192.0.2.1"},
		{"3221225985", "192.0.2.1"},
		{"0xc0000201", "192.0.2.1"},
		{"0", "0.0.0.0"},
		{"4294967295", "255.255.255.255"},
		{"4294967296", NULL},
		{"99999999999999999999999999", NULL},
		{"1.2.65535", "1.2.255.255"},
		{"1.2.65536", NULL},
		{"1.2.3.256", NULL},
		{"256.2.3.4", NULL},
		{"1.2.3.4.5", NULL},
		{"a.1", NULL},
		{"09", NULL},
		{"0x", "0.0.0.0"},
		{"a.0x", NULL},
		{"1.a", "1.a"},
		{"[2001:DB8::0:1]", "2001:db8::1"},
		{"[::ffff:192.0.2.1]", "::ffff:192.0.2.1"},
		{"[::1", NULL},
		{"[]", NULL},
		{"[1.2.3.4]", NULL},
		{"[::1%25eth0]", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url_host h;
		int got = url_host_read(span_str(rows[i].raw), &h);
		int want = !rows[i].host ? -1 : rows[i].host[0] != '?';

		if (got != want)
			fail_msg("\"%s\": %d", rows[i].raw, got);
		if (got > 0 && !span_eq_str(span_of(h.text, h.len), rows[i].host))
			fail_msg("\"%s\": %.*s", rows[i].raw, h.len, h.text);
	}
}

static void test_authorities(void **state)
{
	static const struct {
		const char *raw, *host;
		uint32_t port;
	} rows[] = {
		{"shop.example", "shop.example", 0},
		{"shop.example:8080", "shop.example", 8080},
		{"shop.example:", "shop.example", 0},
		{"shop.example:x", "shop.example", 0},
		{"joe:secret@shop.example:80", "shop.example", 80},
		{"a@b@shop.example", "shop.example", 0},
		{"[::1]:80", "[::1]", 80},
		{"joe@[::1]", "[::1]", 0},
		{"[::1", "[::1", 0},
		{"@", "", 0},
		{"", "", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url_authority a = url_authority_split(span_str(rows[i].raw));

		if (!span_eq_str(a.host, rows[i].host) || a.port != rows[i].port)
			fail_msg("\"%s\": %.*s, %u", rows[i].raw, (int)a.host.len,
				(const char *)a.host.p, a.port);
	}
}

static void test_escapes(void **state)
{
	uint8_t buf[URL_RAW_MAX], text[2 * URL_RAW_MAX];

	assert_true(span_eq_str(url_unescape(span_str("shop"), buf), "shop"));
	assert_true(span_eq_str(url_unescape(span_str("sh%6f%70%2e"), buf), "shop."));
	assert_true(span_eq_str(url_unescape(span_str("100%"), buf), "100%"));
	assert_true(span_eq_str(url_unescape(span_str("%4"), buf), "%4"));
	assert_true(span_eq_str(url_unescape(span_str("%zz%"), buf), "%zz%"));
	memset(text, '%', sizeof(text));
	assert_int_equal(url_unescape(span_of(text, sizeof(text)), buf).len, URL_RAW_MAX);
}

/* A long name is cut and not refused. */
static void test_long_name(void **state)
{
	struct url_host h;
	char name[1024];

	memset(name, 'a', sizeof(name));
	assert_int_equal(url_host_read(span_of(name, sizeof(name)), &h), 1);
	assert_int_equal(h.len, URL_HOST_MAX);
	name[URL_HOST_MAX - 1] = '.';
	assert_int_equal(url_host_read(span_of(name, sizeof(name)), &h), 1);
	assert_int_equal(h.len, URL_HOST_MAX - 1);
}

static void test_a_labels(void **state)
{
	static const struct {
		const char *name, *a_labels; /* NULL: none */
	} rows[] = {
		{"b\xc3\xbc"
		 "cher.example",
			"xn--bcher-kva.example"},
		{"B\xc3\x9c"
		 "CHER.example",
			"xn--bcher-kva.example"},
		{"fa\xc3\x9f.example", "xn--fa-hia.example"},
		{"\xe4\xbe\x8b\xe3\x80\x82"
		 "example",
			"xn--fsq.example"},
		{"sh\xc2\xadop.example", "shop.example"},
		{"\xff.example", NULL},
		{"\xe2\x80\xae.example", NULL},
		{"", NULL},
	};
	char out[URL_IDNA_MAX], name[2048];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = url_idna(span_str(rows[i].name), out);

		if (!span_eq_str(span_of(out, n), rows[i].a_labels ? rows[i].a_labels : ""))
			fail_msg("\"%s\": %.*s", rows[i].name, (int)n, out);
	}
	memset(name, 0xe4, sizeof(name));
	assert_int_equal(url_idna(span_of(name, sizeof(name)), out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_authorities),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_a_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
