/* SPDX-License-Identifier: Apache-2.0 */
/* URLs of a text and of a page, given whole and in pieces whose size the first byte tells: the
 * lists are the same, and every host is one. */
#include <stdlib.h>

#include "smtp_decode/text_html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct org_domains *orgs;
	struct text_digest digest;
	struct text_names names;
	struct text_sink sink;
	struct text_stream stream;
	struct text_html html;
	struct url_page page;
	struct url_scan scan;
	struct url_list whole, pieces;
	uint8_t window[TEXT_STREAM_BUFFER];
};

static struct fuzz *fuzz_create(void)
{
	struct fuzz *f = calloc(1, sizeof(*f));

	f->orgs = org_domains_create(NULL, 16);
	f->sink = (struct text_sink){
		.to = {&f->digest}, .count = 1, .tables = text_tables_create(), .names = &f->names};
	if (!f->orgs || !f->sink.tables)
		abort();
	return f;
}

static void read_text(struct fuzz *f, struct url_list *l, struct span s, size_t step)
{
	url_list_init(l, f->orgs);
	url_scan_init(&f->scan, l);
	for (; s.len > 0; s = span_skip(s, step))
		url_scan_feed(&f->scan, span_head(s, step));
	url_scan_break(&f->scan);
}

static void read_page(struct fuzz *f, struct url_list *l, struct span s, size_t step)
{
	url_list_init(l, f->orgs);
	url_scan_init(&f->scan, l);
	url_page_init(&f->page, l, &f->scan);
	text_digest_init(&f->digest);
	text_stream_begin(&f->stream, &f->sink, f->window, false);
	text_html_begin(&f->html, &f->stream, &f->page);
	for (; s.len > 0; s = span_skip(s, step))
		text_html_feed(&f->html, span_head(s, step));
	text_html_end(&f->html);
	text_stream_end(&f->stream);
}

static void compare(const struct url_list *x, const struct url_list *y)
{
	if (x->count != y->count || x->mismatches != y->mismatches || x->capped != y->capped ||
		x->names_len != y->names_len || memcmp(x->names, y->names, x->names_len) != 0 ||
		x->rows_len != y->rows_len || x->hashes_len != y->hashes_len ||
		memcmp(x->rows, y->rows, x->rows_len * sizeof(x->rows[0])) != 0 ||
		memcmp(x->hashes, y->hashes, x->hashes_len * sizeof(x->hashes[0])) != 0)
		abort();
	for (int i = 0; i < x->names_len; i++) {
		char c = x->names[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '-' &&
			c != '_' && c != ':')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz *f;
	struct span s;
	size_t step;

	if (!f)
		f = fuzz_create();
	if (size < 1)
		return 0;
	step = data[0] % 32 + 1u;
	s = span_of(data + 1, size - 1);
	read_text(f, &f->whole, s, SIZE_MAX);
	read_text(f, &f->pieces, s, step);
	compare(&f->whole, &f->pieces);
	read_page(f, &f->whole, s, SIZE_MAX);
	read_page(f, &f->pieces, s, step);
	compare(&f->whole, &f->pieces);
	return 0;
}
