/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cap on what an outsider can make heloscope hold. At a cap we mark, count and go on.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* capture/ */
#define LIMIT_DECAP_DEPTH 16		   /* nested headers walked a packet */
#define LIMIT_FRAG_DATAGRAMS 1024	   /* fragmented IP datagrams held at a time */
#define LIMIT_FRAG_BYTES (8 * 1024 * 1024) /* bytes of their fragments */
#define LIMIT_DUPLICATES 8192		   /* packets remembered to know their copies by */
#define LIMIT_TUNNELS 2048		   /* pairs of outer addresses that are told of */
#define LIMIT_PCAPNG_BLOCK (1024 * 1024)   /* bytes of a pcapng block that is read, not skipped */
#define LIMIT_PCAPNG_INTERFACES 4096	   /* interfaces of a pcapng section */
#define LIMIT_ZSTD_WINDOW_LOG 27	   /* 128 MiB, what its tools take unasked */
#define LIMIT_GUESS_PAYLOADS 8		   /* payload packets before a flow is given up */
#define LIMIT_GUESS_BYTES 2048		   /* bytes held a flow while its protocol is open */
#define LIMIT_REASSEMBLY_FLOW (256 * 1024) /* out-of-order bytes held a direction */

/* smtp_decode/ */
#define LIMIT_LINE 4096			 /* bytes of a command or reply line that are looked at */
#define LIMIT_PENDING_COMMANDS 128	 /* commands awaiting their reply (more are counted only) */
#define LIMIT_HELD 2048			 /* bytes a direction put aside until a reply tells */
#define LIMIT_TRANSACTIONS 4		 /* of a session: one open, the others await a reply */
#define LIMIT_HELO_ARG 255		 /* bytes of a HELO argument */
#define LIMIT_HELO_NAMES 16		 /* HELO arguments kept a session */
#define LIMIT_BANNER 255		 /* bytes of the banner text */
#define LIMIT_REPLY_TEXT 512		 /* bytes of a reply's text */
#define LIMIT_MAILBOX 320		 /* bytes of a reverse-path or forward-path */
#define LIMIT_RCPTS_KEPT 100		 /* recipients listed a message (all are counted) */
#define LIMIT_PARAMETERS 16		 /* names of ESMTP parameters told a message */
#define LIMIT_PARAMETERS_UNKNOWN 4	 /* of them, names that are not registered */
#define LIMIT_PARAMETER_NAME 24		 /* bytes of such a name; a longer one is left out */
#define LIMIT_RCPTS_REDACTED 128	 /* recipients a session known to the redactor */
#define LIMIT_TLS_HANDSHAKE 4096	 /* bytes of a handshake message that are looked at */
#define LIMIT_TLS_RECORDS 16		 /* lengths of TLS records kept a direction */
#define LIMIT_TLS_NAMES 16		 /* names of a certificate kept */
#define LIMIT_TLS_TEXT 1024		 /* bytes of the names in hellos and certificate */
#define LIMIT_SEQUENCE 64		 /* letters of commands.sequence */
#define LIMIT_HEADER_FIELD 4096		 /* bytes of an unfolded header field that are looked at */
#define LIMIT_HEADER_SECTION (64 * 1024) /* bytes of one header section that are looked at */
#define LIMIT_MIME_DEPTH 10
#define LIMIT_MIME_PARTS 64
#define LIMIT_BOUNDARY 250		/* RFC 2046 5.1.1 allows 70 */
#define LIMIT_RECEIVED 16		/* Received fields of a message that are kept (all are counted) */
#define LIMIT_RECEIVED_NAME 100		/* bytes of a name in one */
#define LIMIT_FILE_NAME 255		/* bytes of an attachment's name, decoded */
#define LIMIT_ATTACHMENTS 16		/* of a message that are listed (all are counted) */
#define LIMIT_TEXT_BYTES (256 * 1024)	/* decoded text digested a message */
#define LIMIT_URL_HOSTS 32		/* hosts of URLs kept a message */
#define LIMIT_URL_HOST_BYTES 640	/* bytes of their names */
#define LIMIT_URL_ROWS 40		/* of scheme, host and place, counted apart */
#define LIMIT_URL_DOMAINS 16		/* of their org-domains */
#define LIMIT_URL_HASHES 32		/* of distinct full URLs */
#define LIMIT_URL_IDNS 16		/* distinct names beyond ASCII looked at */
#define LIMIT_URL_ANCHORS 64		/* links whose text is looked at for a host */
#define LIMIT_SUBJECT 256
#define LIMIT_MESSAGE_ID 255

/* facts/ */
#define LIMIT_DNS_NAME 255  /* RFC 1035 2.3.4 */
#define LIMIT_DNS_ANSWERS 32 /* resource records taken from a message */
#define LIMIT_DNS_STREAMS (16 * 1024 * 1024) /* bytes held of DNS over TCP */
#define LIMIT_DNS_TXT 4096  /* bytes of a TXT record's strings; a longer one is left out */

/* heuristics/ and output/ */
#define LIMIT_EXACT_SET 64	 /* distinct elements counted exactly */
#define LIMIT_ALERT_MEMBERS 100	 /* members listed in one alert record */
#define LIMIT_CAMPAIGN_MEMBERS 10000
#define LIMIT_EXEMPLARS 3
#define LIMIT_REASONS 16

#endif
