/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of heuristics/campaigns.h, for its own files: campaigns.c lets messages wait and time
 * pass, campaigns_join.c counts a message, campaigns_look.c judges its cluster.
 */
#ifndef HEURISTICS_CAMPAIGNS_STATE_H
#define HEURISTICS_CAMPAIGNS_STATE_H

#include "heuristics/campaign.h"
#include "heuristics/cluster_look.h"
#include "heuristics/hold_queue.h"

struct campaigns {
	struct campaigns_config c;
	struct campaigns_env env;
	struct residue_env residue_env;
	struct clusters *clusters;
	struct senders *senders;
	struct hold_queue *held;
	struct copies *copies;
	struct campaign_book *book;
	struct fanout_floor floor;
	struct cluster_look look;
	nstime now, learning_until; /* learning_until: 0 before the first call */
	struct campaigns_stats stats;
};

/* What is known of an address now. */
void campaigns_facts(void *cookie, const struct addr *ip, struct identity_facts *ret);

/* A message leaves that counts. */
void campaigns_join(struct campaigns *c, struct cluster *cl, const struct message_record *m,
	enum campaign_part part, const struct identity_facts *f);

enum campaigns_why {
	CAMPAIGNS_MESSAGE, /* one came */
	CAMPAIGNS_NEWS,    /* facts did */
	CAMPAIGNS_FINAL,   /* no more messages come */
};

/* Judges a cluster: its campaign may open, change or be retracted. */
void campaigns_look(struct campaigns *c, struct cluster *cl, enum campaigns_why why);
/* What it comes to, once nothing more is expected. */
void campaigns_look_finally(struct campaigns *c, struct cluster *cl);

#endif
