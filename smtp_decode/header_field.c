/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/header_field.h"

static const struct {
	const char *name;
	size_t len;
	bool mime;
} fields[HEADER_FIELDS] = {
#define FIELD(s, mime)                 \
	{                              \
		s, sizeof(s) - 1, mime \
	}
	[HEADER_NONE] = FIELD("", false),
	[HEADER_AUTO_SUBMITTED] = FIELD("Auto-Submitted", false),
	[HEADER_CC] = FIELD("Cc", false),
	[HEADER_CONTENT_DISPOSITION] = FIELD("Content-Disposition", true),
	[HEADER_CONTENT_TRANSFER_ENCODING] = FIELD("Content-Transfer-Encoding", true),
	[HEADER_CONTENT_TYPE] = FIELD("Content-Type", true),
	[HEADER_DATE] = FIELD("Date", false),
	[HEADER_DKIM_SIGNATURE] = FIELD("DKIM-Signature", false),
	[HEADER_FROM] = FIELD("From", false),
	[HEADER_IN_REPLY_TO] = FIELD("In-Reply-To", false),
	[HEADER_LIST_ID] = FIELD("List-Id", false),
	[HEADER_MESSAGE_ID] = FIELD("Message-ID", false),
	[HEADER_RECEIVED] = FIELD("Received", false),
	[HEADER_REFERENCES] = FIELD("References", false),
	[HEADER_REPLY_TO] = FIELD("Reply-To", false),
	[HEADER_SENDER] = FIELD("Sender", false),
	[HEADER_SUBJECT] = FIELD("Subject", false),
	[HEADER_TO] = FIELD("To", false),
	[HEADER_USER_AGENT] = FIELD("User-Agent", false),
	[HEADER_X_MAILER] = FIELD("X-Mailer", false),
#undef FIELD
};

enum header_field header_field_find(struct span name)
{
	for (int i = 1; i < HEADER_FIELDS; i++)
		if (fields[i].len == name.len && ((fields[i].name[0] ^ name.p[0]) & 0xdf) == 0 &&
			span_ieq(name, span_of(fields[i].name, fields[i].len)))
			return (enum header_field)i;
	return HEADER_NONE;
}

bool header_field_is_mime(enum header_field f)
{
	return fields[f].mime;
}
