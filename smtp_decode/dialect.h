/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dialect of an SMTP client, `sd1`: how it does what the rules leave open. One string a
 * session, "sd1_pE-dU00S-O2qQC_bbbbbbbbbbbb_cccccccccccc"; its 14 characters are
 *
 *    1 channel          p plain, s STARTTLS, t TLS from the first byte, c STARTTLS offered, not
 * used 2 greeting         E EHLO, H HELO, e and h in lower case, L LHLO, m mixed case, x none 3
 * EHLO refused     h HELO follows, q QUIT, c it closes 4 its argument     d domain name, g one with
 * the client's address in it, l literal, i bare address, s single label, o localhost, p private
 * top-level domain, w name that Windows makes up, x anything else 5 MAIL and RCPT    U MAIL FROM:
 * and RCPT TO:, S From: and To:, l mail from:, L mail FROM:, x other spellings, or not the same in
 * both 6 space behind :   0 none, 1 in MAIL, 2 in RCPT, 3 in both 7 white space at   0 none, 1 of
 * MAIL, 2 of RCPT, 3 of both; b an address without brackets the line's end 8, 9 of MAIL parameters
 * in order: S SIZE, s in lower case, B BODY=8BITMIME, 7 BODY=7BIT, U SMTPUTF8, R RET, V ENVID, A
 * AUTH, x another; X+ more than two 10 of RCPT          O ORCPT, N NOTIFY, B both 11 pipelining 0
 * never, 1 RCPT behind MAIL, 2 DATA behind both, 3 RCPT or DATA but not behind MAIL; ! it was not
 * offered. Behind: before its reply was there 12 end of data      0 the dot with the last of the
 * body, s in a segment of its own, q QUIT before the reply, b BDAT 13 leave            Q QUIT and
 * waits, n QUIT and does not, p QUIT before RSET was answered, f FIN without QUIT, r RST 14 line
 * ends        C CR LF, L also LF alone in data, M also in commands, R also CR alone, wherever
 *
 * "-" is not seen, or for 8 to 11 none; it is compared with nothing. 11 does not depend on how the
 * client's bytes were cut into segments, 12 does.
 *
 * Behind them 12 hexadecimal digits each, zeros where there was nothing: `b`, of the first
 * transaction's commands and the classes of their replies ("E2M2R5R2D3.2Q2", repeats "+") with what
 * the server offers; `c`, of the form of the first message's header (dialect_header.h).
 */
#ifndef SMTP_DECODE_DIALECT_H
#define SMTP_DECODE_DIALECT_H

#include "smtp_decode/dialect_header.h"
#include "smtp_decode/dialect_trace.h"
#include "smtp_decode/session_builder.h"
#include "smtp_decode/smtp_block.h"

/* All zero but for what dialect_init() sets. */
struct dialect {
	struct smtp_blocks *blocks;
	struct dialect_header *header; /* in a block, while the first message's header is read */
	uint64_t header_hash;
	struct dialect_trace trace;
	char form[DIALECT_FORM];
	uint8_t last_verb;
	uint8_t tail_octets;            /* of content in the last packet with any, three at most */
	bool mailed, rcpted;            /* the first MAIL, RCPT was seen */
	bool content;                   /* the first message began */
	bool ehlo_refused;              /* and nothing was sent since */
	bool mail_rcpt, rcpt_on, known; /* pipelining; known: one could tell */
	uint8_t pipelining;             /* enum tri: offered at the first MAIL */
	bool bare_lf, data_lf, bare_cr;
	bool quit, quit_replied, closed[2], server_first;
	uint32_t quit_number;
	uint32_t capabilities; /* at the first MAIL */
	int64_t last_acked;    /* by the last command; -1 unknown */
	int64_t fin_acked;     /* by the client's FIN; -1 unknown */
	uint64_t reply_end, quit_end, tail_packet;
};

void dialect_init(struct dialect *d, struct smtp_blocks *blocks);
/* Gives back what it holds. */
void dialect_finish(struct dialect *d);

/* What it holds, both ways; smtp_pack.h. */
static inline void dialect_pack(struct dialect *d, struct smtp_pack *pack)
{
	d->header = smtp_block_pack(d->blocks, d->header, sizeof(*d->header), true, pack);
}

/* Each event, behind session_builder_event(); `client` is its address. */
void dialect_event(struct dialect *d, const struct smtp_event *e, const struct session_builder *b,
	const struct addr *client);

/* Fills in `r->dialect`, once the rest of `r` is; it stays empty where no command was seen. */
void dialect_fill(struct dialect *d, const struct session_builder *b, const struct flow_ending *e,
	struct session_record *r);

#endif
