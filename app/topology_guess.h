/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A topology to start from, for whoever has not configured one: hosts that greeted clients of
 * three networks with 220 are our mail servers (as in contract 4.5), their /24 or /48 our
 * networks, and the domains of recipients that they took from three networks, from clients that
 * did not authenticate, our domains. Counts in bounded tables; one thread.
 */
#ifndef APP_TOPOLOGY_GUESS_H
#define APP_TOPOLOGY_GUESS_H

#include <stdio.h>

#include "smtp_decode/message_record.h"
#include "smtp_decode/session_record.h"

struct topology_guess;

/* NULL where memory is short. */
struct topology_guess *topology_guess_create(void);
void topology_guess_destroy(struct topology_guess *g);

void topology_guess_session(struct topology_guess *g, const struct session_record *s);
void topology_guess_message(struct topology_guess *g, const struct message_record *m);

/* As a configuration file: what was found sorted, with a word on what it rests on. 0, or -1 where
 * memory is short. */
int topology_guess_print(const struct topology_guess *g, FILE *f);

#endif
