/* SPDX-License-Identifier: Apache-2.0 */
/* A message, given whole and in pieces whose sizes its first bytes tell: the records are the same.
 */
#include <stdlib.h>

#include "smtp_decode/message_content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZES 4 /* bytes that tell the sizes of pieces, taken in turn */

struct fuzz {
	struct message_content_pool *pool;
	struct record_builder whole, pieces;
	struct redactor redactor;
};

static struct fuzz *fuzz_create(void)
{
	static const uint8_t key[PSEUDONYM_KEY_SIZE] = {1};
	struct message_content_config config = {
		.contexts = 1, .want_recipients = true, .want_sha256 = true};
	struct fuzz *f = calloc(1, sizeof(*f));

	config.pseudonyms = pseudonyms_create(key);
	f->pool = message_content_pool_create(&config);
	if (!f->pool || record_builder_init(&f->whole) != 1 || record_builder_init(&f->pieces) != 1)
		abort();
	redact_add(&f->redactor, span_str("alice.smith@corp.example"));
	return f;
}

static const struct record *decode(
	struct fuzz *f, struct record_builder *b, struct span text, const uint8_t *sizes)
{
	static const struct span rcpt = {(const uint8_t *)"alice.smith@corp.example", 24};
	struct message_content *c = message_content_create(f->pool);
	struct message_record *m;

	message_content_reset(c, &rcpt, 1);
	for (size_t i = 0; text.len > 0; i++) {
		size_t n = sizes ? sizes[i % SIZES] % 64 + 1u : text.len;

		if (sizes && n == 64)
			message_content_gap(c, 1);
		message_content_run(c, span_head(text, n));
		text = span_skip(text, n);
	}
	message_content_end(c, true);
	m = record_begin(b, RECORD_MESSAGE, sizeof(*m));
	message_content_fill(c, &f->redactor, b, m);
	message_content_destroy(c);
	return record_end(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz *f;
	const struct record *whole, *pieces;
	bool gap = false;

	if (!f)
		f = fuzz_create();
	if (size < SIZES)
		return 0;
	for (int i = 0; i < SIZES; i++)
		gap |= data[i] % 64 == 63;
	whole = decode(f, &f->whole, span_of(data + SIZES, size - SIZES), NULL);
	pieces = decode(f, &f->pieces, span_of(data + SIZES, size - SIZES), data);
	if (!gap && (whole->size != pieces->size || memcmp(whole, pieces, whole->size) != 0))
		abort();
	return 0;
}
