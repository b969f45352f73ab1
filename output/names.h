/* SPDX-License-Identifier: Apache-2.0 */
/* The words by which records name what heuristics/ and smtp_decode/ number. Never NULL. */
#ifndef OUTPUT_NAMES_H
#define OUTPUT_NAMES_H

#include "heuristics/alert.h"
#include "output/emitter.h"

const char *names_alert_type(enum alert_type t);
/* ECS event.action of an alert of that type. */
const char *names_alert_action(enum alert_type t);
const char *names_alert_state(enum alert_state s);
const char *names_close_reason(enum alert_close_reason r);
const char *names_severity(enum severity s);
const char *names_verdict(enum verdict v);
const char *names_item_state(enum item_state s);
/* "helo" and "consistent" of helo.consistent. */
const char *names_item_group(enum check_item i);
const char *names_item(enum check_item i);
const char *names_helo_verb(unsigned int verb);
const char *names_auth_outcome(unsigned int outcome);
const char *names_provenance(unsigned int provenance); /* enum client_provenance */
const char *names_session_close(unsigned int close);
/* Of one bit of enum session_anomaly. */
const char *names_session_anomaly(unsigned int bit);
const char *names_extension(unsigned int bit); /* enum smtp_capability */
/* "botnet" as people write it: "botnet", "spoofed-brand", "low-and-slow". */
const char *names_pattern(const char *pattern);

#endif
