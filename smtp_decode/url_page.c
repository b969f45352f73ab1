/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/url_page.h"

#include "smtp_decode/url_host.h"

void url_page_init(struct url_page *p, struct url_list *list, struct url_scan *scan)
{
	p->list = list;
	p->scan = scan;
	p->target = -1;
	p->text_len = 0;
	p->meta_refresh = p->cut = false;
	p->content = span_of(NULL, 0);
}

static bool is_blank(uint8_t c)
{
	return c <= ' ';
}

/* A token of `*s` between blanks; empty at the end. `*s` moves behind it. */
static struct span next_token(struct span *s)
{
	size_t start = 0, end;

	while (start < s->len && is_blank(s->p[start]))
		start++;
	for (end = start; end < s->len && !is_blank(s->p[end]);)
		end++;
	*s = span_skip(*s, start);
	end -= start;
	*s = span_skip(*s, end);
	return span_of(s->p - end, end);
}

static int take_url(struct url_page *p, struct span value, enum url_where where)
{
	struct url_ref u;

	if (url_ref_parse(value, &u) < 0)
		return -1;
	if (p->cut && u.path.len == 0) /* and so is the host, perhaps */
		return -1;
	u.cut |= p->cut;
	return url_list_add(p->list, &u, where);
}

static int take_one(struct url_page *p, struct span value, enum url_where where)
{
	uint8_t buf[URL_SPAN_MAX];

	return take_url(p, url_ref_clean(value, buf), where);
}

/* URLs with a width or density behind each, and commas between. */
static void take_set(struct url_page *p, struct span value, enum url_where where)
{
	struct span token;

	while ((token = next_token(&value)).len > 0) {
		ptrdiff_t comma = span_find(token, ',');

		/* "1x,https://..." */
		if (comma >= 0 && comma < 8 && token.p[0] >= '0' && token.p[0] <= '9')
			token = span_skip(token, (size_t)comma + 1);
		while (token.len > 0 && token.p[token.len - 1] == ',')
			token.len--;
		if (token.len > 0)
			take_one(p, token, where);
	}
}

static struct span unquote(struct span s)
{
	s = span_trim(s);
	if (s.len > 0 && (s.p[0] == '"' || s.p[0] == '\'')) {
		ptrdiff_t close = span_find(span_skip(s, 1), s.p[0]);

		s = span_skip(s, 1);
		if (close >= 0)
			s.len = (size_t)close;
	}
	return s;
}

/* "5; url=https://..." */
static void take_refresh(struct url_page *p, struct span value)
{
	uint8_t buf[URL_SPAN_MAX];
	struct span s = url_ref_clean(value, buf);

	while (s.len > 0 && s.p[0] != ';' && s.p[0] != ',')
		s = span_skip(s, 1);
	s = span_trim(span_skip(s, 1));
	if (span_istarts(s, "url")) {
		struct span rest = span_trim(span_skip(s, 3));

		if (rest.len > 0 && rest.p[0] == '=')
			s = span_skip(rest, 1);
	}
	take_url(p, unquote(s), URL_IN_REFRESH);
}

/* "background: url('https://...')" */
static void take_style(struct url_page *p, struct span value, enum url_where where)
{
	uint8_t buf[URL_SPAN_MAX];
	struct span s = value;
	ptrdiff_t open;

	if (span_find(value, '(') < 0 && span_find(value, '&') < 0)
		return;
	s = url_ref_clean(value, buf);
	while ((open = span_find(s, '(')) >= 0) {
		bool is_url = open >= 3 && strncasecmp((const char *)s.p + open - 3, "url", 3) == 0;
		ptrdiff_t close;

		s = span_skip(s, (size_t)open + 1);
		if (!is_url)
			continue;
		close = span_find(s, ')');
		take_url(p, unquote(span_head(s, close < 0 ? s.len : (size_t)close)), where);
		s = span_skip(s, close < 0 ? s.len : (size_t)close + 1);
	}
}

enum value_kind {
	VALUE_URL,
	VALUE_SET,
	VALUE_CONTENT,
	VALUE_STYLE,
};

static const struct {
	const char *name;
	uint8_t len;
	uint8_t kind;  /* enum value_kind */
	uint8_t where; /* enum url_where */
} attributes[] = {
#define ROW(name, kind, where)                      \
	{                                           \
		name, sizeof(name) - 1, kind, where \
	}
	ROW("style", VALUE_STYLE, URL_IN_STYLE),
	ROW("href", VALUE_URL, URL_IN_HREF),
	ROW("src", VALUE_URL, URL_IN_SRC),
	ROW("xlink:href", VALUE_URL, URL_IN_HREF),
	ROW("lowsrc", VALUE_URL, URL_IN_SRC),
	ROW("dynsrc", VALUE_URL, URL_IN_SRC),
	ROW("action", VALUE_URL, URL_IN_ACTION),
	ROW("formaction", VALUE_URL, URL_IN_ACTION),
	ROW("background", VALUE_URL, URL_IN_BACKGROUND),
	ROW("data", VALUE_URL, URL_IN_DATA),
	ROW("poster", VALUE_URL, URL_IN_POSTER),
	ROW("srcset", VALUE_SET, URL_IN_SRCSET),
	ROW("imagesrcset", VALUE_SET, URL_IN_SRCSET),
	ROW("content", VALUE_CONTENT, URL_IN_REFRESH),
#undef ROW
};

void url_page_tag_end(struct url_page *p, bool cut)
{
	if (cut)
		p->list->hosts_capped = p->list->capped = true;
	if (p->meta_refresh)
		take_refresh(p, p->content);
	p->meta_refresh = false;
	p->content = span_of(NULL, 0);
}

static void open_link(struct url_page *p, int host)
{
	p->target = -1;
	if (host < 0)
		return;
	p->list->shown = -1;
	p->target = (int16_t)host;
	p->text_len = 0;
}

void url_page_attribute(
	struct url_page *p, struct span name, struct span value, bool is_link, bool cut)
{
	size_t i = 0;
	int host;

	for (; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (attributes[i].len == name.len && span_ieq_str(name, attributes[i].name))
			break;
	if (i == sizeof(attributes) / sizeof(attributes[0])) {
		if (name.len == 10 && span_ieq_str(name, "http-equiv"))
			p->meta_refresh = span_ieq_str(span_trim(value), "refresh");
		return;
	}
	if (value.len < 5)
		return;
	p->cut = cut;
	switch ((enum value_kind)attributes[i].kind) {
	case VALUE_URL:
		host = take_one(p, value, (enum url_where)attributes[i].where);
		if (is_link && attributes[i].where == URL_IN_HREF &&
			!span_istarts(span_trim(value), "mailto"))
			open_link(p, host);
		break;
	case VALUE_SET:
		take_set(p, value, (enum url_where)attributes[i].where);
		break;
	case VALUE_CONTENT:
		p->content = value;
		break;
	case VALUE_STYLE:
		take_style(p, value, (enum url_where)attributes[i].where);
		break;
	}
}

/* Keeps the text of the link that is open. */
static void keep_text(struct url_page *p, struct span text)
{
	if (p->target < 0)
		return;
	while (text.len > 0 && p->text_len == 0 && is_blank(text.p[0]))
		text = span_skip(text, 1);
	if (text.len > (size_t)(URL_ANCHOR_TEXT - p->text_len) || p->text_len > URL_ANCHOR_TEXT) {
		p->text_len = URL_ANCHOR_TEXT + 1;
		return;
	}
	memcpy(p->text + p->text_len, text.p, text.len);
	p->text_len = (uint8_t)(p->text_len + text.len);
}

void url_page_text(struct url_page *p, struct span text)
{
	keep_text(p, text);
	url_scan_feed(p->scan, text);
}

void url_page_blank(struct url_page *p)
{
	keep_text(p, span_of(" ", 1));
	url_scan_break(p->scan);
}

void url_page_gap(struct url_page *p)
{
	p->target = -1;
	url_scan_gap(p->scan);
}

/* The org-domain of a link's text that is nothing but a host, with a path perhaps; empty where it
 * is something else. A host is told by its top-level domain. */
static struct span bare_domain(const struct url_page *p, char buf[ORG_DOMAIN_MAX])
{
	struct span s = span_of(p->text, p->text_len), host;
	struct url_host h;
	size_t i = 0;

	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	for (; i < s.len; i++)
		if (is_blank(s.p[i]) || s.p[i] == '@')
			return span_of(NULL, 0);
	for (i = 0; i < s.len && !memchr("/?#:", s.p[i], 4);)
		i++;
	host = span_head(s, i);
	if (span_find(host, '.') < 0 || url_host_read(host, &h) <= 0 || h.kind != URL_HOST_NAME)
		return span_of(NULL, 0);
	if (p->list->anchors == LIMIT_URL_ANCHORS) {
		p->list->capped = true;
		return span_of(NULL, 0);
	}
	p->list->anchors++;
	if (!org_domain_known(p->list->orgs, span_of(h.text, h.len)))
		return span_of(NULL, 0);
	return org_domain(p->list->orgs, span_of(h.text, h.len), buf);
}

void url_page_link_border(struct url_page *p)
{
	struct url_list *l = p->list;
	char buf[ORG_DOMAIN_MAX];
	struct span shown = {0};

	url_scan_break(p->scan);
	if (p->target < 0)
		return;
	if (l->shown >= 0)
		shown = url_list_domain(l, l->shown);
	else if (p->text_len > 0 && p->text_len <= URL_ANCHOR_TEXT)
		shown = bare_domain(p, buf);
	if (shown.len > 0 && !span_eq(shown, url_list_domain(l, p->target)))
		l->mismatches++;
	p->target = -1;
}
