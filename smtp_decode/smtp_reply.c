/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_reply.h"

#include "base/limits.h"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

int smtp_reply_parse(struct span line, struct smtp_reply_line *ret)
{
	while (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	if (line.len < 3 || !is_digit(line.p[0]) || !is_digit(line.p[1]) || !is_digit(line.p[2]))
		return -1;
	if (line.len > 3 && line.p[3] != ' ' && line.p[3] != '-' && line.p[3] != '\t')
		return -1;
	ret->code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + (line.p[2] - '0');
	ret->more = line.len > 3 && line.p[3] == '-';
	ret->text = span_trim(span_skip(line, 4));
	return 1;
}

/* Digits at `i`, one to three; 0 where there are none or more. */
static size_t digits_at(struct span s, size_t i)
{
	size_t n = 0;

	while (i + n < s.len && n < 4 && is_digit(s.p[i + n]))
		n++;
	return n < 4 ? n : 0;
}

struct span smtp_reply_enhanced(struct span text)
{
	size_t n, m;

	if (text.len < 5 || (text.p[0] != '2' && text.p[0] != '4' && text.p[0] != '5') ||
		text.p[1] != '.')
		return span_head(text, 0);
	n = digits_at(text, 2);
	if (n == 0 || 2 + n >= text.len || text.p[2 + n] != '.')
		return span_head(text, 0);
	m = digits_at(text, 3 + n);
	if (m == 0)
		return span_head(text, 0);
	n += m + 3;
	if (n < text.len && text.p[n] != ' ' && text.p[n] != '\t' && text.p[n] != ':')
		return span_head(text, 0);
	return span_head(text, n);
}

static struct span find(struct span text, const char *needle)
{
	const uint8_t *p = text.len ? memmem(text.p, text.len, needle, strlen(needle)) : NULL;

	return p ? span_of(p, text.len - (size_t)(p - text.p)) : span_of(NULL, 0);
}

/* `text` in lower case, in `buf`. */
static struct span lower(struct span text, uint8_t buf[LIMIT_REPLY_TEXT])
{
	text = span_head(text, LIMIT_REPLY_TEXT);
	for (size_t i = 0; i < text.len; i++)
		buf[i] = text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] | 0x20 : text.p[i];
	return span_of(buf, text.len);
}

bool smtp_reply_unknown_user(int code, struct span enhanced, struct span text)
{
	/* These say nothing of the user, so that the text counts. */
	static const char *const vague[] = {"5.0.0", "5.1.0", "5.1.6"};
	static const char *const phrases[] = {"user unknown", "unknown user", "no such user",
		"user not found", "user doesn't exist", "does not exist", "unknown recipient",
		"recipient unknown", "no such recipient", "recipient not found",
		"invalid recipient", "recipient does not", "unknown mailbox", "no such mailbox",
		"mailbox not found", "no mailbox here by that name", "unknown local part",
		"unknown address", "address unknown", "no such address", "unrouteable address",
		"not a valid mailbox", "not a known user"};
	uint8_t buf[LIMIT_REPLY_TEXT];
	bool by_text = enhanced.len == 0;

	if (code < 500 || code > 599)
		return false;
	if (span_eq_str(enhanced, "5.1.1") || span_eq_str(enhanced, "5.1.10"))
		return true;
	for (size_t i = 0; i < sizeof(vague) / sizeof(vague[0]); i++)
		by_text = by_text || span_eq_str(enhanced, vague[i]);
	if (!by_text)
		return false;
	text = lower(text, buf);
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (find(text, phrases[i]).p)
			return true;
	}
	return false;
}

static bool ends_token(uint8_t c)
{
	return c <= ' ' || c == ')' || c == ',' || c == ';' || c == ']';
}

static struct span token_at(struct span s)
{
	size_t n = 0;

	while (n < s.len && !ends_token(s.p[n]))
		n++;
	return span_head(s, n);
}

static struct span token_before(struct span text, struct span at)
{
	size_t end = (size_t)(at.p - text.p), start;

	while (end > 0 && text.p[end - 1] == ' ')
		end--;
	for (start = end; start > 0 && !ends_token(text.p[start - 1]); start--)
		;
	return span_of(text.p + start, end - start);
}

/* "OK message accepted" names none. */
static bool has_digit(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (is_digit(s.p[i]))
			return true;
	}
	return false;
}

/* "<...>" at the start, whole. */
static struct span angle_at(struct span s)
{
	ptrdiff_t n = span_find(s, '>');

	if (s.len == 0 || s.p[0] != '<' || n < 0 || (size_t)n + 1 > token_at(s).len)
		return span_of(NULL, 0);
	return span_head(s, (size_t)n + 1);
}

/* Where a queue id stands: behind `anchor`, or before it. */
struct queue_form {
	const char *anchor;
	enum { AFTER, BEFORE, START, REST } where;
};

static const struct queue_form forms[] = {
	{"queued as ", AFTER},                      /* Postfix: Ok: queued as 4XyZ */
	{"ok id=", AFTER},                          /* Exim: OK id=1pgobK-001mwq-ED */
	{" message accepted for delivery", BEFORE}, /* Sendmail, OpenSMTPD */
	{" queued mail for delivery", START}, /* Exchange: <id> [InternalId=..] Queued mail .. */
	{" - gsmtp", BEFORE},                 /* Google: OK 1693000000 abc.1 - gsmtp */
	{"message queued (", AFTER},          /* Haraka: Message Queued (UUID) */
	{"ok. <", AFTER},                     /* Courier: Ok. <0000.1111> */
	{"ok ", REST},                        /* qmail: ok 1184401929 qp 26211 */
};

static struct span apply_form(const struct queue_form *f, struct span text, struct span hit)
{
	struct span after = span_skip(hit, strlen(f->anchor)), first = token_at(after);

	switch (f->where) {
	case AFTER:
		if (first.len > 1 && first.p[first.len - 1] == '>')
			first.len--;
		return first;
	case BEFORE:
		first = token_before(text, hit);
		return has_digit(first) ? first : span_of(NULL, 0);
	case START:
		return angle_at(text);
	case REST:
		if (hit.p != text.p || !find(after, " qp ").p)
			break;
		return after;
	}
	return span_of(NULL, 0);
}

struct span smtp_reply_queue_id(struct span text)
{
	uint8_t buf[LIMIT_REPLY_TEXT];
	struct span low = lower(text, buf);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct span hit = find(low, forms[i].anchor);
		size_t at;

		if (!hit.p)
			continue;
		at = (size_t)(hit.p - low.p);
		hit = apply_form(&forms[i], text, span_of(text.p + at, low.len - at));
		if (hit.len > 0)
			return hit;
	}
	return span_of(NULL, 0);
}

uint32_t smtp_reply_capability(struct span text)
{
#define NAMED(keyword, name)                                  \
	{                                                     \
		keyword, sizeof(keyword) - 1, SMTP_CAP_##name \
	}
#define ROW(name) NAMED(#name, name)
	static const struct {
		const char *keyword;
		size_t len;
		uint32_t bit;
	} rows[] = {
		ROW(PIPELINING),
		ROW(STARTTLS),
		ROW(SIZE),
		ROW(DSN),
		ROW(CHUNKING),
		ROW(AUTH),
		ROW(8BITMIME),
		ROW(SMTPUTF8),
		ROW(PIPECONNECT),
		NAMED("X_PIPE_CONNECT", PIPECONNECT),
		ROW(BINARYMIME),
		ROW(ENHANCEDSTATUSCODES),
		ROW(REQUIRETLS),
		ROW(DELIVERBY),
		ROW(FUTURERELEASE),
		NAMED("MT-PRIORITY", MT_PRIORITY),
		ROW(BURL),
		ROW(LIMITS),
		ROW(ETRN),
		ROW(ATRN),
		ROW(TURN),
		ROW(VRFY),
		ROW(EXPN),
		ROW(HELP),
		ROW(XCLIENT),
		ROW(XFORWARD),
		NAMED("X-ANONYMOUSTLS", X_ANONYMOUSTLS),
		NAMED("X-EXPS", X_EXPS),
		ROW(XEXCH50),
		NAMED("NO-SOLICITING", NO_SOLICITING),
		ROW(CHECKPOINT),
	};
#undef ROW
#undef NAMED
	size_t n = 0;

	/* "AUTH=LOGIN" is an old way to write "AUTH LOGIN". */
	while (n < text.len && text.p[n] != ' ' && text.p[n] != '\t' && text.p[n] != '=')
		n++;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].len == n && span_ieq(span_head(text, n), span_of(rows[i].keyword, n)))
			return rows[i].bit;
	}
	return 0;
}
