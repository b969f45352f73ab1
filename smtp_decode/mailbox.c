/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/mailbox.h"

#include <stdbool.h>

struct span mailbox_unquoted(struct span local)
{
	if (local.len >= 2 && local.p[0] == '"' && local.p[local.len - 1] == '"')
		return span_of(local.p + 1, local.len - 2);
	return local;
}

/* Index behind the quoted string that opens at `i`, or `s.len` where it does not close. */
static size_t skip_quoted(struct span s, size_t i)
{
	for (i++; i < s.len && s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	return i < s.len ? i + 1 : s.len;
}

/* Index behind the comment that opens at `i`. Comments nest (RFC 5322 3.2.2). */
static size_t skip_comment(struct span s, size_t i)
{
	size_t depth = 0;

	for (; i < s.len; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.len;
}

struct mailbox mailbox_split(struct span addr)
{
	struct mailbox m = {0};
	ptrdiff_t at = -1;

	addr = span_trim(addr);
	if (addr.len > 0 && addr.p[0] == '@') {
		ptrdiff_t colon = span_find(addr, ':');

		if (colon >= 0)
			addr = span_skip(addr, (size_t)colon + 1);
	}
	for (size_t i = 0; i < addr.len;) {
		if (addr.p[i] == '"') {
			i = skip_quoted(addr, i);
			continue;
		}
		if (addr.p[i] == '@')
			at = (ptrdiff_t)i;
		i++;
	}
	if (at < 0) { /* none, or swallowed by a quote that never closed */
		const uint8_t *q = addr.len ? memrchr(addr.p, '@', addr.len) : NULL;

		at = q ? q - addr.p : -1;
	}
	m.local = at < 0 ? addr : span_head(addr, (size_t)at);
	m.domain = at < 0 ? span_of(NULL, 0) : span_skip(addr, (size_t)at + 1);
	return m;
}

static struct span lower_domain(struct span domain, char buf[LIMIT_MAILBOX])
{
	size_t n;

	domain = span_trim(domain);
	if (domain.len > 0 && domain.p[domain.len - 1] == '.')
		domain.len--;
	n = domain.len < LIMIT_MAILBOX ? domain.len : LIMIT_MAILBOX;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = domain.p[i];

		buf[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	return span_of(buf, n);
}

struct span mailbox_domain(struct span addr, char buf[LIMIT_MAILBOX])
{
	return lower_domain(mailbox_split(addr).domain, buf);
}

/* Cuts `*s` behind its next `=` and returns what stood before; a zero span where there is none. */
static struct span next_field(struct span *s)
{
	ptrdiff_t eq = span_find(*s, '=');
	struct span f;

	if (eq < 0)
		return span_of(NULL, 0);
	f = span_head(*s, (size_t)eq);
	*s = span_skip(*s, (size_t)eq + 1);
	return f;
}

static bool is_domain(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '.' || c == '-' || c >= 0x80))
			return false;
	}
	return span_find(s, '.') > 0;
}

/* Behind "SRS0" stands one of "=+-" (the Sender Rewriting Scheme's paper). */
static bool is_srs(struct span s, const char *tag)
{
	return s.len > 5 && span_istarts(s, tag) && memchr("=+-", s.p[4], 3);
}

/* The first sender's domain in a rewritten local part, or a zero span. */
static struct span srs_domain(struct span local)
{
	struct span rest = span_skip(local, 5), domain;

	if (is_srs(local, "SRS1")) {
		next_field(&rest); /* the second forwarder's hash */
		next_field(&rest); /* the first forwarder */
		if (rest.len == 0 || !memchr("=+-", rest.p[0], 3))
			return span_of(NULL, 0);
		rest = span_skip(rest, 1);
	} else if (!is_srs(local, "SRS0")) {
		return span_of(NULL, 0);
	}
	next_field(&rest); /* hash */
	next_field(&rest); /* time stamp */
	domain = next_field(&rest);
	return is_domain(domain) ? domain : span_of(NULL, 0);
}

struct span mailbox_origin_domain(struct span path, char buf[LIMIT_MAILBOX])
{
	struct mailbox m = mailbox_split(path);
	struct span local = mailbox_unquoted(m.local), srs;

	if (span_istarts(local, "prvs=")) { /* BATV: prvs=tag=local */
		local = span_skip(local, 5);
		next_field(&local);
	}
	srs = srs_domain(local);
	return lower_domain(srs.len > 0 ? srs : m.domain, buf);
}

/* Text of an item without comments, blanks squeezed to one. */
struct draft {
	char *buf;
	size_t len;
	bool blank; /* a blank is due before the next byte */
};

static void draft_put(struct draft *d, uint8_t c)
{
	if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
		d->blank = d->len > 0;
		return;
	}
	/* Obsolete syntax allows blanks around these (RFC 5322 4.4). */
	if (d->blank && c != '@' && c != '.' && d->len < LIMIT_MAILBOX &&
		d->buf[d->len - 1] != '@' && d->buf[d->len - 1] != '.')
		d->buf[d->len++] = ' ';
	d->blank = false;
	if (d->len < LIMIT_MAILBOX)
		d->buf[d->len++] = (char)c;
}

/* Appends [i, end) as it stands. */
static void draft_put_quoted(struct draft *d, struct span s, size_t i, size_t end)
{
	if (d->blank)
		draft_put(d, s.p[i++]);
	for (; i < end && d->len < LIMIT_MAILBOX; i++)
		d->buf[d->len++] = (char)s.p[i];
}

/* Reads "<addr>" from behind its bracket into the draft; returns the index behind it. */
static size_t read_angle(struct span s, size_t i, struct draft *d)
{
	bool route = false;

	d->len = 0;
	d->blank = false;
	while (i < s.len && s.p[i] != '>') {
		size_t end;

		switch (s.p[i]) {
		case '"':
			end = skip_quoted(s, i);
			draft_put_quoted(d, s, i, end);
			i = end;
			continue;
		case '(':
			i = skip_comment(s, i);
			continue;
		case ',':
			if (!route)
				return i;
			break;
		case ':':
			if (route) {
				d->len = 0;
				d->blank = false;
				route = false;
				i++;
				continue;
			}
			break;
		case '<':
			i++;
			continue;
		}
		if (d->len == 0 && s.p[i] == '@')
			route = true;
		draft_put(d, s.p[i++]);
	}
	return i < s.len ? i + 1 : i;
}

/* Behind an angle address: the index of the separator, or the end. */
static size_t skip_to_separator(struct span s, size_t i)
{
	while (i < s.len && s.p[i] != ',' && s.p[i] != ';') {
		if (s.p[i] == '(')
			i = skip_comment(s, i);
		else if (s.p[i] == '"')
			i = skip_quoted(s, i);
		else
			i++;
	}
	return i;
}

/* Of "word word local@domain": the word with the '@'. One word alone is taken as it is. */
static struct span bare_address(const struct draft *d)
{
	struct span s = span_of(d->buf, d->len);
	const uint8_t *at, *start, *end;

	if (s.len == 0 || !memchr(s.p, ' ', s.len) || s.p[0] == '"')
		return s;
	at = memchr(s.p, '@', s.len);
	if (!at)
		return span_of(NULL, 0);
	start = memrchr(s.p, ' ', (size_t)(at - s.p));
	start = start ? start + 1 : s.p;
	end = memchr(at, ' ', s.len - (size_t)(at - s.p));
	return span_of(start, (size_t)((end ? end : s.p + s.len) - start));
}

/* What an item was found to be made of. */
struct item_scan {
	struct draft draft;
	size_t start;
	struct span name, comment;
	bool angle;
};

/* Reads on from `i` to the item's separator, whose index is returned. */
static size_t scan_item(struct span s, size_t i, struct item_scan *it)
{
	size_t end;

	while (i < s.len && s.p[i] != ',' && s.p[i] != ';') {
		switch (s.p[i]) {
		case '(':
			end = skip_comment(s, i);
			it->comment = span_of(s.p + i + 1, end - i - 1);
			if (it->comment.len > 0 && s.p[end - 1] == ')')
				it->comment.len--;
			i = end;
			break;
		case '"':
			end = skip_quoted(s, i);
			draft_put_quoted(&it->draft, s, i, end);
			i = end;
			break;
		case '<':
			it->name = span_trim(span_of(s.p + it->start, i - it->start));
			it->angle = true;
			return skip_to_separator(s, read_angle(s, i + 1, &it->draft));
		case ':': /* what stood before is a group's name */
			it->start = ++i;
			it->draft.len = 0;
			it->draft.blank = false;
			break;
		default:
			draft_put(&it->draft, s.p[i++]);
		}
	}
	return i;
}

int mailbox_next(struct span *list, struct mailbox_item *ret)
{
	struct item_scan it = {.draft.buf = ret->buf};
	struct span s = *list;
	size_t i = 0, end;

	while (i < s.len && memchr(" \t\r\n,;", s.p[i], 6))
		i++;
	if (i == s.len) {
		*list = span_skip(s, s.len);
		return 0;
	}
	it.start = i;
	end = scan_item(s, i, &it);
	ret->addr = it.angle ? span_of(ret->buf, it.draft.len) : bare_address(&it.draft);
	if (!it.angle && ret->addr.len == 0)
		it.name = span_trim(span_of(s.p + it.start, end - it.start));
	ret->name = it.name.len > 0 ? it.name : it.comment;
	*list = span_skip(s, end);
	return 1;
}
