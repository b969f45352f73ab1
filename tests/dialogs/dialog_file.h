/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dialogues as text (the format is in README.md): what each side sends, when, in which segments,
 * what of it the capture lost, and what the records are to say.
 */
#ifndef TESTS_DIALOGS_DIALOG_FILE_H
#define TESTS_DIALOGS_DIALOG_FILE_H

#include "base/flow.h"

enum step_kind {
	STEP_BYTES,
	STEP_LOST, /* sent, but not captured */
	STEP_FIN,
};

struct step {
	enum step_kind kind;
	enum flow_dir dir;
	nstime time;
	uint64_t packet;
	int64_t peer_acked;
	size_t off, len; /* in `bytes` */
	uint64_t at;     /* stream offset */
};

struct dialog {
	const char *path;
	uint8_t *bytes;
	size_t bytes_len, bytes_size;
	struct step *steps;
	size_t steps_count;
	char **expected; /* "name = value" */
	size_t expected_count;
	struct flow_info flow; /* as it stands at the start */
	struct flow_ending ending;
	uint32_t contexts;       /* of the decoder */
	struct cidr proxy, peer; /* of which a word on the client is believed */
};

/* 1, or -1 with a message on stderr. */
int dialog_read(struct dialog *d, const char *path);
void dialog_finish(struct dialog *d);

#endif
