/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <iconv.h>

#include "smtp_decode/charset_label_table.h"

static struct charset_labels labels;

static bool find(const char *label, struct charset_label *ret)
{
	return charset_label_find(&labels, span_str(label), ret);
}

static void test_rows(void **state)
{
	static const struct {
		const char *label;
		enum charset_kind kind;
		const char *name;
	} rows[] = {
		{"utf-8", CHARSET_IDENTITY, ""},
		{"UTF_8", CHARSET_IDENTITY, ""},
		{"us-ascii", CHARSET_IDENTITY, ""},
		{"ANSI_X3.4-1968", CHARSET_IDENTITY, ""},
		{"ISO-8859-1", CHARSET_TABLE, "CP1252"},
		{"iso8859_1", CHARSET_TABLE, "CP1252"},
		{"ISO_8859-1:1987", CHARSET_TABLE, "CP1252"},
		{"8859_1", CHARSET_TABLE, "CP1252"},
		{"csISOLatin1", CHARSET_TABLE, "CP1252"},
		{"ISO-8859-15", CHARSET_TABLE, "ISO-8859-15"},
		{"8859_15", CHARSET_TABLE, "ISO-8859-15"},
		{"ISO-8859-8-I", CHARSET_TABLE, "ISO-8859-8"},
		{"windows-1250", CHARSET_TABLE, "CP1250"},
		{"x-cp1250", CHARSET_TABLE, "CP1250"},
		{"win-1251", CHARSET_TABLE, "CP1251"},
		{"csIBM037", CHARSET_TABLE, "CP037"},
		{"437", CHARSET_TABLE, "CP437"},
		{"IBM866", CHARSET_TABLE, "CP866"},
		{"dos-874", CHARSET_TABLE, "CP874"},
		{"KOI8-R", CHARSET_TABLE, "KOI8-R"},
		{"cskoi8r", CHARSET_TABLE, "KOI8-R"},
		{"x-mac-cyrillic", CHARSET_TABLE, "MAC-CYRILLIC"},
		{"TIS-620", CHARSET_TABLE, "CP874"},
		{"VISCII", CHARSET_TABLE, "VISCII"},
		{"ARMSCII-8", CHARSET_TABLE, "ARMSCII-8"},
		{"gb2312", CHARSET_PAIRS, "GB18030"},
		{"x-gbk", CHARSET_PAIRS, "GB18030"},
		{"hz-gb-2312", CHARSET_HZ, "GB18030"},
		{"x-x-big5", CHARSET_PAIRS, "BIG5"},
		{"Big5-HKSCS", CHARSET_ICONV, "BIG5-HKSCS"},
		{"x-sjis", CHARSET_PAIRS, "CP932"},
		{"Windows-31J", CHARSET_PAIRS, "CP932"},
		{"ks_c_5601-1987", CHARSET_PAIRS, "UHC"},
		{"windows-949", CHARSET_PAIRS, "UHC"},
		{"Extended_UNIX_Code_Packed_Format_for_Japanese", CHARSET_PAIRS, "EUC-JP"},
		{"ISO-2022-JP", CHARSET_2022_JP, ""},
		{"iso-2022-jp-ms", CHARSET_2022_JP, ""},
		{"ISO-2022-KR", CHARSET_2022_KR, ""},
		{"ISO-2022-CN", CHARSET_2022_CN, ""},
		{"utf-7", CHARSET_UTF7, ""},
		{"unicode-1-1-utf-7", CHARSET_UTF7, ""},
		{"UTF-16LE", CHARSET_UTF16LE, ""},
		{"UTF-32BE", CHARSET_UTF32BE, ""},
	};
	struct charset_label l;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(find(rows[i].label, &l));
		assert_int_equal(l.kind, rows[i].kind);
		assert_string_equal(l.name, rows[i].name);
	}
}

static void test_unknown(void **state)
{
	static const char *const unknown[] = {"", "-", "x", "cs", "x-", "no-such-charset",
		"unknown-8bit", "x-user-defined", "ansi", "utf-16//IGNORE", "../../x", "utf\n8",
		"iso-8859-1\xff", "cp", "cp1", "ibm00000000000000437", "99999", "windows-0",
		"iso-2022-cn-ext", "utf-7-imap",
		"a-label-of-more-letters-than-any-that-means-a-charset-has"};
	struct charset_label l;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_false(find(unknown[i], &l));
	assert_false(charset_label_find(&labels, span_of("utf\08", 5), &l));
}

static void check_opens(const char *name)
{
	iconv_t cd = iconv_open("UTF-8", name);

	assert_ptr_not_equal(cd, (iconv_t)-1);
	iconv_close(cd);
}

/* Each label of the table leads to its row, and iconv has what the row wants. */
static void test_table(void **state)
{
	struct charset_label l;

	for (size_t row = 0; row < charset_label_rows_count; row++) {
		const char *p = charset_label_rows[row].labels;

		assert_true(strlen(p) < 256); /* offsets are of a byte */
		while (*p) {
			size_t len = strcspn(p, " ");

			assert_true(charset_label_find(&labels, span_of(p, len), &l));
			assert_int_equal(l.number, row);
			p += len;
			p += *p == ' ';
		}
		if (charset_label_rows[row].name[0])
			check_opens(charset_label_rows[row].name);
	}
	for (size_t i = 0; i < charset_label_pages_count; i++) {
		char label[16];

		assert_true(i == 0 || charset_label_pages[i] > charset_label_pages[i - 1]);
		snprintf(label, sizeof(label), "ibm-%d", charset_label_pages[i]);
		assert_true(find(label, &l));
		assert_int_equal(l.number, charset_label_rows_count + i);
		assert_true(l.number < charset_label_count());
		check_opens(l.name);
	}
}

/* What charset_label.h leaves out, as iconv names it; a name that ends with "*" may go on. */
static const char *const left_out[] = {"ISO-2022-CN-EXT", "ISO2022CNEXT",
	/* EBCDIC of two bytes */
	"CP930", "CP933", "CP935", "CP937", "CP939", "CP1364", "CP1371", "CP1388", "CP1390",
	"CP1399", "IBM930", "IBM933", "IBM935", "IBM937", "IBM939", "IBM1364", "IBM1371", "IBM1388",
	"IBM1390", "IBM1399", "IBM-930", "IBM-933", "IBM-935", "IBM-937", "IBM-939", "IBM-1364",
	"IBM-1371", "IBM-1388", "IBM-1390", "IBM-1399", "CSIBM930", "CSIBM933", "CSIBM935",
	"CSIBM937", "CSIBM939", "CSIBM1364", "CSIBM1371", "CSIBM1388", "CSIBM1390", "CSIBM1399",
	"UTF-7-IMAP", "TSCII", "WCHAR_T", "OSF*",
	/* countries */
	"CA", "CN", "DE", "DK", "ES", "ES2", "FI", "FR", "GB", "HU", "IT", "JP", "JS", "NO", "NO2",
	"PT", "PT2", "SE", "SE2", "UK", "US", "YU"};

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		size_t n = strcspn(left_out[i], "*");

		if (strncmp(name, left_out[i], n) == 0 && (left_out[i][n] || !name[n]))
			return true;
	}
	return false;
}

/* All that iconv lists is known, or left out for a reason, and not both. */
static void test_all_of_iconv(void **state)
{
	FILE *f = popen("LC_ALL=C iconv -l", "r");
	struct charset_label l;
	char name[80];
	int known = 0;

	assert_non_null(f);
	while (fscanf(f, " %79[^/ \n]%*[^ \n]", name) == 1) {
		bool found = find(name, &l);

		if (strncmp(name, "ISO", 3) == 0 && strcmp(name + 3, "") == 0)
			continue; /* of ISO/TR_11548-1/, which is no label */
		if (found == is_left_out(name))
			print_error("%s\n", name);
		assert_true(found != is_left_out(name));
		known += found;
	}
	assert_int_equal(pclose(f), 0);
	assert_true(known > 1000);
}

static int begin(void **state)
{
	charset_labels_init(&labels);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_all_of_iconv),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
