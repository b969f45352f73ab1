/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_tag.h"

#include "smtp_decode/text_attribute.h"
#include "smtp_decode/text_url.h"

enum tag_kind {
	TAG_INLINE, /* no width; so are all elements unknown */
	TAG_BLOCK,
	TAG_VOID,  /* a block without an end */
	TAG_EMPTY, /* no width and no end */
	TAG_RAW,   /* what is in it is no text */
	TAG_LINK,
	TAG_AREA, /* a link without an end */
	TAG_RUN,  /* inline, and no place for elements of another font size */
};

static const struct {
	enum tag_kind kind;
	const char *names;
} tags[] = {
	{TAG_BLOCK,
		"address article aside blockquote body button caption center dd details dialog dir "
		"div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head "
		"header html iframe legend li main menu nav object ol optgroup option p pre "
		"section "
		"select summary table tbody td textarea tfoot th thead tr ul"},
	{TAG_VOID, "br col embed hr img input"},
	{TAG_EMPTY, "base link meta param source track wbr"},
	{TAG_RAW, "script style title noframes xmp"},
	{TAG_LINK, "a"},
	{TAG_AREA, "area"},
	{TAG_RUN, "span font small b i u em strong"},
};

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static uint64_t name_key(struct span name)
{
	return text_word_hash(name.p, name.len) | 1;
}

void text_tag_fill(struct text_tables *t)
{
	for (size_t k = 0; k < sizeof(tags) / sizeof(tags[0]); k++) {
		for (const char *s = tags[k].names; *s;) {
			size_t n = strcspn(s, " ");
			uint64_t key = name_key(span_of(s, n));
			size_t slot = key >> 32 & (TEXT_TAG_SLOTS - 1);

			while (t->tag_names[slot])
				slot = (slot + 1) & (TEXT_TAG_SLOTS - 1);
			t->tag_names[slot] = key;
			t->tag_kinds[slot] = (uint8_t)tags[k].kind;
			s += n + (s[n] == ' ');
		}
	}
}

static enum tag_kind kind_of(const struct text_tables *t, uint64_t key)
{
	size_t slot = key >> 32 & (TEXT_TAG_SLOTS - 1);

	for (; t->tag_names[slot]; slot = (slot + 1) & (TEXT_TAG_SLOTS - 1))
		if (t->tag_names[slot] == key)
			return (enum tag_kind)t->tag_kinds[slot];
	return TAG_INLINE;
}

static void put_blank(struct text_html *h)
{
	if (h->page)
		url_page_blank(h->page);
	text_stream_blank(h->out);
}

/* What an attribute says of its element's text: the host of its link, or that it is hidden. */
static void take_attribute(
	struct text_html *h, enum tag_kind kind, uint64_t key, const struct text_attribute *a)
{
	bool has_end = kind != TAG_VOID && kind != TAG_EMPTY && kind != TAG_AREA;

	if ((kind == TAG_LINK || kind == TAG_AREA) && span_ieq_str(a->name, "href")) {
		struct span authority = text_url_authority(a->value);

		if (authority.len > 0)
			text_stream_host(h->out, authority);
	} else if (has_end && (span_ieq_str(a->name, "hidden") ||
				      (span_ieq_str(a->name, "style") &&
					      text_style_hides(a->value, kind == TAG_RUN)))) {
		h->hidden = key;
		h->hidden_depth = 1;
		h->hidden_blocks = 0;
	}
}

/* Those of a start tag. URLs count wherever they stand, in what is hidden and in scripts' tags
 * too. `cut`: the tag goes on behind what is looked at. */
static void take_attributes(
	struct text_html *h, enum tag_kind kind, uint64_t key, struct span attrs, bool cut)
{
	const uint8_t *end = attrs.p + attrs.len;
	bool urls = h->page && !h->broken;
	struct text_attribute a;

	while (text_attribute_next(&attrs, &a)) {
		if (!url_page_wants(a.name))
			continue;
		if (!h->hidden && kind != TAG_RAW)
			take_attribute(h, kind, key, &a);
		if (urls)
			url_page_attribute(h->page, a.name, a.value, kind == TAG_LINK,
				cut && a.value.len > 0 && a.value.p + a.value.len == end);
		else if (h->hidden)
			break;
	}
	if (urls)
		url_page_tag_end(h->page, cut);
}

/* A tag while an element is hidden. Does it show what follows? It does where it ends the hidden
 * element, or one around it. */
static bool ends_hidden(struct text_html *h, enum tag_kind kind, uint64_t key, bool end)
{
	if (key == h->hidden && end)
		h->hidden_depth--;
	else if (key == h->hidden)
		h->hidden_depth++;
	else if (kind == TAG_BLOCK && !end)
		h->hidden_blocks++;
	else if (kind == TAG_BLOCK && h->hidden_blocks-- == 0)
		return true;
	return h->hidden_depth == 0;
}

bool text_tag_take(struct text_html *h, struct span tag)
{
	bool end = tag.p[0] == '/';
	uint8_t name[TEXT_HTML_NAME_MAX + TEXT_WORD_PAD] = {0};
	size_t i = end, n = 0;
	uint64_t key;
	enum tag_kind kind;
	struct span attrs;
	bool cut;

	for (; i < tag.len && !text_attribute_space(tag.p[i]) && tag.p[i] != '/'; i++)
		if (n < TEXT_HTML_NAME_MAX)
			name[n++] = lower(tag.p[i]);
	key = n > 0 ? text_word_hash_padded(name, n) | 1 : 1;
	kind = kind_of(h->out->sink->tables, key);
	attrs = end ? span_of(NULL, 0) : span_skip(tag, i);
	cut = tag.len == TEXT_HTML_TAG_MAX;
	if (h->page && kind == TAG_LINK)
		url_page_link_border(h->page);
	if (kind == TAG_RAW && !end) {
		if (attrs.len > 0)
			take_attributes(h, kind, key, attrs, cut);
		h->raw[0] = '/';
		memcpy(h->raw + 1, name, n);
		h->raw_len = (uint8_t)(n + 1);
		return true;
	}
	if (h->hidden) {
		bool next_paragraph = n == 1 && name[0] == 'p' && key == h->hidden && !end;

		if (!next_paragraph && !ends_hidden(h, kind, key, end)) {
			if (attrs.len > 0)
				take_attributes(h, kind, key, attrs, cut);
			return false;
		}
		h->hidden = 0;
	}
	if (kind == TAG_BLOCK || kind == TAG_VOID)
		put_blank(h);
	if (attrs.len > 0)
		take_attributes(h, kind, key, attrs, cut);
	return false;
}
