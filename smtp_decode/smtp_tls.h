/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of one direction of a TLS connection (RFC 8446 5.1), by their clear headers: enough
 * to tell a turn of the dialogue from an alert, which is how TLS says goodbye.
 */
#ifndef SMTP_DECODE_SMTP_TLS_H
#define SMTP_DECODE_SMTP_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* All zero is a walker at the start of a record. */
struct smtp_tls {
	uint8_t header[5];
	uint8_t have;
	bool lost; /* bytes are missing, or it is no TLS: every byte counts as a turn */
	uint32_t left;
};

/* Takes bytes; does a record begin in them that is no alert? */
bool smtp_tls_turn(struct smtp_tls *t, struct span bytes);

static inline void smtp_tls_gap(struct smtp_tls *t)
{
	t->lost = true;
}

#endif
