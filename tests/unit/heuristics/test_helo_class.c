/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heuristics/freemail.h"
#include "heuristics/helo_class.h"

#define CLIENT "198.51.100.7"
#define SERVER "192.0.2.25"

static struct org_domains *orgs;

static struct addr ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(span_str(text), &a), 1);
	return a;
}

static const char *class_from(const char *client, const char *helo, bool inbound)
{
	static const char *const domains[] = {"ours.example"};
	struct topology t = {.our_domains = domains, .our_domain_count = 1};
	struct addr c = ip(client), s = ip(SERVER);
	struct helo_context x = {.client = &c,
		.server = &s,
		.banner_host = span_str("MX1.ours.example"),
		.inbound = inbound,
		.topology = &t,
		.orgs = orgs};
	char buf[LIMIT_HELO_ARG];

	return helo_class_name(helo_classify(helo_normalise(span_str(helo), buf), &x));
}

static const struct {
	const char *helo, *class;
} rows[] = {
	{"", "empty"},
	{" ", "empty"},
	{"ylmf-pc", "known_bad"},
	{"[0.0.0.0]", "known_bad"},
	{"FRIEND", "known_bad"},
	{"mx1.OURS.example.", "own_name"},
	{"ours.example", "own_name"},
	{SERVER, "own_name"},
	{"[192.0.2.25]", "own_name"},
	{"box.ours.example", "fqdn"},
	{"198.51.100.7", "bare_ipv4"},
	{"203.0.113.4", "bare_ipv4"},
	{"010.001.002.003", "bare_ipv4"},
	{"255.255.255.255", "bare_ipv4"},
	{"1.2.3.4.5", "illegal_chars"},
	{"1.2.3", "illegal_chars"},
	{"2001:db8::7", "bare_ipv6"},
	{"IPv6:2001:db8::7", "bare_ipv6"},
	{"[198.51.100.7]", "literal_ok"},
	{"[IPv6:::ffff:198.51.100.7]", "literal_ok"},
	{"[127.0.0.1]", "literal_private"},
	{"[192.168.1.9]", "literal_private"},
	{"[100.64.1.1]", "literal_private"},
	{"[100.128.1.1]", "literal_wrong"}, /* past the shared space of RFC 6598 */
	{"[203.0.113.4]", "literal_wrong"},
	{"[IPv6:2001:db8::99]", "literal_wrong"},
	{"[mail.example]", "illegal_chars"},
	{"[]", "illegal_chars"},
	{"$domain", "illegal_chars"},
	{"mail example", "illegal_chars"},
	{"m\xc3\xbcller.example", "illegal_chars"},
	{"a..example", "illegal_chars"},
	{".example", "illegal_chars"},
	{"-a.example", "illegal_chars"},
	{"a-.example", "illegal_chars"},
	{"a.example-", "illegal_chars"},
	{"a/b.example", "illegal_chars"},
	{"localhost", "localhost"},
	{"LocalHost.localdomain", "localhost"},
	{"localhost.localdomain.localdomain", "localhost"},
	{"localhosts.example", "fqdn"},
	{"WIN-0123456789A", "windows_default"},
	{"WIN-0123456789", "single_label"},
	{"DESKTOP-AB12CD3", "windows_default"},
	{"LAPTOP-AB12CD34", "windows_default"},
	{"anna-PC", "windows_default"},
	{"User", "windows_default"},
	{"users", "single_label"},
	{"mailserver", "single_label"},
	{"12345", "single_label"},
	{"my_host", "single_label"},
	{"exchange.corp.local", "private_tld"},
	{"a.lan", "private_tld"},
	{"nas.home", "private_tld"},
	{"7.100.51.198.in-addr.arpa", "private_tld"},
	{"mail.online", "fqdn"},
	{"dsl-198-51-100-7.isp.example", "generic_fqdn"},
	{"host7.dynamic.isp.example", "generic_fqdn"},
	{"198-51-100-7.isp.example", "generic_fqdn"},
	{"mail.example.com", "fqdn"},
	{"mail_out.example.com", "fqdn"},
	{"xn--mller-kva.example", "fqdn"},
};

static void test_classes(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(class_from(CLIENT, rows[i].helo, true), rows[i].class);
}

/* Only strangers must not take our name; a literal of a private client is its own. */
static void test_context(void **state)
{
	assert_string_equal(class_from(CLIENT, "mx1.ours.example", false), "fqdn");
	assert_string_equal(class_from(CLIENT, SERVER, false), "bare_ipv4");
	assert_string_equal(class_from("10.1.2.3", "[10.1.2.3]", true), "literal_ok");
	assert_string_equal(class_from(SERVER, "mx1.ours.example", true), "fqdn");
}

static void test_long_names(void **state)
{
	char name[400];
	char buf[LIMIT_HELO_ARG];

	memset(name, 'a', sizeof(name));
	name[399] = '\0';
	assert_int_equal(helo_normalise(span_str(name), buf).len, LIMIT_HELO_ARG);
	assert_string_equal(class_from(CLIENT, name, true), "illegal_chars");
	name[63] = '\0';
	assert_string_equal(class_from(CLIENT, name, true), "single_label");
	name[63] = 'a';
	name[64] = '\0';
	assert_string_equal(class_from(CLIENT, name, true), "illegal_chars");
}

static void test_fqdn_and_bare(void **state)
{
	assert_true(helo_class_is_fqdn(HELO_FQDN, span_str("a.example")));
	assert_true(helo_class_is_fqdn(HELO_GENERIC_FQDN, span_str("a.example")));
	assert_true(helo_class_is_fqdn(HELO_OWN_NAME, span_str("mx1.ours.example")));
	assert_false(helo_class_is_fqdn(HELO_OWN_NAME, span_str(SERVER)));
	assert_false(helo_class_is_fqdn(HELO_OWN_NAME, span_str("[192.0.2.25]")));
	assert_false(helo_class_is_fqdn(HELO_LITERAL_OK, span_str("[198.51.100.7]")));
	assert_true(helo_is_bare_ip(span_str("192.0.2.25")));
	assert_false(helo_is_bare_ip(span_str("[192.0.2.25]")));
}

static void test_banner_host(void **state)
{
	assert_true(span_eq_str(
		helo_banner_host(span_str("220 mx.example ESMTP Postfix")), "mx.example"));
	assert_true(span_eq_str(helo_banner_host(span_str("220-mx.example\r\n")), "mx.example"));
	assert_int_equal(helo_banner_host(span_str("220 ESMTP ready")).len, 0);
	assert_int_equal(helo_banner_host(span_str("220 localhost.localdomain hi")).len, 0);
	assert_int_equal(helo_banner_host(span_str("220")).len, 0);
	assert_int_equal(helo_banner_host(span_of(NULL, 0)).len, 0);
}

static void test_freemail(void **state)
{
	assert_true(freemail_has(span_str("gmail.com")));
	assert_true(freemail_has(span_str("126.com")));
	assert_true(freemail_has(span_str("zoho.eu")));
	assert_false(freemail_has(span_str("gmail.co")));
	assert_false(freemail_has(span_str("gmail.com.example")));
	assert_false(freemail_has(span_str("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_fqdn_and_bare),
		cmocka_unit_test(test_banner_host),
		cmocka_unit_test(test_freemail),
	};
	int failed;

	orgs = org_domains_create(NULL, 1024);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	org_domains_destroy(orgs);
	return failed;
}
