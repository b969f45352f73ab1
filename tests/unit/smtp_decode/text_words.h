/* SPDX-License-Identifier: Apache-2.0 */
/* The words that tests of the text path expect. */
#ifndef TESTS_UNIT_SMTP_DECODE_TEXT_WORDS_H
#define TESTS_UNIT_SMTP_DECODE_TEXT_WORDS_H

#include <stdio.h>

#include "smtp_decode/text_token.h"
#include "smtp_decode/text_utf8.h"

/* One or two characters of a script without blanks. */
static inline uint64_t pair_word(struct span s)
{
	uint32_t pair[2] = {0, 0};
	size_t n = text_utf8_get(s.p, s.len, &pair[1]);

	if (n < s.len) {
		pair[0] = pair[1];
		text_utf8_get(s.p + n, s.len - n, &pair[1]);
	}
	return text_word_fold(pair[0], pair[1]);
}

/*
 * The words a test expects: separated by blanks; E an e-mail address, N a number, R a name,
 * @host a host, #host a hidden one, =x or =xy characters of a script without blanks.
 */
static inline struct text_words words_from(const char *text)
{
	struct text_words w = {0};

	while (*text) {
		struct span s = span_of(text, strcspn(text, " "));
		uint64_t h = text_word_hash(s.p, s.len);

		if (span_eq_str(s, "E")) {
			h = TEXT_WORD_EMAIL;
		} else if (span_eq_str(s, "N")) {
			h = TEXT_WORD_NUMBER;
		} else if (span_eq_str(s, "R")) {
			h = TEXT_WORD_NAME;
		} else if (s.p[0] == '=') {
			h = pair_word(span_skip(s, 1));
		} else if (s.p[0] == '@' || s.p[0] == '#') {
			char host[300];
			int n = snprintf(host, sizeof(host), "%c%.*s", TEXT_TOKEN_MARK,
				(int)s.len - 1, (const char *)s.p + 1);

			h = text_word_hash(host, (size_t)n);
		}
		text_words_add(&w, &h, 1, s.p[0] != '#');
		text += s.len + (text[s.len] == ' ');
	}
	return w;
}

#endif
