/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's facts into its record.
 */
#ifndef SMTP_DECODE_SESSION_FILL_H
#define SMTP_DECODE_SESSION_FILL_H

#include "smtp_decode/session_builder.h"

/* Adds the builder's facts to `r`, strings to `records`. Times, and the counts of messages and
 * recipients, are filled in by their own builders. */
void session_fill(const struct session_builder *b, const struct flow_info *f,
	const struct flow_ending *e, struct record_builder *records, struct session_record *r);

#endif
