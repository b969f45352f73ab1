/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header fields that are looked at. All others are passed over as they come.
 */
#ifndef SMTP_DECODE_HEADER_FIELD_H
#define SMTP_DECODE_HEADER_FIELD_H

#include <stdbool.h>

#include "base/span.h"

enum header_field {
	HEADER_NONE = 0,
	HEADER_AUTO_SUBMITTED,
	HEADER_CC,
	HEADER_CONTENT_DISPOSITION,
	HEADER_CONTENT_TRANSFER_ENCODING,
	HEADER_CONTENT_TYPE,
	HEADER_DATE,
	HEADER_DKIM_SIGNATURE,
	HEADER_FROM,
	HEADER_IN_REPLY_TO,
	HEADER_LIST_ID,
	HEADER_MESSAGE_ID,
	HEADER_RECEIVED,
	HEADER_REFERENCES,
	HEADER_REPLY_TO,
	HEADER_SENDER,
	HEADER_SUBJECT,
	HEADER_TO,
	HEADER_USER_AGENT,
	HEADER_X_MAILER,
	HEADER_FIELDS
};

/* Case ignored. HEADER_NONE where it is not looked at. */
enum header_field header_field_find(struct span name);

/* Does it describe a MIME entity, so that it counts in every part? */
bool header_field_is_mime(enum header_field f);

#endif
