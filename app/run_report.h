/* SPDX-License-Identifier: Apache-2.0 */
/* What a run says of itself: stats and engine records, the summary, the live counters. */
#ifndef APP_RUN_REPORT_H
#define APP_RUN_REPORT_H

#include "app/run_state.h"

void run_report_stats(struct run *r, nstime now);
/* `action` and `message` as emitter_engine() takes them. */
void run_report_engine(struct run *r, nstime now, const char *action, const char *message);
/* Which summary this run ends with, SUMMARY_AUTO resolved. */
enum summary_form run_report_form(const struct run *r);
/* The end of the run, on stderr: the summary where one was asked for; live, the counters. */
void run_report_end(const struct run *r);

#endif
