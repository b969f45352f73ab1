/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of one direction of a TLS connection (RFC 8446 5.1), by their clear headers: enough
 * to find what is sent in clear, and to tell a turn of the dialogue from an alert, which is how
 * TLS says goodbye.
 */
#ifndef SMTP_DECODE_SMTP_TLS_H
#define SMTP_DECODE_SMTP_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum smtp_tls_type {
	SMTP_TLS_CHANGE_CIPHER_SPEC = 0x14,
	SMTP_TLS_ALERT = 0x15,
	SMTP_TLS_HANDSHAKE = 0x16,
	SMTP_TLS_APPLICATION_DATA = 0x17,
};

/* All zero is a walker at the start of a record. */
struct smtp_tls {
	uint8_t header[5]; /* of the record that is open; its type is the first byte */
	uint8_t have;
	bool lost; /* bytes are missing, or it is no TLS: every byte counts as a turn */
	uint32_t left;
};

/*
 * Takes bytes off the front of `*in`. 1 where they end a record's header (`left` is then its
 * length), or it turned out to be no TLS (`lost`); else 0, and `*ret_fragment` is what was taken
 * of a record's content: perhaps nothing.
 */
int smtp_tls_next(struct smtp_tls *t, struct span *in, struct span *ret_fragment);

/* Is the record whose header has just ended an alert, encrypted or not? */
bool smtp_tls_is_alert(const struct smtp_tls *t);

/* Takes bytes; does a record begin in them that is no alert? */
bool smtp_tls_turn(struct smtp_tls *t, struct span bytes);

static inline void smtp_tls_gap(struct smtp_tls *t)
{
	t->lost = true;
}

#endif
