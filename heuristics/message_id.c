/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check message_id: messages without a Message-ID, or with one that RFC 5322 3.6.4 does not allow
 * (detection 1.8). Inbound only: on submission the server adds the field.
 */
#include "heuristics/checks.h"

static void judge_share(
	struct judge *j, const struct observation *o, enum check_param item, uint32_t bad)
{
	struct source *s = o->source;
	uint64_t permille = (uint64_t)bad * 1000 / s->header_seen;
	struct evidence e = {.item = item,
		.permille = o->permille,
		.value = (uint32_t)permille,
		.time = o->time};

	if (bad > 0 && (int64_t)permille >= j->values.v[PARAM_MESSAGE_ID_BAD_PERMILLE])
		source_evidence(j, s, &e);
}

void message_id_judge(struct judge *j, const struct observation *o)
{
	struct source *s = o->source;

	if (!o->message || o->role.role == ROLE_SUBMISSION || o->permille == 0 ||
		o->message->message_id_present == TRI_UNKNOWN)
		return;
	s->header_seen++;
	s->id_missing += o->message->message_id_present == TRI_NO;
	s->id_invalid +=
		o->message->message_id_present == TRI_YES && o->message->message_id_valid == TRI_NO;
	judge_share(j, o, PARAM_MESSAGE_ID_MISSING_DB, s->id_missing);
	judge_share(j, o, PARAM_MESSAGE_ID_INVALID_DB, s->id_invalid);
}
