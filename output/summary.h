/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readable end of a replay: the answer first (campaigns, worst sources, why), then what was
 * and was not visible. It listens to the same words of the judge as the emitter and keeps the
 * worst few.
 */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include <stdio.h>

#include "heuristics/alert.h"
#include "output/emitter.h"

struct summary;

struct summary *summary_create(void);
void summary_destroy(struct summary *s);
void summary_session(struct summary *s, const struct session_record *r);
void summary_message(struct summary *s, const struct message_record *m);
void summary_alert(struct summary *s, const struct alert *a);
void summary_source(struct summary *s, const struct source_card *c);
void summary_campaign(struct summary *s, const struct campaign_report *c);

struct summary_input {
	const char *name; /* of the capture, or of how many */
	uint64_t packets, bytes;
	nstime first, last;
	const struct stat_value
		*notices; /* what was dropped, truncated, capped, unknown; > 0 only */
	size_t notice_count;
	/* As in emitter_config, for command lines that show the packets; NULL: none are printed. */
	const char *(*frame)(void *cookie, uint64_t packet, uint64_t *ret_frame);
	void *cookie;
};

/* `columns` 0: not a terminal (80). `colour`: ANSI allowed (never where NO_COLOR is set). */
void summary_print_text(
	const struct summary *s, const struct summary_input *in, FILE *f, int columns, bool colour);
void summary_print_json(const struct summary *s, const struct summary_input *in, FILE *f);

#endif
