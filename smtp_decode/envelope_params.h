/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ESMTP parameters (RFC 5321 4.1.1.11) that the MAIL and RCPT commands of a transaction bore:
 * their names, each once, in order of first appearance, and what BODY said (RFC 6152, 3030). No
 * other value is kept: they hold addresses, and may hold secrets.
 *
 * A name that is not registered is told only where it has a value and the path before it its
 * brackets: words behind a path may be anything, a person's name among it.
 */
#ifndef SMTP_DECODE_ENVELOPE_PARAMS_H
#define SMTP_DECODE_ENVELOPE_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/span.h"
#include "smtp_decode/smtp_command.h"

/* All zero is none. */
struct envelope_params {
	uint8_t count;
	uint8_t unknown;                 /* of them, names that are not registered */
	uint8_t body;                    /* enum message_body */
	bool capped;                     /* a name found no room */
	uint8_t names[LIMIT_PARAMETERS]; /* registered ones by number, then places in `texts` */
	uint8_t lengths[LIMIT_PARAMETERS_UNKNOWN];
	uint8_t texts[LIMIT_PARAMETERS_UNKNOWN][LIMIT_PARAMETER_NAME]; /* upper case */
};

/* Adds those of a MAIL or RCPT command. */
void envelope_params_add(struct envelope_params *p, const struct smtp_path *path);
/* The `i`th name; *ret_known: it is a registered one. Borrowed from `p`. */
struct span envelope_params_name(const struct envelope_params *p, uint8_t i, bool *ret_known);

#endif
