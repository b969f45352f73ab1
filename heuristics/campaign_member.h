/* SPDX-License-Identifier: Apache-2.0 */
/* The list of a campaign's members, by first message, and the list of a sender's memberships. */
#ifndef HEURISTICS_CAMPAIGN_MEMBER_H
#define HEURISTICS_CAMPAIGN_MEMBER_H

#include "heuristics/campaign.h"

/* NULL where it is none. */
struct campaign_member *campaign_member_of(const struct campaign *c, const struct sender *s);
/* Its first message came at `first`. There must be room on the roll. */
struct campaign_member *campaign_member_add(struct campaign *c, struct sender *s, nstime first);
/* Its sender had been displaced, and is back. */
void campaign_member_return(struct campaign_member *m, struct sender *s);
void campaign_member_drop(struct campaign_member *m);
/* The sender is displaced: the campaign keeps its address. */
void campaign_member_orphan(struct sender *s);
/* Adds the membership to those that `ret` sums up. */
void campaign_member_fold(const struct campaign_member *m, struct sender_memberships *ret);

#endif
