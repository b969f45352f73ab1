/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened in an SMTP dialogue, one event at a time, in causal order. The dialogue makes them;
 * app/ may fan them out (session and message builders, later DKIM and others). Spans borrow, during
 * the call only.
 *
 * Commands are numbered from 1 in each session, and a reply names the command it answers, so that
 * pipelining is no concern of the reader. The lines of an AUTH exchange and the end of data are
 * answered too: the former belong to their AUTH command, the latter to its DATA, BDAT or BURL command.
 */
#ifndef SMTP_DECODE_SMTP_EVENT_H
#define SMTP_DECODE_SMTP_EVENT_H

#include "base/flow.h"
#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_command.h"
#include "smtp_decode/smtp_proxy.h"

/* Where in the capture a byte was. */
struct smtp_place {
	nstime time;
	uint64_t packet;
	uint64_t offset; /* in its direction's stream */
};

enum smtp_event_kind {
	SMTP_EVENT_REPLY_LINE, /* each line of a reply, the last included */
	SMTP_EVENT_REPLY,      /* a whole reply */
	SMTP_EVENT_COMMAND,
	SMTP_EVENT_CONTENT_BEGIN, /* DATA was accepted, or the first BDAT or BURL of a transaction came */
	SMTP_EVENT_CONTENT,       /* octets of a message: header and body, dots unstuffed */
	SMTP_EVENT_CONTENT_ELSEWHERE, /* octets that BURL names and nobody sent are of it */
	SMTP_EVENT_CONTENT_END,       /* of data, or after the octets of BDAT LAST */
	SMTP_EVENT_AUTH,          /* an AUTH exchange has come to its end */
	SMTP_EVENT_GAP,           /* bytes lost, in or out of content */
	SMTP_EVENT_TLS,           /* from here on all is opaque */
	SMTP_EVENT_TLS_BYTES,     /* of its records; a client's may come before it is certain */
	SMTP_EVENT_CLOSE,         /* this side sends no more */
	SMTP_EVENT_ANOMALY,
	SMTP_EVENT_PROXY, /* the header of a load balancer was read; a line is a command, too */
};

/* To what a reply is one. */
enum smtp_reply_role {
	SMTP_REPLY_GREETING, /* the banner */
	SMTP_REPLY_COMMAND,
	SMTP_REPLY_AUTH,        /* a continuation line of an AUTH exchange */
	SMTP_REPLY_CONTENT,     /* end of data; for LMTP one a recipient */
	SMTP_REPLY_UNSOLICITED, /* nothing was asked */
	SMTP_REPLY_UNMATCHED,   /* what it answers was not seen */
};

struct smtp_reply_event {
	int code;             /* 0 to 999; of the last line where lines differ */
	struct span line;     /* REPLY_LINE: as sent, without its line end */
	struct span enhanced; /* RFC 3463 code at the start of the text, or empty */
	struct span text;     /* behind it; lines joined by a space, cut at LIMIT_REPLY_TEXT */
	enum smtp_reply_role role;
	enum smtp_verb verb; /* of the command answered */
	uint32_t number;     /* of the command answered, 0 where none is known */
	uint32_t left;       /* replies that are still to come for it (LMTP) */
};

enum smtp_content_end {
	SMTP_CONTENT_COMPLETE,  /* CR LF . CR LF, or the last octet of BDAT LAST */
	SMTP_CONTENT_BY_SERVER, /* the server's reply says that it ended */
	SMTP_CONTENT_CUT,       /* abandoned, or the connection ended */
	SMTP_CONTENT_REFUSED,   /* it was sent before the reply to DATA, which was no */
};

struct smtp_event {
	enum smtp_event_kind kind;
	enum flow_dir dir;
	struct smtp_place first, last; /* of its first and of its last byte */
	int64_t peer_acked;            /* of its first byte, as in stream_chunk */
	union {
		struct smtp_reply_event reply;
		struct {
			struct smtp_command cmd; /* for AUTH: the mechanism alone in args */
			uint32_t number;         /* 0 for PROXY, which has no reply */
			bool unanswered;         /* an earlier command still is */
			bool hidden; /* its sender took it for content (SMTP smuggling) */
			uint8_t before, before_role; /* then the last of them, as in a reply */
		} command;
		struct {
			uint32_t number; /* of DATA, or the first BDAT or BURL; 0 unseen */
			struct span octets;
			enum smtp_content_end end;
			/* CONTENT_END: in DATA, lines without CR were seen; CR without LF. */
			bool bare_lf, bare_cr;
		} content;
		struct {
			uint32_t number;  /* of the AUTH command */
			uint8_t outcome;  /* enum auth_outcome */
			uint64_t account; /* keyed hash of the user, 0 unknown */
		} auth;
		struct {
			uint64_t missing;
			bool in_content;
		} gap;
		struct span tls;
		struct smtp_proxy_client proxy;
		uint32_t anomaly; /* a bit of enum session_anomaly */
	};
};

struct smtp_event_sink {
	void *cookie;
	void (*event)(void *cookie, const struct smtp_event *e);
};

#endif
