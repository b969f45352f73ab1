/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records and verdicts for the tests of output/: whole ones, ones in which nothing was seen, and
 * ones in which every byte string is `noise`. They live until the next call.
 */
#ifndef TESTS_SAMPLE_RECORDS_H
#define TESTS_SAMPLE_RECORDS_H

#include "output/emitter.h"

struct samples {
	struct record_builder session, message;
};

void samples_init(struct samples *s);
void samples_finish(struct samples *s);

/* `noise` NULL: the ordinary sample. */
const struct session_record *samples_session(struct samples *s, const struct span *noise);
const struct message_record *samples_message(struct samples *s, const struct span *noise);
const struct session_record *samples_session_unseen(struct samples *s);
const struct message_record *samples_message_unseen(struct samples *s);

struct alert samples_campaign_alert(const struct span *noise);
struct alert samples_source_alert(void);
struct source_card samples_card(const struct span *noise);
struct source_card samples_card_unseen(void);
struct campaign_report samples_campaign(const struct span *noise);

/* Every sample through `e`, the ordinary ones or those of noise. */
void samples_emit_all(struct samples *s, struct emitter *e);
void samples_emit_noise(struct samples *s, struct emitter *e, struct span noise);
/* An emitter's frame callback: packet n is frame n + 1 of day.pcap. */
const char *samples_frame(void *cookie, uint64_t packet, uint64_t *ret_frame);

#endif
