/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/header_received.h"

#include "smtp_decode/header_date.h"

enum token_kind {
	TOKEN_WORD,
	TOKEN_COMMENT, /* without its outer parentheses */
	TOKEN_DATE,    /* what follows the semicolon */
};

struct token {
	enum token_kind kind;
	struct span text;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Length of the comment that `s` begins with, all of `s` where it does not end. */
static size_t comment_len(struct span s)
{
	size_t depth = 0, i = 0;

	do {
		if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')')
			depth--;
		else if (s.p[i] == '\\')
			i++;
		i++;
	} while (depth > 0 && i < s.len);
	return i < s.len ? i : s.len;
}

static size_t word_len(struct span s)
{
	size_t i = 0;

	while (i < s.len && !is_blank(s.p[i]) && s.p[i] != ';' && (s.p[i] != '(' || i == 0))
		i++;
	return i;
}

/* The next token of `*s`, which moves on. False at the end. */
static bool next_token(struct span *s, struct token *ret)
{
	size_t n;

	while (s->len > 0 && is_blank(s->p[0]))
		*s = span_skip(*s, 1);
	if (s->len == 0)
		return false;
	if (s->p[0] == ';') {
		*ret = (struct token){TOKEN_DATE, span_skip(*s, 1)};
		*s = span_of(NULL, 0);
		return true;
	}
	if (s->p[0] == '(') {
		n = comment_len(*s);
		*ret = (struct token){TOKEN_COMMENT, span_of(s->p + 1, n - 1)};
		if (ret->text.len > 0 && s->p[n - 1] == ')')
			ret->text.len--;
	} else {
		n = word_len(*s);
		*ret = (struct token){TOKEN_WORD, span_head(*s, n)};
	}
	*s = span_skip(*s, n);
	return true;
}

/* Takes "IPv6:" off the front and a zone ("%eth0") off the end. */
static bool parse_ip(struct span s, struct addr *ret)
{
	ptrdiff_t zone = span_find(s, '%');

	if (span_istarts(s, "ipv6:"))
		s = span_skip(s, 5);
	else if (zone >= 0 && span_find(s, ':') >= 0)
		s.len = (size_t)zone;
	return addr_parse(s, ret) == 1;
}

/* The address in brackets that `s` begins with. */
static bool parse_literal(struct span s, struct addr *ret)
{
	ptrdiff_t end = span_find(s, ']');

	return s.len > 0 && s.p[0] == '[' && end > 0 &&
	       parse_ip(span_of(s.p + 1, (size_t)end - 1), ret);
}

/* A from clause: "[192.0.2.1]", or "?IPv6:2001:db8::1?" where brackets were not wanted. */
static bool parse_from(struct span s, struct addr *ret)
{
	if (s.len > 2 && s.p[0] == '?' && s.p[s.len - 1] == '?')
		return parse_ip(span_of(s.p + 1, s.len - 2), ret);
	return parse_literal(s, ret);
}

/* Looks for the client's address in a comment. 2 where there is a literal, 1 where the whole is an
 * address, 0 where there is none. */
static int search_comment(struct span s, struct addr *ret)
{
	ptrdiff_t at;
	struct addr ip;

	for (size_t i = 0; i < s.len; i++) {
		/* A token of its own, or behind "user@". */
		bool begins = i == 0 || is_blank(s.p[i - 1]) || s.p[i - 1] == '@';

		if (s.p[i] == '[' && begins && parse_literal(span_head(span_skip(s, i), 64), &ip)) {
			*ret = ip;
			return 2;
		}
	}
	s = span_trim(s);
	at = span_find(s, '@');
	s = span_skip(s, (size_t)(at + 1));
	if (!parse_ip(s, &ip)) {
		at = span_find(s, ':'); /* a port */
		if (at < 0 || !parse_ip(span_head(s, (size_t)at), &ip))
			return 0;
	}
	*ret = ip;
	return 1;
}

enum clause {
	CLAUSE_NONE, /* before the first, or of one that does not matter */
	CLAUSE_FROM,
	CLAUSE_BY,
	CLAUSE_WITH,
};

/* The clause that a word begins, or -1. */
static int clause_of(struct span word)
{
	static const struct {
		const char *word;
		enum clause clause;
	} rows[] = {
		{"from", CLAUSE_FROM},
		{"by", CLAUSE_BY},
		{"with", CLAUSE_WITH},
		{"via", CLAUSE_NONE},
		{"id", CLAUSE_NONE},
		{"for", CLAUSE_NONE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_ieq_str(word, rows[i].word))
			return (int)rows[i].clause;
	return -1;
}

struct reader {
	struct header_received *r;
	enum clause clause;
	bool fresh; /* its keyword was the last word: whatever comes now is its value */
	int sure;   /* of the address, as search_comment() */
};

/* No word of a protocol's name. */
static bool is_address(struct span word)
{
	return span_find(word, '@') >= 0 || span_find(word, '<') >= 0;
}

static void take_word(struct reader *rd, struct span word)
{
	struct header_received *r = rd->r;
	int clause = rd->fresh ? -1 : clause_of(word);

	if (clause >= 0) {
		rd->clause = (enum clause)clause;
		rd->fresh = true;
		return;
	}
	if (rd->clause == CLAUSE_FROM && rd->fresh && r->from.len == 0)
		r->from = word;
	else if (rd->clause == CLAUSE_BY && rd->fresh && r->by.len == 0)
		r->by = word;
	else if (rd->clause == CLAUSE_WITH && rd->fresh && r->with.len == 0)
		r->with = word;
	else if (rd->clause == CLAUSE_WITH && is_address(word)) /* "for<user@example>" */
		rd->clause = CLAUSE_NONE;
	else if (rd->clause == CLAUSE_WITH && r->with.len > 0) /* "Microsoft SMTP Server" */
		r->with.len = (size_t)(word.p + word.len - r->with.p);
	rd->fresh = false;
}

static void take_comment(struct reader *rd, struct span text)
{
	struct addr ip;
	int sure;

	rd->fresh = false;
	if (rd->clause == CLAUSE_WITH)
		rd->clause = CLAUSE_NONE; /* what was said of it ends here */
	if (rd->clause != CLAUSE_FROM || rd->r->by.len > 0)
		return;
	sure = search_comment(text, &ip);
	if (sure <= rd->sure)
		return;
	rd->sure = sure;
	rd->r->ip = ip;
}

void header_received_parse(struct span body, struct header_received *ret)
{
	struct reader rd = {.r = ret};
	struct token t;

	*ret = (struct header_received){0};
	while (next_token(&body, &t)) {
		if (t.kind == TOKEN_WORD)
			take_word(&rd, t.text);
		else if (t.kind == TOKEN_COMMENT)
			take_comment(&rd, t.text);
		else if (header_date_parse(t.text, &ret->time) != 1)
			ret->time = 0;
	}
	ret->has_ip = rd.sure > 0 || parse_from(ret->from, &ret->ip);
}
