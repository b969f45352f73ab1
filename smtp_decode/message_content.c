/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/message_content.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>

#include "smtp_decode/mailbox.h"
#include "smtp_decode/message_files.h"
#include "smtp_decode/message_header.h"
#include "smtp_decode/mime_digest.h"
#include "smtp_decode/mime_text.h"
#include "smtp_decode/mime_walk.h"
#include "smtp_decode/text_html.h"
#include "smtp_decode/text_stream.h"
#include "smtp_decode/url_list.h"
#include "smtp_decode/url_page.h"

#define ORG_CACHE 4096     /* org-domains of URLs remembered */
#define NAMED_RECIPIENTS 8 /* recipients whose local parts may be in the text */

static_assert(LIMIT_HEADER_FIELD <= TEXT_STREAM_BUFFER, "one buffer for headers and texts");

struct message_content {
	struct message_content_pool *pool;
	struct message_content *next; /* free ones */
	struct mime_walk walk;
	struct message_header header;
	struct message_files files;
	struct text_names names;

	/* The text that is open. */
	struct mime_text text;
	union {
		struct text_html html;
		struct mime_digest digest; /* of the attachment that is open: no text is then */
	};
	struct text_stream stream;
	struct text_sink sink;
	struct url_page page;
	struct url_scan scan;
	bool is_html;       /* the text that is open */
	bool measuring;     /* the attachment is listed */
	EVP_MD_CTX *sha256; /* made for the first attachment, and kept */

	bool gap;      /* bytes are missing */
	bool text_gap; /* and of the text, or that may be */
	bool text_capped;
	bool charset_unknown;
	bool forked;       /* there are two versions of the text */
	bool html_version; /* and the second has something of its own */
	uint32_t text_bytes;
	uint8_t first_charset_len;
	char first_charset[CHARSET_LABEL_MAX];
	/* What the texts say: outside of alternatives and in plain ones; and with HTML instead. */
	struct text_digest plain, rich;
	struct url_list urls;
	uint8_t buffer[TEXT_STREAM_BUFFER]; /* a header field, or the window of a text */
};

static_assert(sizeof(struct message_content) <= 24 * 1024, "the budget of memory");

struct message_content_pool {
	struct message_content_config config;
	struct message_content_stats stats;
	struct charsets *charsets;
	struct text_tables *tables;
	struct org_domains *orgs;
	struct message_content *contexts, *free;
	uint32_t used; /* of them, the first ones: the rest was never touched */
};

struct message_content_pool *message_content_pool_create(
	const struct message_content_config *config)
{
	struct message_content_pool *p = calloc(1, sizeof(*p));

	assert(config->contexts > 0);
	if (!p)
		return NULL;
	p->config = *config;
	p->charsets = charsets_create();
	p->tables = text_tables_create();
	p->orgs = org_domains_create(NULL, ORG_CACHE);
	p->contexts = aligned_alloc(
		alignof(struct message_content), config->contexts * sizeof(*p->contexts));
	if (!p->charsets || !p->tables || !p->orgs || !p->contexts) {
		message_content_pool_destroy(p);
		return NULL;
	}
	return p;
}

void message_content_pool_destroy(struct message_content_pool *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->used; i++)
		EVP_MD_CTX_free(p->contexts[i].sha256);
	free(p->contexts);
	org_domains_destroy(p->orgs);
	text_tables_destroy(p->tables);
	charsets_destroy(p->charsets);
	free(p);
}

struct message_content_stats message_content_pool_stats(const struct message_content_pool *p)
{
	struct message_content_stats s = p->stats;

	s.charsets_unknown = charsets_unknown(p->charsets);
	return s;
}

struct message_content *message_content_create(struct message_content_pool *p)
{
	struct message_content *c = p->free;

	if (c) {
		p->free = c->next;
		return c;
	}
	if (p->used == p->config.contexts)
		return NULL;
	c = &p->contexts[p->used++];
	c->pool = p;
	c->sha256 = NULL;
	memset(&c->text, 0, sizeof(c->text));
	return c;
}

void message_content_destroy(struct message_content *c)
{
	if (!c)
		return;
	mime_text_drop(&c->text);
	c->next = c->pool->free;
	c->pool->free = c;
}

static void on_field(void *cookie, enum header_field f, struct span body)
{
	struct message_content *c = cookie;

	message_header_field(&c->header, f, body);
}

static void on_header_end(void *cookie, const struct mime_entity *e)
{
	struct message_content *c = cookie;

	message_header_end(&c->header, e);
}

/* Which versions of the text does this one belong to? */
static void choose_sink(struct message_content *c, bool alternative)
{
	bool rich = alternative && c->is_html;

	if (alternative && !c->forked) {
		text_digest_copy(&c->rich, &c->plain);
		c->forked = true;
	}
	c->html_version |= rich;
	c->sink.count = 0;
	if (!rich)
		c->sink.to[c->sink.count++] = &c->plain;
	if (c->forked && (rich || !alternative))
		c->sink.to[c->sink.count++] = &c->rich;
}

static void on_text_begin(void *cookie, const struct mime_entity *e, bool alternative)
{
	struct message_content *c = cookie;
	struct span charset = span_of(e->charset, e->charset_len);

	c->is_html = e->kind == MIME_HTML;
	if (c->first_charset_len == 0) {
		memcpy(c->first_charset, charset.p, charset.len);
		c->first_charset_len = (uint8_t)charset.len;
	}
	choose_sink(c, alternative);
	c->charset_unknown |= !mime_text_begin(&c->text, c->pool->charsets, e);
	text_stream_begin(&c->stream, &c->sink, c->buffer, !c->is_html);
	url_scan_init(&c->scan, &c->urls);
	url_page_init(&c->page, &c->urls, &c->scan);
	if (c->is_html)
		text_html_begin(&c->html, &c->stream, &c->page);
}

/* Text of a leaf in UTF-8, as far as the cap goes. */
static void on_utf8(void *cookie, struct span text)
{
	struct message_content *c = cookie;

	if (text.len > LIMIT_TEXT_BYTES - c->text_bytes) {
		c->text_capped = true;
		text.len = LIMIT_TEXT_BYTES - c->text_bytes;
	}
	c->text_bytes += (uint32_t)text.len;
	if (c->is_html) {
		text_html_feed(&c->html, text);
	} else {
		url_scan_feed(&c->scan, text);
		text_stream_feed(&c->stream, text);
	}
}

static void on_text(void *cookie, struct span data)
{
	struct message_content *c = cookie;

	if (!c->text_capped)
		mime_text_feed(&c->text, data, on_utf8, c);
}

static void on_text_end(void *cookie)
{
	struct message_content *c = cookie;

	mime_text_end(&c->text, on_utf8, c);
	if (c->is_html)
		text_html_end(&c->html);
	url_scan_break(&c->scan);
	text_stream_end(&c->stream);
	c->is_html = false;
}

static void on_file_begin(void *cookie, const struct mime_entity *e)
{
	struct message_content *c = cookie;
	bool want = c->pool->config.want_sha256;

	c->measuring = message_files_add(&c->files, e);
	if (!c->measuring)
		return;
	if (want && !c->sha256)
		c->sha256 = EVP_MD_CTX_new();
	mime_digest_begin(&c->digest, e->encoding, want ? c->sha256 : NULL);
}

static void on_file(void *cookie, struct span data)
{
	struct message_content *c = cookie;

	if (c->measuring)
		mime_digest_feed(&c->digest, data);
}

static void on_file_end(void *cookie, bool complete)
{
	struct message_content *c = cookie;
	struct mime_digest_result result;

	if (!c->measuring || !complete)
		return;
	mime_digest_end(&c->digest, &result);
	message_files_measured(&c->files, &result);
}

/* A message that is forwarded as it is must not look like one that was sent again. */
static void on_message(void *cookie, const struct mime_entity *e)
{
	struct message_content *c = cookie;

	if (message_files_add(&c->files, e))
		message_files_is_message(&c->files);
	c->sink.count = 0;
	c->sink.to[c->sink.count++] = &c->plain;
	if (c->forked)
		c->sink.to[c->sink.count++] = &c->rich;
	text_token_add(&c->sink, "message/rfc822");
}

static const struct mime_walk_ops ops = {
	.field = on_field,
	.header_end = on_header_end,
	.text_begin = on_text_begin,
	.text = on_text,
	.text_end = on_text_end,
	.file_begin = on_file_begin,
	.file = on_file,
	.file_end = on_file_end,
	.message = on_message,
};

void message_content_reset(struct message_content *c, const struct span *rcpts, size_t n)
{
	const struct message_content_pool *p = c->pool;

	mime_text_drop(&c->text);
	text_names_init(&c->names);
	for (size_t i = 0; i < n && i < NAMED_RECIPIENTS; i++)
		text_names_add_local(
			&c->names, p->tables, mailbox_unquoted(mailbox_split(rcpts[i]).local));
	c->header.charsets = p->charsets;
	c->header.tables = p->tables;
	c->header.pseudonyms = p->config.want_recipients ? p->config.pseudonyms : NULL;
	c->header.names = &c->names;
	message_header_begin(&c->header);
	message_files_reset(&c->files);
	c->sink = (struct text_sink){.tables = p->tables, .names = &c->names};
	c->gap = c->text_gap = c->text_capped = c->forked = c->html_version = false;
	c->charset_unknown = false;
	c->text_bytes = 0;
	c->first_charset_len = 0;
	text_digest_init(&c->plain);
	url_list_init(&c->urls, p->orgs);
	url_scan_init(&c->scan, &c->urls);
	url_page_init(&c->page, &c->urls, &c->scan);
	c->is_html = false;
	mime_walk_begin(&c->walk, &ops, c, p->charsets, c->buffer);
}

void message_content_run(struct message_content *c, struct span octets)
{
	mime_walk_run(&c->walk, octets);
}

/* Bytes of the text are missing, or may be. What is a URL across them is not known. */
static void lose_text(struct message_content *c)
{
	c->text_gap = true;
	url_scan_gap(&c->scan);
	if (c->is_html)
		text_html_gap(&c->html);
}

void message_content_gap(struct message_content *c, uint64_t missing)
{
	if (missing == 0)
		return;
	c->gap = true;
	message_content_elsewhere(c);
}

void message_content_elsewhere(struct message_content *c)
{
	if (!mime_walk_gap(&c->walk))
		lose_text(c);
}

void message_content_end(struct message_content *c, bool complete)
{
	struct message_content_stats *s = &c->pool->stats;

	if (!complete && !mime_walk_gap(&c->walk))
		lose_text(c);
	mime_walk_end(&c->walk);
	s->headers_capped += c->walk.header_capped;
	s->texts_capped += c->text_capped;
	s->mime_capped += c->walk.capped;
}

static void fill_digest(const struct message_content *c, struct content_digest *d)
{
	*d = (struct content_digest){0};
	if (c->forked && c->html_version)
		text_digest_result(&c->rich, d);
	if (d->exact == 0)
		text_digest_result(&c->plain, d);
	if (c->text_gap) /* of a text with a hole it would match nothing, or the wrong one */
		d->exact = d->edges = 0;
	d->text_bytes = c->text_bytes;
}

void message_content_fill(struct message_content *c, const struct redactor *r,
	struct record_builder *b, struct message_record *m)
{
	struct pseudonyms *p = c->pool->config.pseudonyms;
	struct span charset = span_of(c->first_charset, c->first_charset_len);
	char buf[2 * CHARSET_LABEL_MAX];

	message_header_fill(&c->header, r, p, b, m);
	if (charset.len > 0)
		m->charset = record_add(b, redact_text(r, p, charset, buf, sizeof(buf)));
	m->parts = c->walk.parts;
	m->attachments = c->walk.attachments;
	message_files_fill(&c->files, r, p, b, m);
	if (c->gap)
		m->traits |= MESSAGE_GAP;
	if (c->text_capped)
		m->traits |= MESSAGE_TEXT_CAPPED;
	if (c->walk.header_capped)
		m->traits |= MESSAGE_HEADER_CAPPED;
	if (c->walk.capped)
		m->traits |= MESSAGE_MIME_CAPPED;
	if (c->charset_unknown)
		m->traits |= MESSAGE_CHARSET_UNKNOWN;
	fill_digest(c, &m->digest);
	url_list_fill(&c->urls, c->text_gap, b, m);
	if (c->text_capped || c->walk.capped) { /* there may be more */
		m->traits |= MESSAGE_URLS_CAPPED;
		m->url_set = 0;
	}
}
