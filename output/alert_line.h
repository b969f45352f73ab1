/* SPDX-License-Identifier: Apache-2.0 */
/* heloscope.alert: rule.*, threat.* and its own body are built with jansson (contract 8.1). */
#ifndef OUTPUT_ALERT_LINE_H
#define OUTPUT_ALERT_LINE_H

#include "output/event.h"

/* One word on an alert; with a failed writer where memory ran short. */
void alert_line(const struct line *l, const struct alert *a);

#endif
