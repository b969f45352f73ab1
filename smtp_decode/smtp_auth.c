/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/smtp_auth.h"

enum phase {
	MECHANISM,
	BEHIND,   /* the mechanism, on the command's line */
	RESPONSE, /* in one */
	BETWEEN,  /* lines */
};

enum user_in { NOWHERE, PLAIN, LOGIN };

static const struct {
	const char *name;
	int8_t responses; /* -1: it varies */
	uint8_t user;
} mechanisms[] = {
	{"UNKNOWN", -1, NOWHERE},
	{"PLAIN", 1, PLAIN},
	{"LOGIN", 2, LOGIN},
	{"CRAM-MD5", 1, NOWHERE},
	{"DIGEST-MD5", 2, NOWHERE},
	{"NTLM", 2, NOWHERE},
	{"MSN", 2, NOWHERE},
	{"SPA", 2, NOWHERE},
	{"GSSAPI", -1, NOWHERE},
	{"GSS-SPNEGO", -1, NOWHERE},
	{"EXTERNAL", 1, NOWHERE},
	{"ANONYMOUS", 1, NOWHERE},
	{"XOAUTH", 1, NOWHERE},
	{"XOAUTH2", 1, NOWHERE},
	{"OAUTHBEARER", 1, NOWHERE},
	{"SCRAM-SHA-1", 2, NOWHERE},
	{"SCRAM-SHA-1-PLUS", 2, NOWHERE},
	{"SCRAM-SHA-256", 2, NOWHERE},
	{"SCRAM-SHA-256-PLUS", 2, NOWHERE},
	{"SCRAM-SHA-512", 2, NOWHERE},
	{"SCRAM-SHA-512-PLUS", 2, NOWHERE},
	{"OTP", 2, NOWHERE},
	{"SKEY", 2, NOWHERE},
	{"KERBEROS_V4", -1, NOWHERE},
	{"KERBEROS_V5", -1, NOWHERE},
};

void smtp_auth_start(struct smtp_auth *a)
{
	memset(a, 0, sizeof(*a));
}

void smtp_auth_wipe(struct smtp_auth *a)
{
	explicit_bzero(a, sizeof(*a));
}

struct span smtp_auth_mechanism(const struct smtp_auth *a)
{
	return span_str(mechanisms[a->mechanism].name);
}

int smtp_auth_expected(const struct smtp_auth *a)
{
	int n = mechanisms[a->mechanism].responses;

	return n < 0 ? -1 : n > a->responses ? n - a->responses : 0;
}

static void mechanism_ends(struct smtp_auth *a)
{
	struct span word = span_of(a->word, a->word_len);

	for (size_t i = 1; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		if (span_ieq_str(word, mechanisms[i].name))
			a->mechanism = (uint8_t)i;
	}
	explicit_bzero(a->word, sizeof(a->word));
	a->phase = BEHIND;
}

/* A response begins; the first one of PLAIN and LOGIN holds the user. */
static void response_starts(struct smtp_auth *a)
{
	a->decoding = a->responses == 0 && mechanisms[a->mechanism].user != NOWHERE;
	a->nuls = a->bits = 0;
	a->acc = 0;
	a->user_len = 0;
	a->line_len = 0;
	a->starred = false;
	if (a->responses < UINT8_MAX)
		a->responses++;
	a->phase = RESPONSE;
}

static void user_ends(struct smtp_auth *a, struct pseudonyms *p)
{
	if (a->user_len > 0)
		a->account = pseudonym_account(p, span_of(a->user, a->user_len));
	explicit_bzero(a->user, sizeof(a->user));
	explicit_bzero(&a->acc, sizeof(a->acc));
	a->user_len = 0;
	a->decoding = false;
}

/* One decoded byte: of LOGIN the user, of PLAIN `authzid NUL user NUL password`. */
static void decoded(struct smtp_auth *a, uint8_t c, struct pseudonyms *p)
{
	bool plain = mechanisms[a->mechanism].user == PLAIN;

	if (plain && c == 0) {
		if (++a->nuls == 2)
			user_ends(a, p);
	} else if ((!plain || a->nuls == 1) && a->user_len < sizeof(a->user)) {
		a->user[a->user_len++] = c;
	}
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void response_byte(struct smtp_auth *a, uint8_t c, struct pseudonyms *p)
{
	int v;

	if (c == '\r')
		return;
	a->starred = a->line_len == 0 && c == '*';
	if (a->line_len < UINT32_MAX)
		a->line_len++;
	v = base64_value(c);
	if (!a->decoding || v < 0)
		return;
	a->acc = a->acc << 6 | (uint32_t)v;
	a->bits += 6;
	if (a->bits >= 8) {
		a->bits -= 8;
		decoded(a, (uint8_t)(a->acc >> a->bits), p);
		a->acc &= (1u << a->bits) - 1;
	}
}

void smtp_auth_gap(struct smtp_auth *a)
{
	explicit_bzero(a->user, sizeof(a->user));
	explicit_bzero(a->word, sizeof(a->word));
	explicit_bzero(&a->acc, sizeof(a->acc));
	a->decoding = false;
	a->responses = UINT8_MAX;
	a->phase = BETWEEN;
}

static void mechanism_byte(struct smtp_auth *a, uint8_t c)
{
	bool space = c == ' ' || c == '\t';

	if (space && a->word_len > 0)
		mechanism_ends(a);
	else if (!space && c != '\r' && a->word_len < sizeof(a->word))
		a->word[a->word_len++] = (char)c;
}

static void one_byte(struct smtp_auth *a, uint8_t c, struct pseudonyms *p)
{
	if (a->phase == MECHANISM) {
		mechanism_byte(a, c);
		return;
	}
	if (a->phase == BEHIND && (c == ' ' || c == '\t' || c == '\r'))
		return;
	if (a->phase != RESPONSE)
		response_starts(a);
	response_byte(a, c, p);
}

void smtp_auth_bytes(struct smtp_auth *a, struct span bytes, struct pseudonyms *p)
{
	for (size_t i = 0; i < bytes.len; i++)
		one_byte(a, bytes.p[i], p);
}

void smtp_auth_line_end(struct smtp_auth *a, struct pseudonyms *p)
{
	if (a->phase == MECHANISM)
		mechanism_ends(a);
	else if (a->phase == BETWEEN) /* an empty line is a response, too */
		response_starts(a);
	/* The user of LOGIN ends with its line; of PLAIN only a second NUL ends it. */
	if (a->decoding && mechanisms[a->mechanism].user == LOGIN)
		user_ends(a, p);
	a->decoding = false;
	explicit_bzero(a->user, sizeof(a->user));
	a->phase = BETWEEN;
}
