/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines of SMTP, ESMTP and LMTP (RFC 5321 4.1, 2033, 3030, 3207, 4954 and others), read as
 * tolerantly as any server reads them. Nothing is copied.
 */
#ifndef SMTP_DECODE_SMTP_COMMAND_H
#define SMTP_DECODE_SMTP_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum smtp_verb {
	SMTP_UNKNOWN, /* also an empty line */
	SMTP_HELO,
	SMTP_EHLO,
	SMTP_LHLO,
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_BDAT,
	SMTP_BURL,
	SMTP_RSET,
	SMTP_QUIT,
	SMTP_NOOP,
	SMTP_VRFY,
	SMTP_EXPN,
	SMTP_HELP,
	SMTP_AUTH,
	SMTP_STARTTLS, /* also X-ANONYMOUSTLS, which does the same between Exchange servers */
	SMTP_ETRN,
	SMTP_TURN, /* also ATRN */
	SMTP_XCLIENT,
	SMTP_XFORWARD,
	SMTP_PROXY, /* a PROXY protocol version 1 line: no command, it has no reply */
	SMTP_VERBS,
};

/*
 * The letter that stands for a verb in session_record.sequence: H HELO, E EHLO, L LHLO, M MAIL,
 * R RCPT, D DATA, B BDAT, U BURL, T RSET, Q QUIT, N NOOP, V VRFY, X EXPN, P HELP, A AUTH,
 * S STARTTLS, O ETRN, W TURN, C XCLIENT, F XFORWARD, Y PROXY, ? unknown.
 */
char smtp_verb_letter(enum smtp_verb v);

struct smtp_command {
	enum smtp_verb verb;
	struct span word; /* the verb as spelt */
	struct span args; /* what follows it, without white space at both ends */
	bool trailing;    /* there was some at the end */
};

/* Takes a line apart that has lost its line end. Never fails: what is no command is UNKNOWN. */
struct smtp_command smtp_command_parse(struct span line);

/* Is `line` beyond doubt a command, with what its verb asks for? Text of a mail may begin with
 * "Data" or "Help": those need the line to themselves, and MAIL and RCPT need a path. */
bool smtp_command_certain(struct span line);

/* What a line tells when all of it is not there yet. */
enum smtp_prefix {
	SMTP_PREFIX_NO,   /* no known verb begins like this */
	SMTP_PREFIX_MORE, /* a known verb may */
	SMTP_PREFIX_YES,  /* a known verb and the white space or line end behind it */
};

enum smtp_prefix smtp_command_prefix(struct span start);

/* The path and parameters of MAIL or RCPT. */
struct smtp_path {
	bool well_formed;    /* FROM: or TO: and angle brackets are there */
	bool null;           /* "<>" */
	struct span mailbox; /* without brackets, source route and parameters */
	struct span params;
};

/* `args` of a MAIL or RCPT command. Where FROM or TO is missing, the first word is the mailbox. */
struct smtp_path smtp_path_parse(enum smtp_verb verb, struct span args);

/* The next `KEYWORD[=value]` of `*params`; moves `*params` behind it. False at the end. */
bool smtp_param_next(struct span *params, struct span *ret_keyword, struct span *ret_value);

/* SIZE= of MAIL parameters (RFC 1870); -1 where there is none or it is no number. */
int64_t smtp_param_size(struct span params);

/*
 * The arguments of BDAT (RFC 3030): a decimal size and, perhaps, LAST. -1 where the size is
 * missing, negative, no number or over 2^63 - 1, or where anything but LAST follows it.
 */
int smtp_bdat_parse(struct span args, uint64_t *ret_size, bool *ret_last);

/*
 * The arguments of BURL (RFC 4468): a URL and, perhaps, LAST. -1 where the URL is missing or
 * anything but LAST follows it. The URL may hold a credential: it is only looked at.
 */
int smtp_burl_parse(struct span args, bool *ret_last);

#endif
