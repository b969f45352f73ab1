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

static struct mime_entity read_type(const char *body)
{
	struct mime_entity e;

	mime_entity_init(&e, false);
	mime_entity_field(&e, HEADER_CONTENT_TYPE, span_str(body));
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
	mime_entity_field(&e, HEADER_CONTENT_TYPE, span_str("text/html"));
	assert_int_equal(e.kind, MIME_HTML);
}

static void test_first_counts(void **state)
{
	struct mime_entity e = read_type("text/html; charset=Big5");

	mime_entity_field(&e, HEADER_CONTENT_TYPE, span_str("image/png"));
	mime_entity_field(&e, HEADER_CONTENT_TRANSFER_ENCODING, span_str(" Base64 (x)"));
	mime_entity_field(&e, HEADER_CONTENT_TRANSFER_ENCODING, span_str("quoted-printable"));
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

	mime_entity_field(&e, HEADER_CONTENT_TRANSFER_ENCODING, span_str("base64"));
	mime_entity_settle(&e);
	assert_int_equal(e.kind, MIME_OTHER);
	mime_entity_init(&e, false);
	mime_entity_field(&e, HEADER_CONTENT_DISPOSITION, span_str("Attachment; filename=x"));
	assert_true(e.attachment);
	mime_entity_field(&e, HEADER_CONTENT_DISPOSITION, span_str("inline"));
	assert_false(e.attachment);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
