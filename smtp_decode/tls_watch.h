/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TLS connection shows to who cannot read it (RFC 8446, RFC 5246): the hellos of both
 * sides, the server's certificate before TLS 1.3, alerts in clear, the lengths of records.
 *
 * One lives in a block from the first byte of TLS to the connection's end. While a handshake
 * message is put together its direction has a block of its own, up to LIMIT_TLS_HANDSHAKE bytes;
 * what is over that of a certificate is not looked at, and a hello that is longer is unknown.
 * The result does not depend on where the bytes are cut.
 *
 * Both sides came to terms where the ServerHello was seen and then, before TLS 1.3, the first
 * encrypted record of each side, which holds its Finished (RFC 5246 7.3); since TLS 1.3,
 * application data of each side, where the client's first record is its Finished (RFC 8446 2). They
 * did not where one of them refuses: by a fatal alert in clear, or where its first encrypted record
 * is an alert or, in TLS 1.3, no longer than one; nor where the connection ends, seen whole, before
 * both encrypt. All else is unknown.
 */
#ifndef SMTP_DECODE_TLS_WATCH_H
#define SMTP_DECODE_TLS_WATCH_H

#include "base/flow.h"
#include "base/limits.h"
#include "smtp_decode/session_record.h"
#include "smtp_decode/smtp_block.h"
#include "smtp_decode/smtp_tls.h"
#include "smtp_decode/tls_ja4.h"

struct tls_side {
	struct smtp_tls records;
	bool done;                /* with handshake messages in clear */
	bool encrypted;           /* a ChangeCipherSpec or application data came */
	uint8_t first;            /* type of the first record that is encrypted; 0 none */
	bool more;                /* the hello asked for a retry: another follows */
	uint8_t message[4], have; /* header of the handshake message that is open */
	uint32_t left;
	uint8_t *block; /* of that message, NULL where it is not wanted */
	uint16_t len;
	uint8_t alert[2], alert_len; /* of the record that is open */
	bool short_alert;            /* it is as long as an alert in clear */
	uint8_t description;         /* of the first alert that is no goodbye; 0 none */
	bool fatal;
	uint8_t lengths_count;
	uint16_t lengths[LIMIT_TLS_RECORDS]; /* of the first records of application data */
};

struct tls_watch_name {
	uint16_t off, len;
};

struct tls_watch {
	struct smtp_blocks *blocks;
	struct tls_side sides[2]; /* by enum flow_dir */
	uint16_t version, cipher; /* 0: no ServerHello seen */
	bool ja4_seen, server_named, agreed;
	char ja4[TLS_JA4_LENGTH];
	struct tls_watch_name server_name, protocol;
	struct tls_watch_name names[LIMIT_TLS_NAMES];
	uint8_t names_count, common_count; /* common names stand first */
	bool names_cut;                    /* the certificate has more */
	uint32_t capped;                   /* hellos and servers' own certificates that were cut */
	uint16_t used;
	uint8_t store[LIMIT_TLS_TEXT]; /* the names */
};

/* NULL where memory is short: TLS is then not looked into. */
struct tls_watch *tls_watch_create(struct smtp_blocks *blocks);
/* Accepts NULL. */
void tls_watch_destroy(struct tls_watch *w);

/* Both ways, `w` NULL or SMTP_PACKED included (smtp_pack.h); returns what stands for it then. */
struct tls_watch *tls_watch_pack(
	struct tls_watch *w, struct smtp_blocks *blocks, struct smtp_pack *pack);

/* Bytes of one direction, in order from the first of its first record. */
void tls_watch_bytes(struct tls_watch *w, enum flow_dir dir, struct span bytes);
/* Bytes of one direction are lost: what follows of it is not looked at. */
void tls_watch_gap(struct tls_watch *w, enum flow_dir dir);

/* Adds what was seen to the record's `tls`. `whole`: the connection was seen to its end, with
 * nothing missing. */
void tls_watch_fill(const struct tls_watch *w, bool whole, struct record_builder *records,
	struct session_tls *ret);

#endif
