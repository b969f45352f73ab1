/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_command.h"

#include <assert.h>

struct verb_row {
	const char *name;
	uint8_t len;
	uint8_t verb;
};

#define ROW(name, verb)                      \
	{                                    \
		name, sizeof(name) - 1, verb \
	}
static const struct verb_row verbs[] = {
	ROW("HELO", SMTP_HELO),
	ROW("EHLO", SMTP_EHLO),
	ROW("LHLO", SMTP_LHLO),
	ROW("MAIL", SMTP_MAIL),
	ROW("RCPT", SMTP_RCPT),
	ROW("DATA", SMTP_DATA),
	ROW("BDAT", SMTP_BDAT),
	ROW("BURL", SMTP_BURL),
	ROW("RSET", SMTP_RSET),
	ROW("QUIT", SMTP_QUIT),
	ROW("NOOP", SMTP_NOOP),
	ROW("VRFY", SMTP_VRFY),
	ROW("EXPN", SMTP_EXPN),
	ROW("HELP", SMTP_HELP),
	ROW("AUTH", SMTP_AUTH),
	ROW("STARTTLS", SMTP_STARTTLS),
	ROW("X-ANONYMOUSTLS", SMTP_STARTTLS),
	ROW("ETRN", SMTP_ETRN),
	ROW("TURN", SMTP_TURN),
	ROW("ATRN", SMTP_TURN),
	ROW("XCLIENT", SMTP_XCLIENT),
	ROW("XFORWARD", SMTP_XFORWARD),
	ROW("PROXY", SMTP_PROXY),
};
#undef ROW

static const char letters[SMTP_VERBS] = {
	[SMTP_UNKNOWN] = '?',
	[SMTP_HELO] = 'H',
	[SMTP_EHLO] = 'E',
	[SMTP_LHLO] = 'L',
	[SMTP_MAIL] = 'M',
	[SMTP_RCPT] = 'R',
	[SMTP_DATA] = 'D',
	[SMTP_BDAT] = 'B',
	[SMTP_BURL] = 'U',
	[SMTP_RSET] = 'T',
	[SMTP_QUIT] = 'Q',
	[SMTP_NOOP] = 'N',
	[SMTP_VRFY] = 'V',
	[SMTP_EXPN] = 'X',
	[SMTP_HELP] = 'P',
	[SMTP_AUTH] = 'A',
	[SMTP_STARTTLS] = 'S',
	[SMTP_ETRN] = 'O',
	[SMTP_TURN] = 'W',
	[SMTP_XCLIENT] = 'C',
	[SMTP_XFORWARD] = 'F',
	[SMTP_PROXY] = 'Y',
};

char smtp_verb_letter(enum smtp_verb v)
{
	assert(v < SMTP_VERBS);
	return letters[v];
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Index of the first white space, or the length. */
static size_t word_len(struct span s)
{
	size_t n = 0;

	while (n < s.len && !is_space(s.p[n]))
		n++;
	return n;
}

static struct span skip_space(struct span s)
{
	while (s.len > 0 && is_space(s.p[0]))
		s = span_skip(s, 1);
	return s;
}

/* Trailing CRs are line ends of clients that send CR CR LF. */
static struct span trim(struct span s)
{
	while (s.len > 0 && s.p[s.len - 1] == '\r')
		s.len--;
	return span_trim(s);
}

static enum smtp_verb find_verb(struct span word)
{
	for (size_t i = 0; word.len > 0 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		/* Most rows are told apart by their first letter. */
		if (verbs[i].len == word.len && (word.p[0] & ~0x20) == verbs[i].name[0] &&
			span_ieq(word, span_of(verbs[i].name, verbs[i].len)))
			return verbs[i].verb;
	}
	return SMTP_UNKNOWN;
}

struct smtp_command smtp_command_parse(struct span line)
{
	struct smtp_command c = {.verb = SMTP_UNKNOWN};

	while (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	c.trailing = line.len > 0 && is_space(line.p[line.len - 1]);
	line = trim(line);
	c.word = span_head(line, word_len(line));
	c.args = skip_space(span_skip(line, c.word.len));
	c.verb = find_verb(c.word);
	return c;
}

static bool is_mechanism(struct span s)
{
	if (s.len == 0 || s.len > 20)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
			c != '-' && c != '_')
			return false;
	}
	return true;
}

bool smtp_command_certain(struct span line)
{
	struct smtp_command c = smtp_command_parse(line);
	uint64_t size;
	bool last;

	switch (c.verb) {
	case SMTP_HELO:
	case SMTP_EHLO:
	case SMTP_LHLO:
		return c.args.len > 0 && word_len(c.args) == c.args.len;
	case SMTP_MAIL:
	case SMTP_RCPT:
		return smtp_path_parse(c.verb, c.args).well_formed;
	case SMTP_BDAT:
		return smtp_bdat_parse(c.args, &size, &last) == 1;
	case SMTP_BURL:
		return smtp_burl_parse(c.args, &last) == 1;
	case SMTP_AUTH:
		return is_mechanism(span_head(c.args, word_len(c.args)));
	case SMTP_DATA:
	case SMTP_RSET:
	case SMTP_QUIT:
	case SMTP_NOOP:
	case SMTP_STARTTLS:
		return c.args.len == 0;
	default:
		return false;
	}
}

enum smtp_prefix smtp_command_prefix(struct span start)
{
	enum smtp_prefix best = SMTP_PREFIX_NO;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t n = verbs[i].len < start.len ? verbs[i].len : start.len;

		if (!span_ieq(span_head(start, n), span_of(verbs[i].name, n)))
			continue;
		if (start.len <= verbs[i].len)
			best = SMTP_PREFIX_MORE;
		else if (is_space(start.p[n]) || start.p[n] == '\r' || start.p[n] == '\n')
			return SMTP_PREFIX_YES;
	}
	return best;
}

/* Length of the path at the start of `s`, up to the byte `end` or, where that is 0, to white
 * space; quoted strings (RFC 5321 4.1.2) may hold both. -1 where `end` does not come. */
static ptrdiff_t path_len(struct span s, uint8_t end)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (end ? c == end : is_space(c)))
			return (ptrdiff_t)i;
	}
	return end ? -1 : (ptrdiff_t)s.len;
}

/* RFC 5321 4.1.1.3: a source route is to be ignored. */
static struct span skip_route(struct span s)
{
	bool literal = false;

	if (s.len == 0 || s.p[0] != '@')
		return s;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '[')
			literal = true;
		else if (s.p[i] == ']')
			literal = false;
		else if (s.p[i] == ':' && !literal)
			return span_trim(span_skip(s, i + 1));
	}
	return s;
}

/* Moves `*s` behind `FROM:` or `TO:`, spaces allowed around the colon; the colon may be missing
 * where a bracket or a space shows the end of the word. */
static bool skip_keyword(struct span *s, const char *keyword)
{
	struct span rest;
	bool spaced;

	if (!span_istarts(*s, keyword))
		return false;
	rest = span_skip(*s, strlen(keyword));
	spaced = rest.len > 0 && is_space(rest.p[0]);
	rest = skip_space(rest);
	if (rest.len > 0 && rest.p[0] == ':') {
		*s = skip_space(span_skip(rest, 1));
		return true;
	}
	if (spaced || rest.len == 0 || rest.p[0] == '<')
		*s = rest;
	return false;
}

struct smtp_path smtp_path_parse(enum smtp_verb verb, struct span args)
{
	struct smtp_path r = {0};
	struct span s = skip_space(args);
	bool keyword = skip_keyword(&s, verb == SMTP_MAIL ? "FROM" : "TO");
	ptrdiff_t n = -1;

	if (s.len > 0 && s.p[0] == '<') {
		n = path_len(span_skip(s, 1), '>');
		if (n < 0) /* no closing bracket: to the next space */
			s = span_skip(s, 1);
	}
	if (n >= 0) {
		r.mailbox = span_trim(span_of(s.p + 1, (size_t)n));
		r.params = span_trim(span_skip(s, (size_t)n + 2));
		r.well_formed = keyword;
	} else {
		n = path_len(s, 0);
		r.mailbox = span_head(s, (size_t)n);
		r.params = span_trim(span_skip(s, (size_t)n));
	}
	r.mailbox = skip_route(r.mailbox);
	r.null = r.mailbox.len == 0 && n >= 0 && r.well_formed;
	return r;
}

bool smtp_param_next(struct span *params, struct span *ret_keyword, struct span *ret_value)
{
	struct span s = skip_space(*params), word;
	ptrdiff_t eq;

	if (s.len == 0)
		return false;
	word = span_head(s, word_len(s));
	*params = span_skip(s, word.len);
	eq = span_find(word, '=');
	*ret_keyword = eq < 0 ? word : span_head(word, (size_t)eq);
	*ret_value = eq < 0 ? span_of(NULL, 0) : span_skip(word, (size_t)eq + 1);
	return true;
}

/* A whole span of decimal digits up to 2^63 - 1. 1, or -1. */
static int parse_number(struct span s, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.len == 0)
		return -1;
	for (size_t i = 0; i < s.len; i++) {
		unsigned int digit = (unsigned int)s.p[i] - '0';

		if (digit > 9 || v > ((uint64_t)INT64_MAX - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	*ret = v;
	return 1;
}

int64_t smtp_param_size(struct span params)
{
	struct span keyword, value;
	uint64_t n;

	while (smtp_param_next(&params, &keyword, &value)) {
		if (span_ieq_str(keyword, "SIZE"))
			return parse_number(value, &n) == 1 ? (int64_t)n : -1;
	}
	return -1;
}

int smtp_bdat_parse(struct span args, uint64_t *ret_size, bool *ret_last)
{
	struct span size = span_head(args, word_len(args));
	struct span rest = trim(span_skip(args, size.len));
	uint64_t n;

	if (parse_number(size, &n) < 0 || (rest.len > 0 && !span_ieq_str(rest, "LAST")))
		return -1;
	*ret_size = n;
	*ret_last = rest.len > 0;
	return 1;
}

int smtp_burl_parse(struct span args, bool *ret_last)
{
	struct span url = span_head(args, word_len(args));
	struct span rest = trim(span_skip(args, url.len));

	if (span_find(url, ':') < 1 || (rest.len > 0 && !span_ieq_str(rest, "LAST")))
		return -1;
	*ret_last = rest.len > 0;
	return 1;
}
