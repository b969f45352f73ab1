/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "smtp_decode/envelope_params.h"
#include "smtp_decode/message_record.h"

static void add(struct envelope_params *p, enum smtp_verb verb, const char *args)
{
	struct smtp_path path = smtp_path_parse(verb, span_str(args));

	envelope_params_add(p, &path);
}

/* Names in order, a space between, unregistered ones in brackets. */
static const char *names(const struct envelope_params *p)
{
	static char text[512];
	size_t n = 0;

	text[0] = '\0';
	for (uint8_t i = 0; i < p->count; i++) {
		bool known;
		struct span s = envelope_params_name(p, i, &known);

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%.*s%s", i ? " " : "",
			known ? "" : "[", (int)s.len, (const char *)s.p, known ? "" : "]");
	}
	return text;
}

static void test_names(void **state)
{
	static const struct {
		const char *args, *names;
		uint8_t body;
	} rows[] = {
		{"FROM:<a@b.example>", "", 0},
		{"FROM:<a@b.example> SIZE=1 body=7bit size=2", "SIZE BODY", MESSAGE_BODY_7BIT},
		{"FROM:<a@b.example> BODY=8BITMIME BODY=x", "BODY", MESSAGE_BODY_8BITMIME},
		{"FROM:<a@b.example> BODY=8BIT", "BODY", 0},
		{"FROM:a@b.example RET=FULL x=1", "RET", 0},
		{"FROM:<a@b.example> x=1 X=2 y=", "[X]", 0},
		{"FROM:<a@b.example> a-b=1 -a=1 a_b=1 =1 \xc3\xa9=1", "[A-B]", 0},
		{"FROM:<a@b.example> word AUTH=<>", "AUTH", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct envelope_params p = {0};

		add(&p, SMTP_MAIL, rows[i].args);
		assert_string_equal(names(&p), rows[i].names);
		assert_int_equal(p.body, rows[i].body);
		assert_false(p.capped);
	}
}

static void test_caps(void **state)
{
	static const char fifteen[] =
		"TO:<a@b.example> SIZE BODY SMTPUTF8 RET ENVID AUTH NOTIFY ORCPT "
		"REQUIRETLS BY HOLDFOR HOLDUNTIL MT-PRIORITY RRVS XVERP";
	struct envelope_params p = {0};

	add(&p, SMTP_RCPT, "TO:<a@b.example> A=1 B=1 C=1 D=1 A=2");
	assert_false(p.capped);
	add(&p, SMTP_RCPT, "TO:<a@b.example> E=1");
	assert_true(p.capped);
	assert_string_equal(names(&p), "[A] [B] [C] [D]");
	p = (struct envelope_params){0};
	add(&p, SMTP_RCPT, "TO:<a@b.example> ABCDEFGHIJKLMNOPQRSTUVWX=1");
	assert_false(p.capped);
	add(&p, SMTP_RCPT, "TO:<a@b.example> ABCDEFGHIJKLMNOPQRSTUVWXY=1");
	assert_true(p.capped);
	assert_string_equal(names(&p), "[ABCDEFGHIJKLMNOPQRSTUVWX]");
	p = (struct envelope_params){0};
	add(&p, SMTP_RCPT, fifteen);
	add(&p, SMTP_RCPT, "TO:<a@b.example> A=1 RET=FULL A=1");
	assert_int_equal(p.count, LIMIT_PARAMETERS);
	assert_false(p.capped);
	add(&p, SMTP_RCPT, "TO:<a@b.example> B=1");
	assert_true(p.capped);
	p.capped = false;
	add(&p, SMTP_RCPT, "TO:<a@b.example> MTRK=1");
	assert_true(p.capped);
	assert_int_equal(p.count, LIMIT_PARAMETERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
