/* SPDX-License-Identifier: Apache-2.0 */
/* A day at a mail server, as the judge would tell it to a summary. */
#ifndef TESTS_SAMPLE_SUMMARY_H
#define TESTS_SAMPLE_SUMMARY_H

#include "output/summary.h"

void sample_summary_fill(struct summary *s);
struct summary_input sample_summary_input(void);

#endif
