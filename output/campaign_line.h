/* SPDX-License-Identifier: Apache-2.0 */
/* heloscope.campaign: a campaign at its close and at the end, with all its members. */
#ifndef OUTPUT_CAMPAIGN_LINE_H
#define OUTPUT_CAMPAIGN_LINE_H

#include "output/event.h"

void campaign_line(const struct line *l, const struct campaign_report *c);

#endif
