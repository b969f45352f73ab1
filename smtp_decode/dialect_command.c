/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/dialect_command.h"

/* How a word is written. */
enum spelling {
	UPPER,
	LOWER,
	TITLE, /* its first letter is a capital */
	MIXED,
};

static enum spelling spelling(struct span word)
{
	size_t upper = 0;

	for (size_t i = 0; i < word.len; i++)
		upper += word.p[i] >= 'A' && word.p[i] <= 'Z';
	if (upper == word.len)
		return UPPER;
	if (upper == 0)
		return LOWER;
	return upper == 1 && word.p[0] <= 'Z' ? TITLE : MIXED;
}

char dialect_greeting(const struct smtp_command *c)
{
	enum spelling s = spelling(c->word);

	if (s != UPPER && s != LOWER)
		return 'm';
	if (c->verb == SMTP_LHLO)
		return 'L';
	if (c->verb == SMTP_EHLO)
		return s == UPPER ? 'E' : 'e';
	return s == UPPER ? 'H' : 'h';
}

/* MAIL FROM: and RCPT TO: by how both words are written. */
static char spelt(const struct smtp_command *c)
{
	ptrdiff_t colon = span_find(c->args, ':');
	enum spelling word = spelling(c->word), keyword;

	if (colon <= 0)
		return 'x';
	keyword = spelling(span_head(c->args, (size_t)colon));
	if (word == UPPER)
		return keyword == UPPER ? 'U' : keyword == TITLE ? 'S' : 'x';
	if (word == LOWER)
		return keyword == LOWER ? 'l' : keyword == UPPER ? 'L' : 'x';
	return 'x';
}

/* What stands behind the colon, or behind FROM or TO where there is none. */
static struct span behind_keyword(const struct smtp_command *c)
{
	ptrdiff_t colon = span_find(c->args, ':');

	if (colon >= 0)
		return span_skip(c->args, (size_t)colon + 1);
	return span_skip(c->args, c->verb == SMTP_MAIL ? 4 : 2);
}

/* Characters 6 and 7 count MAIL as 1, RCPT as 2. */
static void add_bit(char *at, int bit)
{
	*at = (char)(*at + bit);
}

static void spaces(char form[DIALECT_FORM], const struct smtp_command *c, int bit)
{
	struct span rest = behind_keyword(c);

	if (rest.len > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'))
		add_bit(&form[DIALECT_SPACE], bit);
	if (span_trim(rest).len > 0 && span_trim(rest).p[0] != '<')
		form[DIALECT_TRAILING] = 'b';
	else if (c->trailing && form[DIALECT_TRAILING] != 'b')
		add_bit(&form[DIALECT_TRAILING], bit);
}

static char mail_parameter(struct span keyword, struct span value)
{
	static const struct {
		const char *keyword;
		char letter;
	} rows[] = {{"SMTPUTF8", 'U'}, {"RET", 'R'}, {"ENVID", 'V'}, {"AUTH", 'A'}};

	if (span_ieq_str(keyword, "SIZE"))
		return span_eq_str(keyword, "SIZE") ? 'S' : 's';
	if (span_ieq_str(keyword, "BODY"))
		return span_ieq_str(value, "7BIT") ? '7' : 'B';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (span_ieq_str(keyword, rows[i].keyword))
			return rows[i].letter;
	}
	return 'x';
}

void dialect_mail(char form[DIALECT_FORM], const struct smtp_command *c)
{
	struct span params = smtp_path_parse(SMTP_MAIL, c->args).params, keyword, value;
	char *at = form + DIALECT_MAIL_PARAMETERS;
	unsigned int n = 0;

	form[DIALECT_SPELLING] = spelt(c);
	form[DIALECT_SPACE] = form[DIALECT_TRAILING] = '0';
	spaces(form, c, 1);
	while (smtp_param_next(&params, &keyword, &value)) {
		if (n < 2)
			at[n] = mail_parameter(keyword, value);
		n++;
	}
	if (n > 2)
		memcpy(at, "X+", 2);
}

void dialect_rcpt(char form[DIALECT_FORM], const struct smtp_command *c)
{
	struct span params = smtp_path_parse(SMTP_RCPT, c->args).params, keyword, value;
	bool orcpt = false, notify = false;

	if (spelt(c) != form[DIALECT_SPELLING])
		form[DIALECT_SPELLING] = 'x';
	spaces(form, c, 2);
	while (smtp_param_next(&params, &keyword, &value)) {
		orcpt = orcpt || span_ieq_str(keyword, "ORCPT");
		notify = notify || span_ieq_str(keyword, "NOTIFY");
	}
	if (orcpt || notify)
		form[DIALECT_RCPT_PARAMETERS] = orcpt && notify ? 'B' : orcpt ? 'O' : 'N';
}
