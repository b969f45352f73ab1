/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClientHello and ServerHello (RFC 8446 4.1, RFC 5246 7.4.1), as far as they say who speaks and
 * what was agreed. Nothing is copied: spans borrow from the message.
 */
#ifndef SMTP_DECODE_TLS_HELLO_H
#define SMTP_DECODE_TLS_HELLO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum tls_extension {
	TLS_SERVER_NAME = 0,
	TLS_SIGNATURE_ALGORITHMS = 13,
	TLS_ALPN = 16,
	TLS_SUPPORTED_VERSIONS = 43,
};

struct tls_client_hello {
	uint16_t version;       /* legacy_version */
	struct span ciphers;    /* two bytes each */
	struct span extensions; /* for tls_extension_next() */
	bool names_server;      /* it has the server_name extension */
	struct span server_name;
	struct span protocol;             /* the first of ALPN */
	struct span versions;             /* supported_versions, two bytes each */
	struct span signature_algorithms; /* two bytes each */
};

struct tls_server_hello {
	uint16_t version; /* that was chosen */
	uint16_t cipher;
	struct span protocol; /* of ALPN; TLS 1.3 says it encrypted */
	bool retry;           /* a HelloRetryRequest: another hello of each side follows */
};

/* `body` is the handshake message without its header of four bytes. 1, or -1 where it is none. */
int tls_client_hello_parse(struct span body, struct tls_client_hello *ret);
int tls_server_hello_parse(struct span body, struct tls_server_hello *ret);

/* The next extension of `*extensions`, moved behind it. False at the end. */
bool tls_extension_next(struct span *extensions, uint16_t *ret_type, struct span *ret_data);

/* Number `i` of a list of two-byte numbers; the list holds span.len / 2 of them. */
static inline uint16_t tls_number(struct span list, size_t i)
{
	return (uint16_t)(list.p[2 * i] << 8 | list.p[2 * i + 1]);
}

/* A number that means nothing, sent so that servers stay tolerant (RFC 8701). */
static inline bool tls_is_grease(uint16_t n)
{
	return (n & 0x0f0f) == 0x0a0a && n >> 8 == (n & 0xff);
}

#endif
