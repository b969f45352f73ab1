/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose side of the mail a session is on (detection 1.0), by the topology or, without one, by ports
 * and by who greets whom (contract 4.5).
 */
#ifndef HEURISTICS_ROLE_H
#define HEURISTICS_ROLE_H

#include "heuristics/judge.h"

enum role {
	ROLE_INBOUND,    /* a stranger to one of our servers */
	ROLE_SUBMISSION, /* a user's client to one of our servers */
	ROLE_EGRESS,     /* our server to a stranger's */
	ROLE_ROGUE,      /* a host of ours that is no mail server to a stranger's */
	ROLE_INTERNAL,   /* between our own */
};

const char *role_name(enum role r);

struct role_result {
	enum role role;
	bool guessed;          /* no topology: the client is ours because it greets many */
	const char *direction; /* ECS network.direction */
};

struct roles;

/* `t` is borrowed. NULL where memory is short. */
struct roles *roles_create(const struct topology *t, uint32_t servers, uint64_t seed);
void roles_destroy(struct roles *r);
/* A server answered a client with 220. */
void roles_greeted(struct roles *r, const struct addr *server, const struct addr *client);
struct role_result roles_of(struct roles *r, const struct addr *client, const struct addr *server,
	uint16_t server_port, bool authenticated);
/* Is the address of our networks or one of our mail servers? */
bool roles_ours(const struct roles *r, const struct addr *a);
bool roles_our_mta(struct roles *r, const struct addr *a);

/* Does content that it sends take part in fan-out (contract 4.5)? */
static inline bool role_counts_in_fanout(struct role_result r)
{
	return !r.guessed && r.role != ROLE_INTERNAL;
}

/* How much of a check's weight evidence of such a session has, in permille. */
static inline unsigned int role_weight(enum role r)
{
	return r == ROLE_INTERNAL ? 0 : r == ROLE_SUBMISSION ? 200 : 1000;
}

#endif
