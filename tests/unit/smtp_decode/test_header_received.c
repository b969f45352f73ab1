/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/header_received.h"

#define DATE "; Fri, 02 Jan 2026 03:04:05 +0000"
#define TIME 1767323045

static void test_rows(void **state)
{
	static const struct {
		const char *body, *from, *ip, *by, *with;
	} rows[] = {
		{"from mail.a.example by mx.b.example with ESMTP id 1" DATE, "mail.a.example", "",
			"mx.b.example", "ESMTP"},
		/* Postfix */
		{"from mail.a.example (unknown [192.0.2.1])\tby mx.b.example (Postfix) with ESMTPS "
		 "id "
		 "4Xy for <bob@b.example>" DATE,
			"mail.a.example", "192.0.2.1", "mx.b.example", "ESMTPS"},
		{"from a (a.example [IPv6:2001:db8::1]) (using TLSv1.3 with cipher X (256/256 "
		 "bits)) "
		 "(No client certificate requested) by mx (Postfix) with ESMTPS id 4" DATE,
			"a", "2001:db8::1", "mx", "ESMTPS"},
		{"by mx.b.example (Postfix, from userid 1000) id 4Xy" DATE, "", "", "mx.b.example",
			""},
		/* Exim */
		{"from [192.0.2.1] (helo=a.example) by mx.b.example with esmtp (Exim 4.96) "
		 "(envelope-from <x@a.example>) id 1x for bob@b.example" DATE,
			"[192.0.2.1]", "192.0.2.1", "mx.b.example", "esmtp"},
		{"from a.example ([192.0.2.1]:33211 helo=b) by mx with esmtps (TLS1.3) tls X (Exim "
		 "4) "
		 "id 1" DATE,
			"a.example", "192.0.2.1", "mx", "esmtps"},
		{"from root by a.example with local (Exim 4.96) id 1" DATE, "root", "", "a.example",
			"local"},
		/* Sendmail */
		{"from a.example (b.example [192.0.2.1] (may be forged)) by mx (8.14.4/8.14.4) "
		 "with "
		 "SMTP id 1" DATE,
			"a.example", "192.0.2.1", "mx", "SMTP"},
		{"(from root@localhost) by a.example (8.14.4/8.12.1) id x1" DATE, "", "",
			"a.example", ""},
		{"from a (IDENT:nobody@[192.0.2.1]) by mx (8.9.3/8.8.7) with ESMTP" DATE, "a",
			"192.0.2.1", "mx", "ESMTP"},
		/* qmail */
		{"from unknown (HELO a.example) (192.0.2.1) by mx with SMTP" DATE, "unknown",
			"192.0.2.1", "mx", "SMTP"},
		{"from a.example (HELO x) (user@192.0.2.1) by 0 with SMTP" DATE, "a.example",
			"192.0.2.1", "0", "SMTP"},
		{"(qmail 10.1.2.3 invoked from network)" DATE, "", "", "", ""},
		/* Exchange */
		{"from A.corp.example (192.0.2.1) by B.corp.example (192.0.2.2) with Microsoft "
		 "SMTP "
		 "Server (version=TLS1_2) id 15.20.4.14" DATE,
			"A.corp.example", "192.0.2.1", "B.corp.example", "Microsoft SMTP Server"},
		{"from A (2001:db8::1) by B (2001:db8::2) with mapi id 14.03.0123.003" DATE, "A",
			"2001:db8::1", "B", "mapi"},
		{"from A ([fe80::1%11]) by B ([::1]) with mapi id 14" DATE, "A", "fe80::1", "B",
			"mapi"},
		{"from a.example (192.0.2.1:25) by B with SMTP" DATE, "a.example", "192.0.2.1", "B",
			"SMTP"},
		{"from a.example ([192.0.2.1]) by B with Microsoft SMTPSVC(5.0.2195.6713)" DATE,
			"a.example", "192.0.2.1", "B", "Microsoft SMTPSVC"},
		/* written without the blank */
		{"from A (192.0.2.1) by B with Some SMTP for<bob@b.example>" DATE, "A", "192.0.2.1",
			"B", "Some SMTP"},
		/* Gmail */
		{"by 2002:a05:6a00:1 with SMTP id x1csp1" DATE, "", "", "2002:a05:6a00:1", "SMTP"},
		{"from a.example (a.example. [192.0.2.1]) by mx.b.example with ESMTPS id 1 for "
		 "<bob@b.example> (version=TLS1_3 bits=256/256)" DATE,
			"a.example", "192.0.2.1", "mx.b.example", "ESMTPS"},
		{"from ?IPv6:::ffff:192.0.2.1? ([192.0.2.9]) by mx with ESMTPSA id 1" DATE,
			"?IPv6:::ffff:192.0.2.1?", "192.0.2.9", "mx", "ESMTPSA"},
		{"from ?IPv6:2001:db8::1? by mx with ESMTPSA id 1" DATE, "?IPv6:2001:db8::1?",
			"2001:db8::1", "mx", "ESMTPSA"},
		{"from a (b [IPv6:::ffff:192.0.2.1]) by mx with ESMTP" DATE, "a", "192.0.2.1", "mx",
			"ESMTP"},
		{"from a ([::ffff:192.0.2.1]) by mx with ESMTP" DATE, "a", "192.0.2.1", "mx",
			"ESMTP"},
		/* what looks like an address and is none */
		{"from a.example (1.2.3.4.5) by mx" DATE, "a.example", "", "mx", ""},
		{"from a.example ([192.0.2.01]) by mx" DATE, "a.example", "", "mx", ""},
		{"from a.example (v192.0.2.1) by mx" DATE, "a.example", "", "mx", ""},
		{"from a.example (Server 192.0.2.1) by mx" DATE, "a.example", "", "mx", ""},
		{"from a.example (x[192.0.2.1]) by mx" DATE, "a.example", "", "mx", ""},
		{"from 192.0.2.1 by mx" DATE, "192.0.2.1", "", "mx", ""},
		{"from a by mx (192.0.2.1) ([192.0.2.2])" DATE, "a", "", "mx", ""},
		{"from a (host [192.0.2.1] [192.0.2.2]) by mx" DATE, "a", "192.0.2.1", "mx", ""},
		{"from a (192.0.2.7) (b [192.0.2.1]) by mx" DATE, "a", "192.0.2.1", "mx", ""},
		/* broken ones */
		{"FROM a BY b WITH c" DATE, "a", "", "b", "c"},
		{"from from by by with with" DATE, "from", "", "by", "with"},
		{"from a(b [192.0.2.1])by c" DATE, "a", "192.0.2.1", "c", ""},
		{"from a from b by c by d" DATE, "a", "", "c", ""},
		{"nonsense" DATE, "", "", "", ""},
		{"from" DATE, "", "", "", ""},
		{DATE, "", "", "", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct header_received r;
		char ip[ADDR_STRLEN] = "";

		header_received_parse(span_str(rows[i].body), &r);
		if (r.has_ip)
			addr_format(&r.ip, ip);
		if (!span_eq_str(r.from, rows[i].from) || !span_eq_str(r.by, rows[i].by) ||
			!span_eq_str(r.with, rows[i].with) || strcmp(ip, rows[i].ip) != 0)
			fail_msg("%s: from %.*s ip %s by %.*s with %.*s", rows[i].body,
				(int)r.from.len, (const char *)r.from.p, ip, (int)r.by.len,
				(const char *)r.by.p, (int)r.with.len, (const char *)r.with.p);
		assert_int_equal(r.time / NS_PER_S, TIME);
	}
}

/* Comments that do not end, and dates that are none. */
static void test_open_ends(void **state)
{
	struct header_received r;

	header_received_parse(span_str("from a (b [192.0.2.1]"), &r);
	assert_true(r.has_ip);
	assert_int_equal(r.time, 0);
	header_received_parse(span_str("from a (b (c [192.0.2.1]) \\"), &r);
	assert_true(r.has_ip);
	header_received_parse(span_str("from a by b; yesterday"), &r);
	assert_true(span_eq_str(r.by, "b"));
	assert_int_equal(r.time, 0);
	header_received_parse(span_str(""), &r);
	assert_int_equal(r.from.len, 0);
	header_received_parse(span_str("from a ("), &r);
	assert_false(r.has_ip);
	header_received_parse(span_str("from a (b\\"), &r);
	assert_false(r.has_ip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_open_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
