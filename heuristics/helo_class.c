/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/helo_class.h"

#include "facts/rdns_class.h"

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

/* The class's name, whether it is bad (contract 1.3) and among the worst, and its weight. */
static const struct {
	const char *name;
	bool bad, worst, weighs;
	enum check_param item;
} classes[HELO_CLASS_COUNT] = {
	[HELO_EMPTY] = {"empty", false, false, true, PARAM_HELO_EMPTY_DB},
	[HELO_KNOWN_BAD] = {"known_bad", true, true, true, PARAM_HELO_KNOWN_BAD_DB},
	[HELO_OWN_NAME] = {"own_name", true, true, true, PARAM_HELO_OWN_NAME_DB},
	[HELO_BARE_IPV4] = {"bare_ipv4", true, true, true, PARAM_HELO_BARE_IP_DB},
	[HELO_BARE_IPV6] = {"bare_ipv6", true, true, true, PARAM_HELO_BARE_IP_DB},
	[HELO_LITERAL_OK] = {"literal_ok"},
	[HELO_LITERAL_PRIVATE] = {"literal_private", true, true, true, PARAM_HELO_LITERAL_DB},
	[HELO_LITERAL_WRONG] = {"literal_wrong", true, true, true, PARAM_HELO_LITERAL_DB},
	[HELO_ILLEGAL_CHARS] = {"illegal_chars", true, false, true, PARAM_HELO_ILLEGAL_DB},
	[HELO_LOCALHOST] = {"localhost", true, false, true, PARAM_HELO_LOCALHOST_DB},
	[HELO_WINDOWS_DEFAULT] = {"windows_default", false, false, true, PARAM_HELO_WINDOWS_DB},
	[HELO_SINGLE_LABEL] = {"single_label", false, false, true, PARAM_HELO_SINGLE_LABEL_DB},
	[HELO_PRIVATE_TLD] = {"private_tld", false, false, true, PARAM_HELO_PRIVATE_TLD_DB},
	[HELO_UNRESOLVED_FQDN] = {"unresolved_fqdn", false, false, true, PARAM_HELO_UNRESOLVED_DB},
	[HELO_GENERIC_FQDN] = {"generic_fqdn", false, false, true, PARAM_HELO_GENERIC_DB},
	[HELO_FQDN] = {"fqdn"},
};

static const char *const known_bad[] = {"ylmf-pc", "[0.0.0.0]", "friend"};

static const char *const private_tlds[] = {
	"local", "lan", "home", "localdomain", "intra", "priv", "internal", "arpa"};

/* Names that Windows makes up: what stands in front, and how many characters of [a-z0-9] follow. */
static const struct {
	const char *prefix;
	size_t random;
} windows_names[] = {{"win-", 11}, {"desktop-", 7}, {"laptop-", 8}};

const char *helo_class_name(enum helo_class c)
{
	return classes[c].name;
}

bool helo_class_is_bad(enum helo_class c)
{
	return classes[c].bad;
}

bool helo_class_is_worst(enum helo_class c)
{
	return classes[c].worst;
}

bool helo_class_item(enum helo_class c, enum check_param *ret)
{
	if (classes[c].weighs)
		*ret = classes[c].item;
	return classes[c].weighs;
}

struct span helo_normalise(struct span arg, char buf[LIMIT_HELO_ARG])
{
	arg = span_head(span_trim(arg), LIMIT_HELO_ARG);
	if (arg.len > 1 && arg.p[arg.len - 1] == '.')
		arg.len--;
	for (size_t i = 0; i < arg.len; i++) {
		uint8_t c = arg.p[i];

		buf[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	return span_of(buf, arg.len);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter_digit(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_one_of(struct span name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq_str(name, list[i]))
			return true;
	return false;
}

/* Four runs of one to three digits: an address to whoever reads it, leading zeros or not. */
static bool is_dotted_quad(struct span s)
{
	size_t run = 0, dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (is_digit(s.p[i])) {
			if (++run > 3)
				return false;
		} else if (s.p[i] == '.' && run > 0) {
			dots++;
			run = 0;
		} else {
			return false;
		}
	}
	return dots == 3 && run > 0;
}

static bool is_bare_ipv6(struct span s)
{
	struct addr a;

	if (span_istarts(s, "ipv6:"))
		s = span_skip(s, 5);
	return span_find(s, ':') >= 0 && addr_parse(s, &a) == 1;
}

bool helo_is_bare_ip(struct span name)
{
	return is_dotted_quad(name) || is_bare_ipv6(name);
}

/* The address in `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 4.1.3); the tag may lack. */
static bool parse_literal(struct span s, struct addr *ret)
{
	if (s.len < 3 || s.p[0] != '[' || s.p[s.len - 1] != ']')
		return false;
	s = span_of(s.p + 1, s.len - 2);
	if (span_istarts(s, "ipv6:"))
		s = span_skip(s, 5);
	return addr_parse(s, ret) == 1;
}

static enum helo_class classify_literal(const struct addr *a, const struct addr *client)
{
	return addr_eq(a, client)   ? HELO_LITERAL_OK
	       : addr_is_private(a) ? HELO_LITERAL_PRIVATE
				    : HELO_LITERAL_WRONG;
}

/* Letters, digits, hyphens inside labels, and the underscore that many hosts have. */
static bool is_host_name(struct span s)
{
	size_t label = 0;
	bool letter_in_label = false;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c == '.') {
			if (label == 0 || s.p[i - 1] == '-')
				return false;
			label = 0;
			letter_in_label = false;
			continue;
		}
		if (!is_letter_digit(c) && c != '_' && (c != '-' || label == 0))
			return false;
		letter_in_label |= !is_digit(c);
		if (++label > LABEL_MAX)
			return false;
	}
	if (label == 0 || s.p[s.len - 1] == '-')
		return false;
	/* No top-level domain is a number (RFC 3696 2); a lone number is a single label. */
	return letter_in_label || span_find(s, '.') < 0;
}

static bool is_localhost(struct span s)
{
	ptrdiff_t dot = span_find(s, '.');
	struct span first = dot < 0 ? s : span_head(s, (size_t)dot);

	return span_eq_str(first, "localhost") || span_eq_str(first, "localhost4") ||
	       span_eq_str(first, "localhost6");
}

static bool is_windows_default(struct span s)
{
	if (span_eq_str(s, "user"))
		return true;
	if (s.len > 3 && span_eq_str(span_skip(s, s.len - 3), "-pc"))
		return span_find(s, '.') < 0;
	for (size_t i = 0; i < sizeof(windows_names) / sizeof(windows_names[0]); i++) {
		size_t n = strlen(windows_names[i].prefix), k = n;

		if (!span_istarts(s, windows_names[i].prefix) ||
			s.len != n + windows_names[i].random)
			continue;
		while (k < s.len && is_letter_digit(s.p[k]))
			k++;
		if (k == s.len)
			return true;
	}
	return false;
}

static struct span last_label(struct span s)
{
	size_t i = s.len;

	while (i > 0 && s.p[i - 1] != '.')
		i--;
	return span_skip(s, i);
}

static bool is_own_addr(const struct addr *a, const struct helo_context *c)
{
	return addr_eq(a, c->server) || cidr_list_contains(&c->topology->our_mtas, a);
}

static bool is_own_name(struct span name, const struct helo_context *c)
{
	struct addr a;

	if (!c->inbound || addr_eq(c->client, c->server))
		return false;
	if (addr_parse(name, &a) == 1 || parse_literal(name, &a))
		return is_own_addr(&a, c);
	if (c->banner_host.len && span_ieq(name, c->banner_host))
		return true;
	return is_one_of(name, c->topology->our_domains, c->topology->our_domain_count);
}

static enum helo_class classify_fqdn(struct span name, const struct helo_context *c)
{
	enum rdns_class looks;

	if (c->facts && facts_name_exists(c->facts, name) == TRI_NO)
		return HELO_UNRESOLVED_FQDN;
	looks = rdns_classify(c->orgs, name, c->client);
	return looks == RDNS_DYNAMIC || looks == RDNS_GENERIC ? HELO_GENERIC_FQDN : HELO_FQDN;
}

enum helo_class helo_classify(struct span name, const struct helo_context *c)
{
	struct addr a;

	if (name.len == 0)
		return HELO_EMPTY;
	if (is_one_of(name, known_bad, sizeof(known_bad) / sizeof(known_bad[0])))
		return HELO_KNOWN_BAD;
	if (is_own_name(name, c))
		return HELO_OWN_NAME;
	if (is_dotted_quad(name))
		return HELO_BARE_IPV4;
	if (is_bare_ipv6(name))
		return HELO_BARE_IPV6;
	if (parse_literal(name, &a))
		return classify_literal(&a, c->client);
	if (!is_host_name(name))
		return HELO_ILLEGAL_CHARS;
	if (is_localhost(name))
		return HELO_LOCALHOST;
	if (is_windows_default(name))
		return HELO_WINDOWS_DEFAULT;
	if (span_find(name, '.') < 0)
		return HELO_SINGLE_LABEL;
	if (is_one_of(
		    last_label(name), private_tlds, sizeof(private_tlds) / sizeof(private_tlds[0])))
		return HELO_PRIVATE_TLD;
	return classify_fqdn(name, c);
}

bool helo_class_is_fqdn(enum helo_class c, struct span name)
{
	struct addr a;

	if (c == HELO_OWN_NAME)
		return !helo_is_bare_ip(name) && !parse_literal(name, &a);
	return c == HELO_FQDN || c == HELO_GENERIC_FQDN || c == HELO_UNRESOLVED_FQDN;
}

struct span helo_banner_host(struct span banner)
{
	char buf[LIMIT_HELO_ARG];
	struct span host, lower;
	size_t n = 0;

	if (banner.len < 5 || !(banner.p[3] == ' ' || banner.p[3] == '-'))
		return span_of(NULL, 0);
	host = span_trim(span_skip(banner, 4));
	while (n < host.len && host.p[n] > ' ')
		n++;
	host = span_head(host, n);
	lower = helo_normalise(host, buf);
	if (span_find(lower, '.') < 0 || !is_host_name(lower) || is_localhost(lower))
		return span_of(NULL, 0);
	return span_head(host, lower.len);
}
