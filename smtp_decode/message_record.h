/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was on the wire of one mail transaction whose content was seen at least in part. Made at
 * its final reply, or at the session's end. No body, and no recipient in clear: recipients are
 * pseudonyms, and every text is freed of them before it gets here (contract 8.5).
 */
#ifndef SMTP_DECODE_MESSAGE_RECORD_H
#define SMTP_DECODE_MESSAGE_RECORD_H

#include "base/flow.h"
#include "base/record.h"
#include "base/tri.h"

enum message_trait {
	MESSAGE_HEADER_SEEN = 1 << 0,	 /* the whole header section was seen */
	MESSAGE_AUTO_SUBMITTED = 1 << 1, /* Auto-Submitted other than "no" (RFC 3834) */
	MESSAGE_NULL_SENDER = 1 << 2,
	MESSAGE_DSN = 1 << 3,		 /* multipart/report (RFC 6522) */
	MESSAGE_LIST_ID = 1 << 4,
	MESSAGE_DKIM_SIGNATURE = 1 << 5, /* a DKIM-Signature field is there, unverified */
	MESSAGE_REFERENCES = 1 << 6,	 /* In-Reply-To or References */
	MESSAGE_TEXT_CAPPED = 1 << 7,	 /* the digest covers LIMIT_TEXT_BYTES only */
	MESSAGE_BDAT = 1 << 8,
	MESSAGE_GAP = 1 << 9,		 /* bytes of its content are missing */
	MESSAGE_HEADER_CAPPED = 1 << 10,
	MESSAGE_MIME_CAPPED = 1 << 11,
	MESSAGE_BARE_LF = 1 << 12,
	MESSAGE_ENDED_BY_SERVER = 1 << 13, /* at an end of data that is none by the standard */
	MESSAGE_SMUGGLED = 1 << 14,	 /* its client took its commands for content */
	MESSAGE_URLS_CAPPED = 1 << 15,	 /* not every host or full URL was seen and kept */
	MESSAGE_BURL = 1 << 16, /* some or all of its content was named by a URL and not sent */
	MESSAGE_CHARSET_UNKNOWN = 1 << 17, /* a text names a charset that is not decoded */
	MESSAGE_BARE_CR = 1 << 18, /* CR without LF, in DATA */
	MESSAGE_RECEIVED_CAPPED = 1 << 19, /* a Received field or a name in one is left out or cut */
	MESSAGE_FILE_NAME_CAPPED = 1 << 20, /* a listed attachment's name or type is cut */
	MESSAGE_PARAMETERS_CAPPED = 1 << 21, /* a parameter's name is left out */
};

enum message_body { /* BODY= of MAIL (RFC 6152, 3030) */
	MESSAGE_BODY_UNSAID,
	MESSAGE_BODY_7BIT,
	MESSAGE_BODY_8BITMIME,
	MESSAGE_BODY_BINARYMIME,
};

/* Digest of the normalised text (contract 4.7, detection 3.1). */
struct content_digest {
	uint64_t exact;	    /* of the whole normalised word stream; 0 where there is none */
	uint64_t edges;	    /* of its first and last 512 visible words; 0 where there is none */
	uint32_t words;	    /* classes included */
	uint32_t text_bytes; /* decoded text read */
};

/* A leaf of a message that is no text to be read, or an attached message. */
struct message_attachment {
	struct str_ref name; /* decoded (RFC 2231, 2047) to UTF-8 */
	struct str_ref type; /* "image/png", lower case; unseen where it is not said */
	uint64_t size;	     /* of its content, decoded; this and what follows only where complete */
	uint64_t digest;     /* XXH3-64 of its canonical encoded form (mime_digest.h) */
	uint8_t complete;    /* enum tri; unknown: a message, taken apart itself and not measured */
	uint8_t has_sha256;
	uint8_t reserved[6];
	uint8_t sha256[32]; /* of its content, decoded */
};

/* What a Received field says (header_received.h), unverified. */
struct message_hop {
	struct str_ref from, by, with; /* unseen where it does not say */
	uint8_t has_ip;
	uint8_t reserved[7];
	struct addr ip; /* of the client */
	nstime time;	/* 0 unknown */
};

enum url_scheme {
	URL_NO_SCHEME, /* "//host", "www.host" */
	URL_HTTP,
	URL_HTTPS,
	URL_FTP,
	URL_MAILTO, /* the host is an address's domain */
};

/* Where a URL stands: in visible text, or in an attribute. */
enum url_where {
	URL_IN_TEXT,
	URL_IN_HREF,
	URL_IN_SRC,
	URL_IN_ACTION,
	URL_IN_BACKGROUND,
	URL_IN_DATA,
	URL_IN_POSTER,
	URL_IN_SRCSET,
	URL_IN_REFRESH, /* of a meta element */
	URL_IN_STYLE,
};

/* URLs of one scheme and host in one kind of place. Neither path nor query nor user is kept. */
struct message_url {
	struct str_ref host;   /* lower case, A-labels; an address in its usual form */
	struct str_ref domain; /* its org-domain; unseen where it has none */
	uint32_t count;
	uint8_t scheme; /* enum url_scheme */
	uint8_t where;	/* enum url_where */
	uint8_t reserved[2];
};

struct message_record {
	struct record r; /* r.time: of the final reply, or of the end */
	struct addr client, server;
	uint16_t client_port, server_port; /* client_port 0: not told */
	struct addr peer; /* the connection's client, as in the session record */
	uint16_t peer_port;
	uint8_t provenance; /* enum client_provenance */
	uint32_t depth;	    /* of the transaction in its session, from 1 */
	nstime session_start; /* of the connection's first packet */
	nstime start;	    /* of the MAIL command, or of DATA where MAIL was not seen */
	uint64_t first_packet, last_packet; /* of this message's commands, content, reply */

	uint8_t complete; /* enum tri: its end of data was seen and nothing is missing, nor
			     elsewhere */
	uint8_t accepted; /* enum tri, by the final reply */
	uint8_t authenticated; /* enum tri: the session had a 235 before */
	uint8_t proven;	  /* enum tri: as in the session record, so far */
	uint64_t auth_account; /* as in the session record, 0 where none */

	struct str_ref from;	/* reverse-path without brackets and parameters; empty: <> */
	struct str_ref from_domain; /* its domain, lower case, VERP, SRS and BATV undone */
	int64_t declared_size;	/* SIZE=, -1 where none */
	struct array_ref parameters; /* struct str_ref: names of ESMTP parameters of MAIL and RCPT,
				      * upper case, in order of first appearance */
	uint32_t rcpts;		/* accepted, or with an unseen reply */
	uint32_t rcpts_attempted;
	struct array_ref to;	/* struct str_ref, pseudonyms, up to LIMIT_RCPTS_KEPT; only where
				   the decoder was asked for them */
	uint64_t rcpts_hash;	/* order-free hash of the recipients, for retries */

	int32_t reply_code;	/* -1 unseen */
	struct str_ref reply_enhanced, reply_text, queue_id; /* no text behind BURL */
	uint64_t size;		/* content bytes as sent, dots unstuffed, without the end mark */

	uint32_t traits;	/* bits of enum message_trait */
	struct str_ref message_id; /* field body without comments; unseen where there is no field */
	uint8_t message_id_present, message_id_valid; /* enum tri */
	uint8_t body;		/* enum message_body */
	uint8_t reserved1[5];
	uint64_t message_id_hash; /* 0 where there is none */
	struct str_ref subject;	/* decoded (RFC 2047) to UTF-8 */
	struct str_ref header_from; /* addr-spec of the first From mailbox */
	struct str_ref header_from_domain; /* lower case */
	struct str_ref header_sender, header_reply_to; /* first addr-spec */
	struct array_ref header_to, header_cc; /* struct str_ref, pseudonyms, as `to` */
	struct str_ref date;	/* field body, unparsed */
	nstime date_time;	/* parsed, 0 where it could not be */
	struct str_ref content_type, x_mailer, charset;
	struct str_ref dkim_domain; /* d= of the first signature, unverified */
	uint32_t received;	/* Received fields */
	struct array_ref hops;	/* struct message_hop, the first LIMIT_RECEIVED: the latest first */
	uint32_t parts, attachments;
	struct array_ref files; /* struct message_attachment, the first LIMIT_ATTACHMENTS of them */

	struct content_digest digest;

	uint32_t url_count; /* URLs with a host, everywhere in the texts */
	uint32_t url_mismatches; /* links whose text shows a host of another org-domain */
	struct array_ref urls;	 /* struct message_url, in order of appearance */
	struct array_ref url_domains; /* struct str_ref: their org-domains, sorted */
	struct array_ref url_hashes; /* uint64_t: XXH3 of distinct "scheme://host/path?query" */
	uint64_t url_set; /* XXH3 of the sorted org-domains, each with a line end; 0 where there are
			     none or some may be missing */
};

#endif
