/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two-sided dialogue: chunks of both directions in, events out. It follows what the client
 * sends (commands, an AUTH exchange, message content, TLS) with the help of what the server
 * answers, and infers it where an answer cannot be seen. After a gap it looks for the next
 * certain command. smtp_client.h reads the client's side, smtp_server.h the server's.
 *
 * Chunks come in causal order: a chunk after all that its sender had received (as capture/ has it).
 */
#ifndef SMTP_DECODE_SMTP_DIALOG_H
#define SMTP_DECODE_SMTP_DIALOG_H

#include "smtp_decode/smtp_auth.h"
#include "smtp_decode/smtp_block.h"
#include "smtp_decode/smtp_data.h"
#include "smtp_decode/smtp_event.h"
#include "smtp_decode/smtp_hold.h"
#include "smtp_decode/smtp_ledger.h"
#include "smtp_decode/smtp_line.h"

/* What the next byte of the client is part of. */
enum smtp_client_state {
	SMTP_CLIENT_START, /* the stream's first bytes: TLS, a PROXY header, or a command */
	SMTP_CLIENT_PROXY, /* the rest of a PROXY version 2 header */
	SMTP_CLIENT_COMMAND,
	SMTP_CLIENT_UNSURE, /* bytes were lost: lines until one is certainly a command */
	SMTP_CLIENT_WAIT,   /* behind DATA or XCLIENT whose reply is not known: bytes are held */
	SMTP_CLIENT_DATA,
	SMTP_CLIENT_DOUBT, /* behind an end of data that is none by the standard: bytes are held */
	SMTP_CLIENT_CHUNK, /* octets of BDAT */
	SMTP_CLIENT_REFUSED,   /* the same, but the server refused them: perhaps a command */
	SMTP_CLIENT_AUTH_OPEN, /* behind AUTH: a response, or a command */
	SMTP_CLIENT_AUTH_LINE, /* in the AUTH command or a response: nothing is kept */
	SMTP_CLIENT_STARTTLS,  /* TLS, or a command */
	SMTP_CLIENT_TLS,
};

enum smtp_server_state {
	SMTP_SERVER_START, /* TLS, or a line */
	SMTP_SERVER_LINE,
	SMTP_SERVER_TLS,
};

/* To which command the reply that is coming in belongs. */
struct smtp_owner {
	uint8_t role, verb;
	bool pending; /* it is the ledger's head */
	uint32_t number, left;
};

/* Bytes looked at before their meaning is clear; a verb and what ends it fit. */
#define SMTP_SNIFF 16

/* What follows an end of data that is none by the standard (smtp_doubt.h). */
struct smtp_doubt {
	bool over;         /* for this content nothing more is held */
	bool answered;     /* a reply came, of which it is not clear at which end */
	int code;          /* of the reply to the content */
	uint64_t from;     /* client offset behind it */
	uint64_t reply_at; /* server offset of that reply */
	/* Commands that their sender took for content, while `hiding`: sent without having received
	 * the reply at `hidden_acked`, and before the standard end, where that was seen. */
	bool hiding, attempt;
	int64_t hidden_acked;
	uint64_t hidden_end;
	uint32_t hidden_first, hidden_last; /* numbers; 0 none */
};

struct smtp_client {
	uint8_t state; /* enum smtp_client_state */
	uint8_t sniff_len;
	uint8_t sniff[SMTP_SNIFF];
	struct stream_chunk sniffed; /* time, packet, offset and ACK of its first byte */
	struct stream_chunk hello;   /* the same of a TLS hello at the stream's start */
	struct smtp_line line;
	struct smtp_hold held;
	uint64_t offset;  /* behind what was taken */
	uint64_t payload; /* bytes seen */
	/* Message content. */
	struct smtp_data data;
	struct smtp_doubt doubt;
	bool content_open, content_gap, last_chunk;
	bool wait_data;   /* in WAIT: for DATA's reply, so that it may be content */
	bool provisional; /* DATA's reply is not known */
	bool answered;    /* DATA's reply came and said neither yes nor no */
	bool refused;     /* the last command was DATA, and the server said no */
	bool lf_lines;    /* the last command was ended by LF alone */
	uint32_t content_number, chunk_number, wait_number;
	uint64_t chunk_left;     /* octets of BDAT */
	struct smtp_proxy proxy; /* a PROXY version 2 header, while it is read */
	/* STARTTLS: one is open; plain bytes came behind it, and what of the server they ACKed;
	 * the end of its 220, -1 unseen. */
	bool starttls, behind;
	bool starttls_guessed; /* by its reply alone: what is no TLS may be no command either */
	int64_t behind_acked, starttls_end;
	/* AUTH. */
	struct smtp_auth *auth; /* in a block, while an exchange is open */
	uint32_t auth_number;
	bool auth_command, auth_asked; /* in the command's line; the server sent 334 */
	struct smtp_place auth_first;
	int64_t auth_acked;
};

struct smtp_server {
	uint8_t state; /* enum smtp_server_state */
	bool greeted, unsure, more, lmtp;
	struct smtp_line line;
	uint64_t offset, payload;
	uint64_t read;     /* behind the last line that was a reply */
	uint64_t junk_end; /* behind a line that was no reply, while one was due; else 0 */
	uint64_t early_end; /* behind a refusal within the content, until it is answered; else 0 */
	/* The reply that is coming in. */
	struct smtp_owner owner;
	struct smtp_place first;
	int64_t peer_acked;
	int code;
	uint8_t enhanced_len;
	uint16_t text_len;
	uint8_t text[LIMIT_REPLY_TEXT]; /* enhanced code included */
	uint32_t rcpts_accepted, lmtp_left;
};

struct smtp_dialog {
	struct smtp_blocks *blocks;
	struct pseudonyms *pseudonyms;
	struct smtp_event_sink sink;
	bool midstream, tls;
	bool turned; /* the server accepted TURN: this dialogue is over, and takes no more */
	struct smtp_client client;
	struct smtp_server server;
	struct smtp_ledger ledger;
	uint32_t number; /* of the last command */
	uint64_t pending_capped, lines_capped;
};

struct smtp_dialog_config {
	struct smtp_blocks *blocks;
	struct pseudonyms *pseudonyms;
	struct smtp_event_sink sink;
	bool midstream; /* the connection's start was not seen */
};

void smtp_dialog_init(struct smtp_dialog *d, const struct smtp_dialog_config *config);
/* How many bytes of `c` it took: all, unless with them `turned` became true. */
size_t smtp_dialog_chunk(struct smtp_dialog *d, const struct stream_chunk *c);
/* The connection's end: what is open is cut, and events say so. Frees what it holds. */
void smtp_dialog_finish(struct smtp_dialog *d, nstime time, uint64_t packet);

/* What it holds, both ways (smtp_pack.h); the structure itself is the caller's to pack. Forgets what
 * nobody will ask for. */
void smtp_dialog_pack(struct smtp_dialog *d, struct smtp_pack *pack);

/* Does the server owe the client a reply, a banner included? */
bool smtp_dialog_server_owes(const struct smtp_dialog *d);

/* For the two sides. */
void smtp_dialog_emit(struct smtp_dialog *d, const struct smtp_event *e);
/* An event of the client, its place filled in. */
struct smtp_event smtp_dialog_client_event(
	enum smtp_event_kind kind, const struct smtp_place *first, const struct smtp_place *last);
void smtp_dialog_anomaly(
	struct smtp_dialog *d, enum flow_dir dir, const struct smtp_place *at, uint32_t anomaly);
/* A PROXY header is read, up to `at`: what follows is as at the start. */
void smtp_dialog_proxy(
	struct smtp_dialog *d, const struct smtp_place *at, const struct smtp_proxy_client *said);
/* From `c` on all is TLS. */
void smtp_dialog_tls(struct smtp_dialog *d, const struct stream_chunk *c);
/* Bytes of TLS records. */
void smtp_dialog_tls_bytes(struct smtp_dialog *d, const struct stream_chunk *c);
/* A command, response or content that ends before client offset `end` awaits its reply. */
void smtp_dialog_push(struct smtp_dialog *d, enum smtp_verb verb, enum smtp_reply_role role,
	uint32_t number, uint64_t end, int64_t peer_acked);
/* Notes in a COMMAND event which commands before it have no reply yet. */
void smtp_dialog_unanswered(const struct smtp_dialog *d, struct smtp_event *e);

#endif
