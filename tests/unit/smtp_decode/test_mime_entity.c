/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/limits.h"
#include "smtp_decode/mime_entity.h"

static struct charsets *charsets;

static void field(struct mime_entity *e, enum header_field f, const char *body)
{
	mime_entity_field(e, charsets, f, span_str(body));
}

static struct mime_entity read_type(const char *body)
{
	struct mime_entity e;

	mime_entity_init(&e, false);
	field(&e, HEADER_CONTENT_TYPE, body);
	return e;
}

static void test_kinds(void **state)
{
	static const struct {
		const char *body;
		enum mime_kind kind;
	} rows[] = {
		{"text/plain", MIME_PLAIN},
		{"TEXT/HTML; charset=x", MIME_HTML},
		{"text", MIME_PLAIN},
		{"", MIME_PLAIN},
		{"multipart/mixed; boundary=b", MIME_MULTIPART},
		{"Multipart/X-Unknown; boundary=b", MIME_MULTIPART},
		{"multipart/mixed", MIME_PLAIN}, /* it cannot be taken apart */
		{"multipart/mixed; boundary=\"  \"", MIME_PLAIN},
		{"message/rfc822", MIME_MESSAGE},
		{"message/delivery-status", MIME_OTHER},
		{"text/calendar", MIME_OTHER},
		{"image/png", MIME_OTHER},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mime_entity e = read_type(rows[i].body);

		mime_entity_settle(&e);
		assert_int_equal(e.kind, rows[i].kind);
	}
}

static void test_defaults(void **state)
{
	struct mime_entity e;

	mime_entity_init(&e, false);
	assert_int_equal(e.kind, MIME_PLAIN);
	assert_int_equal(e.encoding, MIME_IDENTITY);
	mime_entity_init(&e, true);
	assert_int_equal(e.kind, MIME_MESSAGE);
	field(&e, HEADER_CONTENT_TYPE, "text/html");
	assert_int_equal(e.kind, MIME_HTML);
}

static void test_first_counts(void **state)
{
	struct mime_entity e = read_type("text/html; charset=Big5");

	field(&e, HEADER_CONTENT_TYPE, "image/png");
	field(&e, HEADER_CONTENT_TRANSFER_ENCODING, " Base64 (x)");
	field(&e, HEADER_CONTENT_TRANSFER_ENCODING, "quoted-printable");
	assert_int_equal(e.kind, MIME_HTML);
	assert_int_equal(e.encoding, MIME_BASE64);
	assert_true(span_eq_str(span_of(e.type, e.type_len), "text/html"));
	assert_true(span_eq_str(span_of(e.charset, e.charset_len), "big5"));
}

static void test_charset(void **state)
{
	static const char *rows[][2] = {
		{"text/plain", ""},
		{"text/plain; charset=\"UTF-8\"", "utf-8"},
		{"text/plain; charset=us-ascii (plain)", "us-ascii"},
		{"text/plain; charset='utf-8'", ""},
		{"text/plain; charset=", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mime_entity e = read_type(rows[i][0]);

		assert_true(span_eq_str(span_of(e.charset, e.charset_len), rows[i][1]));
	}
}

static void test_boundary(void **state)
{
	char body[LIMIT_BOUNDARY + 60] = "multipart/mixed; boundary=";
	struct mime_entity e = read_type("multipart/alternative; boundary=\"a b \"");
	size_t n = strlen(body);

	assert_int_equal(e.boundary_len, 3);
	assert_true(e.boundary == hash64(span_str("a b")));
	assert_true(e.alternative);
	memset(body + n, 'x', LIMIT_BOUNDARY);
	e = read_type(body);
	assert_int_equal(e.boundary_len, LIMIT_BOUNDARY);
	body[n + LIMIT_BOUNDARY] = 'x';
	e = read_type(body);
	assert_int_equal(e.boundary_len, 0);
}

static void test_settle(void **state)
{
	struct mime_entity e = read_type("message/rfc822");

	field(&e, HEADER_CONTENT_TRANSFER_ENCODING, "base64");
	mime_entity_settle(&e);
	assert_int_equal(e.kind, MIME_OTHER);
	mime_entity_init(&e, false);
	field(&e, HEADER_CONTENT_DISPOSITION, "Attachment; filename=x");
	assert_true(e.attachment);
	field(&e, HEADER_CONTENT_DISPOSITION, "inline");
	assert_false(e.attachment);
}

/* The name of a file: by which field, in which encoding. */
static void test_names(void **state)
{
	static const char latin[] = "attachment; filename*=iso-8859-1''caf%E9.txt";
	static const struct {
		const char *type, *disposition, *name;
	} rows[] = {
		{"image/png", "attachment", ""},
		{"image/png; name=a.png", NULL, "a.png"},
		{"image/png; name=a.png", "inline; filename=\"b c.png\"", "b c.png"},
		{"image/png; name=a.png", "inline", "a.png"},
		{"image/png; name=a.png", "inline; filename=\"\"", "a.png"},
		{"image/png", latin, "caf\xc3\xa9.txt"},
		{"image/png", "attachment; filename*0*=utf-8''a%C3; filename*1*=%A9; filename*2=.b",
			"a\xc3\xa9.b"},
		{"image/png", "attachment; filename*1=b; filename*0=a", "ab"},
		{"image/png", "attachment; filename*=x-none''%80a",
			"\x80"
			"a"},
		{"image/png; name=\"=?iso-8859-1?Q?caf=E9.txt?=\"", NULL, "caf\xc3\xa9.txt"},
		{"image/png", "attachment; filename=\"=?utf-8?B?w6nDqQ==?= =?utf-8?B?LnBuZw==?=\"",
			"\xc3\xa9\xc3\xa9.png"},
		{"image/png", "attachment; filename=\"=?x-none?Q?=80?=\"", "\x80"},
		{"image/png", "attachment; filename==?utf-8?Q?unquoted=20name?=", "unquoted name"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int turned = 0; turned < 2; turned++) { /* the order does not matter */
			struct mime_entity e;

			mime_entity_init(&e, false);
			if (rows[i].disposition && turned)
				field(&e, HEADER_CONTENT_DISPOSITION, rows[i].disposition);
			field(&e, HEADER_CONTENT_TYPE, rows[i].type);
			if (rows[i].disposition && !turned)
				field(&e, HEADER_CONTENT_DISPOSITION, rows[i].disposition);
			if (!span_eq_str(span_of(e.name, e.name_len), rows[i].name))
				fail_msg("%.*s is not %s", e.name_len, e.name, rows[i].name);
		}
	}
}

/* A name is cut at the end of a character. */
static void test_long_names(void **state)
{
	char body[8 * LIMIT_FILE_NAME] = "image/png; name*=utf-8''x", plain[2 * LIMIT_FILE_NAME];
	struct mime_entity e;

	for (int i = 0; i < LIMIT_FILE_NAME; i++)
		strcat(body, "%C3%A9");
	e = read_type(body);
	assert_int_equal(e.name_len, LIMIT_FILE_NAME);
	assert_true(e.name_capped);
	strcpy(body + strlen("image/png; name*=utf-8''"), "xx");
	for (int i = 0; i < LIMIT_FILE_NAME; i++)
		strcat(body, "%C3%A9");
	e = read_type(body);
	assert_int_equal(e.name_len, LIMIT_FILE_NAME - 1);
	memset(plain, 'x', sizeof(plain));
	memcpy(plain, "image/png; name=", 16);
	plain[sizeof(plain) - 1] = '\0';
	e = read_type(plain);
	assert_int_equal(e.name_len, LIMIT_FILE_NAME);
	assert_true(e.name_capped);
	plain[16 + LIMIT_FILE_NAME + 1] = '\0';
	assert_true(read_type(plain).name_capped);
	plain[16 + LIMIT_FILE_NAME] = '\0';
	e = read_type(plain);
	assert_int_equal(e.name_len, LIMIT_FILE_NAME);
	assert_false(e.name_capped);
}

static int setup(void **state)
{
	charsets = charsets_create();
	return charsets ? 0 : -1;
}

static int teardown(void **state)
{
	charsets_destroy(charsets);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_first_counts),
		cmocka_unit_test(test_charset),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
