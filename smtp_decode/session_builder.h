/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of one session out of its dialogue's events: who said what, in which order, and what
 * the rules do not allow. Its times are session_times.h's, its messages message_builder.h's.
 */
#ifndef SMTP_DECODE_SESSION_BUILDER_H
#define SMTP_DECODE_SESSION_BUILDER_H

#include "base/limits.h"
#include "smtp_decode/session_client.h"
#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_event.h"
#include "smtp_decode/smtp_pack.h"

struct session_builder_helo {
	nstime time;
	uint32_t off, count, number; /* of its text; how often; of the last command with it */
	uint16_t len;
	uint8_t verb, accepted;
};

struct session_builder {
	uint8_t *texts; /* HELO arguments and banner */
	uint32_t texts_len, texts_size;
	struct session_builder_helo *helos;
	uint16_t helos_kept, helos_size;
	uint32_t helo_count;
	bool told;      /* its client is another's word: what comes early is the peer's doing */
	bool helo_told; /* by the peer: what it says itself is not the client's */

	bool greeted, banner_kept, quit;
	bool ended; /* the first of what ends a dialogue was seen (contract 4.1) */
	uint64_t end_packet;
	uint8_t ended_by;                /* then, enum session_close: QUIT, FIN or TIMEOUT */
	bool starttls, starttls_refused; /* the command was seen; a reply that said no */
	bool starttls_last;              /* and none came behind it */
	bool starttls_offered;           /* by any EHLO's reply: inside TLS none offers it again */
	uint8_t starttls_used, implicit_tls, opaque; /* enum tri */
	int banner_code;
	uint32_t banner_off;
	uint16_t banner_len;
	uint64_t banner_end; /* stream offset behind it */

	uint32_t commands, unknown;
	char sequence[LIMIT_SEQUENCE];
	uint32_t replies_4xx, replies_5xx;
	uint8_t ehlo;                             /* enum tri: was one accepted */
	uint32_t capabilities, capabilities_next; /* of the last EHLO; of the one being answered */
	uint16_t ehlo_lines; /* of the reply to EHLO that is coming in, the greeting included */
	uint16_t offers_unknown,
		offers_unknown_next; /* as `capabilities`: lines with none of them */
	uint32_t anomalies;
	uint64_t missed;
	bool server_gap, client_gap;

	char mechanism[20];
	uint8_t mechanism_len, auth_outcome;
	uint32_t auth_attempts, auth_failures, auth_number;
	bool auth_succeeded;
	uint64_t auth_account; /* of the last success */

	bool commanded;
	int64_t first_acked;          /* of the server's bytes, when the first command was sent */
	int64_t last_acked;           /* the same of the last one */
	uint8_t pipelining_violation; /* enum tri; but for what `ehlo_crossed` says */
	bool ehlo_crossed;            /* commands were sent behind EHLO before its reply */
	bool pipeconnect;             /* an EHLO reply allowed that, and to talk first */
	uint64_t reply_end;           /* stream offset behind the last reply */
	uint8_t reply_verb, reply_role;
	uint32_t reply_number; /* of the command it answered */
	uint32_t data_number;
	bool data_starts;   /* DATA was accepted, or seems to be, and no octet came yet */
	int64_t data_acked; /* octets came before its reply: what they ACKed of the server; -1 */

	bool smuggles; /* a command stood behind a smuggling candidate of the last message */
	uint32_t smuggle_replies;
};

void session_builder_init(struct session_builder *b);
void session_builder_finish(struct session_builder *b);

/* What it holds, both ways; smtp_pack.h. */
void session_builder_pack(struct session_builder *b, struct smtp_pack *pack);

void session_builder_event(struct session_builder *b, const struct smtp_event *e);

/* With `e` began a session of which XCLIENT told these words: the client's HELO and account. */
void session_builder_told(struct session_builder *b, const struct smtp_event *e,
	const struct session_client_words *w);

/* Was a capability (enum smtp_capability) offered by the last EHLO? An enum tri. */
uint8_t session_builder_offered(const struct session_builder *b, uint32_t capability);

/* Has an AUTH succeeded so far? An enum tri. */
uint8_t session_builder_authenticated(const struct session_builder *b, bool midstream);

#endif
