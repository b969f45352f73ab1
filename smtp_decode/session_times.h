/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the two sides of a session kept each other waiting (contract 4.1).
 *
 * Hold time runs from the last packet of the last reply before the end, to the first packet of the
 * end: the client's QUIT, the FIN of either side, a reset, or a 421 that nothing asked for. Inside
 * TLS a turn of the client is a record that is no alert, and the hold time is the longer of two:
 * from the last server record before the client's last turn to that turn, and from the last server
 * record to the connection's end.
 */
#ifndef SMTP_DECODE_SESSION_TIMES_H
#define SMTP_DECODE_SESSION_TIMES_H

#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_event.h"
#include "smtp_decode/smtp_tls.h"

struct session_times {
	bool greeted, commanded, replied, ended, tls, tls_turn_due;
	nstime banner_first, banner_last, command_first, reply_last, end;
	nstime activity;        /* of the last payload of either side; 0 none yet */
	int64_t hold, idle_max; /* ns, -1 not known */
	struct smtp_tls client;
	bool client_last;  /* the last payload was the client's */
	nstime tls_server; /* the last server record; 0 none */
	int64_t tls_hold;
	uint64_t tls_from; /* offset in the client's stream at which its first record begins */
};

void session_times_init(struct session_times *t);
/* Each chunk, before and after the dialogue sees it; `owes` as smtp_dialog_server_owes(). */
void session_times_before(struct session_times *t, const struct stream_chunk *c, bool owes);
void session_times_after(struct session_times *t, const struct stream_chunk *c);
void session_times_event(struct session_times *t, const struct smtp_event *e);
void session_times_fill(const struct session_times *t, const struct flow_info *f,
	const struct flow_ending *e, struct session_record *r);

#endif
