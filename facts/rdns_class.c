/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/rdns_class.h"

#include <stdlib.h>

#include "facts/embedded_addr.h"

#define WEIGHT_DYNAMIC 5
#define WEIGHT_GENERIC 3
#define WEIGHT_HOSTED 1
#define WEIGHT_STATIC 0 /* a veto, no weight */
#define TOKEN_MAX 10

struct token {
	char text[TOKEN_MAX + 1];
	uint8_t weight;
};

/* Sorted. Detection 1.4 says where they are from. */
static const struct token tokens[] = {
	{"adsl", WEIGHT_DYNAMIC},
	{"broadband", WEIGHT_DYNAMIC},
	{"cable", WEIGHT_DYNAMIC},
	{"cablemodem", WEIGHT_DYNAMIC},
	{"catv", WEIGHT_DYNAMIC},
	{"cdma", WEIGHT_DYNAMIC},
	{"client", WEIGHT_GENERIC},
	{"cpe", WEIGHT_DYNAMIC},
	{"cust", WEIGHT_GENERIC},
	{"customer", WEIGHT_GENERIC},
	{"dedicated", WEIGHT_STATIC},
	{"dhcp", WEIGHT_DYNAMIC},
	{"dial", WEIGHT_DYNAMIC},
	{"dialup", WEIGHT_DYNAMIC},
	{"dip", WEIGHT_DYNAMIC},
	{"docsis", WEIGHT_DYNAMIC},
	{"dsl", WEIGHT_DYNAMIC},
	{"dyn", WEIGHT_DYNAMIC},
	{"dynamic", WEIGHT_DYNAMIC},
	{"dynip", WEIGHT_DYNAMIC},
	{"fix", WEIGHT_STATIC},
	{"fixip", WEIGHT_STATIC},
	{"fttb", WEIGHT_DYNAMIC},
	{"ftth", WEIGHT_DYNAMIC},
	{"gprs", WEIGHT_DYNAMIC},
	{"home", WEIGHT_DYNAMIC},
	{"host", WEIGHT_GENERIC},
	{"lte", WEIGHT_DYNAMIC},
	{"mail", WEIGHT_STATIC},
	{"mobile", WEIGHT_DYNAMIC},
	{"mta", WEIGHT_STATIC},
	{"mx", WEIGHT_STATIC},
	{"nat", WEIGHT_DYNAMIC},
	{"node", WEIGHT_HOSTED},
	{"out", WEIGHT_STATIC},
	{"outbound", WEIGHT_STATIC},
	{"peer", WEIGHT_HOSTED},
	{"pool", WEIGHT_DYNAMIC},
	{"ppp", WEIGHT_DYNAMIC},
	{"pppoe", WEIGHT_DYNAMIC},
	{"relay", WEIGHT_STATIC},
	{"res", WEIGHT_DYNAMIC},
	{"resnet", WEIGHT_DYNAMIC},
	{"smtp", WEIGHT_STATIC},
	{"static", WEIGHT_STATIC},
	{"user", WEIGHT_GENERIC},
	{"vdsl", WEIGHT_DYNAMIC},
	{"vps", WEIGHT_HOSTED},
	{"wifi", WEIGHT_DYNAMIC},
	{"xdsl", WEIGHT_DYNAMIC},
};

/* Names that look dynamic and are leased for good (SpamAssassin's HELO_STATIC_HOST). The others
 * of that list carry a static token. */
static const struct {
	const char *prefix, *suffix;
} fixed_lines[] = {
	{"cmr-", ".rogers.com"},
};

struct signs {
	uint8_t weight;
	bool is_static;
};

static int compare_token(const void *key, const void *row)
{
	const struct span *s = key;
	const struct token *t = row;
	int c = strncmp((const char *)s->p, t->text, s->len);

	return c != 0 ? c : t->text[s->len] == '\0' ? 0 : -1;
}

static void weigh_token(struct span word, struct signs *signs)
{
	const struct token *t = NULL;

	if (word.len >= 2 && word.len <= TOKEN_MAX)
		t = bsearch(&word, tokens, sizeof(tokens) / sizeof(tokens[0]), sizeof(tokens[0]),
			compare_token);
	if (!t)
		return;
	if (t->weight == WEIGHT_STATIC)
		signs->is_static = true;
	if (t->weight > signs->weight)
		signs->weight = t->weight;
}

/* Every run of letters is a token: dots, dashes, underscores and digits end it. */
static struct signs weigh_tokens(struct span s)
{
	struct signs signs = {0};
	size_t start = 0;

	for (size_t i = 0; i <= s.len; i++) {
		if (i < s.len && s.p[i] >= 'a' && s.p[i] <= 'z')
			continue;
		weigh_token(span_of(s.p + start, i - start), &signs);
		start = i + 1;
	}
	return signs;
}

static bool is_fixed_line(struct span name)
{
	for (size_t i = 0; i < sizeof(fixed_lines) / sizeof(fixed_lines[0]); i++) {
		size_t n = strlen(fixed_lines[i].suffix);

		if (span_istarts(name, fixed_lines[i].prefix) && name.len > n &&
			span_eq_str(span_skip(name, name.len - n), fixed_lines[i].suffix))
			return true;
	}
	return false;
}

enum rdns_class rdns_classify(struct org_domains *o, struct span name, const struct addr *a)
{
	char lower[ORG_DOMAIN_MAX], org_buf[ORG_DOMAIN_MAX];
	struct signs signs;
	size_t org;
	bool embedded;

	if (name.len > 0 && name.p[name.len - 1] == '.')
		name.len--;
	if (name.len == 0)
		return RDNS_UNKNOWN;
	name = span_head(name, sizeof(lower));
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.p[i];

		lower[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	name = span_of(lower, name.len);
	if (is_fixed_line(name))
		return RDNS_STATIC_GENERIC;

	org = name.len - org_domain(o, name, org_buf).len;
	signs = weigh_tokens(span_head(name, org));
	if (signs.weight == WEIGHT_DYNAMIC && !signs.is_static)
		return RDNS_DYNAMIC;
	embedded = embedded_addr(name, a) || (!signs.is_static && embedded_addr_tail(name, org, a));
	if (signs.is_static && (embedded || signs.weight > 0))
		return RDNS_STATIC_GENERIC;
	if (embedded || signs.weight >= WEIGHT_GENERIC)
		return RDNS_GENERIC;
	return RDNS_NAMED;
}

const char *rdns_class_name(enum rdns_class c)
{
	static const char *const names[] = {
		[RDNS_UNKNOWN] = "unknown",
		[RDNS_NONE] = "none",
		[RDNS_DYNAMIC] = "dynamic",
		[RDNS_STATIC_GENERIC] = "static_generic",
		[RDNS_GENERIC] = "generic",
		[RDNS_NAMED] = "named",
	};

	return names[c];
}
