/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of message contexts, and messages decoded with it into records. */
#ifndef TESTS_UNIT_SMTP_DECODE_CONTENT_FIXTURE_H
#define TESTS_UNIT_SMTP_DECODE_CONTENT_FIXTURE_H

#include <stdlib.h>

#include "smtp_decode/message_content.h"

struct fixture {
	struct pseudonyms *pseudonyms;
	struct message_content_pool *pool;
	struct record_builder builder;
	struct message_record *m;
	struct redactor redactor;
	struct span rcpts[4];
	size_t rcpt_count;
};

static inline int setup_with(void **state, struct message_content_config config)
{
	static const uint8_t key[PSEUDONYM_KEY_SIZE] = {3};
	struct fixture *f = calloc(1, sizeof(*f));

	config.contexts = 2;
	f->pseudonyms = pseudonyms_create(key);
	config.pseudonyms = f->pseudonyms;
	f->pool = message_content_pool_create(&config);
	assert_non_null(f->pool);
	assert_int_equal(record_builder_init(&f->builder), 1);
	*state = f;
	return 0;
}

static inline int setup(void **state)
{
	return setup_with(state, (struct message_content_config){.want_recipients = true});
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	message_content_pool_destroy(f->pool);
	pseudonyms_destroy(f->pseudonyms);
	record_builder_finish(&f->builder);
	free(f);
	return 0;
}

static inline void add_rcpt(struct fixture *f, const char *addr)
{
	f->rcpts[f->rcpt_count++] = span_str(addr);
	redact_add(&f->redactor, span_str(addr));
}

static inline struct message_content *start(struct fixture *f)
{
	struct message_content *c = message_content_create(f->pool);

	assert_non_null(c);
	message_content_reset(c, f->rcpts, f->rcpt_count);
	return c;
}

static inline void finish(struct fixture *f, struct message_content *c, bool complete)
{
	message_content_end(c, complete);
	f->m = record_begin(&f->builder, RECORD_MESSAGE, sizeof(*f->m));
	message_content_fill(c, &f->redactor, &f->builder, f->m);
	record_end(&f->builder);
	message_content_destroy(c);
}

/* `text` in pieces of `step` bytes. */
static inline const struct message_record *decode_steps(
	struct fixture *f, struct span text, size_t step)
{
	struct message_content *c = start(f);

	while (text.len > 0) {
		message_content_run(c, span_head(text, step));
		text = span_skip(text, step);
	}
	finish(f, c, true);
	return f->m;
}

static inline const struct message_record *decode(struct fixture *f, const char *text)
{
	return decode_steps(f, span_str(text), SIZE_MAX);
}

static inline void assert_str(struct fixture *f, struct str_ref ref, const char *want)
{
	struct span s = record_str(f->m, ref);

	if (!want) {
		assert_false(str_seen(ref));
		return;
	}
	assert_true(str_seen(ref));
	if (!span_eq_str(s, want))
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, (const char *)s.p, want);
}

#endif
