/* SPDX-License-Identifier: Apache-2.0 */
/* The list of a campaign's members, by first message, and the list of a sender's memberships. */
#ifndef HEURISTICS_CAMPAIGN_MEMBER_H
#define HEURISTICS_CAMPAIGN_MEMBER_H

#include "heuristics/campaign.h"
#include "heuristics/slab.h"

/* NULL where it is none. */
struct campaign_member *campaign_member_of(const struct campaign *c, const struct sender *s);
/* Its first message came at `first`. NULL where there is no room. */
struct campaign_member *campaign_member_add(
	struct slab *members, struct campaign *c, struct sender *s, nstime first);
void campaign_member_drop(struct slab *members, struct campaign_member *m);
/* The sender is displaced: the campaign keeps its address. */
void campaign_member_orphan(struct sender *s);
/* Adds the membership to those that `ret` sums up. */
void campaign_member_fold(const struct campaign_member *m, struct sender_memberships *ret);

#endif
