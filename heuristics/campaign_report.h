/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of a campaign, at its close and at the end: all members, and the copies to clean up. */
#ifndef HEURISTICS_CAMPAIGN_REPORT_H
#define HEURISTICS_CAMPAIGN_REPORT_H

#include "heuristics/campaign.h"

/* Room for the largest one. */
struct campaign_report_room;

/* NULL where memory is short. */
struct campaign_report_room *campaign_report_room_create(void);
void campaign_report_room_destroy(struct campaign_report_room *room);
size_t campaign_report_room_bytes(void);

/* Hands it to the environment. */
void campaign_report(struct campaign_report_room *room, const struct campaign *c, bool closed,
	const struct campaign_book_config *config);

#endif
