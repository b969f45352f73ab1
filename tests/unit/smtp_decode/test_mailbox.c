/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smtp_decode/mailbox.h"

#define assert_span(s, text) assert_string_equal(terminated(s), text)

static const char *terminated(struct span s)
{
	static char buf[4][1024];
	static int turn;
	char *p = buf[turn++ & 3];

	assert_true(s.len < sizeof(buf[0]));
	if (s.len)
		memcpy(p, s.p, s.len);
	p[s.len] = '\0';
	return p;
}

static void test_split(void **state)
{
	static const struct {
		const char *addr, *local, *domain;
	} rows[] = {
		{"alice@corp.example", "alice", "corp.example"},
		{" alice@corp.example ", "alice", "corp.example"},
		{"alice", "alice", ""},
		{"", "", ""},
		{"@", "", ""},
		{"alice@", "alice", ""},
		{"\"a@b\"@corp.example", "\"a@b\"", "corp.example"},
		{"\"a\\\"@b\"@corp.example", "\"a\\\"@b\"", "corp.example"},
		{"\"open@corp.example", "\"open", "corp.example"},
		{"a@b@corp.example", "a@b", "corp.example"},
		{"@one.example,@two.example:alice@corp.example", "alice", "corp.example"},
		{"@one.example", "", "one.example"},
		{"alice@[192.0.2.1]", "alice", "[192.0.2.1]"},
		{"alice@[IPv6:2001:db8::1]", "alice", "[IPv6:2001:db8::1]"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mailbox m = mailbox_split(span_str(rows[i].addr));

		assert_span(m.local, rows[i].local);
		assert_span(m.domain, rows[i].domain);
	}
	assert_span(mailbox_unquoted(span_str("\"a b\"")), "a b");
	assert_span(mailbox_unquoted(span_str("\"")), "\"");
	assert_span(mailbox_unquoted(span_str("ab")), "ab");
}

static void test_origin_domain(void **state)
{
	static const struct {
		const char *path, *domain;
	} rows[] = {
		{"alice@Corp.Example", "corp.example"},
		{"alice@corp.example.", "corp.example"},
		{"", ""},
		{"postmaster", ""},
		/* VERP */
		{"bounce+alice=corp.example@list.example", "list.example"},
		{"bounce-17-alice=corp.example@list.example", "list.example"},
		/* BATV */
		{"prvs=0123456789=alice@corp.example", "corp.example"},
		{"prvs=alice@corp.example", "corp.example"},
		/* SRS */
		{"SRS0=HHH=TT=first.example=alice@forwarder.example", "first.example"},
		{"srs0+HHH=TT=First.Example=alice@forwarder.example", "first.example"},
		{"SRS0-HHH=TT=first.example=alice@forwarder.example", "first.example"},
		{"SRS1=HHH=forwarder.example==HHH=TT=first.example=alice@second.example",
			"first.example"},
		{"SRS1=HHH=forwarder.example=+HHH=TT=first.example=a@second.example",
			"first.example"},
		{"prvs=012345=SRS0=HHH=TT=first.example=alice@forwarder.example", "first.example"},
		/* not what they claim to be */
		{"SRS0=HHH=TT=alice@forwarder.example", "forwarder.example"},
		{"SRS0=HHH=TT=no dot=alice@forwarder.example", "forwarder.example"},
		{"SRS0=@forwarder.example", "forwarder.example"},
		{"SRS0@forwarder.example", "forwarder.example"},
		{"SRS1=HHH=TT=first.example=alice@forwarder.example", "forwarder.example"},
		{"SRS0xHHH=TT=first.example=alice@forwarder.example", "forwarder.example"},
	};
	char buf[LIMIT_MAILBOX], longer[LIMIT_MAILBOX + 20];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_span(mailbox_origin_domain(span_str(rows[i].path), buf), rows[i].domain);
	memset(longer, 'd', sizeof(longer));
	longer[0] = '@';
	assert_int_equal(mailbox_domain(span_of(longer, sizeof(longer)), buf).len, LIMIT_MAILBOX);
}

/* "name|addr;" for each item. */
static const char *list_text(const char *list)
{
	static char out[2048];
	struct span s = span_str(list);
	struct mailbox_item item;
	size_t n = 0;

	out[0] = '\0';
	while (mailbox_next(&s, &item) == 1)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s|%s;", terminated(item.name),
			terminated(item.addr));
	assert_int_equal(s.len, 0);
	return out;
}

static void test_list(void **state)
{
	static const struct {
		const char *list, *items;
	} rows[] = {
		{"", ""},
		{" , ,; ", ""},
		{"alice@corp.example", "|alice@corp.example;"},
		{"<alice@corp.example>", "|alice@corp.example;"},
		{"Alice Smith <alice@corp.example>", "Alice Smith|alice@corp.example;"},
		{"\"Smith, Alice\" <alice@corp.example>", "\"Smith, Alice\"|alice@corp.example;"},
		{"\"<x@y.example>\" <alice@corp.example>", "\"<x@y.example>\"|alice@corp.example;"},
		{"alice@corp.example (Alice (the) Smith)", "Alice (the) Smith|alice@corp.example;"},
		{"(c) alice (c) @ (c) corp . example (Alice)", "Alice|alice@corp.example;"},
		{"a@one.example, b@two.example,c@three.example",
			"|a@one.example;|b@two.example;|c@three.example;"},
		{"A <a@one.example>,B <b@two.example>", "A|a@one.example;B|b@two.example;"},
		{"Friends: a@one.example, B <b@two.example>; c@three.example",
			"|a@one.example;B|b@two.example;|c@three.example;"},
		{"undisclosed-recipients:;", "|;"},
		{"<@relay.example,@r2.example:alice@corp.example>", "|alice@corp.example;"},
		{"<@relay.example :alice@corp.example>", "|alice@corp.example;"},
		{"Alice <alice@corp.example", "Alice|alice@corp.example;"},
		{"Alice <alice@corp.example, bob@corp.example",
			"Alice|alice@corp.example;|bob@corp.example;"},
		{"Alice <<alice@corp.example>>", "Alice|alice@corp.example;"},
		{"Alice Smith alice@corp.example", "|alice@corp.example;"},
		{"Alice Smith", "Alice Smith|;"},
		{"root", "|root;"},
		{"<>", "|;"},
		{"\"a b\"@corp.example", "|\"a b\"@corp.example;"},
		{"=?utf-8?Q?Alice?= <alice@corp.example>", "=?utf-8?Q?Alice?=|alice@corp.example;"},
		{"Alice (open <alice@corp.example>", "open <alice@corp.example>|Alice;"},
		{"Alice <alice@corp.example> trailing, b@two.example",
			"Alice|alice@corp.example;|b@two.example;"},
		{"<\talice@corp.example (x) >", "|alice@corp.example;"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(list_text(rows[i].list), rows[i].items);
}

static void test_caps(void **state)
{
	size_t len = 1 << 20;
	char *p = malloc(len);
	static const char fills[] = "(<\"@:,a \\>";
	struct mailbox_item item;

	assert_non_null(p);
	for (const char *c = fills; *c; c++) { /* a quadratic reader would not come back */
		struct span s = span_of(p, len);
		size_t items = 0;

		memset(p, *c, len);
		while (mailbox_next(&s, &item) == 1) {
			assert_true(item.addr.len <= LIMIT_MAILBOX);
			items++;
		}
		assert_true(items <= 1);
		mailbox_split(span_of(p, len));
	}
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_origin_domain),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
