/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was on the wire in one SMTP connection: facts, no judgement. Made at the connection's end.
 * The units stand in the names; -1 means not seen for every signed number.
 */
#ifndef SMTP_DECODE_SESSION_RECORD_H
#define SMTP_DECODE_SESSION_RECORD_H

#include "base/flow.h"
#include "base/record.h"
#include "base/tri.h"
#include "smtp_decode/client_end.h"

enum helo_verb {
	HELO_VERB_HELO,
	HELO_VERB_EHLO,
	HELO_VERB_LHLO, /* RFC 2033 */
};

/* One greeting argument; a repeat of the same argument (by bytes) adds to `count` only. */
struct session_helo {
	struct str_ref arg; /* as sent, capped at LIMIT_HELO_ARG; empty where none was sent */
	nstime time;	    /* of the first */
	uint16_t verb;	    /* enum helo_verb of the first */
	uint16_t accepted;  /* enum tri: any of them answered 2xx */
	uint32_t count;
};

enum auth_outcome {
	AUTH_NONE,	 /* no AUTH command seen */
	AUTH_SUCCESS,	 /* 235 */
	AUTH_FAILURE,	 /* refused (535, 454, 5xx) */
	AUTH_CANCELLED,	 /* client sent "*" */
	AUTH_UNKNOWN,	 /* outcome not seen */
};

enum session_close {
	SESSION_CLOSE_QUIT,    /* QUIT was sent, before either side closed */
	SESSION_CLOSE_FIN,     /* closed by either side, before any QUIT */
	SESSION_CLOSE_RST,
	SESSION_CLOSE_TIMEOUT, /* server's 421, or silence past the idle time */
	SESSION_CLOSE_EVICTED,
	SESSION_CLOSE_EOF,     /* the input ended first */
	SESSION_CLOSE_TLS,     /* the rest lay inside TLS */
	SESSION_CLOSE_XCLIENT, /* the connection went over to another client */
	SESSION_CLOSE_TURN,    /* client and server changed places (TURN, ATRN) */
};

/* What a session was seen to do that RFC 5321 and its extensions do not allow. Bits. */
enum session_anomaly {
	SESSION_BARE_LF = 1 << 0,	 /* command or reply line ended by LF alone */
	SESSION_LONG_LINE = 1 << 1,	 /* a line over LIMIT_LINE */
	SESSION_UNKNOWN_REPLY = 1 << 2,	 /* a reply line that is no reply */
	SESSION_CLIENT_FIRST = 1 << 3,	 /* client spoke although no banner was sent */
	SESSION_NOT_SMTP = 1 << 4,	 /* HTTP verbs, TLS hello, binary on a plain port */
	SESSION_SMUGGLE_CANDIDATE = 1 << 5,
	SESSION_STARTTLS_INJECTION = 1 << 6,
	SESSION_BAD_BDAT = 1 << 7,
	SESSION_DATA_WITHOUT_354 = 1 << 8,
	SESSION_GAP = 1 << 9,
	SESSION_SMUGGLE_ATTEMPT = 1 << 10, /* a command stood behind a candidate */
	SESSION_SMUGGLE_SUCCESS = 1 << 11, /* and the server answered it */
	SESSION_ENDED_BY_SERVER = 1 << 12, /* it ended a message at such a candidate */
	SESSION_BAD_PROXY = 1 << 13,	 /* a PROXY header that no server would take */
	SESSION_CLIENT_CLAIMED = 1 << 14, /* spoke for another client, and is not believed */
};

/* Extensions that EHLO replies offer: of the registry of SMTP, and those that servers in use add.
 */
enum smtp_capability {
	SMTP_CAP_PIPELINING = 1 << 0,
	SMTP_CAP_STARTTLS = 1 << 1,
	SMTP_CAP_SIZE = 1 << 2,
	SMTP_CAP_DSN = 1 << 3,
	SMTP_CAP_CHUNKING = 1 << 4,
	SMTP_CAP_AUTH = 1 << 5,
	SMTP_CAP_8BITMIME = 1 << 6,
	SMTP_CAP_SMTPUTF8 = 1 << 7,
	SMTP_CAP_PIPECONNECT = 1 << 8, /* of Exim: a client it knows may talk first */
	SMTP_CAP_BINARYMIME = 1 << 9,
	SMTP_CAP_ENHANCEDSTATUSCODES = 1 << 10,
	SMTP_CAP_REQUIRETLS = 1 << 11,
	SMTP_CAP_DELIVERBY = 1 << 12,
	SMTP_CAP_FUTURERELEASE = 1 << 13,
	SMTP_CAP_MT_PRIORITY = 1 << 14,
	SMTP_CAP_BURL = 1 << 15,
	SMTP_CAP_LIMITS = 1 << 16,
	SMTP_CAP_ETRN = 1 << 17,
	SMTP_CAP_ATRN = 1 << 18,
	SMTP_CAP_TURN = 1 << 19,
	SMTP_CAP_VRFY = 1 << 20,
	SMTP_CAP_EXPN = 1 << 21,
	SMTP_CAP_HELP = 1 << 22,
	SMTP_CAP_XCLIENT = 1 << 23,
	SMTP_CAP_XFORWARD = 1 << 24,
	SMTP_CAP_X_ANONYMOUSTLS = 1 << 25,
	SMTP_CAP_X_EXPS = 1 << 26,
	SMTP_CAP_XEXCH50 = 1 << 27,
	SMTP_CAP_NO_SOLICITING = 1 << 28,
	SMTP_CAP_CHECKPOINT = 1 << 29,
};

/* What of TLS lay open (tls_watch.h); all of it unknown where there was none. */
struct session_tls {
	uint16_t version, cipher;    /* that the server chose; version 0: no ServerHello seen */
	uint8_t completed;	     /* enum tri: both sides came to terms */
	uint8_t common_names;	     /* the first of `names` are; the others are of subjectAltName */
	uint8_t alert[2];	     /* by enum flow_dir: why a side gave up; 0 none seen */
	struct str_ref ja4;	     /* tls_ja4.h */
	struct str_ref server_name;  /* that the client asked for (SNI) */
	struct str_ref protocol;     /* of ALPN, where the server's choice was in clear */
	struct array_ref names;	     /* struct str_ref: of the server's certificate */
	struct array_ref lengths[2]; /* uint16_t, by enum flow_dir: of the first records of
				      * application data, LIMIT_TLS_RECORDS */
};

/* The client's dialect (dialect.h), all zero where no command was seen. */
#define DIALECT_FORM 14
struct session_dialect {
	char form[DIALECT_FORM];
	uint8_t trace[6], header[6]; /* the first bytes of two hashes; zeros: nothing to hash */
};

struct session_record {
	struct record r; /* r.time: of the end */
	struct flow_info flow; /* its client's address and port: of the client, not of the peer */
	struct addr peer;      /* the connection's client */
	uint16_t peer_port;
	uint8_t provenance;    /* enum client_provenance */
	uint8_t part;	       /* 1: began with XCLIENT or TURN, within the connection */
	uint8_t turned;	       /* 1: its client is who was connected to (TURN, ATRN) */
	struct client_end claimed; /* a client that was told but not believed, where claims */
	uint32_t claims;       /* how often */

	struct array_ref helos; /* struct session_helo, in order of first use, LIMIT_HELO_NAMES */
	uint32_t helo_count;	/* HELO, EHLO and LHLO commands, repeats counted */
	struct str_ref banner;	/* the whole first reply line with its code, control bytes kept */
	int32_t banner_code;	/* -1 unseen */

	uint8_t starttls_offered, starttls_used; /* enum tri; offered: by some reply to EHLO */
	uint8_t implicit_tls;			 /* enum tri: TLS from the first byte */
	uint8_t opaque;	       /* enum tri: went dark (TLS) at some point */
	struct session_tls tls;
	struct session_dialect dialect;
	struct str_ref auth_mechanism;		 /* upper case, of the last attempt */
	uint8_t auth_outcome;			 /* enum auth_outcome, of the last attempt */
	uint8_t client_spoke, server_spoke;	 /* enum tri: payload seen from that side */
	uint8_t quit;				 /* enum tri */
	uint32_t auth_attempts, auth_failures;
	uint64_t auth_account; /* keyed hash of the user that succeeded (235), 0 where none */

	uint32_t commands, commands_unknown;
	struct str_ref sequence; /* one letter a command, space between, LIMIT_SEQUENCE */
	uint32_t messages_attempted, messages_accepted, messages_rejected;
	uint32_t rcpts_attempted, rcpts_accepted, rcpts_rejected, rcpts_unknown_user;
	uint32_t replies_4xx, replies_5xx;

	int64_t banner_ms;	  /* SYN (or first packet) to the banner's first packet */
	int64_t first_command_ms; /* banner's last packet to the first command's first */
	int64_t hold_ms;	  /* contract 4.1 */
	int64_t idle_max_ms;	  /* longest client think time */
	int64_t duration_ms;
	uint8_t censored;	  /* enum tri: hold_ms is a lower bound */

	uint8_t early_talker;	      /* enum tri: spoke before the banner, by ACK number */
	uint8_t pipelining_offered;   /* enum tri */
	uint8_t pipelining_violation; /* enum tri */
	uint8_t close;		      /* enum session_close */
	uint8_t complete;	      /* enum tri: SYN to end, both sides, no gap */
	uint8_t one_sided;	      /* enum tri: only one direction seen */
	uint8_t proven;		      /* enum tri: an ACK covered a payload byte (contract 1.7) */
	uint32_t anomalies;	      /* bits of enum session_anomaly */
	/* Of the last EHLO, where accepted: bits of enum smtp_capability that its reply
	 * offered, and lines that name none of them. */
	uint32_t extensions, extensions_unknown;
	uint64_t bytes_missed;
	struct flow_tunnel tunnel; /* of the first packet; depth 0: none */
};

#endif
