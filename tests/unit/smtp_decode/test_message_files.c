/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/hash.h"
#include "content_fixture.h"

#define MIXED "Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n"
#define BASE64 "Content-Transfer-Encoding: base64\r\n"
/* The test file of the antivirus makers (68 bytes), whose SHA-256 is known everywhere. */
#define TEST_1 "WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5E"
#define TEST_2 "QVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo="
#define TEST_SHA256 "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"

static const struct message_attachment *file(struct fixture *f, uint32_t i)
{
	const struct message_attachment *a = record_array(f->m, f->m->files);

	assert_true(i < f->m->files.count);
	return &a[i];
}

static void assert_sha256(const struct message_attachment *a, const char *want)
{
	char text[65];

	assert_true(a->has_sha256);
	for (int i = 0; i < 32; i++)
		sprintf(text + 2 * i, "%02x", a->sha256[i]);
	assert_string_equal(text, want);
}

/* The line end in front of a delimiter is no content, wherever it is cut. */
static void test_known_file(void **state)
{
	static const char *const texts[] = {
		MIXED "--b\r\nContent-Type: Application/Octet-Stream; name=x\r\n" BASE64
		      "Content-Disposition: attachment; filename=test.com\r\n\r\n" TEST_1
		      "\r\n" TEST_2 "\r\n--b--\r\n",
		/* wrapped otherwise */
		MIXED "--b\r\nContent-Type: Application/Octet-Stream; name=test.com\r\n" BASE64
		      "\r\n" TEST_1 TEST_2 "\r\n\r\n--b--\r\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		struct span text = span_str(texts[i]);

		for (size_t step = 1; step <= text.len; step++) {
			decode_steps(f, text, step);
			assert_int_equal(f->m->attachments, 1);
			assert_int_equal(f->m->files.count, 1);
			assert_str(f, file(f, 0)->name, "test.com");
			assert_str(f, file(f, 0)->type, "application/octet-stream");
			assert_int_equal(file(f, 0)->complete, TRI_YES);
			assert_int_equal(file(f, 0)->size, 68);
			assert_sha256(file(f, 0), TEST_SHA256);
			assert_true(
				file(f, 0)->digest ==
				hash64(span_str(TEST_1 "QVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo")));
		}
	}
}

static void test_encodings(void **state)
{
	static const char text[] =
		MIXED "--b\r\nContent-Type: image/png\r\n\r\nabc\r\n"
		      "--b\r\nContent-Type: image/png\r\n\r\nabc\r\n\r\n"
		      "--b\r\nContent-Type: text/csv\r\nContent-Transfer-Encoding: "
		      "quoted-printable\r\n\r\na=62=\r\nc\r\n"
		      "--b\r\nContent-Disposition: attachment\r\n\r\nabc\r\n"
		      "--b\r\nContent-Type: message/rfc822; name=in.eml\r\n\r\nSubject: "
		      "in\r\n\r\ninner\r\n"
		      "--b\r\nContent-Type: image/png\r\n\r\n--b--\r\n";
	static const char abc[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct fixture *f = *state;

	decode(f, text);
	assert_int_equal(f->m->attachments, 6);
	assert_int_equal(f->m->files.count, 6);
	assert_sha256(file(f, 0), abc);
	assert_false(str_seen(file(f, 0)->name));
	assert_int_equal(file(f, 1)->size, 5); /* one line end is its own */
	assert_sha256(file(f, 2), abc);
	assert_str(f, file(f, 2)->type, "text/csv");
	assert_sha256(file(f, 3), abc);
	assert_false(str_seen(file(f, 3)->type));
	assert_true(file(f, 3)->digest == hash64(span_str("abc")));
	/* a message is taken apart, and its subject is its own */
	assert_str(f, file(f, 4)->type, "message/rfc822");
	assert_str(f, file(f, 4)->name, "in.eml");
	assert_int_equal(file(f, 4)->complete, TRI_UNKNOWN);
	assert_int_equal(file(f, 4)->digest, 0);
	assert_str(f, f->m->subject, "s");
	assert_int_equal(file(f, 5)->size, 0);
	assert_int_equal(file(f, 5)->complete, TRI_YES);
}

/* What is not whole has no size and no digest. */
static void assert_partial(const struct message_attachment *a)
{
	struct message_attachment none = {.name = a->name, .type = a->type, .complete = TRI_NO};

	assert_memory_equal(a, &none, sizeof(none));
}

static void test_partial(void **state)
{
	static const char head[] = MIXED "--b\r\nContent-Type: image/png\r\n\r\nab";
	static const char next[] = "cd\r\n--b\r\nContent-Type: image/gif\r\n\r\nabc\r\n--b--\r\n";
	struct fixture *f = *state;
	struct message_content *c = start(f);

	message_content_run(c, span_str(head));
	message_content_gap(c, 10);
	message_content_run(c, span_str(next));
	finish(f, c, true);
	assert_int_equal(f->m->files.count, 2);
	assert_partial(file(f, 0));
	assert_str(f, file(f, 0)->type, "image/png");
	assert_int_equal(file(f, 1)->complete, TRI_YES);
	assert_int_equal(file(f, 1)->size, 3);

	c = start(f);
	message_content_run(c, span_str(head));
	finish(f, c, false); /* the session ended */
	assert_partial(file(f, 0));

	c = start(f);
	message_content_run(c, span_str(head));
	finish(f, c, true); /* the message ended, its last delimiter does not stand */
	assert_int_equal(file(f, 0)->complete, TRI_YES);
	assert_int_equal(file(f, 0)->size, 2);
}

static void test_without_sha256(void **state)
{
	struct fixture *f = *state;

	decode(f, "Content-Type: image/png\r\n" BASE64 "\r\nYWJj\r\n");
	assert_false(file(f, 0)->has_sha256);
	assert_int_equal(file(f, 0)->size, 3);
	assert_true(file(f, 0)->digest == hash64(span_str("YWJj")));
}

static void test_caps(void **state)
{
	struct fixture *f = *state;
	char text[32768];
	size_t n = (size_t)snprintf(text, sizeof(text), MIXED);

	for (int i = 0; i < LIMIT_ATTACHMENTS + 3; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
			"--b\r\nContent-Type: image/png; name=%0250d\r\n\r\nabc\r\n", i);
	decode_steps(f, span_of(text, n), SIZE_MAX);
	assert_int_equal(f->m->attachments, LIMIT_ATTACHMENTS + 3);
	assert_int_equal(f->m->files.count, LIMIT_ATTACHMENTS);
	assert_int_equal(record_str(f->m, file(f, 0)->name).len, 250);
	/* the store of names is full */
	assert_int_equal(record_str(f->m, file(f, LIMIT_ATTACHMENTS - 1)->name).len, 0);
	assert_int_equal(file(f, LIMIT_ATTACHMENTS - 1)->size, 3);
	assert_true(f->m->traits & MESSAGE_FILE_NAME_CAPPED);
	decode(f, MIXED "--b\r\nContent-Type: image/png; name=x\r\n\r\nabc\r\n");
	assert_int_equal(f->m->traits & MESSAGE_FILE_NAME_CAPPED, 0);
}

static void test_redacted(void **state)
{
	struct fixture *f = *state;
	struct span name;

	add_rcpt(f, "alice.smith@corp.example");
	decode(f, MIXED
		"--b\r\nContent-Type: image/png; name=\"for Alice.Smith@corp.example.png\"\r\n"
		"\r\nabc\r\n--b\r\nContent-Type: x/alice.smith\r\n\r\n");
	name = record_str(f->m, file(f, 0)->name);
	assert_null(memmem(name.p, name.len, "Smith", 5));
	assert_non_null(memmem(name.p, name.len, "for h:", 6));
	name = record_str(f->m, file(f, 1)->type);
	assert_null(memmem(name.p, name.len, "smith", 5));
}

static int setup_sha256(void **state)
{
	return setup_with(state, (struct message_content_config){.want_sha256 = true});
}

#define WITH_SHA256(test) cmocka_unit_test_setup_teardown(test, setup_sha256, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHA256(test_known_file),
		WITH_SHA256(test_encodings),
		WITH_SHA256(test_partial),
		WITH_SHA256(test_caps),
		WITH_SHA256(test_redacted),
		cmocka_unit_test_setup_teardown(test_without_sha256, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
