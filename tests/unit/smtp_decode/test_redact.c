/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "smtp_decode/redact.h"

static const uint8_t key[PSEUDONYM_KEY_SIZE] = {7};

/* `text` with every "{name}" replaced by the pseudonym of name. */
static const char *expand(struct pseudonyms *p, const char *text)
{
	static char out[1024];
	size_t n = 0;

	while (*text) {
		const char *end = *text == '{' ? strchr(text, '}') : NULL;

		if (end) {
			pseudonym_local(p, span_of(text + 1, (size_t)(end - text - 1)), out + n);
			n += PSEUDONYM_LEN;
			text = end + 1;
		} else {
			out[n++] = *text++;
		}
	}
	out[n] = '\0';
	return out;
}

static void check(
	struct pseudonyms *p, const struct redactor *r, const char *text, const char *want)
{
	char buf[1024], got[1024];
	struct span s = redact_text(r, p, span_str(text), buf, sizeof(buf));

	memcpy(got, s.p, s.len);
	got[s.len] = '\0';
	assert_string_equal(got, expand(p, want));
}

static void test_forms(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"", ""},
		{"250 ok", "250 ok"},
		{"<alice.smith@corp.example>: unknown", "<{alice.smith}@corp.example>: unknown"},
		{"Dear Alice.Smith,", "Dear {alice.smith},"},
		{"alice smith", "alice smith"},
		{"bounce-alice.smith=corp.example@list.example",
			"bounce-{alice.smith}=corp.example@list.example"},
		{"SRS0=HHH=TT=corp.example=alice.smith@fwd.example",
			"SRS0=HHH=TT=corp.example={alice.smith}@fwd.example"},
		{"http://x.example/?u=alice.smith%40corp.example",
			"http://x.example/?u={alice.smith}%40corp.example"},
		{"xalice.smithy", "x{alice.smith}y"}, /* long: anywhere */
		/* 4 to 7 characters: where words begin and end */
		{"info", "{info}"},
		{"INFO@corp.example", "{info}@corp.example"},
		{"information", "information"},
		{"myinfo", "myinfo"},
		{"x1info2", "x1{info}2"},
		{"[info]", "[{info}]"},
		/* shorter: only in front of an @ or what stands for it */
		{"bob", "bob"},
		{"bob@corp.example", "{bob}@corp.example"},
		{"v-bob=corp.example@list.example", "v-{bob}=corp.example@list.example"},
		{"xbob@corp.example", "xbob@corp.example"},
		{"z@corp.example", "{z}@corp.example"},
		/* a subaddress and its user */
		{"carol+news@corp.example carol@corp.example",
			"{carol+news}@corp.example {carol}@corp.example"},
		/* a domain is left alone; a mention is not one */
		{"x@info.example", "x@info.example"},
		{"x@sub.info.example info", "x@sub.info.example {info}"},
		{"@info", "@{info}"},
		{"info@info.example", "{info}@info.example"},
	};
	struct pseudonyms *p = pseudonyms_create(key);
	struct redactor r = {0};

	redact_add(&r, span_str("alice.smith@corp.example"));
	redact_add(&r, span_str("Info@corp.example"));
	redact_add(&r, span_str("info@other.example"));
	redact_add(&r, span_str("\"bob\"@corp.example"));
	redact_add(&r, span_str("z@corp.example"));
	redact_add(&r, span_str("carol+news@corp.example"));
	redact_add(&r, span_str(""));
	assert_int_equal(r.count, 6);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(p, &r, rows[i].text, rows[i].want);
	pseudonyms_destroy(p);
}

static void test_nothing_known(void **state)
{
	struct redactor r = {0};
	struct span text = span_str("alice@corp.example");
	char buf[8];

	assert_ptr_equal(redact_text(NULL, NULL, text, buf, sizeof(buf)).p, text.p);
	assert_ptr_equal(redact_text(&r, NULL, text, buf, sizeof(buf)).p, text.p);
	assert_int_equal(redact_text(&r, NULL, text, buf, sizeof(buf)).len, sizeof(buf));
}

static void test_cut(void **state)
{
	struct pseudonyms *p = pseudonyms_create(key);
	struct redactor r = {0};
	char buf[64];
	struct span text = span_str("to alice@corp.example"), s;

	redact_add(&r, span_str("alice@corp.example"));
	for (size_t size = 0; size <= sizeof(buf); size++) {
		s = redact_text(&r, p, text, buf, size);
		assert_true(s.len <= size);
		assert_true(span_find(s, 'l') < 0 || s.len > 17);
	}
	assert_int_equal(s.len, text.len - 5 + PSEUDONYM_LEN);
	pseudonyms_destroy(p);
}

/* More recipients than are kept: no address shows all the same. */
static void test_blunt(void **state)
{
	struct pseudonyms *p = pseudonyms_create(key);
	struct redactor r = {0};
	char addr[64], want[64];

	for (int i = 0; i < LIMIT_RCPTS_REDACTED + 10; i++) {
		snprintf(addr, sizeof(addr), "user%04d@corp.example", i);
		redact_add(&r, span_str(addr));
	}
	assert_true(r.blunt);
	for (int i = 0; i < LIMIT_RCPTS_REDACTED + 10; i++) {
		snprintf(addr, sizeof(addr), "550 <user%04d@corp.example>", i);
		snprintf(want, sizeof(want), "550 <{user%04d}@corp.example>", i);
		check(p, &r, addr, want);
	}
	check(p, &r, "a@b.example b+c@d.example e", "{a}@b.example {b+c}@d.example e");
	pseudonyms_destroy(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_blunt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
