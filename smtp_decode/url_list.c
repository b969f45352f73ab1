/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/url_list.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "smtp_decode/url_host.h"
#include "smtp_decode/url_idna.h"

static_assert(LIMIT_URL_HOSTS < 128 && LIMIT_URL_ROWS < 256, "kept in bytes");
static_assert(ORG_DOMAIN_MAX >= URL_HOST_MAX, "room for a host");

void url_list_init(struct url_list *l, struct org_domains *orgs)
{
	l->orgs = orgs;
	l->count = l->mismatches = 0;
	l->names_len = 0;
	l->hosts_len = l->rows_len = l->hashes_len = l->idns_len = l->anchors = 0;
	l->capped = l->hosts_capped = false;
	l->shown = -1;
}

static struct span host_name(const struct url_list *l, int host)
{
	return span_of(l->names + l->hosts[host].at, l->hosts[host].len);
}

struct span url_list_domain(const struct url_list *l, int host)
{
	return span_skip(host_name(l, host), l->hosts[host].domain);
}

/* The number of a host, which is added where it is new; -1 where there is no room. */
static int find_host(struct url_list *l, const struct url_host *h)
{
	struct span name = span_of(h->text, h->len);
	uint16_t hash = (uint16_t)hash64(name);
	char domain[ORG_DOMAIN_MAX];
	struct url_list_host *row;

	for (int i = 0; i < l->hosts_len; i++)
		if (l->hosts[i].hash == hash && span_eq(host_name(l, i), name))
			return i;
	if (l->hosts_len == LIMIT_URL_HOSTS || name.len > sizeof(l->names) - l->names_len) {
		l->hosts_capped = l->capped = true;
		return -1;
	}
	row = &l->hosts[l->hosts_len];
	*row = (struct url_list_host){.hash = hash, .at = l->names_len, .len = h->len};
	memcpy(l->names + l->names_len, name.p, name.len);
	l->names_len = (uint16_t)(l->names_len + name.len);
	row->domain = h->len;
	if (h->kind == URL_HOST_NAME)
		row->domain = (uint8_t)(h->len - org_domain(l->orgs, name, domain).len);
	return l->hosts_len++;
}

static void add_row(struct url_list *l, int host, enum url_scheme scheme, enum url_where where)
{
	struct url_list_row *r = l->rows, *end = r + l->rows_len;

	while (r < end && (r->host != host || r->scheme != scheme || r->where != where))
		r++;
	if (r < end) {
		r->count += r->count < UINT16_MAX;
	} else if (l->rows_len == LIMIT_URL_ROWS) {
		l->capped = true;
	} else {
		*r = (struct url_list_row){1, (uint8_t)scheme, (uint8_t)where, (uint8_t)host, 0};
		l->rows_len++;
	}
}

/* A host beyond ASCII: its A-labels. 1, or -1 where it has none. */
static int read_idn(struct span raw, struct url_host *ret)
{
	char name[URL_IDNA_MAX];
	size_t len = url_idna(raw, name);

	return len > 0 && url_host_read(span_of(name, len), ret) > 0 ? 1 : -1;
}

/* The number of a host beyond ASCII. Each way to write it is looked at once; -2 where it is no
 * host. */
static int find_idn(struct url_list *l, struct span raw)
{
	uint64_t hash = hash64(raw);
	struct url_host h;
	int host = -2;

	for (int i = 0; i < l->idns_len; i++)
		if (l->idns[i] == hash)
			return l->idn_hosts[i];
	if (l->idns_len == LIMIT_URL_IDNS) {
		l->hosts_capped = l->capped = true;
		return -1;
	}
	if (read_idn(raw, &h) > 0)
		host = find_host(l, &h);
	l->idns[l->idns_len] = hash;
	l->idn_hosts[l->idns_len++] = (int8_t)host;
	return host;
}

/* What the host of a scheme that was written twice looks like. */
static bool is_scheme_word(const struct url_host *h)
{
	struct span s = span_of(h->text, h->len);

	return span_eq_str(s, "http") || span_eq_str(s, "https") || span_eq_str(s, "ftp") ||
	       span_eq_str(s, "www");
}

/* The number of the host `raw`; -1 where it is not kept, -2 where it is none. */
static int take_host(struct url_list *l, struct span raw)
{
	uint8_t buf[URL_RAW_MAX];
	struct url_host h;
	int got;

	for (int i = 0; i < l->hosts_len; i++) /* most were there before, and as they are kept */
		if (l->hosts[i].len == raw.len && span_eq(raw, host_name(l, i)))
			return i;
	raw = url_unescape(raw, buf);
	got = url_host_read(raw, &h);
	if (got == 0)
		return find_idn(l, raw);
	if (got < 0 || is_scheme_word(&h))
		return -2;
	return find_host(l, &h);
}

static const struct {
	const char *text;
	uint32_t port;
} schemes[] = {
	[URL_NO_SCHEME] = {"http://", 80},
	[URL_HTTP] = {"http://", 80},
	[URL_HTTPS] = {"https://", 443},
	[URL_FTP] = {"ftp://", 21},
};

static size_t put(char *buf, size_t n, const void *p, size_t len)
{
	memcpy(buf + n, p, len);
	return n + len;
}

static size_t put_port(char *buf, size_t n, uint32_t port)
{
	char digits[8];
	size_t i = sizeof(digits);

	for (; port > 0; port /= 10)
		digits[--i] = (char)('0' + port % 10);
	buf[n++] = ':';
	return put(buf, n, digits + i, sizeof(digits) - i);
}

static void add_hash(struct url_list *l, const struct url_ref *u, struct span host, uint32_t port)
{
	bool brackets = span_find(host, ':') >= 0;
	char url[URL_SPAN_MAX + URL_HOST_MAX + 32];
	size_t n = put(url, 0, schemes[u->scheme].text, strlen(schemes[u->scheme].text));
	uint64_t hash;

	if (u->cut)
		return;
	if (brackets)
		url[n++] = '[';
	n = put(url, n, host.p, host.len);
	if (brackets)
		url[n++] = ']';
	if (port != 0 && port != schemes[u->scheme].port)
		n = put_port(url, n, port);
	if (u->path.len == 0 || u->path.p[0] == '?')
		url[n++] = '/';
	if (u->path.len > 0)
		n = put(url, n, u->path.p, u->path.len);
	hash = hash64(span_of(url, n));
	for (int i = 0; i < l->hashes_len; i++)
		if (l->hashes[i] == hash)
			return;
	if (l->hashes_len == LIMIT_URL_HASHES)
		l->capped = true;
	else
		l->hashes[l->hashes_len++] = hash;
}

static int add_addresses(struct url_list *l, struct span list, enum url_where where)
{
	int last = -1;

	while (list.len > 0) {
		ptrdiff_t comma = span_find(list, ',');
		uint8_t buf[URL_RAW_MAX];
		struct span one = span_head(list, comma < 0 ? list.len : (size_t)comma);
		ptrdiff_t at;
		int host;

		list = span_skip(list, one.len + 1);
		one = url_unescape(one, buf);
		at = span_find_last(one, '@');
		if (at < 0)
			continue;
		one = span_trim(span_skip(one, (size_t)at + 1));
		host = take_host(l, one);
		if (host == -2)
			continue;
		l->count++;
		last = host;
		if (host >= 0)
			add_row(l, host, URL_MAILTO, where);
	}
	return last;
}

int url_list_add(struct url_list *l, const struct url_ref *u, enum url_where where)
{
	struct url_authority a;
	int host;

	if (u->scheme == URL_MAILTO)
		return add_addresses(l, u->authority, where);
	a = url_authority_split(u->authority);
	host = take_host(l, a.host);
	if (host == -2)
		return -1;
	l->count++;
	if (host < 0)
		return -1;
	add_row(l, host, u->scheme, where);
	add_hash(l, u, host_name(l, host), a.port);
	if (where == URL_IN_TEXT && l->shown < 0)
		l->shown = (int16_t)host;
	return host;
}

static int compare_domains(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = memcmp(x->p, y->p, n);

	return c ? c : (x->len > y->len) - (x->len < y->len);
}

/* The org-domains of all hosts, sorted. Their number; `*ret_capped` where there are more. */
static uint32_t domains_of(
	const struct url_list *l, struct span domains[LIMIT_URL_DOMAINS], bool *ret_capped)
{
	uint32_t n = 0;

	for (int i = 0; i < l->hosts_len; i++) {
		struct span d = url_list_domain(l, i);
		uint32_t k = 0;

		while (k < n && !span_eq(domains[k], d))
			k++;
		if (d.len == 0 || k < n)
			continue;
		if (n == LIMIT_URL_DOMAINS)
			*ret_capped = true;
		else
			domains[n++] = d;
	}
	qsort(domains, n, sizeof(*domains), compare_domains);
	return n;
}

static uint64_t set_of(const struct span *domains, uint32_t n)
{
	char text[LIMIT_URL_DOMAINS * (URL_HOST_MAX + 1)];
	size_t len = 0;

	for (uint32_t i = 0; i < n; i++) {
		len = put(text, len, domains[i].p, domains[i].len);
		text[len++] = '\n';
	}
	return n ? hash64(span_of(text, len)) : 0;
}

/* All of a host, or its end: a suffix needs no copy of its own. */
static struct str_ref suffix(struct str_ref host, uint32_t from)
{
	if (!str_seen(host) || from == host.len)
		return (struct str_ref){0, 0};
	return (struct str_ref){host.off + from, host.len - from};
}

void url_list_fill(
	const struct url_list *l, bool gap, struct record_builder *b, struct message_record *m)
{
	struct str_ref hosts[LIMIT_URL_HOSTS], names[LIMIT_URL_DOMAINS];
	struct message_url urls[LIMIT_URL_ROWS] = {0};
	struct span domains[LIMIT_URL_DOMAINS];
	bool capped = l->hosts_capped;
	uint32_t n = domains_of(l, domains, &capped);

	for (int i = 0; i < l->hosts_len; i++)
		hosts[i] = record_add(b, host_name(l, i));
	for (int i = 0; i < l->rows_len; i++) {
		const struct url_list_row *r = &l->rows[i];

		urls[i].host = hosts[r->host];
		urls[i].domain = suffix(hosts[r->host], l->hosts[r->host].domain);
		urls[i].count = r->count;
		urls[i].scheme = r->scheme;
		urls[i].where = r->where;
	}
	for (uint32_t i = 0; i < n; i++)
		names[i] = record_add(b, domains[i]);
	m->url_count = l->count;
	m->url_mismatches = l->mismatches;
	m->urls = record_add_array(b, urls, sizeof(urls[0]), l->rows_len);
	m->url_domains = record_add_array(b, names, sizeof(names[0]), n);
	m->url_hashes = record_add_array(b, l->hashes, sizeof(l->hashes[0]), l->hashes_len);
	m->url_set = gap || capped ? 0 : set_of(domains, n);
	if (l->capped || capped)
		m->traits |= MESSAGE_URLS_CAPPED;
}
