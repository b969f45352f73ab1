/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp_decode/header_date.h"

static void test_rows(void **state)
{
	static const struct {
		const char *text, *time; /* NULL: no date */
	} rows[] = {
		{"Fri, 02 Jan 2026 03:04:05 +0000", "2026-01-02T03:04:05.000000000Z"},
		{"Fri, 2 Jan 2026 03:04:05 +0000", "2026-01-02T03:04:05.000000000Z"},
		{"2 Jan 2026 03:04 +0000", "2026-01-02T03:04:00.000000000Z"},
		{"Fri, 02 Jan 2026 03:04:05 -0530", "2026-01-02T08:34:05.000000000Z"},
		{"Fri, 02 Jan 2026 03:04:05 +0900 (JST)", "2026-01-01T18:04:05.000000000Z"},
		{"Fri, 02 Jan 2026 03:04:05 EST", "2026-01-02T08:04:05.000000000Z"},
		{"Fri, 02 Jan 2026 03:04:05 pdt", "2026-01-02T10:04:05.000000000Z"},
		{"Fri, 02 Jan 2026 03:04:05 GMT", "2026-01-02T03:04:05.000000000Z"},
		{"Fri, 02 Jan 2026 03:04:05 Z", "2026-01-02T03:04:05.000000000Z"},
		{"Fri, 02 Jan 2026 03:04:05", "2026-01-02T03:04:05.000000000Z"},
		{"Fri (day), (x) 02 Jan (y(z)) 2026 03 : 04 : 05 +0000",
			"2026-01-02T03:04:05.000000000Z"},
		{"Friday, 02-January-26 03:04:05 GMT", "2026-01-02T03:04:05.000000000Z"},
		{"01 Feb 99 00:00:00 +0000", "1999-02-01T00:00:00.000000000Z"},
		{"01 Feb 103 00:00:00 +0000", "2003-02-01T00:00:00.000000000Z"},
		{"29 Feb 2024 23:59:60 +0000", "2024-02-29T23:59:59.000000000Z"},
		{"29 Feb 2000 12:00:00 +0000", "2000-02-29T12:00:00.000000000Z"},
		{"31 Dec 2261 23:59:59 +0000", "2261-12-31T23:59:59.000000000Z"},
		{"1 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00.000000000Z"},
		{"29 Feb 2026 12:00:00 +0000", NULL},
		{"29 Feb 1900 12:00:00 +0000", NULL},
		{"1 Jan 1970 00:00:00 +0100", NULL},
		{"1 Jan 2300 00:00:00 +0000", NULL},
		{"0 Jan 2026 00:00:00 +0000", NULL},
		{"32 Jan 2026 00:00:00 +0000", NULL},
		{"1 Foo 2026 00:00:00 +0000", NULL},
		{"1 Ja 2026 00:00:00 +0000", NULL},
		{"1 Jan 2026 24:00:00 +0000", NULL},
		{"1 Jan 2026 00:60:00 +0000", NULL},
		{"1 Jan 2026 00:00:61 +0000", NULL},
		{"1 Jan 2026 00:00:00 +0060", NULL},
		{"1 Jan 2026 00:00:00 +1", NULL},
		{"1 Jan 2026", NULL},
		{"1 Jan 20260 00:00:00", NULL},
		{"2026-01-02T03:04:05Z", NULL},
		{"", NULL},
		{"(", NULL},
	};
	char buf[NSTIME_RFC3339_SIZE];
	nstime t;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int got = header_date_parse(span_str(rows[i].text), &t);

		assert_int_equal(got, rows[i].time ? 1 : -1);
		if (rows[i].time)
			assert_string_equal(nstime_rfc3339(t, buf), rows[i].time);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
