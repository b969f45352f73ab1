/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What smtp_decode/ reads in mail files, for compare_mail.py: for each file named on standard
 * input, lines of a key and a value in hex; the texts of its leaves follow in order. Each is read
 * twice, in pieces of two sizes, and must come out the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtp_decode/message_content.h"
#include "smtp_decode/mime_text.h"
#include "smtp_decode/mime_walk.h"

struct bytes {
	uint8_t *p;
	size_t len, room;
};

static void add(void *cookie, struct span s)
{
	struct bytes *b = cookie;

	if (b->len + s.len > b->room) {
		b->room = (b->len + s.len) * 2 + 64;
		b->p = realloc(b->p, b->room);
		if (!b->p)
			abort();
	}
	if (s.len > 0)
		memcpy(b->p + b->len, s.p, s.len);
	b->len += s.len;
}

static void print(const char *key, struct span s)
{
	printf("%s ", key);
	for (size_t i = 0; i < s.len; i++)
		printf("%02x", s.p[i]);
	printf("\n");
}

/* The texts of a message, as they go into its digest. */
struct texts {
	struct charsets *charsets;
	struct mime_text text;
	struct bytes utf8;
	bool html;
};

static void on_field(void *cookie, enum header_field f, struct span body)
{
}

static void on_header_end(void *cookie, const struct mime_entity *e)
{
}

static void on_text_begin(void *cookie, const struct mime_entity *e, bool alternative)
{
	struct texts *t = cookie;

	t->utf8.len = 0;
	t->html = e->kind == MIME_HTML;
	mime_text_begin(&t->text, t->charsets, e);
}

static void on_text(void *cookie, struct span data)
{
	struct texts *t = cookie;

	mime_text_feed(&t->text, data, add, &t->utf8);
}

static void on_text_end(void *cookie)
{
	struct texts *t = cookie;

	mime_text_end(&t->text, add, &t->utf8);
	print(t->html ? "html" : "plain", span_of(t->utf8.p, t->utf8.len));
}

static void on_file_begin(void *cookie, const struct mime_entity *e)
{
}

static void on_file(void *cookie, struct span data)
{
}

static void on_file_end(void *cookie, bool complete)
{
}

static void on_message(void *cookie, const struct mime_entity *e)
{
}

static const struct mime_walk_ops ops = {on_field, on_header_end, on_text_begin, on_text,
	on_text_end, on_file_begin, on_file, on_file_end, on_message};

static void dump_texts(struct texts *t, struct span mail)
{
	static uint8_t buf[LIMIT_HEADER_FIELD];
	struct mime_walk w;

	mime_walk_begin(&w, &ops, t, t->charsets, buf);
	mime_walk_run(&w, mail);
	mime_walk_end(&w);
}

static const struct message_record *decode(
	struct message_content_pool *pool, struct record_builder *b, struct span mail, size_t step)
{
	struct message_content *c = message_content_create(pool);
	struct message_record *m;

	message_content_reset(c, NULL, 0);
	while (mail.len > 0) {
		message_content_run(c, span_head(mail, step));
		mail = span_skip(mail, step);
	}
	message_content_end(c, true);
	m = record_begin(b, RECORD_MESSAGE, sizeof(*m));
	message_content_fill(c, NULL, b, m);
	record_end(b);
	message_content_destroy(c);
	return m;
}

static void dump_urls(const struct message_record *m)
{
	const struct message_url *u = record_array(m, m->urls);

	for (uint32_t i = 0; i < m->urls.count; i++) {
		char key[48];

		snprintf(key, sizeof(key), "url %u %u %u", u[i].scheme, u[i].where, u[i].count);
		print(key, record_str(m, u[i].host));
	}
	printf("urls_capped %d\n", (m->traits & MESSAGE_URLS_CAPPED) != 0);
}

static void dump_record(const struct message_record *m)
{
	static const struct {
		const char *key;
		size_t at;
	} strings[] = {
#define STRING(name) {#name, offsetof(struct message_record, name)}
		STRING(message_id),
		STRING(subject),
		STRING(header_from),
		STRING(header_sender),
		STRING(header_reply_to),
		STRING(date),
		STRING(content_type),
		STRING(charset),
#undef STRING
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct str_ref ref;

		memcpy(&ref, (const uint8_t *)m + strings[i].at, sizeof(ref));
		if (str_seen(ref))
			print(strings[i].key, record_str(m, ref));
	}
	printf("date_time %" PRId64 "\nparts %u\nattachments %u\nreceived %u\nto %u\n",
		m->date_time / NS_PER_S, m->parts, m->attachments, m->received, m->header_to.count);
	printf("valid %d\nexact %016" PRIx64 "\nwords %u\n", m->message_id_valid, m->digest.exact,
		m->digest.words);
}

static void dump_files(const struct message_record *m)
{
	const struct message_attachment *a = record_array(m, m->files);

	for (uint32_t i = 0; i < m->files.count; i++) {
		struct span type = record_str(m, a[i].type), name = record_str(m, a[i].name);

		if (a[i].complete != TRI_YES) {
			printf("message\n");
			continue;
		}
		printf("attachment %.*s %" PRIu64 " ", type.len ? (int)type.len : 1,
			type.len ? (const char *)type.p : "-", a[i].size);
		for (size_t k = 0; k < sizeof(a[i].sha256); k++)
			printf("%02x", a[i].sha256[k]);
		printf(name.len ? " " : " -");
		for (size_t k = 0; k < name.len; k++)
			printf("%02x", name.p[k]);
		printf("\n");
	}
}

static int load(const char *path, struct bytes *ret)
{
	FILE *f = fopen(path, "rb");
	uint8_t piece[65536];
	size_t n;

	if (!f) {
		perror(path);
		return -1;
	}
	ret->len = 0;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		add(ret, span_of(piece, n));
	fclose(f);
	return 0;
}

int main(void)
{
	static const uint8_t key[PSEUDONYM_KEY_SIZE] = {1};
	struct message_content_config config = {
		.contexts = 1, .want_recipients = true, .want_sha256 = true};
	struct texts texts = {.charsets = charsets_create()};
	struct record_builder a, b;
	struct bytes mail = {0};
	struct message_content_pool *pool;
	char path[4096];

	config.pseudonyms = pseudonyms_create(key);
	pool = message_content_pool_create(&config);
	if (!pool || record_builder_init(&a) != 1 || record_builder_init(&b) != 1)
		return 1;
	while (fgets(path, sizeof(path), stdin)) {
		const struct message_record *m, *again;

		path[strcspn(path, "\n")] = '\0';
		if (load(path, &mail) != 0)
			return 1;
		m = decode(pool, &a, span_of(mail.p, mail.len), SIZE_MAX);
		again = decode(pool, &b, span_of(mail.p, mail.len), 1 + mail.len % 61);
		if (m->r.size != again->r.size || memcmp(m, again, m->r.size) != 0) {
			fprintf(stderr, "%s: depends on its pieces\n", path);
			return 1;
		}
		print("file", span_str(path));
		dump_record(m);
		dump_urls(m);
		dump_files(m);
		dump_texts(&texts, span_of(mail.p, mail.len));
	}
	free(mail.p);
	free(texts.utf8.p);
	charsets_destroy(texts.charsets);
	message_content_pool_destroy(pool);
	pseudonyms_destroy(config.pseudonyms);
	record_builder_finish(&a);
	record_builder_finish(&b);
	return 0;
}
